/**
 * Tests that both implementations of `FakeTime` behave the same:
 * `jsr:@std/testing/time` and the replacement in `tools/`, of which the
 * launcher chooses one. All other tests rely on this behavior.
 *
 * @module
 */

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertNotStrictEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { FakeTime, TimeError } from "@std/testing/time";

const START = Date.UTC(2026, 0, 1);

/** Records words with the elapsed time. */
class Journal {
  readonly lines: string[] = [];

  /** Returns a callback that records the word. */
  write(word: string): () => void {
    return () => {
      this.lines.push(`${Date.now() - START}: ${word}`);
    };
  }
}

/** The globals that `FakeTime` replaces. */
function currentGlobals(): Record<string, unknown> {
  return {
    Date,
    setTimeout,
    clearTimeout,
    setInterval,
    clearInterval,
    timeout: AbortSignal.timeout,
  };
}

Deno.test("FakeTime fakes Date from the given start time", () => {
  const real = new Date();
  for (const start of [START, new Date(START), "2026-01-01T00:00:00.000Z"]) {
    using time = new FakeTime(start);
    time.tick(1500);
    assertEquals(time.start, START);
    assertEquals(time.now, START + 1500);
    assertEquals(Date.now(), START + 1500);
    assertEquals(new Date().getTime(), START + 1500);
    assertEquals(Date(), new Date(START + 1500).toString());
    assertEquals(new Date(5).getTime(), 5);
    assertEquals(Date.UTC(2026, 0, 1), START);
    assertEquals(Date.parse("2026-01-01T00:00:00Z"), START);
    assertInstanceOf(new Date(), Date);
    assertInstanceOf(real, Date);
  }
});

Deno.test("FakeTime starts now by default", () => {
  const before = Date.now();
  const time = new FakeTime();
  assertEquals(time.now, time.start);
  time.restore();
  assert(before <= time.start && time.start <= Date.now());
});

Deno.test("FakeTime throws for an invalid start time", () => {
  assertThrows(() => new FakeTime("yesterday or so"), TypeError);
});

Deno.test("FakeTime throws if time is already faked", () => {
  using _time = new FakeTime();
  assertThrows(() => new FakeTime(), TimeError);
});

Deno.test("FakeTime does not fake other clocks", async () => {
  const { now } = performance;
  const { queueMicrotask, Intl, setImmediate } = globalThis;
  using time = new FakeTime(START);
  assertStrictEquals(performance.now, now);
  assertStrictEquals(globalThis.queueMicrotask, queueMicrotask);
  assertStrictEquals(globalThis.Intl, Intl);
  assertStrictEquals(globalThis.setImmediate, setImmediate);
  const before = performance.now();
  await time.delay(2);
  assert(performance.now() > before);
  assertEquals(time.now, START);
});

Deno.test("tick() calls timers in due order, then in creation order", () => {
  using time = new FakeTime(START);
  const journal = new Journal();
  setTimeout(journal.write("late"), 200);
  setTimeout(journal.write("first"), 100);
  setTimeout(journal.write("second"), 100);
  setTimeout(journal.write("early"), 50);
  setTimeout(journal.write("never"), 201);
  time.tick(200);
  assertEquals(journal.lines, [
    "50: early",
    "100: first",
    "100: second",
    "200: late",
  ]);
});

Deno.test("tick() without a duration calls timers that are due immediately", () => {
  using time = new FakeTime(START);
  const journal = new Journal();
  setTimeout(journal.write("zero"), 0);
  setTimeout(journal.write("none"));
  setTimeout(journal.write("negative"), -5);
  setTimeout(journal.write("one"), 1);
  assertEquals(journal.lines, []);
  time.tick();
  assertEquals(journal.lines, ["0: zero", "0: none", "0: negative"]);
});

Deno.test("tick() calls timers set by other timers within the same period", () => {
  using time = new FakeTime(START);
  const journal = new Journal();
  setTimeout(() => {
    journal.write("outer")();
    setTimeout(journal.write("at once"), 0);
    setTimeout(journal.write("at the end"), 100);
    setTimeout(journal.write("beyond"), 101);
  }, 100);
  setTimeout(journal.write("beside"), 100);
  time.tick(200);
  assertEquals(journal.lines, [
    "100: outer",
    "100: beside",
    "100: at once",
    "200: at the end",
  ]);
});

Deno.test("tick() accumulates, including fractions of a millisecond", () => {
  using time = new FakeTime(START);
  const journal = new Journal();
  setTimeout(journal.write("due"), 1000);
  for (const ms of [0.25, 0.75, 998, 0.5]) time.tick(ms);
  assertEquals(journal.lines, []);
  time.tick(0.5);
  assertEquals(journal.lines, ["1000: due"]);
  assertEquals(time.now, START + 1000);
});

Deno.test("tick() stops at a timer that throws", () => {
  using time = new FakeTime(START);
  const journal = new Journal();
  setTimeout(() => {
    throw new RangeError("out of it");
  }, 100);
  setTimeout(journal.write("after"), 150);
  assertThrows(() => time.tick(200), RangeError, "out of it");
  assertEquals(time.now, START + 100);
  assertEquals(journal.lines, []);
  time.tick(50);
  assertEquals(journal.lines, ["150: after"]);
});

Deno.test("tick() can advance by more than the maximum delay of a timer", () => {
  using time = new FakeTime(START);
  const days = 60 * 24 * 3600 * 1000;
  const journal = new Journal();
  setTimeout(() => setTimeout(journal.write("met"), days / 3), days / 3);
  time.tick(days);
  assertEquals(time.now, START + days);
  assertEquals(journal.lines, [`${days / 3 * 2}: met`]);
});

Deno.test("setTimeout() passes on its arguments", () => {
  using time = new FakeTime(START);
  const seen: unknown[] = [];
  setTimeout((...args: unknown[]) => seen.push(...args), 10, "a", 1);
  time.tick(10);
  assertEquals(seen, ["a", 1]);
});

Deno.test("clearTimeout() cancels a timer, even from another timer", () => {
  using time = new FakeTime(START);
  const journal = new Journal();
  const early = setTimeout(journal.write("early"), 10);
  clearTimeout(early);
  clearTimeout(early);
  clearTimeout(undefined);
  setTimeout(() => clearTimeout(same), 20);
  const same = setTimeout(journal.write("same instant"), 20);
  time.tick(100);
  assertEquals(journal.lines, []);
  assertEquals(time.next(), false);
});

Deno.test("clearTimeout() does not cancel a real timer", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, 1);
  {
    using _time = new FakeTime(START);
    clearTimeout(timer);
  }
  await promise;
});

Deno.test("setInterval() repeats until it is cleared, even by itself", () => {
  using time = new FakeTime(START);
  const journal = new Journal();
  const beat = setInterval(journal.write("beat"), 100);
  time.tick(350);
  clearInterval(beat);
  const thrice = setInterval(() => {
    journal.write("thrice")();
    if (journal.lines.length === 6) clearInterval(thrice);
  }, 50);
  time.tick(1000);
  assertEquals(journal.lines, [
    "100: beat",
    "200: beat",
    "300: beat",
    "400: thrice",
    "450: thrice",
    "500: thrice",
  ]);
});

Deno.test("tickAsync() runs pending microtasks before it advances", async () => {
  using time = new FakeTime(START);
  const journal = new Journal();
  const task = Promise.resolve().then(() =>
    new Promise<void>((resolve) => setTimeout(resolve, 100))
  ).then(journal.write("woken"));
  await time.tickAsync(99);
  assertEquals(journal.lines, []);
  await time.tickAsync(1);
  await task;
  assertEquals(journal.lines, ["100: woken"]);
});

Deno.test("tickAsync() runs no microtasks between timers", async () => {
  using time = new FakeTime(START);
  const journal = new Journal();
  setTimeout(() => {
    Promise.resolve().then(journal.write("then"));
  }, 10);
  setTimeout(journal.write("timer"), 20);
  await time.tickAsync(30);
  await time.runMicrotasks();
  assertEquals(journal.lines, ["20: timer", "30: then"]);
});

Deno.test("next() advances to the next timers and returns whether there are any", () => {
  using time = new FakeTime(START);
  const journal = new Journal();
  setTimeout(journal.write("one"), 70);
  setTimeout(journal.write("two"), 70);
  setTimeout(journal.write("three"), 90);
  assertEquals(time.next(), true);
  assertEquals(journal.lines, ["70: one", "70: two"]);
  assertEquals(time.next(), true);
  assertEquals(time.next(), false);
  assertEquals(time.now, START + 90);
});

Deno.test("nextAsync() runs pending microtasks, then the next timers", async () => {
  using time = new FakeTime(START);
  const journal = new Journal();
  Promise.resolve().then(() => setTimeout(journal.write("set late"), 40));
  assertEquals(await time.nextAsync(), true);
  assertEquals(journal.lines, ["40: set late"]);
  assertEquals(await time.nextAsync(), false);
  assertEquals(time.now, START + 40);
});

Deno.test("runMicrotasks() runs all microtasks without advancing time", async () => {
  using time = new FakeTime(START);
  let depth = 0;
  const descend = async () => {
    for (; depth < 500; depth++) await undefined;
  };
  const descent = descend();
  await time.runMicrotasks();
  assertEquals(depth, 500);
  assertEquals(time.now, START);
  await descent;
});

Deno.test("runAll() and runAllAsync() continue until no timer is left", async () => {
  using time = new FakeTime(START);
  const journal = new Journal();
  const chain = (left: number) => {
    journal.write(`${left}`)();
    if (left > 0) setTimeout(chain, 100, left - 1);
  };
  chain(2);
  time.runAll();
  chain(1);
  Promise.resolve().then(() => setTimeout(journal.write("pending"), 150));
  await time.runAllAsync();
  assertEquals(journal.lines, [
    "0: 2",
    "100: 1",
    "200: 0",
    "200: 1",
    "300: 0",
    "350: pending",
  ]);
});

Deno.test("AbortSignal.timeout() aborts in fake time", () => {
  using time = new FakeTime(START);
  const signal = AbortSignal.timeout(5000);
  time.tick(4999);
  assertEquals(signal.aborted, false);
  time.tick(1);
  assertInstanceOf(signal.reason, DOMException);
  assertEquals(signal.reason.name, "TimeoutError");
});

Deno.test("now advances time and throws for a time in the past", () => {
  using time = new FakeTime(START);
  const journal = new Journal();
  setTimeout(journal.write("due"), 10);
  time.now = START + 20;
  assertEquals(journal.lines, ["10: due"]);
  assertThrows(() => time.now = START, RangeError);
  assertEquals(time.now, START + 20);
});

Deno.test("delay() waits in real time and rejects when aborted", async () => {
  using time = new FakeTime(START);
  await time.delay(1);
  const controller = new AbortController();
  const waiting = time.delay(60_000, { signal: controller.signal });
  await time.runMicrotasks();
  controller.abort();
  const error = await assertRejects(() => waiting, DOMException);
  assertEquals(error.name, "AbortError");
  await assertRejects(
    () => time.delay(60_000, { signal: controller.signal }),
    DOMException,
  );
});

Deno.test("restore() and `using` restore all globals", () => {
  const real = currentGlobals();
  const time = new FakeTime(START);
  for (const [name, value] of Object.entries(currentGlobals())) {
    assertNotStrictEquals(value, real[name], name);
  }
  setTimeout(() => {
    throw new Error("A fake timer fired in real time");
  }, 0);
  time.restore();
  assertEquals(currentGlobals(), real);
  assertThrows(() => time.restore(), TimeError);
  assertThrows(() => FakeTime.restore(), TimeError);

  {
    using _time = new FakeTime(START);
  }
  assertEquals(currentGlobals(), real);

  new FakeTime(START);
  FakeTime.restore();
  assertEquals(currentGlobals(), real);
});

Deno.test("restoreFor() restores real time during the callback", async () => {
  const real = currentGlobals();
  const time = new FakeTime(START);
  const answer = await FakeTime.restoreFor(
    async (left: number, right: number) => {
      assertEquals(currentGlobals(), real);
      await new Promise((resolve) => setTimeout(resolve, 1));
      return left + right;
    },
    40,
    2,
  );
  assertEquals(answer, 42);
  assertNotStrictEquals(setTimeout, real.setTimeout);
  assertEquals(Date.now(), START);
  const failing = () =>
    FakeTime.restoreFor(() => {
      throw new RangeError("out of it");
    });
  await assertRejects(failing, RangeError, "out of it");
  assertEquals(Date.now(), START);
  time.restore();
  await assertRejects(() => FakeTime.restoreFor(() => 1), TimeError);
});

Deno.test("FakeTime advances by itself at the given rate", async () => {
  using time = new FakeTime(START, { advanceRate: 100, advanceFrequency: 1 });
  const { promise, resolve } = Promise.withResolvers<void>();
  setTimeout(resolve, 500);
  await promise;
  assert(time.now >= START + 500);
});

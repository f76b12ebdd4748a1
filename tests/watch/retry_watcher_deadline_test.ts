// `RetryWatcher`: connections that died silently. Deadlines and idle time count
// against a connection only while a read is pending.

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
} from "@std/assert";
import { ConnectionError } from "../../api/connection_error.ts";
import { RetryWatcher } from "../../watch/retry_watcher.ts";
import type { RetryWatcherOptions } from "../../watch/retry_watcher_options.ts";
import type { WatchRestart } from "../../watch/observer.ts";
import { Clock, setClock } from "../support/clock.ts";
import {
  added,
  bookmark,
  type ScriptedCall,
  ScriptedWatcher,
} from "../support/scripted_watcher.ts";
import { fixRandom, isPending, turn } from "../support/wait_fakes.ts";

function scene(
  options: RetryWatcherOptions,
  answer: (call: ScriptedCall, index: number) => void = (call) => {
    call.open();
  },
) {
  const source = new ScriptedWatcher(answer);
  const restarts: WatchRestart[] = [];
  const watcher = new RetryWatcher("1", source, {
    onRestart: (restart) => restarts.push(restart),
    ...options,
  });
  return { source, restarts, watcher, reader: watcher.events.getReader() };
}

for (
  const [watchTimeoutMs, timeoutSeconds] of [
    [0, 1],
    [1, 1],
    [999, 1],
    [1_000, 1],
    [1_001, 2],
    [1_500, 2],
    [300_000, 300],
    [2 ** 40, 1_099_511_628],
  ] as const
) {
  Deno.test(`watchTimeoutMs: ${watchTimeoutMs} requests ${timeoutSeconds} s, and enforces it`, async () => {
    using time = new Clock();
    const { source, reader, watcher } = scene({
      watchTimeoutMs,
      watchGraceMs: 700,
    });
    assertEquals(source.call(0).options.timeoutSeconds, timeoutSeconds);
    const read = reader.read();
    await time.pass(timeoutSeconds * 1_000 + 699);
    assertEquals(source.call(0).signal.aborted, false);
    await time.pass(1);
    assertEquals(source.call(0).signal.aborted, true);
    watcher.stop();
    await read;
    assertEquals(time.timers, 0);
  });
}

Deno.test("watchTimeoutMs: Infinity requests no timeout, and sets no deadline", async () => {
  using time = new Clock();
  const { source, watcher, reader } = scene({ watchTimeoutMs: Infinity });
  const read = reader.read();
  assertEquals(source.call(0).options, {
    resourceVersion: "1",
    allowWatchBookmarks: true,
  });
  assertEquals(time.timers, 0);
  watcher.stop();
  await read;
});

Deno.test("watchGraceMs: Infinity requests a timeout, and sets no deadline", () => {
  using time = new Clock();
  const { source, watcher } = scene({ watchGraceMs: Infinity });
  assertEquals(source.call(0).options.timeoutSeconds, 300);
  assertEquals(time.timers, 0);
  watcher.stop();
});

for (
  const [name, answer] of [
    ["a watch", (call) => call.open()],
    ["a watch() that has not answered", () => {}],
  ] satisfies [string, (call: ScriptedCall) => void][]
) {
  Deno.test(`${name} past its deadline with a read pending is a lost connection`, async () => {
    using time = new Clock();
    using _random = fixRandom(0);
    const { source, restarts, reader, watcher } = scene({}, answer);
    const read = reader.read();
    await time.pass(329_999);
    assertEquals(source.call(0).signal.aborted, false);
    await time.pass(1);
    assertEquals(source.calls.length, 2, "the backoff has long passed");
    assertEquals(restarts.length, 1);
    const { cause, ...restart } = restarts[0] ?? {};
    assertInstanceOf(cause, ConnectionError);
    assertEquals(restart, { resourceVersion: "1", delayMs: 0, attempt: 1 });
    assertStrictEquals(source.call(0).signal.reason, cause);
    assertEquals(
      source.call(0).cancels,
      name === "a watch" ? [cause] : [],
    );
    source.call(1).open().send(added(2));
    assertEquals((await read).value, added(2));
    watcher.stop();
    assertEquals(time.timers, 0);
  });

  Deno.test(`${name} past its deadline with no read pending is closed until the next read`, async () => {
    using time = new Clock();
    using _random = fixRandom(0);
    const { source, restarts, reader, watcher } = scene({}, answer);
    await time.pass(329_999);
    assertEquals(source.call(0).signal.aborted, false);
    await time.pass(1);
    assertEquals(source.call(0).signal.aborted, true);
    assertEquals(source.call(0).cancels.length, name === "a watch" ? 1 : 0);
    assertEquals(time.timers, 0);
    await time.pass(10_000_000);
    assertEquals(source.calls.length, 1);
    assertEquals(restarts, []);
    assert(await isPending(watcher.done));

    const read = reader.read();
    await turn();
    assertEquals(source.calls.length, 2, "at once");
    assertEquals(restarts, [
      { cause: undefined, resourceVersion: "1", delayMs: 0, attempt: 1 },
    ]);
    source.call(1).open().send(added(2));
    assertEquals((await read).value, added(2));
    watcher.stop();
    assertEquals(time.timers, 0);
  });
}

Deno.test("a parked watch is opened again from where it was", async () => {
  using time = new Clock();
  const { source, reader, watcher } = scene({});
  source.call(0).send(added(2), bookmark(3), added(4), added(5));
  await reader.read();
  await reader.read();
  await time.pass(330_000);
  assertEquals(watcher.resourceVersion, "4");
  const read = reader.read();
  await turn();
  assertEquals(source.call(1).options.resourceVersion, "4");
  source.call(1).send(added(5));
  assertEquals((await read).value, added(5));
  watcher.stop();
});

Deno.test("a parked watch counts as one that ended normally, not as a failure", async () => {
  using time = new Clock();
  using _random = fixRandom(0);
  const { source, restarts, reader, watcher } = scene(
    {},
    (call, index) => {
      if (index === 0) call.open();
      else call.fail(new Error("down"));
    },
  );
  await time.pass(330_000);
  const read = reader.read();
  await turn();
  assertEquals(restarts.map(({ delayMs }) => delayMs), [0, 1_000]);
  assertEquals(restarts.map(({ attempt }) => attempt), [1, 2]);
  watcher.stop();
  assertEquals((await read).done, true);
  assertEquals(source.calls.length, 2);
});

Deno.test("a parked watch that was shorter than the spacing waits for the rest of it", async () => {
  using time = new Clock();
  using _random = fixRandom(0.5);
  const { source, restarts, reader, watcher } = scene({
    minRestartDelayMs: 10_000,
    watchTimeoutMs: 1_000,
    watchGraceMs: 0,
  });
  await time.pass(1_000);
  assertEquals(source.call(0).signal.aborted, true);
  await time.pass(3_000);
  const read = reader.read();
  await turn();
  assertEquals(restarts, [
    { cause: undefined, resourceVersion: "1", delayMs: 6_000, attempt: 1 },
  ]);
  await time.pass(5_999);
  assertEquals(source.calls.length, 1);
  await time.pass(1);
  assertEquals(source.calls.length, 2);
  watcher.stop();
  await read;
  assertEquals(time.timers, 0);
});

Deno.test("a cancelled read is not pending at the deadline", async () => {
  using time = new Clock();
  const { source, restarts, reader, watcher } = scene({});
  const given = reader.read().catch((error: unknown) => error);
  await turn();
  reader.releaseLock();
  assertInstanceOf(await given, TypeError);
  await time.pass(330_000);
  assertEquals(source.call(0).signal.aborted, true);
  assertEquals(restarts, []);
  assertEquals(time.timers, 0);
  const read = watcher.events.getReader().read();
  await turn();
  assertEquals(source.calls.length, 2);
  source.call(1).send(added(2));
  assertEquals((await read).value, added(2));
  watcher.stop();
});

Deno.test("a read cancelled before the watch opened takes nothing from the source", async () => {
  using _time = new Clock();
  const { source, reader, watcher } = scene({}, () => {});
  const given = reader.read().catch(() => {});
  await turn();
  reader.releaseLock();
  await given;
  source.call(0).open().send(added(2));
  await turn();
  assertEquals(source.call(0).pulls, 0);
  assertEquals((await watcher.events.getReader().read()).value, added(2));
  watcher.stop();
});

Deno.test("events do not postpone the deadline", async () => {
  using time = new Clock();
  const { source, restarts, reader, watcher } = scene({});
  let version = 2;
  for (let passed = 0; passed < 330_000; passed += 10_000) {
    source.call(0).send(added(version++));
    await reader.read();
    await time.pass(passed === 320_000 ? 9_999 : 10_000);
  }
  const read = reader.read();
  await turn();
  assertEquals(source.call(0).signal.aborted, false);
  await time.pass(1);
  assertEquals(source.call(0).signal.aborted, true);
  assertInstanceOf(restarts[0]?.cause, ConnectionError);
  assertEquals(source.calls.length, 2);
  watcher.stop();
  await read;
});

Deno.test("a read that is answered at the deadline leaves none pending", async () => {
  using time = new Clock();
  const { source, restarts, reader, watcher } = scene({});
  const read = reader.read();
  await turn();
  source.call(0).send(added(2));
  await read;
  await time.pass(330_000);
  assertEquals(restarts, []);
  assertEquals(source.call(0).signal.aborted, true);
  watcher.stop();
});

Deno.test("the deadline of a watch that ended does not affect the next", async () => {
  using time = new Clock();
  const { source, reader, watcher } = scene({});
  const read = reader.read();
  await time.pass(200_000);
  source.call(0).end();
  await turn();
  assertEquals(source.calls.length, 2);
  await time.pass(329_999);
  assertEquals(source.call(1).signal.aborted, false);
  await time.pass(1);
  assertEquals(source.call(1).signal.aborted, true);
  watcher.stop();
  await read;
});

Deno.test("consecutive deadlines back off as failures do", async () => {
  using time = new Clock();
  using _random = fixRandom(0);
  const { source, reader, watcher } = scene({
    minRestartDelayMs: 4_000,
    watchTimeoutMs: 1_000,
    watchGraceMs: 0,
  });
  const read = reader.read();
  await turn();
  while (source.calls.length < 4) {
    time.next();
    await turn();
  }
  assertEquals(
    source.calls.map(({ at }) => at - time.start),
    [0, 4_000, 12_000, 28_000],
  );
  watcher.stop();
  await read;
  assertEquals(time.timers, 0);
});

Deno.test("a watch may be silent for ever without idleTimeoutMs", async () => {
  using time = new Clock();
  const { source, reader, watcher } = scene({ watchTimeoutMs: Infinity });
  const read = reader.read();
  await time.pass(1e9);
  assertEquals(source.call(0).signal.aborted, false);
  watcher.stop();
  await read;
});

for (
  const [name, answer] of [
    ["a silent watch", (call) => call.open()],
    ["a watch() that has not answered", () => {}],
  ] satisfies [string, (call: ScriptedCall) => void][]
) {
  Deno.test(`${name} is lost after idleTimeoutMs with a read pending`, async () => {
    using time = new Clock();
    using _random = fixRandom(0);
    const { source, restarts, reader, watcher } = scene(
      { idleTimeoutMs: 60_000 },
      answer,
    );
    const read = reader.read();
    await time.pass(59_999);
    assertEquals(source.call(0).signal.aborted, false);
    await time.pass(1);
    assertEquals(source.call(0).signal.aborted, true);
    assertEquals(source.calls.length, 2);
    const { cause, ...restart } = restarts[0] ?? {};
    assertInstanceOf(cause, ConnectionError);
    assertEquals(restart, { resourceVersion: "1", delayMs: 0, attempt: 1 });
    await time.pass(59_999);
    assertEquals(source.call(1).signal.aborted, false);
    await time.pass(1);
    assertEquals(source.call(1).signal.aborted, true);
    watcher.stop();
    await read;
    assertEquals(time.timers, 0);
  });
}

Deno.test("idleness is not counted while no read is pending", async () => {
  using time = new Clock();
  const { source, restarts, reader, watcher } = scene({
    idleTimeoutMs: 60_000,
    watchTimeoutMs: Infinity,
  });
  assertEquals(time.timers, 0);
  await time.pass(1_000_000);
  const read = reader.read();
  await time.pass(59_999);
  assertEquals(source.call(0).signal.aborted, false);
  source.call(0).send(added(2));
  assertEquals((await read).value, added(2));
  await time.pass(1_000_000);
  assertEquals(restarts, []);
  assertEquals(time.timers, 0);
  watcher.stop();
});

Deno.test("idleness counts from the pending read, after a pause", async () => {
  using time = new Clock();
  const { source, reader, watcher } = scene({
    idleTimeoutMs: 60_000,
    watchTimeoutMs: Infinity,
  });
  source.call(0).send(added(2));
  await reader.read();
  await time.pass(30_000);
  const read = reader.read();
  await time.pass(59_999);
  assertEquals(source.call(0).signal.aborted, false);
  await time.pass(1);
  assertEquals(source.call(0).signal.aborted, true);
  watcher.stop();
  await read;
});

for (
  const [name, event] of [
    ["an event", added],
    ["a bookmark", bookmark],
  ] as const
) {
  Deno.test(`${name} restarts the idle time, exactly`, async () => {
    using time = new Clock();
    const { source, reader, watcher } = scene({
      idleTimeoutMs: 60_000,
      watchTimeoutMs: Infinity,
    });
    const reading = (async () => {
      while (!(await reader.read()).done);
    })();
    for (const [index, ms] of [10_000, 59_999, 1, 35_000].entries()) {
      await time.pass(ms);
      source.call(0).send(event(index + 2));
      await turn();
    }
    await time.pass(59_999);
    assertEquals(source.call(0).signal.aborted, false);
    await time.pass(1);
    assertEquals(source.call(0).signal.aborted, true);
    assertEquals(source.call(1).options.resourceVersion, "5");
    watcher.stop();
    await reading;
    assertEquals(time.timers, 0);
  });
}

Deno.test("an ERROR does not restart the idle time, since it ends the watch", async () => {
  using time = new Clock();
  using _random = fixRandom(0);
  const { source, reader, watcher } = scene({ idleTimeoutMs: 60_000 });
  const read = reader.read();
  await time.pass(30_000);
  source.call(0).send({ type: "ERROR", object: { code: 500 } });
  await turn();
  assertEquals(source.calls.length, 2);
  await time.pass(59_999);
  assertEquals(source.call(1).signal.aborted, false);
  await time.pass(1);
  assertEquals(source.call(1).signal.aborted, true);
  watcher.stop();
  await read;
  assertEquals(time.timers, 0);
});

Deno.test("a cancelled read is not idle", async () => {
  using time = new Clock();
  const { source, restarts, reader, watcher } = scene({
    idleTimeoutMs: 60_000,
    watchTimeoutMs: Infinity,
  });
  const given = reader.read().catch(() => {});
  await turn();
  reader.releaseLock();
  await given;
  await time.pass(1_000_000);
  assertEquals(restarts, []);
  const read = watcher.events.getReader().read();
  await time.pass(59_999);
  assertEquals(source.call(0).signal.aborted, false);
  await time.pass(1);
  assertEquals(source.call(0).signal.aborted, true);
  watcher.stop();
  await read;
  assertEquals(time.timers, 0);
});

Deno.test("a restart without a pending read counts no idle time", async () => {
  using time = new Clock();
  using _random = fixRandom(0);
  const { source, watcher } = scene({
    idleTimeoutMs: 5_000,
    watchTimeoutMs: Infinity,
  }, (call, index) => {
    if (index === 0) call.fail(new Error("down"));
    else call.open();
  });
  await time.pass(1_000);
  assertEquals(source.calls.length, 2);
  assertEquals(time.timers, 0);
  watcher.stop();
});

Deno.test("a clock that is set back delays idleness once, not until it has caught up", async () => {
  using time = new Clock(1e12);
  const { source, reader, watcher } = scene({
    idleTimeoutMs: 60_000,
    watchTimeoutMs: Infinity,
  });
  const read = reader.read();
  await time.pass(10_000);
  using _clock = setClock(-3_600_000);
  await time.pass(50_000);
  assertEquals(source.call(0).signal.aborted, false);
  await time.pass(59_999);
  assertEquals(source.call(0).signal.aborted, false);
  await time.pass(1);
  assertEquals(source.call(0).signal.aborted, true);
  watcher.stop();
  await read;
  assertEquals(time.timers, 0);
});

Deno.test("no event sets a timer", async () => {
  using time = new Clock();
  const { source, reader, watcher } = scene({ idleTimeoutMs: 60_000 });
  await turn();
  const before = time.timersSoFar;
  for (let version = 2; version < 1_002; version++) {
    source.call(0).send(added(version), bookmark(version));
    assertEquals((await reader.read()).value, added(version));
    time.tick(10);
  }
  assertEquals(time.timersSoFar - before, 1);
  watcher.stop();
  assertEquals(time.timers, 0);
});

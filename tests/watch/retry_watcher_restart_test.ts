// `RetryWatcher`: when a watch is restarted, to the millisecond. Each test says
// how the tries end; `Restarts` records when the next ones start.

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
  assertStringIncludes,
} from "@std/assert";
import { ConnectionError } from "../../api/connection_error.ts";
import { ResponseTooLargeError } from "../../api/response_too_large_error.ts";
import { UndecodableEventError } from "../../api/_undecodable_event_error.ts";
import { RetryWatcher } from "../../watch/retry_watcher.ts";
import type { RetryWatcherOptions } from "../../watch/retry_watcher_options.ts";
import type { WatchRestart } from "../../watch/observer.ts";
import { StatusError } from "../../api/status_error.ts";
import type { Status, WatchEvent } from "../../api/types.ts";
import { Clock, setClock } from "../support/clock.ts";
import {
  added,
  bookmark,
  type ScriptedCall,
  ScriptedWatcher,
  untyped,
} from "../support/scripted_watcher.ts";
import { captureConsole, fixRandom, turn } from "../support/wait_fakes.ts";

/** A watcher that is always being read, and when its watches started. */
class Restarts implements AsyncDisposable {
  readonly source: ScriptedWatcher;
  /** Every reported restart, even if its watch has not started yet. */
  readonly decided: WatchRestart[] = [];
  readonly seen: WatchEvent[] = [];
  readonly watcher: RetryWatcher;
  readonly #time: Clock;
  readonly #reading: Promise<void>;

  constructor(
    time: Clock,
    answer: (call: ScriptedCall, index: number) => void,
    options: RetryWatcherOptions = {},
  ) {
    this.#time = time;
    this.source = new ScriptedWatcher(answer);
    this.watcher = new RetryWatcher("1", this.source, {
      onRestart: (restart) => this.decided.push(restart),
      ...options,
    });
    this.#reading = this.#read();
  }

  /** The restarts whose watches have started. */
  get restarts(): WatchRestart[] {
    return this.decided.slice(0, this.source.calls.length - 1);
  }

  /** The numbers of these restarts. */
  get attempts(): number[] {
    return this.restarts.map(({ attempt }) => attempt);
  }

  /** When the watches started, counted from the first. */
  get starts(): number[] {
    const first = this.source.call(0).at;
    return this.source.calls.map(({ at }) => at - first);
  }

  /** Lets delays pass until `count` watches have started. */
  async until(count: number): Promise<number[]> {
    await turn();
    while (this.source.calls.length < count) {
      if (!this.#time.next()) throw new Error("Nothing is left to wait for");
      await turn();
    }
    return this.starts;
  }

  async #read(): Promise<void> {
    for await (const event of this.watcher) this.seen.push(event);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.watcher.stop();
    await this.#reading;
    assertEquals(this.#time.timers, 0);
  }
}

/** Fails every try. */
function failing(error: unknown): (call: ScriptedCall) => void {
  return (call) => void call.fail(error);
}

/** Lets each try live for a while, then ends it in one way. */
function lasting(
  ms: number,
  end: (call: ScriptedCall, index: number) => void,
): (call: ScriptedCall, index: number) => void {
  return (call, index) => {
    call.open();
    later(call, ms, () => end(call, index));
  };
}

/** Acts after a delay, unless the call is aborted before. */
function later(call: ScriptedCall, ms: number, act: () => void): void {
  const timer = setTimeout(act, ms);
  call.signal.addEventListener("abort", () => clearTimeout(timer));
}

function gone(reason = "Expired"): StatusError {
  return new StatusError({ code: 410, reason, message: "too old" });
}

const DOWN = new Error("down");

Deno.test("a watch that lived longer than the spacing is followed at once", async () => {
  using time = new Clock();
  await using the = new Restarts(time, (call) => call.open());
  await time.pass(1_000);
  the.source.call(0).end();
  await turn();
  assertEquals(the.starts, [0, 1_000]);
  const { cause, delayMs } = the.restarts[0] ?? {};
  assertEquals([cause, delayMs], [undefined, 0]);
});

Deno.test("a watch that ended early after an event is followed after the spacing", async () => {
  using time = new Clock();
  using _random = fixRandom(0.5);
  await using the = new Restarts(
    time,
    lasting(400, (call, index) => call.send(added(index + 2)).end()),
  );
  assertEquals(await the.until(4), [0, 1_000, 2_000, 3_000]);
  assertEquals(the.restarts.slice(0, 2), [
    { cause: undefined, resourceVersion: "2", delayMs: 600, attempt: 1 },
    { cause: undefined, resourceVersion: "3", delayMs: 600, attempt: 1 },
  ]);
});

Deno.test("a watch that ended early after a bookmark is followed after the spacing", async () => {
  using time = new Clock();
  using _random = fixRandom(0.5);
  await using the = new Restarts(
    time,
    lasting(0, (call, index) => call.send(bookmark(index + 2)).end()),
  );
  assertEquals(await the.until(4), [0, 1_000, 2_000, 3_000]);
  assertEquals(the.attempts, [1, 1, 1]);
  assertEquals(the.source.call(3).options.resourceVersion, "4");
});

Deno.test("a watch that ended early and quietly is a failure: it backs off", async () => {
  using time = new Clock();
  using _random = fixRandom(0.5);
  await using the = new Restarts(time, lasting(999, (call) => call.end()));
  assertEquals(await the.until(4), [0, 1_500, 4_500, 10_500]);
  assertEquals(the.attempts, [1, 2, 3]);
  assertEquals(
    the.restarts.map(({ delayMs }) => delayMs),
    [501, 2_001, 5_001],
  );
  for (const { cause } of the.restarts) {
    assertInstanceOf(cause, Error);
    assertEquals(
      cause.message,
      "The watch ended 999 ms after its start, without an event or bookmark",
    );
  }
});

Deno.test("a watch that ended early and quietly while the clock was set back lasted 0 ms", async () => {
  using time = new Clock(1e12);
  await using the = new Restarts(time, (call) => call.open());
  await time.pass(700);
  using _clock = setClock(-86_400_000);
  the.source.call(0).end();
  await turn();
  const cause = the.decided[0]?.cause;
  assertInstanceOf(cause, Error);
  assertStringIncludes(cause.message, "ended 0 ms after its start");
});

Deno.test("a quiet watch that lasted is never a failure", async () => {
  using time = new Clock();
  using _random = fixRandom(0.5);
  await using the = new Restarts(time, lasting(1_000, (call) => call.end()));
  assertEquals(await the.until(4), [0, 1_000, 2_000, 3_000]);
  assertEquals(the.attempts, [1, 2, 3]);
});

Deno.test("a quiet watch that lasted does not reset the backoff", async () => {
  using time = new Clock();
  using _random = fixRandom(0);
  await using the = new Restarts(time, (call, index) => {
    if (index === 2) lasting(5_000, (call) => call.end())(call, index);
    else call.fail(DOWN);
  });
  assertEquals(await the.until(5), [0, 1_000, 3_000, 8_000, 12_000]);
  assertEquals(the.attempts, [1, 2, 3, 4]);
});

for (
  const [random, starts] of [
    [0, [0, 1, 3, 7, 15, 31, 61, 91, 121]],
    [0.5, [0, 1.5, 4.5, 10.5, 22.5, 46.5, 91.5, 136.5, 181.5]],
  ] as const
) {
  Deno.test(`consecutive failures back off to the maximum, with jitter ${random}`, async () => {
    using time = new Clock();
    using _random = fixRandom(random);
    await using the = new Restarts(time, failing(DOWN));
    assertEquals(await the.until(9), starts.map((s) => s * 1_000));
    assertEquals(
      the.attempts,
      [1, 2, 3, 4, 5, 6, 7, 8],
    );
    assertEquals(
      the.restarts.map(({ delayMs }) => delayMs),
      starts.slice(1).map((s, index) => (s - (starts[index] ?? 0)) * 1_000),
    );
    assert(the.restarts.every(({ cause }) => cause === DOWN));
  });
}

Deno.test("the jitter of each delay is random anew", async () => {
  using time = new Clock();
  using _random = fixRandom(0);
  const draws = [0, 0.25, 0.5, 0.75];
  Math.random = () => draws.shift() ?? 0;
  await using the = new Restarts(time, failing(DOWN));
  assertEquals(await the.until(5), [0, 1_000, 3_500, 9_500, 23_500]);
});

Deno.test("the bounds of the backoff can be set", async () => {
  using time = new Clock();
  using _random = fixRandom(0);
  await using the = new Restarts(time, failing(DOWN), {
    minRestartDelayMs: 100,
    maxRestartDelayMs: 300,
  });
  assertEquals(await the.until(5), [0, 100, 300, 600, 900]);
});

Deno.test("a minimum above the maximum still spaces the watches", async () => {
  using time = new Clock();
  using _random = fixRandom(0);
  await using the = new Restarts(time, failing(DOWN), {
    minRestartDelayMs: 5_000,
    maxRestartDelayMs: 2_000,
  });
  assertEquals(await the.until(4), [0, 5_000, 10_000, 15_000]);
});

Deno.test("backoff counts from the start of the try that failed", async () => {
  using time = new Clock();
  using _random = fixRandom(0);
  await using the = new Restarts(
    time,
    lasting(900, (call) => call.break(DOWN)),
  );
  assertEquals(await the.until(4), [0, 1_000, 3_000, 7_000]);
  assertEquals(
    the.restarts.map(({ delayMs }) => delayMs),
    [100, 1_100, 3_100],
  );
});

Deno.test("a failure that took longer than its backoff is followed at once", async () => {
  using time = new Clock();
  using _random = fixRandom(0);
  await using the = new Restarts(
    time,
    lasting(1_500, (call) => call.break(DOWN)),
  );
  assertEquals(await the.until(4), [0, 1_500, 3_500, 7_500]);
});

for (
  const [name, event] of [
    ["an event", added(2)],
    ["a bookmark", bookmark(2)],
  ] as const
) {
  Deno.test(`${name} resets the backoff`, async () => {
    using time = new Clock();
    using _random = fixRandom(0);
    await using the = new Restarts(time, (call, index) => {
      if (index === 2) call.open().send(event).break(DOWN);
      else call.fail(DOWN);
    });
    assertEquals(await the.until(5), [0, 1_000, 3_000, 4_000, 6_000]);
    assertEquals(the.attempts, [1, 2, 1, 2]);
    assertEquals(
      the.restarts.map(({ resourceVersion }) => resourceVersion),
      ["1", "1", "2", "2"],
    );
  });
}

Deno.test("neither an open watch nor an ERROR resets the backoff", async () => {
  using time = new Clock();
  using _random = fixRandom(0);
  await using the = new Restarts(time, (call) => {
    call.open().send({ type: "ERROR", object: { code: 500 } });
  });
  assertEquals(await the.until(4), [0, 1_000, 3_000, 7_000]);
  assertEquals(the.attempts, [1, 2, 3]);
});

for (const code of [429, 503]) {
  Deno.test(`Retry-After with ${code} at the start is honored, also past the maximum`, async () => {
    using time = new Clock();
    using _random = fixRandom(0);
    await using the = new Restarts(
      time,
      failing(new StatusError({ code, details: { retryAfterSeconds: 45 } })),
      { maxRestartDelayMs: 2_000 },
    );
    assertEquals(await the.until(3), [0, 45_000, 90_000]);
    assertEquals(the.restarts[0]?.delayMs, 45_000);
  });
}

Deno.test("Retry-After counts from the response, not from the request", async () => {
  using time = new Clock();
  using _random = fixRandom(0);
  const busy = new StatusError({
    code: 429,
    details: { retryAfterSeconds: 7 },
  });
  await using the = new Restarts(
    time,
    (call) => later(call, 3_000, () => call.fail(busy)),
  );
  assertEquals(await the.until(2), [0, 10_000]);
  assertEquals(the.restarts[0]?.delayMs, 7_000);
});

Deno.test("Retry-After of more than an hour counts as an hour", async () => {
  using time = new Clock();
  using _random = fixRandom(0);
  await using the = new Restarts(
    time,
    failing(
      new StatusError({ code: 503, details: { retryAfterSeconds: 86_400 } }),
    ),
  );
  assertEquals(await the.until(2), [0, 3_600_000]);
});

Deno.test("Retry-After shorter than the backoff does not shorten it", async () => {
  using time = new Clock();
  using _random = fixRandom(0);
  await using the = new Restarts(
    time,
    failing(new StatusError({ code: 429, details: { retryAfterSeconds: 1 } })),
  );
  assertEquals(await the.until(4), [0, 1_000, 3_000, 7_000]);
});

for (
  const object of [
    { code: 429, reason: "TooManyRequests" },
    { code: 500, reason: "InternalError" },
    { code: 504, reason: "Timeout" },
    { code: 666 },
    { kind: "NoStatus" },
  ]
) {
  Deno.test(`an ERROR with ${JSON.stringify(object)} is retried after its retryAfterSeconds`, async () => {
    using time = new Clock();
    using _random = fixRandom(0);
    const status: Status = untyped({
      ...object,
      details: { retryAfterSeconds: 40 },
    });
    await using the = new Restarts(
      time,
      lasting(5_000, (call) => call.send({ type: "ERROR", object: status })),
      { maxRestartDelayMs: 2_000 },
    );
    assertEquals(await the.until(2), [0, 45_000]);
    assertEquals(the.restarts[0]?.delayMs, 40_000);
    assertEquals(the.seen, []);
  });
}

for (const reason of ["Expired", "Gone", "", "NotFound"]) {
  Deno.test(`a start answered 410 ${reason} is tried four times, then delivered`, async () => {
    using time = new Clock();
    using _random = fixRandom(0.5);
    const error = gone(reason);
    await using the = new Restarts(time, failing(error));
    assertEquals(await the.until(4), [0, 1_500, 4_500, 10_500]);
    await the.watcher.done;
    await turn();
    assertEquals(the.seen.length, 1);
    assertEquals(the.seen[0]?.type, "ERROR");
    assertStrictEquals(the.seen[0]?.object, error.status);
    assertEquals(the.attempts, [1, 2, 3]);
    assert(the.restarts.every(({ cause }) => cause === error));
    assertEquals(time.timers, 0);
    assertEquals(the.source.calls.length, 4);
  });
}

for (
  const [name, act] of [
    ["a watch that opens", (call) => call.open().end()],
    ["a 500", failing(new StatusError({ code: 500 }))],
    ["a lost connection", failing(new ConnectionError("reset"))],
    ["a missing stream", (call) => call.answer(undefined)],
    ["a watch() that never answers", () => {}],
  ] satisfies [string, (call: ScriptedCall) => void][]
) {
  Deno.test(`${name} resets the count of 410 responses`, async () => {
    using time = new Clock();
    using _random = fixRandom(0);
    await using the = new Restarts(time, (call, index) => {
      if (index === 3) act(call);
      else call.fail(gone());
    });
    await the.until(8);
    await the.watcher.done;
    assertEquals(the.source.calls.length, 8);
    assertEquals(time.timers, 0);
  });
}

Deno.test("a parking resets the count of 410 responses", async () => {
  using time = new Clock();
  using _random = fixRandom(0);
  const source = new ScriptedWatcher((call, index) => {
    if (index !== 3) call.fail(gone());
  });
  const watcher = new RetryWatcher("1", source);
  for (const ms of [1_000, 2_000, 4_000, 330_000]) await time.pass(ms);
  assertEquals(source.calls.length, 4);
  assertEquals(source.call(3).signal.aborted, true);
  const read = watcher.events.getReader().read();
  for (const ms of [0, 8_000, 16_000, 30_000]) await time.pass(ms);
  assertEquals((await read).value?.type, "ERROR");
  assertEquals(time.timers, 0);
  assertEquals(source.calls.length, 8);
});

Deno.test("410 responses with watches in between never end it", async () => {
  using time = new Clock();
  using _random = fixRandom(0);
  await using the = new Restarts(time, (call, index) => {
    if (index % 4 === 3) call.open().send(added(index)).end();
    else call.fail(gone());
  });
  await the.until(20);
  assertEquals(the.seen, [3, 7, 11, 15, 19].map(added));
});

const BAD_LINES: Readonly<Record<string, [error: unknown, words: string]>> = {
  "a whole line that cannot be understood": [
    new UndecodableEventError("the line is not valid JSON"),
    "the line is not valid JSON",
  ],
  "a line that is too long": [
    new ResponseTooLargeError("a line longer than 5 bytes", 5),
    "a line longer than 5 bytes",
  ],
  "such a line, as the cause says": [
    new Error("wrapped", { cause: new UndecodableEventError("not UTF-8") }),
    "not UTF-8",
  ],
};

for (const [what, [error, words]] of Object.entries(BAD_LINES)) {
  Deno.test(`${what} is retried twice from the same version, then delivered`, async () => {
    using time = new Clock();
    using _random = fixRandom(0.5);
    await using the = new Restarts(time, (call) => call.open().break(error));
    assertEquals(await the.until(3), [0, 1_500, 4_500]);
    await the.watcher.done;
    await turn();
    assertEquals(the.seen, [{
      type: "ERROR",
      object: {
        apiVersion: "v1",
        kind: "Status",
        status: "Failure",
        reason: "InternalError",
        code: 500,
        message: words,
      },
    }]);
    assertEquals(the.attempts, [1, 2]);
    assert(the.decided.every(({ cause }) => cause === error));
    assertEquals(the.source.calls.length, 3);
    assertEquals(the.watcher.resourceVersion, "1");
    assertEquals(time.timers, 0);
  });
}

Deno.test("a line that cannot be understood is retried as often from each version", async () => {
  using time = new Clock();
  using _random = fixRandom(0);
  const bad = new UndecodableEventError("not JSON");
  await using the = new Restarts(time, (call, index) => {
    // The watches start from 1, 1, 2, 2, 3, 3, 3.
    if (index === 1 || index === 3) call.open().send(added(index < 3 ? 2 : 3));
    call.open().break(bad);
  });
  await the.until(7);
  await the.watcher.done;
  assertEquals(
    the.source.calls.map(({ options }) => options.resourceVersion),
    ["1", "1", "2", "2", "3", "3", "3"],
  );
});

for (
  const [name, act] of [
    ["a watch that ended well", (call) => call.open().end()],
    ["a lost connection", (call) => call.open().break(DOWN)],
    ["a start that fails", (call) => call.fail(DOWN)],
    ["a start answered 410", (call) => call.fail(gone())],
    [
      "an ERROR",
      (call) => call.open().send({ type: "ERROR", object: { code: 500 } }),
    ],
    ["a watch() that never answers", () => {}],
  ] satisfies [string, (call: ScriptedCall) => void][]
) {
  Deno.test(`${name} resets the count of lines that cannot be understood`, async () => {
    using time = new Clock();
    using _random = fixRandom(0);
    const bad = new UndecodableEventError("not JSON");
    await using the = new Restarts(time, (call, index) => {
      if (index === 2) act(call);
      else call.open().break(bad);
    });
    await the.until(6);
    await the.watcher.done;
    assertEquals(the.source.calls.length, 6);
  });
}

Deno.test("a line that cannot be understood breaks a row of 410 responses", async () => {
  using time = new Clock();
  using _random = fixRandom(0);
  await using the = new Restarts(time, (call, index) => {
    if (index === 3) call.open().break(new UndecodableEventError("not JSON"));
    else call.fail(gone());
  });
  await the.until(8);
  await the.watcher.done;
  assertEquals(the.source.calls.length, 8);
});

Deno.test("a line that was cut off with its connection is retried for ever", async () => {
  using time = new Clock();
  using _random = fixRandom(0);
  await using the = new Restarts(
    time,
    (call) => call.open().break(new SyntaxError("the stream ended in a line")),
  );
  await the.until(20);
  assertEquals(the.seen, []);
});

Deno.test("onRestart is called once for each restart, before its delay", async () => {
  using time = new Clock();
  using _random = fixRandom(0);
  const order: string[] = [];
  const error = new Error("down");
  await using the = new Restarts(time, (call, index) => {
    order.push(`${Date.now() - time.start}: watch`);
    if (index === 0) call.open().send(added(7)).break(error);
  }, {
    onRestart: (restart) => {
      order.push(`${Date.now() - time.start}: restart`);
      assertEquals(restart, {
        cause: error,
        resourceVersion: "7",
        delayMs: 1_000,
        attempt: 1,
      });
      assertStrictEquals(restart.cause, error);
    },
  });
  await the.until(2);
  await time.pass();
  assertEquals(order, ["0: watch", "0: restart", "1000: watch"]);
});

Deno.test("onRestart is called before a watch that follows at once", async () => {
  using time = new Clock();
  const order: string[] = [];
  await using _the = new Restarts(time, (call, index) => {
    order.push("watch");
    if (index === 0) lasting(1_000, (call) => call.end())(call, index);
  }, { onRestart: () => order.push("restart") });
  await time.pass(1_000);
  assertEquals(order, ["watch", "restart", "watch"]);
});

for (
  const [name, onRestart] of [
    ["throws", () => {
      throw DOWN;
    }],
    ["rejects", () => Promise.reject(DOWN)],
  ] satisfies [string, () => unknown][]
) {
  Deno.test(`an onRestart that ${name} is written to the console once and changes nothing`, async () => {
    using time = new Clock();
    using _random = fixRandom(0);
    using captured = captureConsole();
    await using the = new Restarts(time, (call, index) => {
      if (index === 0) call.fail(new Error("other"));
      else call.open().send(added(2));
    }, { onRestart });
    assertEquals(await the.until(2), [0, 1_000]);
    await turn();
    assertEquals(captured.written.length, 1);
    assert(captured.written[0]?.includes(DOWN));
    assertEquals(the.seen, [added(2)]);
  });
}

Deno.test("minRestartDelayMs: 0 neither spaces nor backs off", async () => {
  using time = new Clock();
  using _random = fixRandom(0.5);
  await using the = new Restarts(time, (call, index) => {
    if (index % 2 === 0) call.fail(DOWN);
    else call.open().end();
  }, { minRestartDelayMs: 0 });
  const starts = await the.until(20);
  assert(starts.every((start) => start === 0));
  assert(the.restarts.every(({ delayMs }) => delayMs === 0));
  assertEquals(the.restarts.at(-1)?.attempt, the.restarts.length);
});

Deno.test("minRestartDelayMs: 0 lets the event loop turn between two watches", async () => {
  using time = new Clock();
  await using the = new Restarts(time, failing(DOWN), {
    minRestartDelayMs: 0,
  });
  await turn();
  assertEquals(the.source.calls.length, 1, "a timer has to fire first");
  await time.pass();
  assertEquals(the.source.calls.length, 2);
});

Deno.test("minRestartDelayMs: 0 still honors a Retry-After", async () => {
  using time = new Clock();
  await using the = new Restarts(
    time,
    failing(new StatusError({ code: 429, details: { retryAfterSeconds: 3 } })),
    { minRestartDelayMs: 0 },
  );
  assertEquals(await the.until(3), [0, 3_000, 6_000]);
});

Deno.test("a clock that is set back counts as standing still", async () => {
  using time = new Clock(1e12);
  using _random = fixRandom(0);
  await using the = new Restarts(time, (call) => call.open());
  await time.pass(700);
  using _clock = setClock(-86_400_000);
  the.source.call(0).end();
  await turn();
  assertEquals(the.decided[0]?.delayMs, 1_000);
  await time.pass(999);
  assertEquals(the.source.calls.length, 1);
  await time.pass(1);
  assertEquals(the.source.calls.length, 2);
});

Deno.test("restarts continue while no read is pending", async () => {
  using time = new Clock();
  using _random = fixRandom(0);
  const source = new ScriptedWatcher((call, index) => {
    if (index < 3) call.fail(DOWN);
    else call.open();
  });
  await using _watcher = new RetryWatcher("1", source);
  for (const ms of [1_000, 2_000, 4_000]) await time.pass(ms);
  assertEquals(source.calls.length, 4);
});

Deno.test("each watch starts from the version reached, with the same request", async () => {
  using time = new Clock();
  using _random = fixRandom(0);
  await using the = new Restarts(time, (call, index) => {
    call.open().send(added(index + 10), bookmark(index + 100)).end();
  }, { watchTimeoutMs: 7_000 });
  await the.until(3);
  assertEquals(
    the.source.calls.map(({ options }) => options),
    ["1", "100", "101"].map((resourceVersion) => ({
      resourceVersion,
      allowWatchBookmarks: true,
      timeoutSeconds: 7,
    })),
  );
  const signals = new Set(the.source.calls.map(({ signal }) => signal));
  assertEquals(signals.size, 3);
});

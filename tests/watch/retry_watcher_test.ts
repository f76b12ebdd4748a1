// `RetryWatcher`: its arguments, its requests, its events and its end. The
// other `retry_watcher_*_test.ts` files test its restarts, deadlines, stops,
// position, and random histories.

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  ConfigurationError,
  ConnectionError,
  type RetryWatcherOptions,
  type Status,
  StatusError,
  type WatchEvent,
} from "../../watch/mod.ts";
import { RetryWatcher } from "../../watch/retry_watcher.ts";
import { Clock } from "../support/clock.ts";
import {
  added,
  bookmark,
  ScriptedWatcher,
  untyped,
} from "../support/scripted_watcher.ts";
import {
  CountedAbort,
  fixRandom,
  isPending,
  turn,
} from "../support/wait_fakes.ts";

/** Opens every watch, and sends nothing. */
function quietSource(): ScriptedWatcher {
  return new ScriptedWatcher((call) => call.open());
}

for (const version of ["", "0"]) {
  Deno.test(`new RetryWatcher() throws TypeError at the version ${JSON.stringify(version)}`, () => {
    const abort = new CountedAbort();
    const source = quietSource();
    const error = assertThrows(
      () => new RetryWatcher(version, source, { signal: abort.signal }),
      TypeError,
    );
    assertEquals(
      error.message,
      `initial RV "${version}" is not supported due to issues with underlying WATCH`,
    );
    assertEquals(source.calls.length, 0);
    assertEquals(abort.added, 0);
  });
}

for (
  const name of [
    "minRestartDelayMs",
    "maxRestartDelayMs",
    "watchTimeoutMs",
    "watchGraceMs",
    "idleTimeoutMs",
  ] as const satisfies readonly (keyof RetryWatcherOptions)[]
) {
  Deno.test(`new RetryWatcher() throws RangeError if ${name} is not a duration`, () => {
    for (const value of [-1, -Infinity, NaN]) {
      const abort = new CountedAbort();
      const source = quietSource();
      assertThrows(
        () =>
          new RetryWatcher("1", source, {
            signal: abort.signal,
            [name]: value,
          }),
        RangeError,
        name,
      );
      assertEquals(source.calls.length, 0);
      assertEquals(abort.added, 0);
    }
  });
}

Deno.test("new RetryWatcher() opens the first watch before it returns", async () => {
  using _time = new Clock();
  const source = quietSource();
  await using _watcher = new RetryWatcher("5", source);
  assertEquals(source.calls.length, 1);
  assertEquals(source.call(0).options, {
    resourceVersion: "5",
    allowWatchBookmarks: true,
    timeoutSeconds: 300,
  });
  assertEquals(source.call(0).signal.aborted, false);
});

Deno.test("new RetryWatcher() treats an undefined option as absent", async () => {
  using time = new Clock();
  using _random = fixRandom(0);
  const source = new ScriptedWatcher();
  await using _watcher = new RetryWatcher("5", source, {
    signal: undefined,
    minRestartDelayMs: undefined,
    maxRestartDelayMs: undefined,
    watchTimeoutMs: undefined,
    watchGraceMs: undefined,
    idleTimeoutMs: undefined,
    onRestart: undefined,
  });
  assertEquals(source.call(0).options.timeoutSeconds, 300);
  source.call(0).fail(new Error("down"));
  await time.pass(999);
  assertEquals(source.calls.length, 1);
  await time.pass(1);
  assertEquals(source.calls.length, 2);
});

Deno.test("events delivers each change unchanged, in order", async () => {
  using _time = new Clock();
  const source = quietSource();
  await using watcher = new RetryWatcher("1", source);
  const changes: WatchEvent[] = [
    {
      type: "ADDED",
      object: { kind: "Pod", metadata: { resourceVersion: "2" } },
    },
    { type: "MODIFIED", object: { metadata: { resourceVersion: "3" } } },
    { type: "DELETED", object: { metadata: { resourceVersion: "4" } } },
  ];
  source.call(0).send(...changes);
  const reader = watcher.events.getReader();
  for (const change of changes) {
    const { value } = await reader.read();
    assertStrictEquals(value, change);
  }
  assertEquals(source.calls.length, 1);
});

Deno.test("events delivers no bookmarks", async () => {
  using _time = new Clock();
  const source = quietSource();
  await using watcher = new RetryWatcher("1", source);
  source.call(0).send(
    bookmark(2),
    added(3),
    bookmark(4),
    bookmark(5),
    added(6),
  );
  const reader = watcher.events.getReader();
  assertEquals((await reader.read()).value, added(3));
  assertEquals((await reader.read()).value, added(6));
});

Deno.test("events takes one event from the source for each read", async () => {
  using _time = new Clock();
  const source = quietSource();
  await using watcher = new RetryWatcher("1", source);
  const call = source.call(0).send(added(2), added(3), added(4));
  await turn();
  const reader = watcher.events.getReader();
  await turn();
  assertEquals(call.pulls, 0);
  await reader.read();
  await turn();
  assertEquals(call.pulls, 1);
  await reader.read();
  await turn();
  assertEquals(call.pulls, 2);
});

Deno.test("events answers concurrent reads in order", async () => {
  using _time = new Clock();
  const source = quietSource();
  await using watcher = new RetryWatcher("1", source);
  const reader = watcher.events.getReader();
  const reads = [reader.read(), reader.read(), reader.read()];
  await turn();
  source.call(0).send(added(2), bookmark(3), added(4), added(5), added(6));
  assertEquals((await Promise.all(reads)).map(({ value }) => value), [
    added(2),
    added(4),
    added(5),
  ]);
  await turn();
  assertEquals(source.call(0).pulls, 4);
});

for (
  const status of [
    { code: 401, reason: "Unauthorized", message: "token expired" },
    { code: 403, reason: "Forbidden", message: "pods is forbidden" },
  ]
) {
  for (const wrapped of [false, true]) {
    Deno.test(`a start answered ${status.code} ends it with the Status${wrapped ? ", also as a cause" : ""}`, async () => {
      using time = new Clock();
      const abort = new CountedAbort();
      const restarts: unknown[] = [];
      const source = new ScriptedWatcher();
      const watcher = new RetryWatcher("1", source, {
        signal: abort.signal,
        onRestart: (restart) => restarts.push(restart),
      });
      const error = new StatusError(status);
      source.call(0).fail(wrapped ? new Error("no", { cause: error }) : error);
      const reader = watcher.events.getReader();
      const { value } = await reader.read();
      assertEquals(value?.type, "ERROR");
      assertStrictEquals(value?.object, status);
      assertEquals((await reader.read()).done, true);
      await watcher.done;
      assertEquals(source.call(0).signal.aborted, true);
      assertEquals(restarts, []);
      assertEquals(abort.listeners, 0);
      assertEquals(watcher.resourceVersion, "1");
      assertEquals(time.timers, 0);
      assertEquals(source.calls.length, 1);
    });
  }
}

const START_FAILURES: readonly [string, (source: ScriptedWatcher) => void][] = [
  ...[400, 404, 405, 408, 409, 422, 429, 500, 503, 504].map((
    code,
  ): [string, (source: ScriptedWatcher) => void] => [
    `answered ${code}`,
    (source) => source.call(0).fail(new StatusError({ code })),
  ]),
  ["without an answer", (source) => {
    source.call(0).fail(new ConnectionError("no route"));
  }],
  ["that fails in its own way", (source) => source.call(0).fail("oh no")],
  ["that fails with nothing", (source) => source.call(0).fail(undefined)],
  ["that returns undefined", (source) => source.call(0).answer(undefined)],
  ["that returns null", (source) => source.call(0).answer(null)],
  ["that returns a locked stream", (source) => {
    const stream = new ReadableStream<WatchEvent>();
    stream.getReader();
    source.call(0).answer(stream);
  }],
];

for (const [name, act] of START_FAILURES) {
  Deno.test(`a start ${name} is retried`, async () => {
    using time = new Clock();
    using _random = fixRandom(0);
    const source = new ScriptedWatcher();
    const causes: unknown[] = [];
    await using watcher = new RetryWatcher("1", source, {
      onRestart: ({ cause }) => causes.push(cause),
    });
    const read = watcher.events.getReader().read();
    act(source);
    await time.pass(1_000);
    assertEquals(source.calls.length, 2);
    assertEquals(causes.length, 1);
    assertEquals(source.call(0).signal.aborted, true);
    assertEquals(source.call(1).options.resourceVersion, "1");
    source.call(1).open().send(added(2));
    assertEquals((await read).value, added(2));
  });
}

Deno.test("a start that returns no stream is reported as a TypeError", async () => {
  using _time = new Clock();
  const source = new ScriptedWatcher((call) => call.answer(undefined));
  const causes: unknown[] = [];
  await using _watcher = new RetryWatcher("1", source, {
    onRestart: ({ cause }) => causes.push(cause),
  });
  await turn();
  assertInstanceOf(causes[0], TypeError);
});

Deno.test("a watch() that throws instead of rejecting is retried", async () => {
  using time = new Clock();
  using _random = fixRandom(0);
  const error = new Error("thrown");
  const source = new ScriptedWatcher((_call, index) => {
    if (index === 0) throw error;
  });
  const causes: unknown[] = [];
  await using _watcher = new RetryWatcher("1", source, {
    onRestart: ({ cause }) => causes.push(cause),
  });
  await time.pass(1_000);
  assertEquals(causes, [error]);
  assertEquals(source.calls.length, 2);
});

for (const wrapped of [false, true]) {
  Deno.test(`a start that can never work ends it with one ERROR${wrapped ? ", also as a cause" : ""}`, async () => {
    using time = new Clock();
    const restarts: unknown[] = [];
    const source = new ScriptedWatcher();
    const watcher = new RetryWatcher("1", source, {
      onRestart: (restart) => restarts.push(restart),
    });
    const error = new ConfigurationError("Cannot use the certificate");
    source.call(0).fail(
      wrapped ? new ConnectionError("no", { cause: error }) : error,
    );
    const events = await Array.fromAsync(watcher.events);
    assertEquals(events.map(({ type }) => type), ["ERROR"]);
    const object: Status = events[0]?.type === "ERROR" ? events[0].object : {};
    assertEquals(object.code, 500);
    assertEquals(object.message, "Cannot use the certificate");
    await watcher.done;
    assertEquals(restarts, []);
    assertEquals(time.timers, 0);
    assertEquals(source.calls.length, 1);
  });
}

Deno.test("an ERROR is delivered with the fields that a Status promises, and cut", async () => {
  using _time = new Clock();
  const source = quietSource();
  const watcher = new RetryWatcher("1", source);
  const status = {
    code: 410,
    reason: { not: "a text" },
    message: "x".repeat(5_000),
    details: { causes: { not: "a list" }, retryAfterSeconds: 1.5 },
  };
  source.call(0).send({ type: "ERROR", object: untyped<Status>(status) });
  const [event] = await Array.fromAsync(watcher.events);
  assertEquals(event?.object, {
    code: 410,
    message: `${"x".repeat(4_096)}…`,
    details: {},
  });
});

/** An event that throws when it is looked at. */
function throwing(name: "type" | "object", error: unknown): WatchEvent {
  return untyped({
    type: "ADDED",
    object: added(2).object,
    get [name]() {
      throw error;
    },
  });
}

for (const name of ["type", "object"] as const) {
  Deno.test(`an event that throws at its ${name} ends it with one ERROR`, async () => {
    using time = new Clock();
    const source = quietSource();
    const watcher = new RetryWatcher("1", source);
    source.call(0).send(throwing(name, new RangeError("too deep")));
    const events = await Array.fromAsync(watcher.events);
    assertEquals(events, [{
      type: "ERROR",
      object: {
        apiVersion: "v1",
        kind: "Status",
        status: "Failure",
        reason: "InternalError",
        code: 500,
        message: "too deep",
      },
    }]);
    await watcher.done;
    assertEquals(source.call(0).signal.aborted, true);
    assertEquals(source.call(0).cancels.length, 1);
    assertEquals(time.timers, 0);
  });
}

/** Methods of a reader that is not the runtime's own. */
const BAD_METHODS: Readonly<Record<string, () => unknown>> = {
  "throws": () => {
    throw new Error("boom");
  },
  "rejects": () => Promise.reject(new Error("boom")),
  "returns nothing": () => {},
  "returns a number": () => 5,
  "returns a promise of nothing": () => Promise.resolve(),
};

/** A stream whose reader has these methods, and others that do nothing. */
function foreignStream(
  methods: Readonly<Record<string, () => unknown>>,
): ReadableStream<WatchEvent> {
  const reader = {
    read: () => new Promise(() => {}),
    cancel: () => Promise.resolve(),
    releaseLock: () => {},
    ...methods,
  };
  return untyped({ getReader: () => reader });
}

/** Has a watcher restart at a deadline, then stops it. */
async function restartAndStop(
  source: ScriptedWatcher,
  time: Clock,
): Promise<void> {
  const watcher = new RetryWatcher("1", source);
  const read = watcher.events.getReader().read();
  await time.pass(330_000);
  assertEquals(source.calls.length, 2);
  watcher.stop();
  assertEquals((await read).done, true);
  await watcher.done;
  assertEquals(time.timers, 0);
}

for (const [what, act] of Object.entries(BAD_METHODS)) {
  Deno.test(`a reader whose read() ${what} ends it, or is retried`, async () => {
    using time = new Clock();
    using _random = fixRandom(0);
    const source = new ScriptedWatcher((call, index) => {
      if (index === 0) call.answer(foreignStream({ read: act }));
      else call.open().send(added(2));
    });
    const watcher = new RetryWatcher("1", source);
    const read = watcher.events.getReader().read();
    await time.pass(1_000);
    const { value } = await read;
    if (value?.type === "ERROR") assertEquals(value.object.code, 500);
    else assertEquals(value, added(2));
    watcher.stop();
    await watcher.done;
    assertEquals(time.timers, 0);
  });

  Deno.test(`a reader whose cancel() ${what} hinders neither a restart nor a stop`, async () => {
    using time = new Clock();
    const source = new ScriptedWatcher((call) =>
      call.answer(foreignStream({ cancel: act }))
    );
    await restartAndStop(source, time);
  });
}

Deno.test("a reader whose releaseLock() throws hinders neither a restart nor a stop", async () => {
  using time = new Clock();
  const releaseLock = () => {
    throw new Error("boom");
  };
  const source = new ScriptedWatcher((call) =>
    call.answer(foreignStream({ releaseLock }))
  );
  await restartAndStop(source, time);
});

Deno.test("an ERROR of code 410 is delivered and ends it", async () => {
  using time = new Clock();
  const abort = new CountedAbort();
  const restarts: unknown[] = [];
  const source = quietSource();
  const watcher = new RetryWatcher("1", source, {
    signal: abort.signal,
    onRestart: (restart) => restarts.push(restart),
  });
  const status = { code: 410, reason: "Expired", message: "too old" };
  source.call(0).send(added(2), { type: "ERROR", object: status }, added(3));
  const reader = watcher.events.getReader();
  assertEquals((await reader.read()).value, added(2));
  const { value } = await reader.read();
  assertEquals(value?.type, "ERROR");
  assertStrictEquals(value?.object, status);
  assertEquals((await reader.read()).done, true);
  await watcher.done;
  assertEquals(watcher.resourceVersion, "2");
  assertEquals(source.call(0).signal.aborted, true);
  assertEquals(source.call(0).cancels.length, 1);
  assertEquals(restarts, []);
  assertEquals(abort.listeners, 0);
  assertEquals(time.timers, 0);
  assertEquals(source.calls.length, 1);
});

for (
  const object of [
    { code: 500, reason: "InternalError" },
    { code: 504, reason: "Timeout" },
    { code: 401, reason: "Unauthorized" },
    { code: 403, reason: "Forbidden" },
    { code: 429, reason: "TooManyRequests" },
    { code: 666 },
    { reason: "Expired" },
    { kind: "Pod" },
    "no object",
    null,
    undefined,
  ]
) {
  Deno.test(`an ERROR with ${JSON.stringify(object)} restarts it and is not delivered`, async () => {
    using time = new Clock();
    using _random = fixRandom(0);
    const source = quietSource();
    const causes: unknown[] = [];
    await using watcher = new RetryWatcher("1", source, {
      onRestart: ({ cause }) => causes.push(cause),
    });
    source.call(0).send(
      added(2),
      { type: "ERROR", object: untyped<Status>(object) },
      added(3),
    );
    const reader = watcher.events.getReader();
    assertEquals((await reader.read()).value, added(2));
    const read = reader.read();
    await time.pass(1_000);
    assertEquals(source.calls.length, 2);
    assertInstanceOf(causes[0], StatusError);
    assertEquals(source.call(0).signal.aborted, true);
    assertEquals(source.call(0).cancels.length, 1);
    assertEquals(source.call(1).options.resourceVersion, "2");
    source.call(1).send(added(3));
    assertEquals((await read).value, added(3));
  });
}

for (
  const event of [
    { type: "RENAMED", object: added(3).object },
    { type: "added", object: added(3).object },
    { object: added(3).object },
    null,
    { type: "ADDED", object: {} },
    { type: "MODIFIED", object: { metadata: {} } },
    { type: "DELETED", object: { metadata: { resourceVersion: "" } } },
    { type: "ADDED", object: { metadata: { resourceVersion: 3 } } },
    { type: "ADDED", object: null },
    { type: "ADDED" },
  ]
) {
  Deno.test(`the event ${JSON.stringify(event)} ends it with one ERROR`, async () => {
    using time = new Clock();
    const abort = new CountedAbort();
    const restarts: unknown[] = [];
    const source = quietSource();
    const watcher = new RetryWatcher("1", source, {
      signal: abort.signal,
      onRestart: (restart) => restarts.push(restart),
    });
    source.call(0).send(added(2), untyped<WatchEvent>(event), added(4));
    const reader = watcher.events.getReader();
    assertEquals((await reader.read()).value, added(2));
    const { value } = await reader.read();
    assert(value?.type === "ERROR");
    assertEquals(value.object.kind, "Status");
    assertEquals(value.object.status, "Failure");
    assertEquals(value.object.code, 500);
    assertEquals(value.object.reason, "InternalError");
    const known = ["ADDED", "MODIFIED", "DELETED"];
    assertStringIncludes(
      value.object.message ?? "",
      known.includes(event?.type ?? "")
        ? "resourceVersion"
        : `event type ${JSON.stringify(event?.type)}`,
    );
    assertEquals((await reader.read()).done, true);
    await watcher.done;
    assertEquals(watcher.resourceVersion, "2");
    assertEquals(source.call(0).signal.aborted, true);
    assertEquals(restarts, []);
    assertEquals(abort.listeners, 0);
    assertEquals(time.timers, 0);
    assertEquals(source.calls.length, 1);
  });
}

Deno.test("a stream that errors is a lost connection: watched again from there", async () => {
  using time = new Clock();
  using _random = fixRandom(0);
  const source = quietSource();
  const causes: unknown[] = [];
  await using watcher = new RetryWatcher("1", source, {
    onRestart: ({ cause }) => causes.push(cause),
  });
  const error = new TypeError("connection reset");
  source.call(0).send(added(2)).break(error);
  const reader = watcher.events.getReader();
  assertEquals((await reader.read()).value, added(2));
  const read = reader.read();
  await time.pass(1_000);
  assertEquals(causes, [error]);
  assertEquals(source.call(1).options, {
    resourceVersion: "2",
    allowWatchBookmarks: true,
    timeoutSeconds: 300,
  });
  source.call(1).send(added(3));
  assertEquals((await read).value, added(3));
});

Deno.test("a stream that errored before the first read is a lost connection", async () => {
  using time = new Clock();
  using _random = fixRandom(0);
  const source = new ScriptedWatcher();
  await using watcher = new RetryWatcher("1", source);
  source.call(0).answer(
    new ReadableStream<WatchEvent>({
      start: (controller) => controller.error(new Error("early")),
    }),
  );
  await turn();
  const read = watcher.events.getReader().read();
  await time.pass(1_000);
  source.call(1).open().send(added(2));
  assertEquals((await read).value, added(2));
});

Deno.test("the last ERROR can be read after done resolves", async () => {
  using time = new Clock();
  const source = new ScriptedWatcher();
  const watcher = new RetryWatcher("1", source);
  source.call(0).fail(new StatusError({ code: 403 }));
  await watcher.done;
  assertEquals(time.timers, 0);
  const events = await Array.fromAsync(watcher.events);
  assertEquals(events, [{ type: "ERROR", object: { code: 403 } }]);
});

Deno.test("done stays pending while the watcher runs", async () => {
  using _time = new Clock();
  const source = quietSource();
  const watcher = new RetryWatcher("1", source);
  assert(await isPending(watcher.done));
  watcher.stop();
  assertEquals(await isPending(watcher.done), false);
});

Deno.test("`for await` iterates over the events, and leaving it stops", async () => {
  using time = new Clock();
  const source = quietSource();
  const watcher = new RetryWatcher("1", source);
  source.call(0).send(added(2), bookmark(3), added(4), added(5));
  const seen: WatchEvent[] = [];
  for await (const event of watcher) {
    seen.push(event);
    if (seen.length === 2) break;
  }
  assertEquals(seen, [added(2), added(4)]);
  await watcher.done;
  assertEquals(watcher.resourceVersion, "4");
  assertEquals(source.call(0).signal.aborted, true);
  assertEquals(time.timers, 0);
});

Deno.test("`for await` that is left by an error stops, and passes it on", async () => {
  using time = new Clock();
  const source = quietSource();
  const watcher = new RetryWatcher("1", source);
  source.call(0).send(added(2));
  await assertRejects(
    async () => {
      for await (const _ of watcher) throw new RangeError("enough");
    },
    RangeError,
    "enough",
  );
  await watcher.done;
  assertEquals(time.timers, 0);
});

Deno.test("`for await` ends when the watcher stops", async () => {
  using _time = new Clock();
  const source = quietSource();
  const watcher = new RetryWatcher("1", source);
  source.call(0).send(added(2));
  const seen: WatchEvent[] = [];
  for await (const event of watcher) {
    seen.push(event);
    watcher.stop();
  }
  assertEquals(seen, [added(2)]);
});

Deno.test("`await using` stops and has stopped at the end of the block", async () => {
  using time = new Clock();
  const source = quietSource();
  let done: Promise<void>;
  {
    await using watcher = new RetryWatcher("1", source);
    done = watcher.done;
  }
  assertEquals(await isPending(done), false);
  assertEquals(source.call(0).signal.aborted, true);
  assertEquals(time.timers, 0);
});

Deno.test("[Symbol.asyncDispose]() may be called again, also after stop()", async () => {
  using _time = new Clock();
  const watcher = new RetryWatcher("1", quietSource());
  watcher.stop();
  await watcher[Symbol.asyncDispose]();
  await watcher[Symbol.asyncDispose]();
});

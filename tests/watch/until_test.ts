// `until`: what it adds to `untilWithoutRetry` and `RetryWatcher`, which have
// tests of their own: arguments, options, the last failure, and cleanup.

import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { FakeTime } from "@std/testing/time";
import {
  ConditionError,
  type ConditionFunc,
  ConnectionError,
  isExpiredOrGone,
  isForbidden,
  type KubernetesObject,
  StatusError,
  until,
  UntilError,
  WaitInterruptedError,
  WatchClosedError,
  type WatchEvent,
  type WatchRestart,
} from "../../mod.ts";
import { FakeListerWatcher } from "../../testing/mod.ts";
import {
  atSettling,
  captureConsole,
  CountedAbort,
  event,
  failing,
  Feed,
  fixRandom,
  isPending,
  listOf,
  ScriptedServer,
  turn,
} from "../support/wait_fakes.ts";

const POD: KubernetesObject = { kind: "Pod", metadata: { name: "web" } };

const never: ConditionFunc = () => false;
const isModified: ConditionFunc = ({ type }) => type === "MODIFIED";
const isDeleted: ConditionFunc = ({ type }) => type === "DELETED";

/** Restarts without delays. */
const AT_ONCE = { minRestartDelayMs: 0 };

function forbidden(): StatusError {
  return new StatusError({
    status: "Failure",
    reason: "Forbidden",
    code: 403,
    message: "pods is forbidden: no",
  });
}

for (const version of ["", "0"]) {
  Deno.test(`until() rejects with TypeError when the version is ${JSON.stringify(version)}`, async () => {
    const message = `initial RV ${
      JSON.stringify(version)
    } is not supported due to issues with underlying WATCH`;
    for (const conditions of [never, [never], []]) {
      for (const options of [{}, { signal: AbortSignal.abort() }]) {
        const pods = new FakeListerWatcher();
        const error = await assertRejects(
          () => until(version, pods, conditions, options),
          TypeError,
        );
        assertEquals(error.message, message);
        assertEquals(pods.watchCalls, []);
      }
    }
  });
}

for (
  const name of [
    "minRestartDelayMs",
    "maxRestartDelayMs",
    "watchTimeoutMs",
    "watchGraceMs",
    "idleTimeoutMs",
  ]
) {
  Deno.test(`until() rejects with RangeError when ${name} is not a duration`, async () => {
    const signals = [undefined, AbortSignal.abort()];
    for (const value of [-1, NaN]) {
      for (const conditions of [never, []]) {
        for (const signal of signals) {
          const pods = new FakeListerWatcher();
          await assertRejects(
            () => until("1", pods, conditions, { [name]: value, signal }),
            RangeError,
            name,
          );
          assertEquals(pods.watchCalls, []);
        }
      }
    }
  });
}

Deno.test("until() resolves undefined without a request when there are no conditions", async () => {
  const pods = new FakeListerWatcher();
  assertEquals(await until("1", pods, []), undefined);
  const aborted = { signal: AbortSignal.abort() };
  assertEquals(await until("1", pods, [], aborted), undefined);
  assertEquals(pods.watchCalls, []);
});

Deno.test("until() opens no watch when the signal is already aborted", async () => {
  const pods = new FakeListerWatcher();
  const reason = new DOMException("too long", "TimeoutError");
  const error = await assertRejects(
    () => until("1", pods, never, { signal: AbortSignal.abort(reason) }),
    WaitInterruptedError,
  );
  assertStrictEquals(error.cause, reason);
  assert(error.timedOut);
  assertEquals(pods.watchCalls, []);
});

Deno.test("until() sees events after the version, and none before", async () => {
  const pods = new FakeListerWatcher();
  pods.add({ metadata: { name: "old" } });
  const { metadata } = pods.add(POD);
  pods.modify({ ...POD, metadata: { name: "web", labels: { a: "1" } } });
  const seen: string[] = [];
  const met = await until(metadata?.resourceVersion ?? "", pods, (event) => {
    seen.push(event.type);
    return true;
  });
  assertEquals(seen, ["MODIFIED"]);
  assert(met.type === "MODIFIED");
  assertEquals(met.object.metadata?.labels, { a: "1" });
});

Deno.test("until() goes through its conditions in sequence when the watch breaks in between", async () => {
  const pods = new FakeListerWatcher();
  const from = pods.resourceVersion;
  const breaks: (() => void)[] = [
    () => pods.disconnect(),
    () => pods.disconnect({ error: new Error("connection reset") }),
  ];
  const wait = until(from, pods, [
    ({ type }) => {
      breaks.pop()?.();
      return type === "ADDED";
    },
    isModified,
    ({ type }) => {
      breaks.pop()?.();
      return type === "MODIFIED";
    },
    isDeleted,
  ], AT_ONCE);
  await pods.watchCalled(1);
  pods.add(POD);
  await pods.watchCalled(2);
  pods.modify(POD);
  await pods.watchCalled(3);
  const { metadata } = pods.delete(POD);
  const met = await wait;
  assert(met?.type === "DELETED");
  assertEquals(
    met.object.metadata?.resourceVersion,
    metadata?.resourceVersion,
  );
});

Deno.test("until() passes its options on to the watcher", async () => {
  using time = new FakeTime();
  using _random = fixRandom(0);
  const refused = failing(new ConnectionError("refused"));
  const lists = [() => listOf([]), () => listOf([])];
  const server = new ScriptedServer({ lists, watches: [refused, refused] });
  const abort = new AbortController();
  const restarts: WatchRestart[] = [];
  const wait = assertRejects(
    () =>
      until("7", server, never, {
        signal: abort.signal,
        minRestartDelayMs: 2_000,
        maxRestartDelayMs: 3_000,
        watchTimeoutMs: 60_000,
        onRestart: (restart) => restarts.push(restart),
      }),
    WaitInterruptedError,
  );
  await time.tickAsync(0);
  await time.tickAsync(1_999);
  assertEquals(server.watches.length, 1);
  await time.tickAsync(1);
  await time.tickAsync(2_999);
  assertEquals(server.watches.length, 2);
  await time.tickAsync(1);
  await time.runMicrotasks();
  assertEquals(server.watches.length, 3);
  for (const call of server.watches) {
    assertEquals(call.resourceVersion, "7");
    assertEquals(call.timeoutSeconds, 60);
    assertEquals(call.allowWatchBookmarks, true);
  }
  assertEquals(
    restarts.map(({ attempt, delayMs }) => [attempt, delayMs]),
    [[1, 2_000], [2, 3_000]],
  );
  abort.abort();
  await wait;
});

Deno.test("until() rejects with the status as cause when the version has expired", async () => {
  for (const expiry of ["event", "answer"] as const) {
    const pods = new FakeListerWatcher({ expiry });
    const from = pods.resourceVersion;
    pods.advance();
    pods.compact();
    const seen: string[] = [];
    const error = await assertRejects(
      () => until(from, pods, ({ type }) => seen.push(type) < 0, AT_ONCE),
      WatchClosedError,
      "watch closed before UntilWithoutRetry timeout: last error: ",
    );
    assert(isExpiredOrGone(error.cause));
    assertStrictEquals(error.lastError, error.cause);
    assertEquals(error.lastEvent?.type, "ERROR");
    assertEquals(seen, ["ERROR"]);
    assertEquals(pods.openWatches, 0);
  }
});

Deno.test("until() rejects with the server's message when it is forbidden", async () => {
  const pods = new FakeListerWatcher();
  pods.failNextWatch(forbidden());
  const error = await assertRejects(
    () => until("1", pods, never),
    WatchClosedError,
  );
  assertEquals(
    error.message,
    "watch closed before UntilWithoutRetry timeout: last error: pods is forbidden: no",
  );
  assert(isForbidden(error.cause));
});

Deno.test("until() resolves with the ERROR event when a condition is met by it", async () => {
  const pods = new FakeListerWatcher();
  pods.failNextWatch(forbidden());
  const met = await until("1", pods, ({ type }) => type === "ERROR");
  assert(met.type === "ERROR");
  assertEquals(met.object.code, 403);
});

// The last failure

Deno.test("until() names the last failure when it times out", async () => {
  using time = new FakeTime();
  using _random = fixRandom(0);
  const failures = [1, 2, 3, 4].map((n) => new ConnectionError(`refused ${n}`));
  const server = new ScriptedServer({
    lists: failures.map(failing),
    watches: failures.map(failing),
  });
  const wait = assertRejects(
    () => until("1", server, never, { signal: AbortSignal.timeout(5_000) }),
    WaitInterruptedError,
  );
  for (let passed = 0; passed < 5_000; passed += 500) await time.tickAsync(500);
  const error = await wait;
  // Tried at 0, 1 and 3 s; the next would be at 7 s.
  assertEquals(server.watches.length, 3);
  assertStrictEquals(error.lastError, failures[2]);
  assert(error.timedOut);
  assertEquals(
    error.message,
    "timed out waiting for the condition: last error: refused 3",
  );
});

Deno.test("until() remembers a failure when watches that end well follow it", async () => {
  const pods = new FakeListerWatcher();
  const failure = new ConnectionError("refused");
  const abort = new AbortController();
  pods.failNextWatch(failure);
  const wait = assertRejects(
    () => until("1", pods, never, { ...AT_ONCE, signal: abort.signal }),
    WaitInterruptedError,
  );
  await pods.watchCalled(2);
  await turn();
  pods.add(POD);
  await turn();
  pods.disconnect();
  await pods.watchCalled(3);
  await turn();
  abort.abort();
  const error = await wait;
  assertStrictEquals(error.lastError, failure);
  assertEquals(error.lastEvent?.type, "ADDED");
});

Deno.test("until() treats a retried ERROR event as a failure, and tries no condition on it", async () => {
  const pods = new FakeListerWatcher();
  const abort = new AbortController();
  const { signal } = abort;
  const seen: string[] = [];
  const wait = assertRejects(
    () =>
      until("1", pods, ({ type }) => seen.push(type) < 0, {
        ...AT_ONCE,
        signal,
      }),
    WaitInterruptedError,
    ": last error: etcd is slow",
  );
  await pods.watchCalled(1);
  pods.error({ code: 500, message: "etcd is slow" });
  await pods.watchCalled(2);
  abort.abort();
  const { lastError, lastEvent } = await wait;
  assertInstanceOf(lastError, StatusError);
  assertEquals(lastError.code, 500);
  assertEquals(lastEvent, undefined);
  assertEquals(seen, []);
});

Deno.test("until() names the last failure when a condition throws", async () => {
  const pods = new FakeListerWatcher();
  pods.failNextWatch(new ConnectionError("refused"));
  const wait = until("1", pods, () => {
    throw new Error("the pod has failed");
  }, AT_ONCE);
  const failure = assertRejects(() => wait, ConditionError);
  await pods.watchCalled(2);
  pods.add(POD);
  assertEquals(
    (await failure).message,
    "the condition threw: the pod has failed: last error: refused",
  );
});

Deno.test("until() has no last error when nothing has failed", async () => {
  const pods = new FakeListerWatcher();
  const abort = new AbortController();
  const wait = assertRejects(
    () => until("1", pods, never, { ...AT_ONCE, signal: abort.signal }),
    WaitInterruptedError,
  );
  await pods.watchCalled(1);
  pods.disconnect();
  await pods.watchCalled(2);
  abort.abort(new DOMException("too long", "TimeoutError"));
  const error = await wait;
  assertEquals(error.lastError, undefined);
  assertEquals(error.message, "timed out waiting for the condition");
});

Deno.test("until() continues and remembers the failure when onRestart throws or rejects", async () => {
  using captured = captureConsole();
  for (const rejects of [false, true]) {
    const pods = new FakeListerWatcher();
    const failure = new ConnectionError("refused");
    pods.failNextWatch(failure);
    const thrown = new Error("cannot log");
    const wait = assertRejects(
      () =>
        until("1", pods, isDeleted, {
          ...AT_ONCE,
          onRestart: () => {
            if (rejects) return Promise.reject(thrown);
            throw thrown;
          },
        }),
      WatchClosedError,
    );
    await pods.watchCalled(2);
    pods.add(POD);
    pods.error({ code: 410, reason: "Expired", message: "too old" });
    const error = await wait;
    assertEquals(captured.written.splice(0).map((line) => line.at(-1)), [
      thrown,
    ]);
    // The 410 is the later failure of the two.
    assertInstanceOf(error.lastError, StatusError);
  }
});

// Cleanup

interface Outcome {
  condition: ConditionFunc;
  happens: (pods: FakeListerWatcher, abort: CountedAbort) => void;
  /** The name of the error; undefined if it resolves. */
  error?: string;
}

const OUTCOMES: Readonly<Record<string, Outcome>> = {
  "the condition is met": {
    condition: () => true,
    happens: (pods) => pods.add(POD),
  },
  "the condition throws": {
    condition: () => {
      throw new Error("no");
    },
    happens: (pods) => pods.add(POD),
    error: "ConditionError",
  },
  "the watch cannot continue": {
    condition: never,
    happens: (pods) => pods.error({ code: 410 }),
    error: "WatchClosedError",
  },
  "the signal aborts": {
    condition: never,
    happens: (_, abort) => abort.abort(),
    error: "WaitInterruptedError",
  },
};

for (const [what, { condition, happens, error }] of Object.entries(OUTCOMES)) {
  Deno.test(`until() has released everything before it settles when ${what}`, async () => {
    const pods = new FakeListerWatcher();
    const abort = new CountedAbort();
    const { signal } = abort;
    const wait = until("1", pods, condition, { signal });
    const seen = atSettling(wait, () => ({
      watches: pods.openWatches,
      aborted: pods.watchCalls[0]?.options.signal?.aborted,
      listeners: abort.listeners,
    }));
    await pods.watchCalled(1);
    await turn();
    assertEquals([pods.openWatches, abort.listeners], [1, 1]);
    happens(pods, abort);
    assertEquals(await seen, { watches: 0, aborted: true, listeners: 0 });
    if (error === undefined) assertEquals((await wait).type, "ADDED");
    else {assertEquals(
        (await assertRejects(() => wait, UntilError)).name,
        error,
      );}
  });
}

Deno.test("until() is interrupted at once while a delay is pending", async () => {
  using time = new FakeTime();
  const pods = new FakeListerWatcher();
  pods.failNextWatch(new ConnectionError("refused"));
  const abort = new CountedAbort();
  const wait = assertRejects(
    () => until("1", pods, never, { signal: abort.signal }),
    WaitInterruptedError,
    "refused",
  );
  await time.runMicrotasks();
  abort.abort();
  await wait;
  assertEquals(abort.listeners, 0);
  assertFalse(await time.nextAsync());
  assertEquals(pods.watchCalls.length, 1);
});

for (const late of ["a stream", "an error"]) {
  Deno.test(`until() is interrupted at once when watch() ignores the abort, and drops ${late} that comes later`, async () => {
    const answer = Promise.withResolvers<ReadableStream<WatchEvent>>();
    const server = new ScriptedServer({ watches: [() => answer.promise] });
    const abort = new AbortController();
    const wait = assertRejects(
      () => until("1", server, never, { signal: abort.signal }),
      WaitInterruptedError,
    );
    assert(await isPending(wait));
    abort.abort();
    assertFalse(await isPending(wait));
    await wait;
    const feed = new Feed().send(event("ADDED", "web"));
    if (late === "an error") answer.reject(new Error("too late"));
    else answer.resolve(feed.events);
    await turn();
    assertEquals(feed.cancels.length, late === "an error" ? 0 : 1);
    assertEquals(server.watches.length, 1);
  });
}

Deno.test("until() rejects with TypeError when there is no version", async () => {
  const pods = new FakeListerWatcher();
  await assertRejects(
    () => Reflect.apply(until, undefined, [undefined, pods, never]),
    TypeError,
  );
});

// `listWatchUntil`: existing objects, then changes, as one stream. Pages and
// retries are tested with `listAll`, and restarts with `RetryWatcher`. These
// tests cover their combination: no event is lost, no request is superfluous,
// and nothing is left behind.

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
  type ConditionFunc,
  ConfigurationError,
  ConnectionError,
  isExpiredOrGone,
  isForbidden,
  type KubernetesList,
  type KubernetesObject,
  type ListerWatcher,
  listWatchUntil,
  type ListWatchUntilOptions,
  ShardingUnsupportedError,
  StatusError,
  UntilError,
  WaitInterruptedError,
  WatchClosedError,
  type WatchEvent,
} from "../../mod.ts";
import { FakeListerWatcher } from "../../testing/mod.ts";
import { Clock } from "../support/clock.ts";
import {
  atSettling,
  collectGarbage,
  CountedAbort,
  failing,
  Feed,
  fixRandom,
  isPending,
  listOf,
  ScriptedServer,
  turn,
} from "../support/wait_fakes.ts";

const never: ConditionFunc = () => false;

/** Restarts without delays. */
const AT_ONCE = { minRestartDelayMs: 0 };

function pod(name: string): KubernetesObject {
  return { kind: "Pod", metadata: { name } };
}

function podsNamed(...names: string[]): FakeListerWatcher {
  return new FakeListerWatcher({ objects: names.map(pod) });
}

function nameOf({ object }: WatchEvent): string | undefined {
  return "metadata" in object && object.metadata && "name" in object.metadata
    ? object.metadata.name
    : undefined;
}

/** A condition that records its events, and is met by one of them. */
function seeing(
  seen: string[],
  type: WatchEvent["type"],
  name: string,
): ConditionFunc {
  return (event) => {
    seen.push(`${event.type} ${nameOf(event)}`);
    return event.type === type && nameOf(event) === name;
  };
}

function changed(name: string, resourceVersion: string): WatchEvent {
  return { type: "MODIFIED", object: { metadata: { name, resourceVersion } } };
}

// The list, then the watch

Deno.test("listWatchUntil() begins with an ADDED event for each item, in list order", async () => {
  const seen: string[] = [];
  const items = listOf(["c", "a", "b"]);
  const server = new ScriptedServer({ lists: [() => items] });
  const met = await listWatchUntil(server, seeing(seen, "ADDED", "b"));
  assertEquals(seen, ["ADDED c", "ADDED a", "ADDED b"]);
  assertStrictEquals(met.object, items.items[2]);
});

Deno.test("listWatchUntil() opens no watch when the last item meets the last condition", async () => {
  const pods = podsNamed("a", "b");
  await listWatchUntil(pods, seeing([], "ADDED", "b"));
  await turn();
  assertEquals([pods.listCalls.length, pods.watchCalls.length], [1, 0]);
});

Deno.test("listWatchUntil() opens one watch, from the list's version, when the items do not suffice", async () => {
  const feed = new Feed().send(changed("a", "8"));
  const server = new ScriptedServer({
    lists: [() => listOf(["a"], { resourceVersion: "7" })],
    watches: [() => feed.events],
  });
  const met = await listWatchUntil(server, seeing([], "MODIFIED", "a"));
  assertEquals(met, changed("a", "8"));
  assertEquals(server.lists.length, 1);
  assertEquals(server.watches.map((call) => call.resourceVersion), ["7"]);
  assertEquals(server.watches[0]?.allowWatchBookmarks, true);
});

Deno.test("listWatchUntil() opens no watch while a condition is still tried on the last item", async () => {
  const pods = podsNamed("a");
  const answer = Promise.withResolvers<boolean>();
  const wait = listWatchUntil(pods, () => answer.promise);
  await pods.listCalled(1);
  assert(await isPending(wait));
  assertEquals(pods.watchCalls, []);
  answer.resolve(true);
  await wait;
  assertEquals(pods.watchCalls, []);
});

Deno.test("listWatchUntil() misses nothing between the list and the watch", async () => {
  const pods = podsNamed("a", "b");
  const seen: string[] = [];
  const gate = Promise.withResolvers<boolean>();
  const wait = listWatchUntil(pods, [
    () => gate.promise,
    seeing(seen, "DELETED", "b"),
  ]);
  await pods.listCalled(1);
  await turn();
  pods.add(pod("c"));
  pods.modify(pod("a"));
  pods.delete("b");
  gate.resolve(true);
  await wait;
  assertEquals(seen, [
    "ADDED a",
    "ADDED b",
    "ADDED c",
    "MODIFIED a",
    "DELETED b",
  ]);
});

Deno.test("listWatchUntil() resumes the watch when it breaks", async () => {
  const pods = podsNamed("a");
  const seen: string[] = [];
  const wait = listWatchUntil(pods, seeing(seen, "DELETED", "a"), AT_ONCE);
  for (const watch of [1, 2, 3]) {
    await pods.watchCalled(watch);
    await turn();
    pods.add(pod(`new-${watch}`));
    await turn();
    pods.disconnect({ error: new Error("connection reset") });
  }
  pods.delete("a");
  await wait;
  assertEquals(seen, [
    "ADDED a",
    "ADDED new-1",
    "ADDED new-2",
    "ADDED new-3",
    "DELETED a",
  ]);
  assertEquals(pods.listCalls.length, 1);
});

Deno.test("listWatchUntil() continues conditions in sequence from the list into the watch", async () => {
  const pods = podsNamed("a", "b", "c");
  const tried: string[] = [];
  const wait = listWatchUntil(pods, [
    seeing(tried, "ADDED", "b"),
    seeing(tried, "ADDED", "b"),
    seeing(tried, "MODIFIED", "a"),
    seeing(tried, "MODIFIED", "a"),
  ]);
  await pods.watchCalled(1);
  pods.modify(pod("a"));
  const met = await wait;
  assertEquals([met?.type, met && nameOf(met)], ["MODIFIED", "a"]);
  assertEquals(tried, [
    "ADDED a",
    "ADDED b",
    "ADDED b",
    "ADDED b",
    "ADDED c",
    "MODIFIED a",
    "MODIFIED a",
  ]);
});

Deno.test("listWatchUntil() waits on a watch when the list is empty", async () => {
  const pods = new FakeListerWatcher();
  const wait = listWatchUntil(pods, [seeing([], "ADDED", "a")]);
  await pods.watchCalled(1);
  pods.add(pod("a"));
  assertEquals((await wait)?.type, "ADDED");
});

// Requests

for (
  const [what, options, limits] of [
    ["500 by default", {}, [500, 500, 500]],
    ["500 when it is undefined", { pageSize: undefined }, [500, 500, 500]],
    ["what pageSize says", { pageSize: 1_000 }, [1_000, 1_000]],
    ["everything when pageSize is 0", { pageSize: 0 }, [undefined]],
  ] as const
) {
  Deno.test(`listWatchUntil() requests pages of ${what}, without a version`, async () => {
    const all = Array.from({ length: 1_001 }, (_, n) => `${10_000 + n}`);
    const pods = podsNamed(...all);
    const seen: string[] = [];
    const last = all.at(-1) ?? "";
    await listWatchUntil(pods, seeing(seen, "ADDED", last), options);
    assertEquals(seen, all.map((name) => `ADDED ${name}`));
    const calls = pods.listCalls.map((call) => call.options);
    assertEquals(calls.map(({ limit }) => limit), [...limits]);
    for (const call of calls) {
      assertFalse("resourceVersion" in call);
      assertFalse("resourceVersionMatch" in call);
    }
  });
}

Deno.test("listWatchUntil() shows no condition an item before the last page is there", async () => {
  const lastPage = Promise.withResolvers<KubernetesList>();
  const server = new ScriptedServer({
    lists: [() => listOf(["a"], { continue: "1" }), () => lastPage.promise],
  });
  const seen: string[] = [];
  const wait = listWatchUntil(server, seeing(seen, "ADDED", "a"));
  assert(await isPending(wait));
  assertEquals([server.lists.length, seen.length], [2, 0]);
  lastPage.resolve(listOf(["b"]));
  await wait;
  assertEquals(seen, ["ADDED a"]);
});

Deno.test("listWatchUntil() shows conditions the full list alone when a token expires", async () => {
  const pods = podsNamed("a", "b", "c");
  const list = pods.list.bind(pods);
  pods.list = async (options) => {
    const page = await list(options);
    if (pods.listCalls.length === 2) {
      pods.delete("a");
      pods.add(pod("d"));
      pods.expireContinue();
    }
    return page;
  };
  const seen: string[] = [];
  await listWatchUntil(pods, seeing(seen, "ADDED", "d"), { pageSize: 1 });
  assertEquals(seen, ["ADDED b", "ADDED c", "ADDED d"]);
  assertEquals(pods.listCalls.length, 4);
  const full = pods.listCalls[3]?.options ?? {};
  assertEquals(Object.keys(full), ["signal"]);
  assertEquals(pods.watchCalls, []);
});

Deno.test("listWatchUntil() watches from the full list's version when a token expires", async () => {
  const server = new ScriptedServer({
    lists: [
      () => listOf(["a"], { continue: "1", resourceVersion: "7" }),
      failing(new StatusError({ code: 410 })),
      () => listOf(["a"], { resourceVersion: "9" }),
    ],
    watches: [() => new Feed().send(changed("a", "10")).events],
  });
  await listWatchUntil(server, seeing([], "MODIFIED", "a"));
  assertEquals(server.watches.map((call) => call.resourceVersion), ["9"]);
});

// Invalid arguments and failures

Deno.test("listWatchUntil() resolves undefined without a request when there are no conditions", async () => {
  const pods = podsNamed("a");
  assertEquals(await listWatchUntil(pods, []), undefined);
  const aborted = { signal: AbortSignal.abort() };
  assertEquals(await listWatchUntil(pods, [], aborted), undefined);
  assertEquals([pods.listCalls.length, pods.watchCalls.length], [0, 0]);
});

const BAD_OPTIONS: Readonly<Record<string, ListWatchUntilOptions>> = {
  "pageSize is negative": { pageSize: -1 },
  "pageSize is NaN": { pageSize: NaN },
  "pageSize is not an integer": { pageSize: 1.5 },
  "minRestartDelayMs is negative": { minRestartDelayMs: -1 },
  "maxRestartDelayMs is NaN": { maxRestartDelayMs: NaN },
  "watchTimeoutMs is negative": { watchTimeoutMs: -1 },
  "watchGraceMs is NaN": { watchGraceMs: NaN },
  "idleTimeoutMs is negative": { idleTimeoutMs: -1 },
};

for (const [what, options] of Object.entries(BAD_OPTIONS)) {
  Deno.test(`listWatchUntil() rejects with RangeError when ${what}`, async () => {
    for (const conditions of [() => true, []]) {
      const pods = podsNamed("a");
      await assertRejects(
        () => listWatchUntil(pods, conditions, options),
        RangeError,
        what.split(" ")[0],
      );
      assertEquals([pods.listCalls.length, pods.watchCalls.length], [0, 0]);
    }
  });
}

Deno.test("listWatchUntil() rejects with the same error when the list fails", async () => {
  const errors = [
    new StatusError({ code: 403, reason: "Forbidden" }),
    new StatusError({ code: 410, reason: "Expired" }),
    new StatusError({ code: 500 }),
    new TypeError("no such path"),
    new ConfigurationError("no certificate"),
    new ShardingUnsupportedError("no shards"),
  ];
  for (const error of errors) {
    const pods = podsNamed("a");
    pods.failNextList(error);
    const abort = new CountedAbort();
    const wait = listWatchUntil(pods, never, { signal: abort.signal });
    assertEquals(await atSettling(wait, () => abort.listeners), 0);
    assertStrictEquals(await assertRejects(() => wait), error);
    assertEquals([pods.listCalls.length, pods.watchCalls.length], [1, 0]);
  }
});

Deno.test("listWatchUntil() rejects when it cannot watch from a list without a version", async () => {
  const server = new ScriptedServer({ lists: [() => listOf(["a"], {})] });
  const error = await assertRejects(
    () => listWatchUntil(server, never),
    UntilError,
    "the list has no resource version, as that of an API that cannot be " +
      'watched: initial RV "" is not supported',
  );
  assertInstanceOf(error.cause, TypeError);
  assertEquals(server.watches, []);
});

Deno.test("listWatchUntil() needs no version when the items suffice", async () => {
  const server = new ScriptedServer({ lists: [() => listOf(["a"], {})] });
  await listWatchUntil(server, () => true);
});

Deno.test("listWatchUntil() rejects with the status as cause when the watch cannot continue", async () => {
  const expired = podsNamed("a");
  const refused = podsNamed("a");
  expired.failNextWatch(
    new StatusError({ code: 410, reason: "Expired" }),
    Infinity,
  );
  refused.failNextWatch(new StatusError({ code: 403, reason: "Forbidden" }));
  for (
    const [pods, is] of [[expired, isExpiredOrGone], [
      refused,
      isForbidden,
    ]] as const
  ) {
    const error = await assertRejects(
      () => listWatchUntil(pods, never, AT_ONCE),
      WatchClosedError,
    );
    assert(is(error.cause));
    assertStrictEquals(error.lastError, error.cause);
    assertEquals(error.lastEvent?.type, "ERROR");
    assertEquals(pods.listCalls.length, 1);
  }
});

// Retries

Deno.test("listWatchUntil() retries the list with its restart delays", async () => {
  using time = new FakeTime();
  using _random = fixRandom(0);
  const cases: [ListWatchUntilOptions, number[]][] = [
    [{}, [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]],
    [{ maxRestartDelayMs: 3_000 }, [1_000, 2_000, 3_000, 3_000]],
    [{ minRestartDelayMs: 10 }, [10, 20, 40]],
  ];
  for (const [options, delays] of cases) {
    const failures = delays.map(() => failing(new ConnectionError("refused")));
    const server = new ScriptedServer({
      lists: [...failures, () => listOf(["a"])],
    });
    const wait = listWatchUntil(server, () => true, options);
    for (const [number, delayMs] of delays.entries()) {
      await time.tickAsync(0);
      await time.tickAsync(delayMs - 1);
      await time.runMicrotasks();
      assertEquals(server.lists.length, number + 1);
      await time.tickAsync(1);
      await time.runMicrotasks();
      assertEquals(server.lists.length, number + 2);
    }
    await wait;
  }
});

Deno.test("listWatchUntil() rejects with the same error when the list fails an 11th time", async () => {
  const failure = new ConnectionError("the last");
  const pods = podsNamed("a");
  pods.failNextList(new ConnectionError("refused"), 10);
  pods.failNextList(failure);
  const error = await assertRejects(() => listWatchUntil(pods, never, AT_ONCE));
  assertStrictEquals(error, failure);
  assertEquals(pods.listCalls.length, 11);
});

Deno.test("listWatchUntil() names the last failure of the list when the wait fails later", async () => {
  const failure = new ConnectionError("refused");
  const pods = podsNamed("a");
  pods.failNextList(failure);
  const abort = new AbortController();
  const { signal } = abort;
  const wait = assertRejects(
    () => listWatchUntil(pods, never, { ...AT_ONCE, signal }),
    WaitInterruptedError,
    ": last error: refused",
  );
  await pods.watchCalled(1);
  abort.abort();
  const error = await wait;
  assertStrictEquals(error.lastError, failure);
  assertEquals(error.lastEvent && nameOf(error.lastEvent), "a");
});

Deno.test("listWatchUntil() names the token's expiry, and then what failed in the watch", async () => {
  const expired = new StatusError({ code: 410, message: "token expired" });
  const failure = new ConnectionError("refused");
  for (const watchFails of [false, true]) {
    const server = new ScriptedServer({
      lists: [
        () => listOf(["a"], { continue: "1" }),
        failing(expired),
        () => listOf(["a"]),
      ],
      watches: watchFails ? [failing(failure)] : [],
    });
    const abort = new AbortController();
    const { signal } = abort;
    const wait = assertRejects(
      () => listWatchUntil(server, never, { ...AT_ONCE, signal }),
      WaitInterruptedError,
    );
    await isPending(wait);
    await turn();
    abort.abort();
    assertStrictEquals((await wait).lastError, watchFails ? failure : expired);
  }
});

// The signal

Deno.test("listWatchUntil() lists nothing when the signal is already aborted", async () => {
  const pods = podsNamed("a");
  const reason = new DOMException("too long", "TimeoutError");
  const error = await assertRejects(
    () => listWatchUntil(pods, never, { signal: AbortSignal.abort(reason) }),
    WaitInterruptedError,
    "timed out waiting for the condition",
  );
  assertStrictEquals(error.cause, reason);
  assert(error.timedOut);
  assertEquals(pods.listCalls, []);
});

for (const heeds of [true, false]) {
  Deno.test(`listWatchUntil() is interrupted at once during a list() that ${heeds ? "heeds" : "ignores"} the abort`, async () => {
    for (const pages of [0, 1]) {
      const abort = new AbortController();
      const { signal } = abort;
      const late = Promise.withResolvers<KubernetesList>();
      if (heeds) signal.onabort = () => late.reject(signal.reason);
      const page = () => listOf(["a"], { continue: "1" });
      const server = new ScriptedServer({
        lists: [...Array(pages).fill(page), () => late.promise],
      });
      const wait = assertRejects(
        () => listWatchUntil(server, never, { signal }),
        WaitInterruptedError,
      );
      assert(await isPending(wait));
      const reason = new Error("stopped");
      abort.abort(reason);
      assertFalse(await isPending(wait));
      const error = await wait;
      assertStrictEquals(error.cause, reason);
      assertEquals([error.lastEvent, error.lastError], [undefined, undefined]);
      late.resolve(listOf(["b"], { continue: "2" }));
      await turn();
      assertEquals(server.lists.length, pages + 1);
      assertEquals(server.watches, []);
    }
  });
}

Deno.test("listWatchUntil() aborts the request of the list", async () => {
  const abort = new AbortController();
  const { signal } = abort;
  const server = new ScriptedServer({});
  const wait = assertRejects(
    () => listWatchUntil(server, never, { signal }),
    WaitInterruptedError,
  );
  await turn();
  assertEquals(server.lists[0]?.signal?.aborted, false);
  abort.abort();
  assertEquals(server.lists[0]?.signal?.aborted, true);
  await wait;
});

Deno.test("listWatchUntil() is interrupted at once, with the last error, during the delay before a retry", async () => {
  using time = new FakeTime();
  const failure = new ConnectionError("refused");
  const pods = podsNamed("a");
  pods.failNextList(failure);
  const abort = new CountedAbort();
  const { signal } = abort;
  const wait = listWatchUntil(pods, never, { signal });
  const error = assertRejects(() => wait, WaitInterruptedError);
  assert(await isPending(wait));
  abort.abort(new DOMException("too long", "TimeoutError"));
  assertEquals(await atSettling(wait, () => abort.listeners), 0);
  assertStrictEquals((await error).lastError, failure);
  assertEquals(
    (await error).message,
    "timed out waiting for the condition: last error: refused",
  );
  assertFalse(await time.nextAsync());
  assertEquals(pods.listCalls.length, 1);
});

Deno.test("listWatchUntil() is interrupted between the list and the watch", async () => {
  const pods = podsNamed("a", "b");
  const abort = new AbortController();
  const { signal } = abort;
  const error = await assertRejects(
    () =>
      listWatchUntil(pods, () => {
        abort.abort();
        return false;
      }, { signal }),
    WaitInterruptedError,
  );
  assertEquals(error.lastEvent && nameOf(error.lastEvent), "a");
  await turn();
  assertEquals(pods.watchCalls, []);
});

// Cleanup

interface Outcome {
  /** What happens once the watch is open; a condition may also end the wait. */
  happens: (pods: FakeListerWatcher, abort: CountedAbort) => void;
  condition?: ConditionFunc;
  /** The name of the error; undefined if it resolves. */
  error?: string;
}

const OUTCOMES: Readonly<Record<string, Outcome>> = {
  "the condition is met": { happens: (pods) => pods.add(pod("b")) },
  "the condition throws": {
    happens: (pods) => pods.add(pod("b")),
    condition: (event) => {
      if (nameOf(event) === "b") throw new Error("no");
      return false;
    },
    error: "ConditionError",
  },
  "the watch cannot continue": {
    happens: (pods) => pods.error({ code: 410 }),
    error: "WatchClosedError",
  },
  "the signal aborts": {
    happens: (_, abort) => abort.abort(),
    error: "WaitInterruptedError",
  },
};

for (const [what, outcome] of Object.entries(OUTCOMES)) {
  Deno.test(`listWatchUntil() has released everything before it settles when ${what}`, async () => {
    const { happens, condition = seeing([], "ADDED", "b"), error } = outcome;
    const pods = podsNamed("a");
    const abort = new CountedAbort();
    const { signal } = abort;
    const wait = listWatchUntil(pods, condition, { signal });
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
    if (error === undefined) assertEquals(nameOf(await wait), "b");
    else {assertEquals(
        (await assertRejects(() => wait, UntilError)).name,
        error,
      );}
  });
}

Deno.test("listWatchUntil() leaves nothing behind when the call of watch() aborts the signal", async () => {
  using time = new Clock();
  const pods = podsNamed("a");
  const abort = new CountedAbort();
  const source: ListerWatcher = {
    list: (options) => pods.list(options),
    watch: (options) => {
      abort.abort();
      return pods.watch(options);
    },
  };
  const { signal } = abort;
  await assertRejects(
    () => listWatchUntil(source, never, { signal }),
    WaitInterruptedError,
  );
  await turn();
  assertEquals([pods.openWatches, abort.listeners, time.timers], [0, 0, 0]);
});

Deno.test("listWatchUntil() has released everything before it settles when an item suffices", async () => {
  const pods = podsNamed("a", "b");
  const abort = new CountedAbort();
  const { signal } = abort;
  const wait = listWatchUntil(pods, () => true, { signal });
  assertEquals(await atSettling(wait, () => abort.listeners), 0);
});

Deno.test("listWatchUntil() keeps no item in memory while it waits for a change", async () => {
  const items: WeakRef<KubernetesObject>[] = [];
  const page = (metadata: KubernetesList["metadata"]) => () => {
    const names = Array.from({ length: 100 }, (_, n) => `${n}`);
    const list = listOf(names, metadata);
    for (const item of list.items) items.push(new WeakRef(item));
    return list;
  };
  const feed = new Feed();
  const server = new ScriptedServer({
    lists: [page({ continue: "1" }), page({ resourceVersion: "7" })],
    watches: [() => feed.events],
  });
  const wait = listWatchUntil(server, ({ type }) => type === "DELETED");
  await turn();
  feed.send(changed("a", "8"));
  assert(await isPending(wait));
  assertEquals(items.length, 200);
  await collectGarbage();
  const left = items.filter((item) => item.deref() !== undefined);
  assertEquals(left.length, 0);

  const events: WeakRef<WatchEvent>[] = [];
  for (let version = 9; version < 109; version++) {
    const event = changed("a", `${version}`);
    events.push(new WeakRef(event));
    feed.send(event);
    await turn();
  }
  await collectGarbage();
  const kept = events.filter((event) => event.deref() !== undefined);
  assert(
    kept.length <= 2,
    `${kept.length} of ${events.length} events are kept`,
  );
  feed.send({
    type: "DELETED",
    object: { metadata: { name: "a", resourceVersion: "200" } },
  });
  await wait;
});

// `IndexerInformerWatcher`: the sync, the store, its events, and its options,
// with WatchList and without. Its requests are tested in
// `informer_requests_test`, its restarts in `informer_restart_test`, and
// stopping it in `informer_stop_test`.

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { FakeListerWatcher } from "../../testing/mod.ts";
import { ConnectionError } from "../../api/connection_error.ts";
import { waitForCacheSync } from "../../cache/controller.ts";
import {
  IndexerInformerWatcher,
  type InformerOptions,
} from "../../watch/indexer_informer_watcher.ts";
import { UntilError, WaitInterruptedError } from "../../watch/until_error.ts";
import { Clock } from "../support/clock.ts";
import {
  type Item,
  item,
  line,
  lines,
  refused,
  Rig,
} from "../support/informer_fakes.ts";
import { untyped } from "../support/scripted_watcher.ts";
import {
  captureConsole,
  CountedAbort,
  isPending,
  turn,
} from "../support/wait_fakes.ts";

for (const watchList of [true, false]) {
  const by = watchList ? "by WatchList" : "by LIST";

  Deno.test(`IndexerInformerWatcher is running from construction, ${by}`, async () => {
    using time = new Clock();
    await using rig = new Rig(time, { watchList });
    assertEquals(rig.takeRequests().length, 1);
    await turn();
  });

  Deno.test(`IndexerInformerWatcher has synced once the whole list is in the store, ${by}`, async () => {
    using time = new Clock();
    const objects = [item("a"), item("b")];
    await using rig = new Rig(time, { watchList, fake: { objects } });
    const { controller } = rig.informer;
    assertEquals(controller.hasSynced(), false);
    assertEquals(controller.lastSyncResourceVersion(), "");
    assertEquals(rig.store, []);
    assertEquals(await controller.synced, true);
    assertEquals(controller.hasSynced(), true);
    assertEquals(controller.lastSyncResourceVersion(), "3");
    assertEquals(rig.store, ["a@2", "b@3"]);
    assertEquals(await waitForCacheSync(undefined, controller), true);
    await turn();
    assertEquals(rig.takeEvents(), ["ADDED a@2", "ADDED b@3"]);
  });

  Deno.test(`IndexerInformerWatcher syncs on an empty list, ${by}`, async () => {
    using time = new Clock();
    await using rig = new Rig(time, { watchList });
    assertEquals(await rig.informer.controller.synced, true);
    assertEquals(rig.store, []);
  });

  Deno.test(`each change is one event, and bookmarks are not delivered, ${by}`, async () => {
    using time = new Clock();
    await using rig = await Rig.synced(time, { watchList });
    const { fake } = rig;
    fake.add(item("a"));
    fake.bookmark();
    fake.modify(item("a"));
    fake.delete("a");
    await turn();
    assertEquals(rig.takeEvents(), [
      "ADDED a@2",
      "MODIFIED a@3",
      "DELETED a@4",
    ]);
    assertEquals(rig.errors, []);
    assertEquals(rig.informer.controller.lastSyncResourceVersion(), "4");
  });

  Deno.test(`an object re-created while watched is DELETED, then ADDED, ${by}`, async () => {
    using time = new Clock();
    await using rig = await Rig.synced(time, { watchList });
    rig.fake.add(item("a", { metadata: { uid: "one" } }));
    rig.fake.modify(item("a", { metadata: { uid: "two" } }));
    await turn();
    assertEquals(rig.takeEvents(), ["ADDED a@2", "DELETED a@2", "ADDED a@3"]);
  });

  Deno.test(`a re-list reports what changed and vanished, and nothing else, ${by}`, async () => {
    using time = new Clock();
    const objects = [
      item("same"),
      item("changed"),
      item("gone"),
      item("renewed"),
    ];
    await using rig = await Rig.synced(time, { watchList, fake: { objects } });
    const { fake, informer } = rig;
    await rig.pass(5_000);
    fake.stall();
    fake.modify(item("changed"));
    fake.delete("gone");
    fake.modify(item("renewed", { metadata: { uid: "other" } }));
    fake.add(item("new"));
    fake.compact();
    fake.disconnect();
    await rig.pass(0);
    await rig.pass(800);
    assertEquals(rig.takeEvents().sort(), [
      "ADDED new@9",
      "ADDED renewed@8",
      "DELETED gone@4",
      "DELETED renewed@5",
      "MODIFIED changed@6",
    ]);
    assertEquals(rig.store, lines((await fake.list({})).items));
    assertEquals(informer.controller.lastSyncResourceVersion(), "9");
  });
}

Deno.test("the store is changed before its event can be read", async () => {
  using time = new Clock();
  await using rig = await Rig.synced(time, { reads: false });
  const { fake, informer } = rig;
  const reader = informer.events.getReader();
  const added = reader.read();
  fake.add(item("a"));
  assertEquals((await added).value?.type, "ADDED");
  assertStrictEquals(
    informer.indexer.getByKey("a"),
    (await added).value?.object,
  );
  const deleted = reader.read();
  fake.delete("a");
  assertEquals((await deleted).value?.type, "DELETED");
  assertEquals(informer.indexer.size, 0);
});

Deno.test("unread events are buffered without limit and in order", async () => {
  using time = new Clock();
  await using rig = await Rig.synced(time, { reads: false });
  const { fake, informer } = rig;
  fake.add(item("a"));
  for (let i = 0; i < 3_000; i++) fake.modify(item("a", { value: i }));
  fake.delete("a");
  await turn();
  assertEquals(informer.indexer.size, 0);
  const reader = informer.events.getReader();
  const next = async () => (await reader.read()).value;
  assertEquals((await next())?.type, "ADDED");
  for (let i = 0; i < 3_000; i++) {
    assertEquals((await next())?.object.value, i);
  }
  assertEquals((await next())?.type, "DELETED");
});

Deno.test("reads that wait get one event each, in order", async () => {
  using time = new Clock();
  await using rig = await Rig.synced(time, { reads: false });
  const reader = rig.informer.events.getReader();
  const reads = [reader.read(), reader.read(), reader.read()];
  for (const name of ["a", "b", "c"]) rig.fake.add(item(name));
  const events = (await Promise.all(reads)).map(({ value }) => value);
  assertEquals(
    events.map((event) => event && line(event)),
    ["ADDED a@2", "ADDED b@3", "ADDED c@4"],
  );
});

Deno.test("a read that is cancelled by releasing the lock takes no event", async () => {
  using time = new Clock();
  await using rig = await Rig.synced(time, { reads: false });
  const { fake, informer } = rig;
  const first = informer.events.getReader();
  const given = first.read();
  first.releaseLock();
  await assertRejects(() => given, TypeError);
  fake.add(item("a"));
  fake.modify(item("a"));
  await turn();
  const second = informer.events.getReader();
  const { value } = await second.read();
  assertEquals(value && line(value), "ADDED a@2");
  informer.stop();
  assertEquals((await second.read()).done, true);
});

Deno.test("the next reader gets events in order when some came before it has read", async () => {
  using time = new Clock();
  await using rig = await Rig.synced(time, { reads: false });
  const { fake, informer } = rig;
  const first = informer.events.getReader();
  void first.read().catch(() => {});
  first.releaseLock();
  fake.add(item("a"));
  await turn();
  const second = informer.events.getReader();
  fake.modify(item("a"));
  await turn();
  for (const expected of ["ADDED a@2", "MODIFIED a@3"]) {
    const { value } = await second.read();
    assertEquals(value && line(value), expected);
  }
});

Deno.test("an event after a cancelled read is dropped by a stop like any other", async () => {
  using time = new Clock();
  await using rig = await Rig.synced(time, { reads: false });
  const first = rig.informer.events.getReader();
  void first.read().catch(() => {});
  first.releaseLock();
  rig.fake.add(item("a"));
  await turn();
  rig.informer.stop();
  assertEquals((await rig.informer.events.getReader().read()).done, true);
});

Deno.test("coalesce keeps at most one pending event for each object", async () => {
  using time = new Clock();
  await using rig = await Rig.synced(time, { reads: false, coalesce: true });
  const { fake, informer } = rig;
  fake.add(item("a"));
  fake.add(item("b"));
  fake.modify(item("a"));
  fake.delete("b");
  fake.add(item("c"));
  await turn();
  const reader = informer.events.getReader();
  for (const expected of ["ADDED a@4", "ADDED c@6"]) {
    const { value } = await reader.read();
    assertEquals(value && line(value), expected);
  }
  const pending = reader.read();
  assertEquals(await isPending(pending), true);
  fake.modify(item("c"));
  assertEquals((await pending).value?.type, "MODIFIED");
});

Deno.test("without coalesce every event is kept", async () => {
  using time = new Clock();
  await using rig = await Rig.synced(time, { reads: false });
  rig.fake.add(item("a"));
  rig.fake.delete("a");
  await turn();
  const reader = rig.informer.events.getReader();
  assertEquals((await reader.read()).value?.type, "ADDED");
  assertEquals((await reader.read()).value?.type, "DELETED");
});

Deno.test("resync delivers each stored object as MODIFIED, again and again, after the sync", async () => {
  using time = new Clock();
  const calls: string[] = [];
  await using rig = await Rig.synced(time, {
    fake: { objects: [item("a"), item("b")] },
    resyncPeriodMs: 10_000,
    indexers: {
      spy: ({ metadata }) => {
        calls.push(metadata?.name ?? "");
        return [];
      },
    },
  });
  assertEquals(calls.splice(0), ["a", "b"]);
  await rig.pass(9_999);
  assertEquals(rig.takeEvents(), []);
  await rig.pass(1);
  assertEquals(rig.takeEvents(), ["MODIFIED a@2", "MODIFIED b@3"]);
  rig.fake.delete("a");
  await turn();
  rig.takeEvents();
  await rig.pass(10_000);
  assertEquals(rig.takeEvents(), ["MODIFIED b@3"]);
  assertEquals(calls, []);
});

Deno.test("there is no resync by default", async () => {
  using time = new Clock();
  await using rig = await Rig.synced(time, { fake: { objects: [item("a")] } });
  await rig.pass(250_000);
  assertEquals(rig.takeEvents(), []);
});

Deno.test("an index follows the watch, with one call for each change", async () => {
  using time = new Clock();
  let calls = 0;
  await using rig = await Rig.synced(time, {
    fake: { objects: [item("a", { value: 1 })] },
    indexers: {
      value: ({ value }) => {
        calls++;
        return [String(value)];
      },
    },
  });
  const { fake, informer: { indexer } } = rig;
  fake.add(item("b", { value: 1 }));
  fake.modify(item("a", { value: 2 }));
  fake.bookmark();
  await turn();
  assertEquals(indexer.indexKeys("value", "1"), ["b"]);
  assertEquals(lines(indexer.byIndex("value", "2")), ["a@4"]);
  assertEquals(calls, 3);
  fake.delete("a");
  await turn();
  assertEquals(indexer.listIndexFuncValues("value"), ["1"]);
  assertEquals(calls, 3);
});

Deno.test("indexes can be added before the sync and after it", async () => {
  using time = new Clock();
  await using rig = new Rig(time, { fake: { objects: [item("a")] } });
  const { indexer } = rig.informer;
  indexer.addIndexers({ early: ({ metadata }) => [metadata?.name ?? ""] });
  await turn();
  indexer.addIndexers({ late: ({ metadata }) => [metadata?.name ?? ""] });
  assertEquals(indexer.indexKeys("early", "a"), ["a"]);
  assertEquals(indexer.indexKeys("late", "a"), ["a"]);
  assertThrows(() => indexer.addIndexers({ late: () => [] }), TypeError);
  assertThrows(() => indexer.byIndex("none", "a"), RangeError, '"none"');
});

for (const watchList of [true, false]) {
  Deno.test(`transform is applied to what is stored and delivered, WatchList ${watchList}`, async () => {
    using time = new Clock();
    await using rig = new Rig(time, {
      watchList,
      fake: { objects: [item("a")] },
      transform: (object) => ({ ...object, value: 7 }),
    });
    await turn();
    rig.fake.modify(item("a"));
    rig.fake.delete("a");
    await turn();
    assertEquals(rig.events.map(({ object }) => object.value), [7, 7, 7]);
  });
}

Deno.test("a transform that drops uid and version leaves re-lists without events", async () => {
  using time = new Clock();
  await using rig = await Rig.synced(time, {
    fake: { objects: [item("a")] },
    transform: ({ metadata }) => item(metadata?.name ?? ""),
  });
  rig.fake.advance();
  rig.fake.compact();
  rig.fake.disconnect();
  await rig.pass(800);
  await rig.pass(800);
  assertEquals(rig.takeRequests().length, 2);
  assertEquals(rig.takeEvents(), []);
});

for (const watchList of [true, false]) {
  Deno.test(`bad objects are reported to onWatchError, and the informer continues, WatchList ${watchList}`, async () => {
    using time = new Clock();
    await using rig = new Rig(time, {
      watchList,
      fake: { objects: [item("a"), item("evil"), item("odd")] },
      transform: (object) => {
        if (object.metadata?.name === "evil") throw new Error("too big");
        return object;
      },
      indexers: {
        picky: ({ metadata }) => {
          if (metadata?.name === "odd") throw new Error("no label");
          return [];
        },
      },
    });
    await turn();
    assertEquals(rig.informer.controller.hasSynced(), true);
    assertEquals(rig.store, ["a@2", "odd@4"]);
    assertEquals(rig.takeErrors(), [
      "Cannot store evil at resource version 3: transform failed: too big",
      'Cannot index odd: the index function "picky" threw: no label',
    ]);
    rig.fake.send({
      type: "ADDED",
      object: { kind: "Item", metadata: { uid: "u-1", resourceVersion: "5" } },
    });
    rig.fake.add(item("b"));
    await turn();
    assertEquals(rig.store, ["a@2", "b@5", "odd@4"]);
    assertEquals(rig.takeErrors(), [
      "Cannot store the Item with uid u-1: Cannot make a key for Item: it has no metadata.name",
    ]);
    assertEquals(rig.fake.watchCalls.length, 1);
  });
}

const fail = () => Promise.reject(new Error("too late to say"));

for (
  const { what, options, stored, error } of [
    {
      what: "a transform",
      options: { transform: () => untyped<Item>(fail()) },
      stored: [],
      error: "Cannot store a at resource version 2: transform failed",
    },
    {
      what: "an index function",
      options: { indexers: { slow: () => untyped<string[]>(fail()) } },
      stored: ["a@2"],
      error: 'Cannot index a: the index function "slow" threw',
    },
  ]
) {
  Deno.test(`${what} that returns a promise is reported`, async () => {
    using time = new Clock();
    const fake = { objects: [item("a")] };
    await using rig = new Rig(time, { fake, ...options });
    await turn();
    assertEquals(rig.store, stored);
    assertEquals(rig.takeErrors(), [
      `${error}: it returned a promise, which is not awaited`,
    ]);
  });
}

Deno.test("what onWatchError throws is written to the console, and the informer continues", async () => {
  using time = new Clock();
  using captured = captureConsole();
  const thrown = new Error("broken callback");
  await using rig = new Rig(time, {
    watchList: false,
    onWatchError: () => {
      throw thrown;
    },
  });
  rig.fake.failNextList(new Error("no"));
  rig.informer.stop();
  await using other = new Rig(time, {
    watchList: false,
    fake: { objects: [item("a")] },
    transform: () => {
      throw new Error("no");
    },
    onWatchError: () => {
      throw thrown;
    },
  });
  await turn();
  assertEquals(other.informer.controller.hasSynced(), true);
  assertEquals(captured.written.length, 1);
  assertStrictEquals(captured.written[0]?.at(-1), thrown);
});

Deno.test("lastError is the last failure", async () => {
  using time = new Clock();
  await using rig = new Rig(time, { watchList: false });
  assertEquals(rig.informer.lastError, undefined);
  const error = new Error("no watch");
  rig.fake.failNextWatch(error);
  await turn();
  assertStrictEquals(rig.informer.lastError, error);
  assertEquals(rig.errors, [error]);
});

for (const watchList of [true, false]) {
  Deno.test(`untilResourceVersion() resolves at the version, by an event, a bookmark or a list, WatchList ${watchList}`, async () => {
    using time = new Clock();
    await using rig = new Rig(time, {
      watchList,
      fake: { objects: [item("a")] },
    });
    const { fake, informer } = rig;
    const byList = informer.untilResourceVersion("2");
    const byEvent = informer.untilResourceVersion("3");
    const byBookmark = informer.untilResourceVersion("4");
    assertEquals(await isPending(byEvent), true);
    await byList;
    fake.add(item("b"));
    await byEvent;
    assertEquals(informer.indexer.listKeys(), ["a", "b"]);
    fake.advance();
    await turn();
    assertEquals(await isPending(byBookmark), true);
    fake.bookmark();
    await byBookmark;
    await informer.untilResourceVersion("3");
  });
}

Deno.test("untilResourceVersion() throws TypeError at an invalid version", async () => {
  using time = new Clock();
  await using rig = await Rig.synced(time);
  const signal = AbortSignal.abort();
  for (const version of ["", "0", "01", "x"]) {
    await assertRejects(
      () => rig.informer.untilResourceVersion(version, { signal }),
      TypeError,
    );
  }
});

Deno.test("untilResourceVersion() ends with its signal, and leaves no listener", async () => {
  using time = new Clock();
  await using rig = await Rig.synced(time);
  const abort = new CountedAbort();
  const { signal } = abort;
  const waiting = rig.informer.untilResourceVersion("9", { signal });
  await turn();
  abort.abort(new DOMException("too long", "TimeoutError"));
  const error = await assertRejects(() => waiting, WaitInterruptedError);
  assertEquals(error.timedOut, true);
  assertStrictEquals(error.cause, signal.reason);
  assertEquals(abort.listeners, 0);
  await assertRejects(
    () => rig.informer.untilResourceVersion("9", { signal }),
    WaitInterruptedError,
  );
});

Deno.test("untilResourceVersion() rejects when the informer stops, and when it has", async () => {
  using time = new Clock();
  await using rig = new Rig(time, { watchList: false });
  rig.fake.failNextWatch(new Error("no watch"));
  await turn();
  const abort = new CountedAbort();
  const { signal } = abort;
  const waiting = rig.informer.untilResourceVersion("9", { signal });
  rig.informer.stop();
  for (
    const result of [waiting, rig.informer.untilResourceVersion("9")]
  ) {
    const error = await assertRejects(() => result, UntilError);
    assertEquals(
      error.message,
      "the informer stopped before it reached resource version 9: last error: no watch",
    );
    assert(!(error instanceof WaitInterruptedError));
  }
  assertEquals(abort.listeners, 0);
});

for (
  const options of [
    { resyncPeriodMs: -1 },
    { watchTimeoutMs: NaN },
    { watchGraceMs: -1 },
    { idleTimeoutMs: -1 },
    { minBackoffMs: NaN },
    { maxBackoffMs: -1 },
    { pageSize: -1 },
    { pageSize: 1.5 },
    { pageSize: NaN },
  ] satisfies InformerOptions[]
) {
  const [name = "", value] = Object.entries(options)[0] ?? [];
  Deno.test(`IndexerInformerWatcher throws RangeError at ${value} as ${name}`, () => {
    const fake = new FakeListerWatcher();
    assertThrows(
      () => new IndexerInformerWatcher(fake, options),
      RangeError,
      name,
    );
    assertEquals(fake.watchCalls.length, 0);
  });
}

Deno.test("IndexerInformerWatcher treats undefined options as absent", async () => {
  using time = new Clock();
  await using rig = new Rig(time, {
    signal: undefined,
    indexers: undefined,
    resyncPeriodMs: undefined,
    watchList: undefined,
    pageSize: undefined,
    watchTimeoutMs: undefined,
    watchGraceMs: undefined,
    idleTimeoutMs: undefined,
    minBackoffMs: undefined,
    maxBackoffMs: undefined,
    transform: undefined,
    coalesce: undefined,
    onWatchError: undefined,
  });
  await turn();
  assertEquals(rig.takeRequests(), ['+0 watchList ""']);
});

Deno.test("IndexerInformerWatcher delivers objects of their own type", async () => {
  using time = new Clock();
  const fake = new FakeListerWatcher<Item>({ objects: [item("a")] });
  await using informer = new IndexerInformerWatcher(fake);
  for await (const { object } of informer) {
    const value: number | undefined = object.value;
    assertEquals(value, undefined);
    break;
  }
  assertInstanceOf(informer.done, Promise);
  assertEquals(time.timers, 0);
});

Deno.test("an informer without callbacks writes to the console why it does not sync", async () => {
  using time = new Clock();
  using captured = captureConsole();
  await using _rig = new Rig(time, {
    script: (fake) => {
      fake.failNextWatch(refused(422));
      fake.failNextList(refused(403), 2);
    },
    onWatchError: undefined,
  });
  for (const _ of [1, 2, 3]) await time.pass(60_000);
  // Not that there is no WatchList, and the same failure once.
  assertEquals(captured.written.flat(), [
    "watchtools: An informer goes on after: answer 403; set onWatchError to handle it",
  ]);
});

Deno.test("an informer without callbacks writes to the console that it cannot reach the server", async () => {
  using time = new Clock();
  using captured = captureConsole();
  await using _rig = new Rig(time, {
    script: (fake) => fake.failNextWatch(new ConnectionError("no route")),
    onWatchError: undefined,
  });
  await time.pass();
  assertEquals(captured.written.length, 1);
});

Deno.test("an informer without callbacks writes to the console that it may list and not watch", async () => {
  using time = new Clock();
  using captured = captureConsole();
  await using rig = await Rig.synced(time, {
    watchList: false,
    script: (fake) => fake.failNextWatch(refused(403)),
    onWatchError: undefined,
  });
  assertEquals(captured.written.length, 1);
  rig.fake.failNextWatch(new ConnectionError("lost"));
  rig.fake.failNextWatch(refused(500));
  for (const _ of [1, 2, 3]) await time.pass(60_000);
  rig.fake.disconnect();
  for (const _ of [1, 2, 3]) await time.pass(60_000);
  assertEquals(rig.takeRequests().length > 3, true);
  assertEquals(captured.written.length, 1);
});

Deno.test("an informer without callbacks writes nothing to the console of a passing failure once it has synced", async () => {
  using time = new Clock();
  using captured = captureConsole();
  await using rig = await Rig.synced(time, { onWatchError: undefined });
  rig.fake.failNextWatch(new ConnectionError("no route"));
  rig.fake.error({ status: "Failure", code: 410, reason: "Expired" });
  for (const _ of [1, 2, 3]) await time.pass(60_000);
  assertEquals(
    rig.takeRequests().filter((request) => request.includes("watchList"))
      .length > 1,
    true,
  );
  assertEquals(captured.written, []);
});

Deno.test("an informer without callbacks writes the first object that it cannot store to the console", async () => {
  using time = new Clock();
  using captured = captureConsole();
  await using _rig = await Rig.synced(time, {
    fake: { objects: [item("a"), item("b")] },
    indexers: {
      value: () => {
        throw new Error("no value");
      },
    },
    onWatchError: undefined,
  });
  assertEquals(captured.written.length, 1);
});

Deno.test("an informer with an observer writes no failure to the console", async () => {
  using time = new Clock();
  using captured = captureConsole();
  const seen: unknown[] = [];
  await using _rig = new Rig(time, {
    watchList: false,
    script: (fake) => fake.failNextList(refused(403)),
    onWatchError: undefined,
    observer: { onWatchError: (error) => seen.push(error) },
  });
  await time.pass();
  assertEquals([captured.written.length, seen.length], [0, 1]);
});

Deno.test("new IndexerInformerWatcher() throws TypeError when it is given a promise", () => {
  assertThrows(
    () =>
      Reflect.construct(IndexerInformerWatcher, [
        Promise.resolve(new FakeListerWatcher()),
      ]),
    TypeError,
    "await it",
  );
});

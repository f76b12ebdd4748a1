// `IndexerInformerWatcher`: stopping it, in each of its states and in each way,
// over lists and watches that honor the abort and that do not. The `Rig`
// asserts that no timer and no open watch is left.

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
} from "@std/assert";
import { FakeListerWatcher } from "../../testing/mod.ts";
import { IndexerInformerWatcher } from "../../watch/indexer_informer_watcher.ts";
import { waitForCacheSync } from "../../cache/controller.ts";
import type {
  KubernetesList,
  ListOptions,
  WatchOptions,
} from "../../api/types.ts";
import { Clock } from "../support/clock.ts";
import {
  EXPIRED,
  item,
  Rig,
  type RigOptions,
} from "../support/informer_fakes.ts";
import { CountedAbort, isPending, turn } from "../support/wait_fakes.ts";
import { ofShard } from "../support/informer_fakes.ts";
import { added, ScriptedWatcher } from "../support/scripted_watcher.ts";

const REASON = new Error("enough");

/** The ways to stop an informer. */
const WAYS: Record<string, (rig: Rig, abort: CountedAbort) => unknown> = {
  "stop()": ({ informer }) => informer.stop(REASON),
  "an abort": (_rig, abort) => abort.abort(REASON),
  "cancelling events": ({ informer }) => informer.events.cancel(REASON),
  "disposal": ({ informer }) => informer[Symbol.asyncDispose](),
};

interface State {
  options: RigOptions;
  /** Gets the informer into the state. */
  enter?: (rig: Rig) => Promise<void> | void;
  synced?: boolean;
}

/** The states to stop an informer in. */
const STATES: Record<string, State> = {
  "at the first list": {
    options: { watchList: false, script: (fake) => void fake.hangNextList() },
  },
  "at a first list that ignores the abort": {
    options: {
      watchList: false,
      script: (fake) => void fake.hangNextList({ ignoreAbort: true }),
    },
  },
  "at a second page": {
    options: {
      watchList: false,
      pageSize: 1,
      fake: { objects: [item("a"), item("b")], limitAtZero: true },
    },
    enter: async ({ fake }) => {
      fake.hangNextList({ ignoreAbort: true });
      await turn();
    },
  },
  "at a WatchList that does not answer": {
    options: {
      script: (fake) => void fake.hangNextWatch({ ignoreAbort: true }),
    },
  },
  "in a WatchList": {
    options: { fake: { watchList: "ignored", objects: [item("a")] } },
  },
  "in a watch after a WatchList": { options: {}, synced: true },
  "in a watch": { options: { watchList: false }, synced: true },
  "at a watch that does not answer": {
    options: {
      watchList: false,
      script: (fake) => void fake.hangNextWatch({ ignoreAbort: true }),
    },
    synced: true,
  },
  "in the spacing": {
    options: { watchList: false },
    enter: async ({ fake }) => {
      await turn();
      fake.disconnect();
    },
    synced: true,
  },
  "in the backoff": {
    options: {
      watchList: false,
      script: (fake) => fake.failNextList(new Error("no")),
    },
  },
  "at a re-list": {
    options: { watchList: false },
    enter: async ({ fake }) => {
      await turn();
      fake.hangNextList({ ignoreAbort: true });
      fake.error(EXPIRED);
    },
    synced: true,
  },
  "at the question for the server's version": {
    options: { watchList: false },
    enter: async (rig) => {
      await rig.pass(5_000);
      rig.fake.hangNextList({ ignoreAbort: true });
      rig.fake.disconnect();
    },
    synced: true,
  },
  "at the question for shards": {
    options: {
      script: (fake) => void fake.hangNextList({ ignoreAbort: true }),
      from: (fake) => ofShard(fake),
    },
  },
  "with a resync pending": {
    options: { resyncPeriodMs: 5_000 },
    synced: true,
  },
};

for (
  const [state, { options, enter, synced = false }] of Object.entries(STATES)
) {
  for (const [way, stop] of Object.entries(WAYS)) {
    Deno.test(`${way} ends the informer ${state}`, async () => {
      using time = new Clock();
      const abort = new CountedAbort();
      const { signal } = abort;
      await using rig = new Rig(time, { ...options, signal, reads: false });
      await enter?.(rig);
      await turn();
      const { informer } = rig;
      assertEquals(abort.listeners, 1);
      assertEquals(informer.controller.hasSynced(), synced);
      const errors = rig.errors.length;
      const requests = rig.log.lines.length;
      stop(rig, abort);
      assertEquals(await isPending(informer.done), false);
      assertEquals(abort.listeners, 0);
      assertEquals(informer.controller.hasSynced(), synced);
      assertEquals(await informer.controller.synced, synced);
      assertEquals(
        await waitForCacheSync(undefined, informer.controller),
        synced,
      );
      assertEquals((await informer.events.getReader().read()).done, true);
      informer.stop();
      await rig.pass(3_600_000);
      assertEquals(rig.errors.length, errors);
      assertEquals(rig.log.lines.length, requests);
    });
  }
}

Deno.test("an informer whose signal is already aborted sends no request", async () => {
  using time = new Clock();
  const abort = new CountedAbort();
  abort.abort(REASON);
  await using rig = new Rig(time, { signal: abort.signal });
  await rig.informer.done;
  assertEquals(rig.takeRequests(), []);
  assertEquals(await rig.informer.controller.synced, false);
  assertEquals(abort.listeners, 0);
});

for (const [way, stop] of Object.entries(WAYS)) {
  Deno.test(`${way} aborts the open request with its reason`, async () => {
    using time = new Clock();
    const abort = new CountedAbort();
    await using rig = await Rig.synced(time, {
      signal: abort.signal,
      reads: false,
    });
    const { signal } = rig.fake.watchCalls[0]?.options ?? {};
    assertEquals(signal?.aborted, false);
    stop(rig, abort);
    assertEquals(signal?.aborted, true);
    if (way === "disposal") assertInstanceOf(signal?.reason, DOMException);
    else assertStrictEquals(signal?.reason, REASON);
  });
}

Deno.test("unread events are dropped when the informer stops, and a pending read ends", async () => {
  using time = new Clock();
  await using rig = await Rig.synced(time, { reads: false });
  const reader = rig.informer.events.getReader();
  const waiting = reader.read();
  rig.informer.stop();
  assertEquals((await waiting).done, true);
  await using other = new Rig(time, {
    reads: false,
    fake: { objects: [item("a"), item("b")] },
  });
  await turn();
  other.informer.stop();
  assertEquals((await other.informer.events.getReader().read()).done, true);
  assertEquals(other.store.length, 2);
});

Deno.test("events that came after the last read are dropped when the informer stops", async () => {
  using time = new Clock();
  await using rig = await Rig.synced(time, { reads: false });
  const reader = rig.informer.events.getReader();
  const read = reader.read();
  for (const name of ["a", "b", "c"]) rig.fake.add(item(name));
  assertEquals((await read).value?.object.metadata?.name, "a");
  await turn();
  rig.informer.stop();
  assertEquals((await reader.read()).done, true);
});

Deno.test("leaving the loop over an informer stops it", async () => {
  using time = new Clock();
  await using rig = new Rig(time, {
    reads: false,
    fake: { objects: [item("a")] },
  });
  for await (const { type } of rig.informer) {
    assertEquals(type, "ADDED");
    break;
  }
  assertEquals(await isPending(rig.informer.done), false);
});

Deno.test("`await using` waits until the informer has shut down", async () => {
  using time = new Clock();
  await using rig = await Rig.synced(time);
  const disposed = rig.informer[Symbol.asyncDispose]();
  await disposed;
  assertEquals(await isPending(rig.informer.done), false);
  assertEquals(rig.fake.openWatches, 0);
});

Deno.test("done is pending as long as the informer runs", async () => {
  using time = new Clock();
  await using rig = await Rig.synced(time, { watchList: false });
  rig.fake.error(EXPIRED);
  rig.fake.failNextList(new Error("no"), 5);
  for (let i = 0; i < 5; i++) await rig.pass(60_000);
  assertEquals(await isPending(rig.informer.done), true);
});

/** Lists and watches that the test answers. */
class ByHand {
  readonly watcher = new ScriptedWatcher();
  readonly lists: {
    options: ListOptions;
    answer: (list: KubernetesList) => void;
  }[] = [];

  list(options: ListOptions): Promise<KubernetesList> {
    return new Promise((answer) => this.lists.push({ options, answer }));
  }

  watch(options: WatchOptions) {
    return this.watcher.watch(options);
  }
}

const LIST: KubernetesList = {
  metadata: { resourceVersion: "7" },
  items: [{ metadata: { name: "a", uid: "a", resourceVersion: "3" } }],
};

/** How many microtasks pass between a response and a stop. */
const GAPS = Array.from({ length: 12 }, (_, index) => index);

async function microtasks(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await Promise.resolve();
}

for (const more of [true, false]) {
  Deno.test(`nothing is delivered after a stop that meets the response to a list, ${more ? "with more pages" : "whole"}`, async () => {
    for (const gap of GAPS) {
      using time = new Clock();
      const source = new ByHand();
      let transformed = 0;
      const informer = new IndexerInformerWatcher(source, {
        watchList: false,
        resyncPeriodMs: 1_000,
        transform: (object) => {
          transformed++;
          return object;
        },
      });
      const { hasSynced } = informer.controller;
      source.lists[0]?.answer(
        more
          ? { ...LIST, metadata: { resourceVersion: "7", continue: "2" } }
          : LIST,
      );
      await microtasks(gap);
      const before = [informer.indexer.size, hasSynced(), transformed];
      const requests = source.lists.length + source.watcher.calls.length;
      informer.stop();
      await informer.done;
      await turn();
      assertEquals([informer.indexer.size, hasSynced(), transformed], before);
      assertEquals(source.lists.length + source.watcher.calls.length, requests);
      assertEquals(await informer.controller.synced, before[1]);
      assertEquals(time.timers, 0);
    }
  });
}

Deno.test("nothing is delivered after a stop that meets an event", async () => {
  for (const gap of GAPS) {
    using time = new Clock();
    const source = new ByHand();
    const informer = new IndexerInformerWatcher(source, { watchList: false });
    source.lists[0]?.answer(LIST);
    await turn();
    source.watcher.call(0).open();
    await turn();
    source.watcher.call(0).send(added(9));
    await microtasks(gap);
    const before = informer.controller.lastSyncResourceVersion();
    informer.stop();
    await informer.done;
    await turn();
    assertEquals(informer.controller.lastSyncResourceVersion(), before);
    assertEquals(time.timers, 0);
  }
});

for (const watchList of [true, false]) {
  Deno.test(`a stop from within a callback ends it, WatchList ${watchList}`, async () => {
    using time = new Clock();
    const stop = () => rig.informer.stop(REASON);
    await using rig: Rig = new Rig(time, {
      watchList,
      resyncPeriodMs: 1_000,
      fake: { objects: [item("a"), item("b")] },
      indexers: {
        stop: () => {
          stop();
          return [];
        },
      },
    });
    await turn();
    assertEquals(await isPending(rig.informer.done), false);
    assertEquals(rig.informer.controller.hasSynced(), false);
    assertEquals(rig.events, []);
  });
}

Deno.test("a stop from within onWatchError ends it", async () => {
  using time = new Clock();
  await using rig: Rig = new Rig(time, {
    watchList: false,
    script: (fake) => fake.failNextList(REASON),
    onWatchError: () => rig.informer.stop(),
  });
  await turn();
  assertEquals(await isPending(rig.informer.done), false);
  assertEquals(rig.takeRequests().length, 1);
});

Deno.test("a stop from within an observer while it resyncs ends that, and leaves no timer", async () => {
  using time = new Clock();
  const reported: number[] = [];
  await using rig: Rig = await Rig.synced(time, {
    reads: false,
    resyncPeriodMs: 1_000,
    fake: { objects: [item("a"), item("b")] },
    observer: {
      onBuffered: (events) => {
        reported.push(events);
        if (events === 3) rig.informer.stop();
      },
    },
  });
  await rig.pass(1_000);
  assertEquals(await isPending(rig.informer.done), false);
  // Those that it held are dropped.
  assertEquals(reported, [1, 2, 3, 0]);
  assertEquals(time.timers, 0);
});

for (const [way, stop] of Object.entries(WAYS)) {
  Deno.test(`${way} ends the informer when what it aborts cancels the events`, async () => {
    using time = new Clock();
    const abort = new CountedAbort();
    await using rig: Rig = await Rig.synced(time, {
      reads: false,
      signal: abort.signal,
      watchList: false,
    });
    const { signal } = rig.fake.watchCalls[0]?.options ?? {};
    let cancelled: Promise<void> | undefined;
    signal?.addEventListener("abort", () => {
      cancelled = rig.informer.events.cancel();
    });
    await stop(rig, abort);
    await cancelled;
    assertEquals(await isPending(rig.informer.done), false);
    assertEquals((await rig.informer.events.getReader().read()).done, true);
  });
}

Deno.test("the result of a list or watch after the stop is dropped, and a late stream cancelled", async () => {
  using _time = new Clock();
  const source = new ByHand();
  const informer = new IndexerInformerWatcher(source, { watchList: false });
  informer.stop();
  await informer.done;
  source.lists[0]?.answer(LIST);
  await turn();
  assertEquals(informer.indexer.size, 0);
  const other = new IndexerInformerWatcher(source);
  other.stop();
  await other.done;
  source.watcher.call(0).open();
  await turn();
  assertEquals(source.watcher.call(0).cancels.length, 1);
  const rejecting = new IndexerInformerWatcher(source);
  rejecting.stop();
  await rejecting.done;
  source.watcher.call(1).fail(REASON);
  await turn();
  assert(rejecting.lastError === undefined);
});

Deno.test("2,000 informers leave nothing behind on the signal that they share", async () => {
  using time = new Clock();
  const abort = new CountedAbort();
  const fake = new FakeListerWatcher({ objects: [item("a")] });
  const states = [0, 1, 2, 20, 100];
  for (let i = 0; i < 2_000; i++) {
    if (i % 4 === 1) fake.hangNextWatch({ ignoreAbort: true });
    if (i % 4 === 2) fake.failNextWatch(new Error("no"));
    const informer = new IndexerInformerWatcher(fake, {
      signal: abort.signal,
      watchList: i % 8 < 4,
      resyncPeriodMs: 60_000,
      idleTimeoutMs: 30_000,
    });
    await microtasks(states[i % states.length] ?? 0);
    if (i % 3 === 0) await informer.events.cancel();
    if (i % 3 === 1) informer.stop();
    await informer[Symbol.asyncDispose]();
  }
  assertEquals(abort.added, 2_000);
  assertEquals(abort.listeners, 0);
  assertEquals(time.timers, 0);
  assertEquals(fake.openWatches, 0);
  const requests = [...fake.listCalls, ...fake.watchCalls];
  assert(requests.every(({ options }) => options.signal !== abort.signal));
  const calls = requests.length;
  await time.pass(3_600_000);
  assertEquals(fake.listCalls.length + fake.watchCalls.length, calls);
});

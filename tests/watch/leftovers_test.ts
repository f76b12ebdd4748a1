// 2,000 starts and stops of everything that lists and watches, at every stage
// of a start: no timer, no listener on the caller's signal and no open watch is
// left.

import { assertEquals } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import {
  contextWithOptionalTimeout,
  IndexerInformerWatcher,
  isDeleted,
  type KubernetesObject,
  listWatchUntil,
  RestListerWatcher,
  RetryWatcher,
  until,
  untilWithoutRetry,
  untilWithSync,
  waitFor,
} from "../../mod.ts";
import { FakeApiServer, FakeListerWatcher } from "../../testing/mod.ts";
import { countedSignal } from "../support/counted_signal.ts";

const STARTS = 2_000;

const pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "web", namespace: "default" },
};

/** Starts something, which ends when the signal is aborted. */
type Start = (
  source: FakeListerWatcher,
  signal: AbortSignal,
) => { done: Promise<unknown>; stop?: () => void };

const STARTS_OF: Readonly<Record<string, Start>> = {
  "RetryWatcher": (source, signal) => new RetryWatcher("1", source, { signal }),
  "IndexerInformerWatcher": (source, signal) =>
    new IndexerInformerWatcher(source, { signal, resyncPeriodMs: 60_000 }),
  "until()": (source, signal) => ({
    done: until("1", source, () => false, { signal }),
  }),
  "untilWithoutRetry()": (source, signal) => ({
    done: source.watch({ resourceVersion: "1", signal }).then((events) =>
      untilWithoutRetry(events, () => false, { signal })
    ),
  }),
  "listWatchUntil()": (source, signal) => ({
    done: listWatchUntil(source, () => false, { signal }),
  }),
  "untilWithSync()": (source, signal) => ({
    done: untilWithSync(source, undefined, () => false, { signal }),
  }),
  "waitFor()": (source, signal) => ({
    done: waitFor(source, isDeleted(), { signal, timeoutMs: 60_000 }),
  }),
  "contextWithOptionalTimeout()": (_, signal) => {
    const context = contextWithOptionalTimeout(signal, 60_000);
    return { done: Promise.resolve(), stop: () => context.cancel() };
  },
};

for (const [what, start] of Object.entries(STARTS_OF)) {
  Deno.test(`${what} leaves nothing behind after ${STARTS} starts and stops`, async () => {
    using time = new FakeTime();
    const source = new FakeListerWatcher<KubernetesObject>({ objects: [pod] });
    for (let round = 0; round < STARTS; round++) {
      const { controller, signal, listeners } = countedSignal();
      const started = start(source, signal);
      started.done.catch(() => {});
      // As far as it comes within so many turns.
      for (let turn = 0; turn < round % 12; turn++) await Promise.resolve();
      // Half of them by what the class itself has for it.
      if (round % 2 === 0 && started.stop) started.stop();
      else controller.abort();
      await started.done.catch(() => {});
      assertEquals(listeners.size, 0, `round ${round}`);
    }
    await time.tickAsync(0);
    assertEquals(source.openWatches, 0);
    assertEquals(time.next(), false);
  });
}

for (const verb of ["list", "watch"] as const) {
  Deno.test(`RestListerWatcher.${verb}() leaves nothing behind after ${STARTS} calls`, async () => {
    using time = new FakeTime();
    await using server = new FakeApiServer({ objects: [pod] });
    const source = new RestListerWatcher({
      server: "http://fake",
      path: "/api/v1/pods",
      fetch: server.fetch,
    });
    for (let round = 0; round < STARTS; round++) {
      const { controller, signal, listeners } = countedSignal();
      const call: Promise<unknown> = source[verb]({ signal });
      call.catch(() => {});
      for (let turn = 0; turn < round % 12; turn++) await Promise.resolve();
      if (round % 2 === 0) controller.abort();
      const given = await call.catch(() => {});
      if (given instanceof ReadableStream) await given.cancel().catch(() => {});
      assertEquals(listeners.size, 0, `round ${round}`);
    }
    await time.tickAsync(0);
    assertEquals(server.openWatches, 0);
    assertEquals(time.next(), false);
  });
}

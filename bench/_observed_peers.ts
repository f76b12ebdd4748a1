/**
 * Watchers and informers with and without an observer. Their events come from
 * memory, so that nothing but the package's own work is measured.
 *
 * @module
 */

import {
  IndexerInformerWatcher,
  type KubernetesObject,
  type ListerWatcher,
  RetryWatcher,
  type WatchEvent,
  type WatchObserver,
} from "../watch/mod.ts";
import type { Peer } from "./_peers.ts";

/** Objects that change in turn. */
const OBJECTS = 1_000;

/** The observers by their printed names. */
const OBSERVERS: ReadonlyMap<string, WatchObserver | undefined> = new Map([
  ["none", undefined],
  ["none, again", undefined],
  ["empty", {}],
  ["sees each event", {
    watchStarted: () => ({ event: () => {}, ended: () => {} }),
    onBuffered: () => {},
  }],
]);

/** What is observed, by its printed name. */
export const OBSERVED: ReadonlyMap<string, readonly string[]> = new Map(
  ["RetryWatcher", "informer"].map((name) => [
    name,
    Array.from(OBSERVERS.keys(), (observer) => `${name}, ${observer}`),
  ]),
);

/** The peers by their printed names. */
export const OBSERVED_PEERS: Readonly<Record<string, Peer>> = Object
  .fromEntries(
    Array.from(OBSERVERS).flatMap(([name, observer]): [string, Peer][] => [
      [`RetryWatcher, ${name}`, (_, events) => retryWatcher(events, observer)],
      [`informer, ${name}`, (_, events) => informer(events, observer)],
    ]),
  );

/** Lists nothing, and watches a number of changes. */
function source(events: number): ListerWatcher {
  return {
    list: () =>
      Promise.resolve({ metadata: { resourceVersion: "1" }, items: [] }),
    watch: () => {
      let sent = 0;
      return Promise.resolve(
        new ReadableStream<WatchEvent>({
          pull(controller) {
            if (sent === events) return new Promise<void>(() => {});
            controller.enqueue(change(sent++));
          },
        }, { highWaterMark: 0 }),
      );
    },
  };
}

function change(index: number): WatchEvent {
  const object: KubernetesObject = {
    metadata: {
      name: `pod-${index % OBJECTS}`,
      namespace: "default",
      resourceVersion: String(index + 2),
    },
  };
  return { type: index < OBJECTS ? "ADDED" : "MODIFIED", object };
}

async function retryWatcher(
  events: number,
  observer: WatchObserver | undefined,
): Promise<number> {
  await using watcher = new RetryWatcher("1", source(events), { observer });
  return await count(watcher.events, events);
}

async function informer(
  events: number,
  observer: WatchObserver | undefined,
): Promise<number> {
  await using informer = new IndexerInformerWatcher(source(events), {
    observer,
    watchList: false,
  });
  return await count(informer.events, events);
}

async function count(
  stream: ReadableStream<unknown>,
  events: number,
): Promise<number> {
  const reader = stream.getReader();
  let seen = 0;
  while (seen < events && !(await reader.read()).done) seen++;
  reader.releaseLock();
  return seen;
}

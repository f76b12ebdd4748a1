/**
 * Measures the cost of an event in caches of different sizes.
 *
 * @module
 */

import {
  IndexerInformerWatcher,
  type KubernetesObject,
  type ListerWatcher,
  type WatchEvent,
} from "../watch/mod.ts";

/**
 * Applies events to a cache of a given size.
 *
 * @param size The number of objects in the cache.
 * @param changing The number of objects that change, in turn.
 * @param events The number of events, all of them MODIFIED.
 * @returns Microseconds per event.
 */
export async function eventCost(
  size: number,
  changing: number,
  events: number,
): Promise<number> {
  const source = memory(size, changing, events);
  const informer = new IndexerInformerWatcher(source, {
    watchList: false,
    coalesce: true,
    indexers: { shard: ({ metadata }) => [metadata?.labels?.shard ?? ""] },
  });
  await informer.controller.synced;
  const start = performance.now();
  await informer.untilResourceVersion(String(size + events));
  const durationMs = performance.now() - start;
  await informer[Symbol.asyncDispose]();
  return durationMs * 1000 / events;
}

function memory(
  size: number,
  changing: number,
  events: number,
): ListerWatcher {
  return {
    list: () =>
      Promise.resolve({
        metadata: { resourceVersion: String(size) },
        items: Array.from({ length: size }, (_, index) => object(index, index)),
      }),
    watch: () => {
      let sent = 0;
      return Promise.resolve(
        new ReadableStream<WatchEvent>({
          pull: (controller) => {
            if (sent === events) return;
            const index = Math.floor(sent * 7919 % changing);
            const version = size + ++sent;
            controller.enqueue({
              type: "MODIFIED",
              object: object(index, version),
            });
          },
        }, { highWaterMark: 0 }),
      );
    },
  };
}

function object(index: number, version: number): KubernetesObject {
  return {
    metadata: {
      name: `web-${index}`,
      namespace: "default",
      uid: `uid-${index}`,
      resourceVersion: String(version),
      labels: { shard: String(index % 500) },
    },
  };
}

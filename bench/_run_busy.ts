/**
 * Keeps a cache current in a separate process while its objects change:
 * `_run_busy.ts WAY SERVER LAST-VERSION`. Prints a {@linkcode BusyRun} as a line
 * of JSON once the cache has the last version.
 *
 * @module
 */

import { IndexerInformerWatcher } from "../watch/mod.ts";
import { podsOf, podsPath } from "./_informer_peers.ts";
import { heapAfterCollection, peakBytes } from "./_memory.ts";
import { print } from "./_report.ts";
import { loadClientNode } from "./_client_node.ts";
import { cpuMs } from "./_processor_time.ts";

/** What it took to keep a cache current. */
export interface BusyRun {
  /** The time to synced. */
  syncMs: number;
  /** The processor time to synced. */
  syncCpuMs: number;
  /** The time from then to the last change. */
  busyMs: number;
  /** The processor time from then to the last change. */
  busyCpuMs: number;
  /** The memory of the process at the end. */
  rssBytes: number;
  /** The peak of it. */
  peakBytes: number;
  /** What is kept after garbage collection, less what was there before. */
  heapBytes: number;
}

/** A cache that is filled, and kept current. */
interface Kept {
  /** Resolves when it has the last version. */
  readonly done: Promise<void>;
}

/** Fills a cache; resolves when it has synced. */
type Way = (server: string, last: string) => Promise<Kept>;

const WAYS: Readonly<Record<string, Way>> = {
  "watchtools": (server, last) => ours(server, last, false),
  "… without managedFields": (server, last) => ours(server, last, true),
  "client-node": clientNode,
};

if (import.meta.main) await main();

async function main(): Promise<void> {
  const [name = "", server = "", last = ""] = Deno.args;
  const way = WAYS[name];
  if (way === undefined) throw new RangeError(`Unknown way ${name}`);
  const heapBefore = heapAfterCollection();
  const start = performance.now();
  const before = cpuMs();
  const { done } = await way(server, last);
  const synced = performance.now();
  const syncCpuMs = cpuMs() - before;
  await done;
  const run: BusyRun = {
    syncMs: synced - start,
    syncCpuMs,
    busyMs: performance.now() - synced,
    busyCpuMs: cpuMs() - before - syncCpuMs,
    rssBytes: Deno.memoryUsage().rss,
    peakBytes: await peakBytes(),
    heapBytes: heapAfterCollection() - heapBefore,
  };
  print(JSON.stringify(run));
  Deno.exit();
}

async function ours(
  server: string,
  last: string,
  dropManagedFields: boolean,
): Promise<Kept> {
  const source = podsOf(server, 0, { dropManagedFields });
  const informer = new IndexerInformerWatcher(source, { coalesce: true });
  await informer.controller.synced;
  return { done: informer.untilResourceVersion(last) };
}

async function clientNode(server: string, last: string): Promise<Kept> {
  const { clientNode, config } = await loadClientNode(server);
  const { CoreV1Api, makeInformer } = clientNode;
  const api = config.makeApiClient(CoreV1Api);
  const informer = makeInformer(
    config,
    podsPath(0),
    () => api.listNamespacedPod({ namespace: "0" }),
  );
  const { promise: done, resolve } = Promise.withResolvers<void>();
  informer.on("update", ({ metadata }) => {
    if (metadata?.resourceVersion === last) resolve();
  });
  await informer.start();
  return { done };
}

/**
 * Gets all ConfigMaps of a namespace in one of several ways, when a line with
 * the namespace is read, and prints how long it took and how much the peak of
 * memory grew: `_sync_peer.ts HOW SERVER TOKEN CA-FILE COMPRESSION`. A WatchList
 * is never compressed: Deno cannot read that.
 *
 * @module
 */

import { IndexerInformerWatcher, RestListerWatcher } from "../watch/mod.ts";
import { configMapsPath } from "./_config_maps.ts";
import { linesOf } from "./_lines.ts";
import { peakBytes, resetPeak } from "./_memory.ts";
import { print } from "./_report.ts";

/** What it took to get the objects. */
export interface SyncCost {
  /** How many there were; undefined if they were not counted. */
  readonly objects?: number | undefined;
  readonly elapsedMs: number;
  /** How far the peak of memory rose above where it started. */
  readonly peakBytes: number;
}

/** Gets all ConfigMaps of a namespace, keeps them, and counts them. */
type Way = (namespace: string) => Promise<number | undefined>;

const [how = "", server = "", token = "", caFile = "", encoding = ""] =
  Deno.args;
const client = Deno.createHttpClient({ http2: false });
const headers = {
  authorization: `Bearer ${token}`,
  "accept-encoding": how.startsWith("watch-list") ? "identity" : encoding,
};

/** What has been got must not be collected before the peak is read. */
const kept: unknown[] = [];

/** The ways by their names. */
const WAYS: Readonly<Record<string, Way>> = {
  "plain": plain,
  "list": (namespace) => informer(namespace, { watchList: false }),
  "list trimmed": (namespace) =>
    informer(namespace, { watchList: false }, true),
  "watch-list read": readWatchList,
  "watch-list": (namespace) => informer(namespace, { watchList: true }),
  "watch-list trimmed": (namespace) =>
    informer(namespace, { watchList: true }, true),
  "client-node": clientNode,
};

await main();

async function main(): Promise<void> {
  const way = WAYS[how];
  if (way === undefined) throw new RangeError(`Unknown way ${how}`);
  for await (const namespace of linesOf(Deno.stdin.readable)) {
    const before = await resetPeak();
    const start = performance.now();
    const objects = await way(namespace);
    const cost: SyncCost = {
      objects,
      elapsedMs: performance.now() - start,
      peakBytes: await peakBytes() - before,
    };
    kept.splice(0);
    print(JSON.stringify(cost));
  }
  // Watches that are open must not keep the process alive.
  Deno.exit();
}

async function plain(namespace: string): Promise<number> {
  const url = `${server}${configMapsPath(namespace)}`;
  const response = await fetch(url, { client, headers });
  const list: { items: unknown[] } = JSON.parse(
    new TextDecoder().decode(await response.arrayBuffer()),
  );
  kept.push(list);
  return list.items.length;
}

async function informer(
  namespace: string,
  options: { watchList: boolean },
  dropManagedFields = false,
): Promise<number> {
  const source = new RestListerWatcher({
    server,
    path: configMapsPath(namespace),
    headers,
    dropManagedFields,
    fetch: (url, init) => fetch(url, { ...init, client }),
  });
  const informer = new IndexerInformerWatcher(source, {
    ...options,
    // The events are not read, as client-node's informer has no listeners.
    coalesce: true,
  });
  await informer.controller.synced;
  kept.push(informer);
  return informer.indexer.size;
}

/** Only reads the initial events of a WatchList, and throws them away. */
async function readWatchList(namespace: string): Promise<undefined> {
  const query = "watch=1&sendInitialEvents=true&allowWatchBookmarks=true" +
    "&resourceVersionMatch=NotOlderThan";
  const url = `${server}${configMapsPath(namespace)}?${query}`;
  const response = await fetch(url, { client, headers });
  const reader = response.body?.getReader({ mode: "byob" });
  const decoder = new TextDecoder("latin1");
  let buffer = new Uint8Array(64 * 1024);
  let end = "";
  for (;;) {
    const { done, value } = await reader?.read(buffer) ?? { done: true };
    if (done || value === undefined) throw new Error("The watch has ended");
    // The line that ends the initial events is short, and the last one.
    end = `${end}${decoder.decode(value.subarray(-400))}`.slice(-400);
    if (end.includes('"k8s.io/initial-events-end"')) break;
    buffer = new Uint8Array(value.buffer);
  }
  void reader?.cancel();
}

async function clientNode(namespace: string): Promise<number> {
  const { CoreV1Api, KubeConfig, makeInformer } = await import(
    "@kubernetes/client-node"
  );
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    { name: "bench", server, caFile, skipTLSVerify: false },
    { name: "bench", token },
  );
  const api = config.makeApiClient(CoreV1Api);
  const informer = makeInformer(
    config,
    configMapsPath(namespace),
    () => api.listNamespacedConfigMap({ namespace }),
  );
  // Resolves when the cache is filled and the watch is open.
  await informer.start();
  kept.push(informer);
  return informer.list().length;
}

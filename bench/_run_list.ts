/**
 * Lists all pods of a namespace in a separate process, and keeps them:
 * `_run_list.ts WAY SERVER COUNT`. Prints a {@linkcode ListRun} as a line of
 * JSON.
 *
 * @module
 */

import { podsOf, podsPath } from "./_informer_peers.ts";
import { heapAfterCollection, peakBytes, resetPeak } from "./_memory.ts";
import { print } from "./_report.ts";
import { loadClientNode } from "./_client_node.ts";

/** What a list took. */
export interface ListRun {
  readonly elapsedMs: number;
  /** What is kept after garbage collection, less what was there before. */
  readonly keptBytes: number;
  /** How far the peak of memory rose above where it started. */
  readonly peakBytes: number;
}

/** Lists the pods of a namespace, whose name is their number. */
type Way = (server: string, count: number) => Promise<unknown>;

/** The ways by their printed names. */
export const LIST_WAYS: Readonly<Record<string, Way>> = {
  "await response.json()": async (server, count) => {
    const response = await fetch(`${server}${podsPath(count)}`);
    return await response.json();
  },
  "RestListerWatcher.list": (server, count) => podsOf(server, count).list({}),
  "… without managedFields": (server, count) =>
    podsOf(server, count, { dropManagedFields: true }).list({}),
  "client-node": clientNode,
};

const WARM_UP = 1_000;

if (import.meta.main) await main();

async function main(): Promise<void> {
  const [name = "", server = "", count = ""] = Deno.args;
  const way = LIST_WAYS[name];
  if (way === undefined) throw new RangeError(`Unknown way ${name}`);
  await way(server, WARM_UP);
  const heapBefore = heapAfterCollection();
  const before = await resetPeak();
  const start = performance.now();
  const kept = [await way(server, Number(count))];
  const elapsedMs = performance.now() - start;
  const peak = await peakBytes() - before;
  const keptBytes = heapAfterCollection() - heapBefore;
  const run: ListRun = { elapsedMs, keptBytes, peakBytes: peak };
  if (kept.length === 1) print(JSON.stringify(run));
  // Connections that a peer keeps open must not keep the process alive.
  Deno.exit();
}

async function clientNode(server: string, count: number): Promise<unknown> {
  const { clientNode, config } = await loadClientNode(server);
  const { CoreV1Api } = clientNode;
  const api = config.makeApiClient(CoreV1Api);
  return await api.listNamespacedPod({ namespace: String(count) });
}

/**
 * Prints how many pods are on each node, and each change of that: a cache with an
 * index.
 *
 * ```sh
 * deno run -A examples/pods_by_node.ts
 * ```
 *
 * It uses the cluster that `kubectl` uses, and runs until it is interrupted.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- a program's output

import {
  IndexerInformerWatcher,
  type KubernetesObject,
  type ListerWatcher,
  waitForCacheSync,
} from "@watchtools/kube";
import { Cluster } from "@watchtools/kube/cluster";

/** What is used of a Pod. */
export interface Pod extends KubernetesObject {
  /** The specification. */
  spec?: { nodeName?: string };
}

/** Options for {@linkcode reportPodsByNode}. */
export interface ReportOptions {
  /** Stops it. */
  signal: AbortSignal;
  /** Called with each failure; the cache recovers from it. */
  onError?: (error: unknown) => void;
}

/**
 * Reports how many pods are on each node, and each change of that.
 *
 * @param pods Lists and watches the pods.
 * @param report Called with a node and the number of its pods.
 * @param options What stops it.
 * @returns Resolves when the signal is aborted and the cache has shut down.
 */
export async function reportPodsByNode(
  pods: ListerWatcher<Pod>,
  report: (node: string, count: number) => void,
  { signal, onError }: ReportOptions,
): Promise<void> {
  await using informer = new IndexerInformerWatcher(pods, {
    signal,
    indexers: { node: nodesOf },
    transform: withoutManagedFields,
    onWatchError: onError,
  });
  // Before that, the cache may not have all pods.
  if (!await waitForCacheSync(signal, informer.controller)) return;

  const reported = new Map<string, number>();
  const reportNode = (node: string) => {
    const count = informer.indexer.byIndex("node", node).length;
    if (count === (reported.get(node) ?? 0)) return;
    reported.set(node, count);
    report(node, count);
  };
  informer.indexer.listIndexFuncValues("node").forEach(reportNode);

  // An event only says where to look. The cache is never older than the event,
  // so the first events, for the pods that are already counted, change nothing.
  for await (const { object } of informer) nodesOf(object).forEach(reportNode);
}

/** A pod is not on a node until it is scheduled. */
function nodesOf({ spec }: Pod): string[] {
  return spec?.nodeName ? [spec.nodeName] : [];
}

/** They are not used here, and can be half of an object. */
function withoutManagedFields(pod: Pod): Pod {
  delete pod.metadata?.managedFields;
  return pod;
}

async function main(): Promise<void> {
  const interrupted = new AbortController();
  Deno.addSignalListener("SIGINT", () => interrupted.abort());
  await using cluster = Cluster.fromDefault();
  const pods = await cluster.listerWatcher<Pod>({
    apiVersion: "v1",
    plural: "pods",
  });
  await reportPodsByNode(
    pods,
    (node, count) => console.log(`${node}: ${count}`),
    {
      signal: interrupted.signal,
      onError: (error) =>
        console.error(error instanceof Error ? error.message : error),
    },
  );
}

if (import.meta.main) {
  await main();
  Deno.exit();
}

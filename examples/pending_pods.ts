/**
 * Raises an alarm for each pod that has been pending for five minutes: an
 * automation with timers. `tests/examples/pending_pods_test.ts` shows how to
 * test it.
 *
 * ```sh
 * deno run -A examples/pending_pods.ts
 * ```
 *
 * It uses the cluster that `kubectl` uses, and runs until it is interrupted.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- a program's output

import {
  IndexerInformerWatcher,
  isPodRunning,
  type KubernetesObject,
  type ListerWatcher,
  metaNamespaceKey,
} from "@watchtools/kube";
import { Cluster } from "@watchtools/kube/cluster";

/** What is used of a Pod. */
export interface Pod extends KubernetesObject {
  /** The status. */
  status?: { phase?: string };
}

/** Options for {@linkcode alarmForPendingPods}. */
export interface AlarmOptions {
  /** Milliseconds that a pod may be pending. */
  afterMs: number;
  /** Stops it. */
  signal: AbortSignal;
}

/**
 * Raises one alarm for each pod that is pending for too long.
 *
 * @param pods Lists and watches the pods.
 * @param alarm Called with the pod's key, and why it is pending.
 * @param options How long is too long.
 * @returns Resolves when the signal is aborted and the cache has shut down.
 */
export async function alarmForPendingPods(
  pods: ListerWatcher<Pod>,
  alarm: (key: string, why: string) => void,
  { afterMs, signal }: AlarmOptions,
): Promise<void> {
  const isRunning = isPodRunning();
  // By uid: a new pod of the same name is a different pod.
  const timers = new Map<string, ReturnType<typeof setTimeout>>();
  await using informer = new IndexerInformerWatcher(pods, { signal });
  try {
    for await (const { type, object } of informer) {
      const uid = object.metadata?.uid ?? "";
      const isPending = type !== "DELETED" &&
        object.status?.phase === "Pending";
      if (!isPending) {
        clearTimeout(timers.get(uid));
        timers.delete(uid);
      } else if (!timers.has(uid)) {
        const key = metaNamespaceKey(object);
        const raise = () =>
          // The cache has the pod's latest state, and so the latest reason.
          alarm(key, isRunning.explain(informer.indexer.getByKey(key)));
        timers.set(uid, setTimeout(raise, pendingTimeLeft(object, afterMs)));
      }
    }
  } finally {
    for (const timer of timers.values()) clearTimeout(timer);
  }
}

/** Counted from the pod's creation, so that restarting the program is harmless. */
function pendingTimeLeft({ metadata }: Pod, afterMs: number): number {
  const createdAt = new Date(metadata?.creationTimestamp ?? Date.now());
  return Math.max(0, createdAt.getTime() + afterMs - Date.now());
}

async function main(): Promise<void> {
  const interrupted = new AbortController();
  Deno.addSignalListener("SIGINT", () => interrupted.abort());
  await using cluster = Cluster.fromDefault();
  const pods = await cluster.listerWatcher<Pod>({
    apiVersion: "v1",
    plural: "pods",
  });
  await alarmForPendingPods(
    pods,
    (key, why) => console.log(`${key} does not start: ${why}`),
    { afterMs: 5 * 60_000, signal: interrupted.signal },
  );
}

if (import.meta.main) {
  await main();
  Deno.exit();
}

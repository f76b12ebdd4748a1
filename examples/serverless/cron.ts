/**
 * Runs once a minute, on Deno Deploy or any machine, and reports the pods that
 * have failed since the last time.
 *
 * ```sh
 * deno run -A --unstable-cron --unstable-kv examples/serverless/cron.ts
 * ```
 *
 * It uses the cluster that `kubectl` uses, and keeps its checkpoint in Deno KV:
 * in the file `KV_PATH`, if that is set.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- a program's output

import type { KubernetesObject, ListerWatcher } from "@watchtools/kube";
import { Cluster } from "@watchtools/kube/cluster";
import {
  CheckpointConflictError,
  type CheckpointStore,
  denoKvCheckpoints,
  resumeWatch,
} from "@watchtools/kube/serverless";

/** What is used of a Pod. */
export interface Pod extends KubernetesObject {
  /** Where it is. */
  status?: { phase?: string; reason?: string };
}

/** Options for {@linkcode reportFailures}. */
export interface ReportOptions {
  /** Keeps how far it has come. */
  checkpoints: CheckpointStore;
  /** Milliseconds that it may take. */
  budgetMs: number;
  /** Called with a line for each pod. It may be called again after a crash. */
  report: (line: string) => void | Promise<void>;
}

/**
 * Reports the pods that have failed since the last time.
 *
 * @param pods Lists and watches the pods.
 * @param options Where to carry on, for how long, and where to report to.
 * @returns How many changes there were; undefined if another run is at it.
 */
export async function reportFailures(
  pods: ListerWatcher<Pod>,
  { checkpoints, budgetMs, report }: ReportOptions,
): Promise<number | undefined> {
  try {
    const { handled } = await resumeWatch(pods, checkpoints, async (event) => {
      const { metadata, status } = event.object;
      if (event.type === "DELETED" || status?.phase !== "Failed") return;
      const why = status.reason ?? "no reason given";
      await report(`${metadata?.namespace}/${metadata?.name}: ${why}`);
    }, { budgetMs });
    return handled;
  } catch (error) {
    // The last run takes longer than a minute: it carries on.
    if (error instanceof CheckpointConflictError) return undefined;
    throw error;
  }
}

if (import.meta.main) {
  const kv = await Deno.openKv(Deno.env.get("KV_PATH"));
  Deno.cron("report failed pods", "* * * * *", async () => {
    await using cluster = Cluster.fromDefault();
    const pods = await cluster.listerWatcher<Pod>({
      apiVersion: "v1",
      kind: "Pod",
      namespace: cluster.namespace,
    });
    await reportFailures(pods, {
      checkpoints: denoKvCheckpoints(kv, ["checkpoints", "failed pods"]),
      budgetMs: 50_000,
      report: (line) => console.log(line),
    });
  });
}

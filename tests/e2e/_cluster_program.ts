/**
 * A program that uses a `Cluster` like a user of this library, on Deno, Node
 * and Bun: `_cluster_program.ts SPEC`, where SPEC is JSON. It prints lines of
 * JSON, and exits by itself once the cluster has been disposed, unless a
 * resource is left open.
 */

import process from "node:process";
import { serviceAccount } from "../../cluster/_service_account.ts";
import { Cluster, type ClusterOptions } from "../../client_node/mod.ts";
import { RetryWatcher } from "../../watch/retry_watcher.ts";
import { eventText } from "./_events.ts";

/** What the program does. */
export interface ClusterProgram {
  /** The options of the cluster; the rest comes from the environment. */
  options?: ClusterOptions | undefined;
  /** A kubeconfig to load with client-node. */
  kubeConfigFile?: string | undefined;
  /** The directory of a pod's service account. */
  serviceAccountDirectory?: string | undefined;
  /** Whether to print names, or changes from a version until stdin closes. */
  watchFrom?: string | undefined;
  /** The duration of each watch. */
  watchTimeoutMs?: number | undefined;
  /** How long a watch may exceed that. */
  watchGraceMs?: number | undefined;
  /** The number of lists. */
  lists?: number | undefined;
  /** Whether the end of stdin ends requests that are under way. */
  endsRequests?: boolean | undefined;
}

/** A line that the program prints. */
export interface ClusterProgramLine {
  /** The names of the pods. */
  readonly names?: readonly string[] | undefined;
  /** An event, as text. */
  readonly text?: string | undefined;
  /** Whether the event only marks an object for deletion. */
  readonly announcement?: boolean | undefined;
  /** Why a watch was restarted; empty if it had ended normally. */
  readonly restart?: string | undefined;
  /** The class and message of the error. */
  readonly error?: readonly [name: string, message: string] | undefined;
  /** Whether everything has been disposed. */
  readonly done?: boolean | undefined;
}

try {
  await main(JSON.parse(process.argv[2] ?? "{}"));
} catch (error) {
  if (!(error instanceof Error)) throw error;
  print({ error: [error.name, error.message] });
}
print({ done: true });

async function main(spec: ClusterProgram): Promise<void> {
  serviceAccount.directory = spec.serviceAccountDirectory ??
    serviceAccount.directory;
  await using cluster = await open(spec);
  if (spec.endsRequests) {
    const end = () => void cluster[Symbol.asyncDispose]();
    process.stdin.on("end", end).resume();
  }
  const pods = await cluster.listerWatcher({
    apiVersion: "v1",
    kind: "Pod",
    namespace: cluster.namespace,
  });
  if (spec.watchFrom === undefined) {
    for (let count = 0; count < (spec.lists ?? 1); count++) {
      const { items } = await pods.list({});
      print({ names: items.map(({ metadata }) => metadata?.name ?? "") });
    }
    return;
  }
  const watcher = new RetryWatcher(spec.watchFrom, pods, {
    minRestartDelayMs: 100,
    watchTimeoutMs: spec.watchTimeoutMs,
    watchGraceMs: spec.watchGraceMs,
    onRestart: ({ cause }) => print({ restart: cause ? String(cause) : "" }),
  });
  process.stdin.on("end", () => watcher.stop()).resume();
  for await (const event of watcher) {
    const announcement = event.type === "MODIFIED" &&
      event.object.metadata?.deletionTimestamp !== undefined;
    print({ text: eventText(event), announcement });
  }
}

async function open(spec: ClusterProgram): Promise<Cluster> {
  if (spec.kubeConfigFile === undefined) {
    return Cluster.fromDefault(spec.options);
  }
  const { KubeConfig } = await import("@kubernetes/client-node");
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(spec.kubeConfigFile);
  return Cluster.fromKubeConfig(kubeConfig);
}

function print(line: ClusterProgramLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/**
 * A program that uses a `Cluster` as a user of this library would, on Deno,
 * Node and Bun: `_cluster_program.ts SPEC`, a JSON text. It prints lines of
 * JSON, and ends by itself once the cluster has been disposed of: whatever that
 * leaves open would keep it running.
 */

import process from "node:process";
import { serviceAccount } from "../../cluster/_service_account.ts";
import { Cluster, type ClusterOptions } from "../../client_node/mod.ts";
import { RetryWatcher } from "../../watch/retry_watcher.ts";
import { eventText } from "./_events.ts";

/** What the program is to do. */
export interface ClusterProgram {
  /** How the cluster is reached; what is not said comes from the environment. */
  options?: ClusterOptions | undefined;
  /** A kubeconfig that client-node is to read. */
  kubeConfigFile?: string | undefined;
  /** Where a pod's files are. */
  serviceAccountDirectory?: string | undefined;
  /** Names to be printed, or changes from this version on until stdin ends. */
  watchFrom?: string | undefined;
  /** How long each watch lasts. */
  watchTimeoutMs?: number | undefined;
  /** How long past that a watch may be open. */
  watchGraceMs?: number | undefined;
  /** How often to list. */
  lists?: number | undefined;
}

/** A line that the program prints. */
export interface ClusterProgramLine {
  /** Names of the pods. */
  readonly names?: readonly string[] | undefined;
  /** An event, as text. */
  readonly text?: string | undefined;
  /** Whether the event only announces a deletion. */
  readonly announcement?: boolean | undefined;
  /** Why a watch was begun anew; empty where it had ended well. */
  readonly restart?: string | undefined;
  /** What was thrown: its class, and what it says. */
  readonly error?: readonly [name: string, message: string] | undefined;
  /** Whether it has disposed of everything. */
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

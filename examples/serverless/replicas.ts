/**
 * A Deployment whose replicas share the pods of a cluster among themselves, and
 * send each change to a webhook.
 *
 * ```sh
 * deno run -A examples/serverless/replicas.ts https://hooks.example/pods
 * ```
 *
 * Each pod is in the hand of one replica at a time, and no change is skipped when
 * replicas come and go. The number in the header `Fencing-Token` grows whenever
 * another replica takes a shard over: a receiver that refuses lower ones than it
 * has seen for that shard is safe from a replica that was stopped for long.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- a program's output

import type { KubernetesObject, ListerWatcher } from "@watchtools/kube";
import { Cluster } from "@watchtools/kube/cluster";
import {
  configMapCheckpoints,
  type SharedWatch,
  sharedWatch,
  type SharedWatchOptions,
} from "@watchtools/kube/serverless";

/** Options for {@linkcode shareChanges}. */
export interface ShareOptions {
  /** How the API server is reached: `cluster.restOptions`. */
  client: SharedWatchOptions["client"];
  /** What the replicas have in common: `"namespace/name"`. */
  name: string;
  /** Stops this replica. */
  signal?: AbortSignal | undefined;
  /** Sends a change. May be called again after a crash. */
  send: (body: unknown, headers: HeadersInit) => Promise<void>;
  /** Called with each line of output. */
  log: (line: string) => void;
}

/**
 * Takes a share of the objects, and sends their changes.
 *
 * @param source Lists and watches all of them.
 * @param options Where the Leases are, and where the changes go.
 * @returns The replica.
 */
export function shareChanges(
  source: ListerWatcher<KubernetesObject>,
  { client, name, signal, send, log }: ShareOptions,
): SharedWatch {
  return sharedWatch(source, async ({ type, object }, shard) => {
    const { namespace, name, uid, resourceVersion } = object.metadata ?? {};
    await send({ type, namespace, name, uid, resourceVersion }, {
      "Shard": String(shard.index),
      "Fencing-Token": String(shard.leaseTransitions),
    });
  }, {
    client,
    name,
    shards: 12,
    signal,
    checkpoints: ({ index, count }) =>
      configMapCheckpoints(client, `${name}-${index}-of-${count}`),
    resume: { saveEvery: 10 },
    onShards: (shards) => log(`holds ${shards.length} of 12 shards`),
  });
}

if (import.meta.main) {
  const [webhook = ""] = Deno.args;
  const abort = new AbortController();
  Deno.addSignalListener("SIGTERM", () => abort.abort());
  await using cluster = Cluster.fromDefault();
  const pods = await cluster.listerWatcher({ apiVersion: "v1", kind: "Pod" });
  const replica = shareChanges(pods, {
    client: cluster.restOptions,
    name: `${cluster.namespace}/pod-changes`,
    signal: abort.signal,
    send: async (body, headers) => {
      const response = await fetch(webhook, {
        method: "POST",
        body: JSON.stringify(body),
        headers,
      });
      await response.body?.cancel();
      if (!response.ok) throw new Error(`${webhook}: ${response.status}`);
    },
    log: (line) => console.log(line),
  });
  await replica.done;
}

/**
 * The informers that are compared: each keeps a cache of the pods of a
 * namespace, and nothing else.
 *
 * @module
 */

import {
  IndexerInformerWatcher,
  type InformerOptions,
  type KubernetesObject,
  resourcePath,
  RestListerWatcher,
} from "../watch/mod.ts";

/** An informer that has synced. */
export interface Synced {
  /** How many objects its cache holds. */
  size: number;
  /** Stops it. */
  stop(): Promise<void>;
}

/** Starts an informer on a server and waits until it has synced. */
export type InformerPeer = (server: string, count: number) => Promise<Synced>;

/** The informers, by the names that are printed. */
export const INFORMER_PEERS: Readonly<Record<string, InformerPeer>> = {
  "watchtools": (server, count) => ours(server, count, {}),
  "… by LIST": (server, count) => ours(server, count, { watchList: false }),
  "… without managedFields": (server, count) =>
    ours(server, count, { transform: dropManagedFields }),
  "client-node": clientNode,
};

/**
 * The pods of a namespace, which the server takes for their number.
 *
 * @param server Address of the server.
 * @param count How many pods.
 * @returns What lists and watches them.
 */
export function podsOf(server: string, count: number): RestListerWatcher {
  return new RestListerWatcher({ server, path: path(count) });
}

function path(count: number): string {
  const namespace = String(count);
  return resourcePath({ apiVersion: "v1", plural: "pods", namespace });
}

async function ours(
  server: string,
  count: number,
  options: InformerOptions,
): Promise<Synced> {
  const informer = new IndexerInformerWatcher(podsOf(server, count), {
    ...options,
    // Nobody reads the events here, as nobody listens to the other informer's.
    coalesce: true,
  });
  await informer.controller.synced;
  return {
    size: informer.indexer.size,
    stop: () => informer[Symbol.asyncDispose](),
  };
}

function dropManagedFields(object: KubernetesObject): KubernetesObject {
  delete object.metadata?.managedFields;
  return object;
}

/** As its documentation shows it: on the typed list function. */
async function clientNode(server: string, count: number): Promise<Synced> {
  const { CoreV1Api, KubeConfig, makeInformer } = await import(
    "@kubernetes/client-node"
  );
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    { name: "bench", server, skipTLSVerify: true },
    { name: "bench" },
  );
  const api = config.makeApiClient(CoreV1Api);
  const namespace = String(count);
  const informer = makeInformer(
    config,
    path(count),
    () => api.listNamespacedPod({ namespace }),
  );
  // Resolves when the list is in its cache and the watch is open.
  await informer.start();
  return { size: informer.list().length, stop: () => informer.stop() };
}

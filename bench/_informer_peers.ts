/**
 * The informers to compare: each only caches the pods of a namespace.
 *
 * @module
 */

import {
  IndexerInformerWatcher,
  type InformerOptions,
  resourcePath,
  RestListerWatcher,
  type RestListerWatcherOptions,
} from "../watch/mod.ts";
import { loadClientNode } from "./_client_node.ts";

/** An informer that has synced. */
export interface Synced {
  /** The number of objects in its cache. */
  size: number;
  /** Stops the informer. */
  stop(): Promise<void>;
}

/** Starts an informer on a server and waits until it has synced. */
export type InformerPeer = (server: string, count: number) => Promise<Synced>;

const LIST: InformerOptions = { watchList: false };

/** As other clients ask for them; by default, only where pages save work. */
const PAGES: InformerOptions = { watchList: false, pageSize: 500 };

/** The informers by their printed names; trimmed is without `managedFields`. */
export const INFORMER_PEERS: Readonly<Record<string, InformerPeer>> = {
  "watchtools, WatchList": (server, count) => ours(server, count, {}),
  "watchtools, LIST": (server, count) => ours(server, count, LIST),
  "watchtools, LIST in pages": (server, count) => ours(server, count, PAGES),
  "… WatchList, trimmed": (server, count) =>
    ours(server, count, {}, { dropManagedFields: true }),
  "… LIST, trimmed": (server, count) =>
    ours(server, count, LIST, { dropManagedFields: true }),
  "… LIST in pages, trimmed": (server, count) =>
    ours(server, count, PAGES, { dropManagedFields: true }),
  "client-node": clientNode,
};

/**
 * Returns a lister-watcher for the pods of a namespace, whose name tells the
 * server their number.
 *
 * @param server The address of the server.
 * @param count The number of pods.
 * @param options What to leave out.
 * @returns The lister-watcher.
 */
export function podsOf(
  server: string,
  count: number,
  options: Pick<RestListerWatcherOptions, "dropManagedFields"> = {},
): RestListerWatcher {
  return new RestListerWatcher({ ...options, server, path: podsPath(count) });
}

/**
 * Returns the path of the pods of a namespace, whose name tells the server
 * their number.
 *
 * @param count The number of pods.
 * @returns The path.
 */
export function podsPath(count: number): string {
  const namespace = String(count);
  return resourcePath({ apiVersion: "v1", plural: "pods", namespace });
}

async function ours(
  server: string,
  count: number,
  options: InformerOptions,
  sourceOptions?: Pick<RestListerWatcherOptions, "dropManagedFields">,
): Promise<Synced> {
  const pods = podsOf(server, count, sourceOptions);
  const informer = new IndexerInformerWatcher(pods, {
    ...options,
    // The events are not read, as the other informer has no listeners either.
    coalesce: true,
  });
  await informer.controller.synced;
  return {
    size: informer.indexer.size,
    stop: () => informer[Symbol.asyncDispose](),
  };
}

/** As in its documentation, with the typed list function. */
async function clientNode(server: string, count: number): Promise<Synced> {
  const { clientNode, config } = await loadClientNode(server);
  const { CoreV1Api, makeInformer } = clientNode;
  const api = config.makeApiClient(CoreV1Api);
  const namespace = String(count);
  const informer = makeInformer(
    config,
    podsPath(count),
    () => api.listNamespacedPod({ namespace }),
  );
  // Resolves when the cache is filled and the watch is open.
  await informer.start();
  return { size: informer.list().length, stop: () => informer.stop() };
}

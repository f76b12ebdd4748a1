/**
 * client-node's `makeInformer`, with an informer of this library behind it.
 *
 * @module
 */

import type {
  Informer,
  KubernetesObject,
  ListPromise,
  ObjectCache,
} from "@kubernetes/client-node";
import type { KubeConfigSource } from "../cluster/kube_config_source.ts";
import { InformerBridge } from "./_informer_bridge.ts";
import { informerPath } from "./_informer_path.ts";
import type { InformerSource } from "./_informer_run.ts";
import { warn } from "../internal/console.ts";
import { listTyped } from "./_list_typed.ts";
import { Cluster } from "../cluster/cluster.ts";
import { RestListerWatcher } from "../rest/rest_lister_watcher.ts";
import type { KubernetesList } from "../api/types.ts";

/**
 * What client-node's
 * [`makeInformer`](https://github.com/kubernetes-client/javascript/blob/main/src/informer.ts)
 * is: code that was written for it needs another import, and no other change.
 * What it gains is told of at {@linkcode clientNodeInformer}: above all, that
 * it goes on after an error, and from where it was.
 *
 * Lists are made by the function given. Watches are made over the cluster that
 * the `KubeConfig` describes at each start, with connections of their own, all
 * of which `stop()` closes.
 *
 * - `"error"` is called with what the list function threw; where a watch failed,
 *   with an error that has `code` and `statusCode`.
 * - The list function has to give the whole list: it cannot be asked for
 *   another page. Where it sets a `limit`, a warning is written.
 * - A listed object has a `Date` for each time, a watched one has strings, as
 *   with client-node.
 * - A function that never answers is not given up before client-node does,
 *   which is after five minutes.
 *
 * @typeParam T Type of the objects.
 * @param kubeconfig The cluster.
 * @param path What is watched: `"/api/v1/namespaces/default/pods"`, perhaps
 *   with a query for a `fieldSelector`.
 * @param listPromiseFn Lists the same objects.
 * @param labelSelector Only objects with these labels are watched.
 * @returns The informer. Its `start()` rejects where the `KubeConfig` cannot be
 *   used.
 *
 * @example Follow the ConfigMaps of a namespace
 * ```ts
 * import { KubeConfig, type V1ConfigMap } from "@kubernetes/client-node";
 * import { makeInformer } from "@watchtools/kube/client-node";
 * import { FakeApiServer } from "@watchtools/kube/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = new FakeApiServer();
 * const { url } = await server.listen();
 * const kubeConfig = new KubeConfig();
 * kubeConfig.loadFromClusterAndUser(
 *   { name: "fake", server: url, skipTLSVerify: false },
 *   { name: "nobody" },
 * );
 * // Stands for api.listNamespacedConfigMap({ namespace: "default" }).
 * const list = () => Promise.resolve({ items: [] });
 *
 * const informer = makeInformer<V1ConfigMap>(
 *   kubeConfig,
 *   "/api/v1/namespaces/default/configmaps",
 *   list,
 * );
 * const added = new Promise((resolve) => informer.on("add", resolve));
 * await informer.start();
 * server.create({
 *   apiVersion: "v1",
 *   kind: "ConfigMap",
 *   metadata: { name: "a", namespace: "default" },
 * });
 * await added;
 * assertEquals(informer.get("a", "default")?.kind, "ConfigMap");
 * await informer.stop();
 * ```
 */
export function makeInformer<T extends KubernetesObject>(
  kubeconfig: KubeConfigSource,
  path: string,
  listPromiseFn: ListPromise<T>,
  labelSelector?: string,
): Informer<T> & ObjectCache<T> {
  const list = wholeLists(listPromiseFn);
  return new InformerBridge<T>((): InformerSource<T> => {
    const cluster = Cluster.fromKubeConfig(kubeconfig);
    const watcher = new RestListerWatcher<T>({
      ...cluster.restOptions,
      ...informerPath(path, labelSelector),
    });
    return {
      listerWatcher: { list, watch: (options) => watcher.watch(options) },
      [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
    };
  });
}

/** Lists, and warns once of lists that are not whole. */
function wholeLists<T extends KubernetesObject>(
  listPromiseFn: ListPromise<T>,
): () => Promise<KubernetesList<T>> {
  let hasWarned = false;
  return async () => {
    const list = await listTyped(listPromiseFn);
    const { continue: more, ...metadata } = list.metadata ?? {};
    if (more && !hasWarned) {
      hasWarned = true;
      warn(
        "makeInformer's list function gives the first page alone: what is on the others is not seen until it changes: leave its limit out",
      );
    }
    // Asked for another page, it would give the same one for ever.
    return { ...list, metadata };
  };
}

/**
 * A replacement for client-node's `makeInformer`.
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
 * A drop-in replacement for client-node's
 * [`makeInformer`](https://github.com/kubernetes-client/javascript/blob/main/src/informer.ts):
 * existing code only needs another import. {@linkcode clientNodeInformer} lists
 * the improvements, above all that it recovers from errors and misses no
 * change.
 *
 * Lists use the given function. Watches use the cluster that the `KubeConfig`
 * describes at each start, with their own connections, which `stop()` closes.
 *
 * - `"error"` callbacks get what the list function threw, or, if a watch
 *   failed, an error with `code` and `statusCode`.
 * - The list function must return the complete list: it cannot be called for
 *   another page. If it sets a `limit`, a warning is written.
 * - A listed object has a `Date` for each time, a watched one has strings, as
 *   with client-node.
 * - A list function that hangs is not aborted earlier than by client-node
 *   itself, which is after five minutes.
 *
 * @typeParam T Type of the objects.
 * @param kubeconfig The cluster.
 * @param path The path to watch: `"/api/v1/namespaces/default/pods"`,
 *   optionally with a query for a `fieldSelector`.
 * @param listPromiseFn Lists the same objects.
 * @param labelSelector Only objects with these labels are watched.
 * @returns The informer. Its `start()` rejects if the `KubeConfig` is invalid.
 *
 * @example Watch the ConfigMaps of a namespace
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
  const list = completeLists(listPromiseFn);
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

/** Lists, and warns once if a list is incomplete. */
function completeLists<T extends KubernetesObject>(
  listPromiseFn: ListPromise<T>,
): () => Promise<KubernetesList<T>> {
  let hasWarned = false;
  return async () => {
    const list = await listTyped(listPromiseFn);
    const { continue: more, ...metadata } = list.metadata ?? {};
    if (more && !hasWarned) {
      hasWarned = true;
      warn(
        "makeInformer's list function returned only the first page: the objects on other pages are missing until they change: omit its limit",
      );
    }
    // Called for the next page, it would return the same one forever.
    return { ...list, metadata };
  };
}

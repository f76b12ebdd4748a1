/**
 * The typed list functions of
 * [`npm:@kubernetes/client-node`](https://www.npmjs.com/package/@kubernetes/client-node)
 * as a `Lister`, with their results and errors converted to those of this
 * package.
 *
 * @module
 */

import { unlessAborted } from "../internal/abort.ts";
import { abortWith, typedListOptions } from "./_request.ts";
import { listTyped } from "./_list_typed.ts";
import type { TypedListFunction } from "./typed_list.ts";
import type {
  KubernetesList,
  KubernetesObject,
  Lister,
  ListOptions,
} from "../api/types.ts";

/**
 * Creates a `Lister` from one of client-node's typed list functions.
 *
 * - All options of a list reach the server, and the `_continue` of a response
 *   is returned as `continue`; without that, a list would seem to end after its
 *   first page.
 * - An unsuccessful response rejects with a `StatusError`, a missing response
 *   with a `ConnectionError`; `cause` is what client-node threw.
 * - The `apiVersion` and `kind` that an API server leaves out of the items are
 *   set from the list.
 * - Aborting the signal rejects immediately. It also aborts the request if the
 *   second argument is passed on to client-node; otherwise the response is
 *   ignored.
 * - client-node converts each time in a listed object to a `Date`. A watch,
 *   even its own, delivers times as strings, so a cache of both contains both.
 *
 * For a `ListerWatcher`, which caches and waits need, combine it with a
 * `Watcher`: `{ list, watch }`. If client-node is not needed for anything else,
 * use a `RestListerWatcher` instead.
 *
 * @typeParam T Type of the objects.
 * @param list Calls the function.
 * @returns The lister.
 *
 * @example List pods with client-node, page by page
 * ```ts
 * import { typedLister, type TypedList } from "@watchtools/kube/client-node";
 * import { assertEquals } from "@std/assert";
 *
 * // Stands for `kubeConfig.makeApiClient(CoreV1Api)`.
 * const coreApi = {
 *   listNamespacedPod(
 *     { _continue }: { namespace: string; limit?: number; _continue?: string },
 *     _configuration: unknown,
 *   ): Promise<TypedList> {
 *     return Promise.resolve({
 *       apiVersion: "v1",
 *       kind: "PodList",
 *       metadata: _continue ? {} : { _continue: "after a" },
 *       items: [{ metadata: { name: _continue ? "b" : "a" } }],
 *     });
 *   },
 * };
 *
 * const pods = typedLister((options, configuration) =>
 *   coreApi.listNamespacedPod(
 *     { namespace: "default", ...options },
 *     configuration,
 *   )
 * );
 * const first = await pods.list({ limit: 1 });
 * assertEquals(first.metadata?.continue, "after a");
 *
 * const second = await pods.list({ limit: 1, continue: "after a" });
 * assertEquals(second.items, [
 *   { apiVersion: "v1", kind: "Pod", metadata: { name: "b" } },
 * ]);
 * ```
 */
export function typedLister<T extends KubernetesObject = KubernetesObject>(
  list: TypedListFunction<T>,
): Lister<T> {
  return { list: (options) => listWith(list, options) };
}

async function listWith<T extends KubernetesObject>(
  list: TypedListFunction<T>,
  { signal, ...options }: ListOptions,
): Promise<KubernetesList<T>> {
  const query = typedListOptions(options);
  if (signal === undefined) {
    return await listTyped(() => list(query, undefined));
  }
  signal.throwIfAborted();
  const configuration = await unlessAborted(abortWith(signal), signal);
  const result = listTyped(() => list(query, configuration));
  return await unlessAborted(result, signal);
}

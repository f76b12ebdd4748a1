/**
 * The typed list functions of
 * [`npm:@kubernetes/client-node`](https://www.npmjs.com/package/@kubernetes/client-node)
 * as a `Lister`: whatever they return and throw in their own way comes out as
 * everything else here has it.
 *
 * @module
 */

import { unlessAborted } from "../internal/abort.ts";
import { abortedBy, typedListOptions } from "./_request.ts";
import { listTyped } from "./_list_typed.ts";
import type { TypedListFunction } from "./typed_list.ts";
import type {
  KubernetesList,
  KubernetesObject,
  Lister,
  ListOptions,
} from "../api/types.ts";

/**
 * One of client-node's typed list functions as a `Lister`.
 *
 * - All that a list can be asked for reaches the server, and the `_continue` of
 *   an answer comes back as `continue`, without which a list would seem to end
 *   after its first page.
 * - An answer that is no success rejects with a `StatusError`, no answer at all
 *   with a `ConnectionError`, each with what client-node threw as `cause`.
 * - Items without `apiVersion` and `kind` are given those of the list.
 * - Aborting the signal rejects at once. It ends the request as well where the
 *   second argument is passed on to client-node; where it is not, the answer
 *   is dropped when it comes.
 * - client-node makes a `Date` of each time in a listed object. A watch, its
 *   own included, delivers times as strings: a cache over both holds both.
 *
 * What needs a `ListerWatcher`, a cache or a wait, takes `{ list, watch }` of
 * this and of a `Watcher`. Where client-node is not needed for anything else, a
 * `RestListerWatcher` lists without it.
 *
 * @typeParam T Type of the objects.
 * @param list Calls the function.
 * @returns The lister.
 *
 * @example List pods by client-node, page by page
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
  return { list: (options) => listBy(list, options) };
}

async function listBy<T extends KubernetesObject>(
  list: TypedListFunction<T>,
  { signal, ...options }: ListOptions,
): Promise<KubernetesList<T>> {
  const query = typedListOptions(options);
  if (signal === undefined) {
    return await listTyped(() => list(query, undefined));
  }
  signal.throwIfAborted();
  const configuration = await unlessAborted(abortedBy(signal), signal);
  const answer = listTyped(() => list(query, configuration));
  return await unlessAborted(answer, signal);
}

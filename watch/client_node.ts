/**
 * Bridges to
 * [`npm:@kubernetes/client-node`](https://www.npmjs.com/package/@kubernetes/client-node):
 * what it lists can be waited on and watched with everything here. Importing
 * this loads nothing of it.
 *
 * @example List pods by client-node
 * ```ts
 * import { typedLister } from "@watchtools/kube/client-node";
 * import { assertEquals } from "@std/assert";
 *
 * const pods = typedLister((_options) =>
 *   // coreApi.listNamespacedPod({ namespace: "default", ..._options })
 *   Promise.resolve({ kind: "PodList", items: [{ metadata: { name: "a" } }] })
 * );
 * const { items } = await pods.list({});
 * assertEquals(items[0]?.metadata.name, "a");
 * ```
 *
 * @module
 */

export * from "./client_node_informer.ts";
export * from "./client_node_lister.ts";
export type * from "./typed_list.ts";

/**
 * The keys of objects in a store.
 *
 * @module
 */

import { textField } from "../internal/json_fields.ts";
import { identityOfObject } from "./_untrusted.ts";
import type { KubernetesObject } from "./types.ts";

/**
 * Returns the key of an object, unique within its resource, as client-go's
 * [`cache.MetaNamespaceKeyFunc`](https://pkg.go.dev/k8s.io/client-go/tools/cache#MetaNamespaceKeyFunc).
 *
 * @param object The object.
 * @returns `"namespace/name"`, or `"name"` if the object has no namespace.
 * @throws {TypeError} If the object has no name.
 *
 * @example Keys with and without a namespace
 * ```ts
 * import { metaNamespaceKey } from "@watchtools/kube";
 * import { assertEquals } from "@std/assert";
 *
 * const pod = { kind: "Pod", metadata: { name: "web", namespace: "default" } };
 * assertEquals(metaNamespaceKey(pod), "default/web");
 * assertEquals(metaNamespaceKey({ metadata: { name: "node-1" } }), "node-1");
 * ```
 */
export function metaNamespaceKey(object: KubernetesObject): string {
  const { name, namespace } = identityOfObject(object);
  if (name === undefined) {
    const kind = textField(object, "kind") || "an object";
    throw new TypeError(
      `Cannot make a key for ${kind}: it has no metadata.name`,
    );
  }
  return namespace === undefined ? name : `${namespace}/${name}`;
}

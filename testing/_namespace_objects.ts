/**
 * Namespaces as a server stores them.
 *
 * @module
 */

import type { StoredObject } from "./stored_object.ts";

/** Returns a new namespace as a server stores it. */
export function activeNamespace(object: StoredObject): StoredObject {
  const { metadata = {} } = object;
  return {
    ...object,
    metadata: {
      ...metadata,
      labels: {
        ...metadata.labels,
        "kubernetes.io/metadata.name": metadata.name ?? "",
      },
    },
    spec: { finalizers: ["kubernetes"] },
    status: { phase: "Active" },
  };
}

/** Returns a namespace that is being deleted as a server stores it. */
export function terminatingNamespace(object: StoredObject): StoredObject {
  return { ...object, status: { phase: "Terminating" } };
}

/**
 * The objects of a fake API server.
 *
 * @module
 */

import type { KubernetesObject } from "../api/types.ts";

/** An object with any fields. */
export interface StoredObject extends KubernetesObject {
  /** `spec`, `status`, `data` and other fields. */
  [field: string]: unknown;
}

/** An object to store: of a type such as `Pod`, or an object literal. */
export type ObjectInput = KubernetesObject | StoredObject;

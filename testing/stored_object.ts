/**
 * An object in a fake API server.
 *
 * @module
 */

import type { KubernetesObject } from "../api/types.ts";

/** An object with whatever fields it has. */
export interface StoredObject extends KubernetesObject {
  /** `spec`, `status`, `data` and the like. */
  [field: string]: unknown;
}

/** An object as it is given: of a type of its own, or written out in place. */
export type ObjectInput = KubernetesObject | StoredObject;

/**
 * What a fake server answers from.
 *
 * @module
 */

import type { FakeStore } from "./_fake_store.ts";
import type { Namespaces } from "./_namespaces.ts";
import type { Objects } from "./_objects.ts";
import type { Resources } from "./_resources.ts";
import type { JsonPatchFunction } from "./_json_patch.ts";
import type { StoredObject } from "./stored_object.ts";

/** The state of a server. */
export interface ServerState {
  /** The objects by key, with their history. */
  readonly store: FakeStore<StoredObject>;
  /** Writes objects. */
  readonly objects: Objects;
  /** The resources. */
  readonly resources: Resources;
  /** The life of namespaces. */
  readonly namespaces: Namespaces;
  /** Whether `limit` is honored at resource version `"0"`. */
  readonly limitAtZero: boolean;
  /** The current epoch: `continue` tokens of earlier epochs have expired. */
  readonly epoch: number;
  /** Whether objects can be requested as tables. */
  readonly tables: boolean;
  /** Whether shard selectors are honored. */
  readonly sharding: boolean;
  /** Applies JSON patches; loaded when the first one arrives. */
  readonly jsonPatch: JsonPatchFunction | undefined;
}

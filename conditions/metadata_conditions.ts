/**
 * Conditions on whether an object exists.
 *
 * @module
 */

import { explainDeletion } from "./_deletion.ts";
import { matches } from "./combinators.ts";
import type { Condition } from "./condition.ts";
import type { KubernetesObject } from "../api/types.ts";

/**
 * Met when the object exists, in any state, as with
 * `kubectl wait --for=create`.
 *
 * @returns The condition.
 *
 * @example Wait for an object to be created
 * ```ts
 * import { isCreated } from "@watchtools/kube";
 * import { assert, assertEquals } from "@std/assert";
 *
 * assert(isCreated()({ metadata: { name: "web" } }));
 * assertEquals(isCreated().explain(undefined), "not there yet");
 * ```
 */
export function isCreated(): Condition {
  return matches(
    (object) => object !== undefined,
    (object) => object === undefined ? "not there yet" : "there",
  );
}

/**
 * Met when the object does not exist, as with `kubectl wait --for=delete`.
 *
 * @param uid The UID of the object. If given, an object of the same name but
 *   with another UID also meets the condition.
 * @returns The condition. It explains which finalizers block a deletion, and
 *   which content of a namespace remains.
 *
 * @example A deletion that is blocked by a finalizer
 * ```ts
 * import { isDeleted } from "@watchtools/kube";
 * import { assert } from "@std/assert";
 *
 * const pod = {
 *   metadata: {
 *     name: "web",
 *     uid: "1",
 *     deletionTimestamp: new Date().toISOString(),
 *     finalizers: ["example.com/backup"],
 *   },
 * };
 * assert(!isDeleted("1")(pod));
 * assert(isDeleted("1").explain(pod).endsWith("finalizer: example.com/backup"));
 * assert(isDeleted("0")(pod));
 * assert(isDeleted()(undefined));
 * ```
 */
export function isDeleted(uid?: string): Condition {
  const isGone = (object: KubernetesObject | undefined) =>
    object === undefined || (uid !== undefined && object.metadata?.uid !== uid);
  return matches(isGone, (object) => {
    if (object === undefined) return "gone";
    return isGone(object)
      ? "gone, replaced by another object of the same name"
      : lifetime(object);
  });
}

function lifetime(object: KubernetesObject): string {
  const since = object.metadata?.deletionTimestamp ?? undefined;
  return since === undefined
    ? "there, not being deleted"
    : explainDeletion(object);
}

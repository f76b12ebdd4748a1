/**
 * A condition on the state of one object.
 *
 * An event says what happened; a condition evaluates the current state. The
 * same condition therefore works on a list, on a cache and on a stream of
 * changes, even if some changes were missed. It can also describe how far an
 * object has come, which is what a timeout reports.
 *
 * @module
 */

import type { KubernetesObject } from "../api/types.ts";

/**
 * A predicate on the current state of an object. It is called with the object,
 * or with `undefined` if the object does not exist, and returns whether the
 * condition is met. It throws if the condition can no longer be met, for
 * example because a job has failed.
 *
 * Create one from a function with {@linkcode matches}.
 *
 * @typeParam T Type of the object.
 *
 * @example Evaluate a condition
 * ```ts
 * import { isConditionTrue } from "@watchtools/kube";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const isReady = isConditionTrue("Ready");
 * const pod = {
 *   metadata: { name: "web" },
 *   status: { conditions: [{ type: "Ready", status: "False" }] },
 * };
 * assert(!isReady(pod));
 * assertEquals(isReady.explain(pod), "Ready=False");
 * ```
 */
export interface Condition<T extends KubernetesObject = KubernetesObject> {
  /**
   * Whether the condition is met.
   *
   * @param object The current object; `undefined` if it does not exist.
   * @returns Whether the condition is met.
   * @throws If the condition can no longer be met; the error says why.
   */
  (object: T | undefined): boolean;
  /**
   * Describes the current state briefly, on one line: why the condition is not
   * met yet. Never throws.
   *
   * @param object The current object; `undefined` if it does not exist.
   * @returns The description.
   */
  explain(object: T | undefined): string;
}

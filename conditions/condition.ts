/**
 * A condition on the state of one object.
 *
 * An event says what happened; a condition judges what is. The same condition
 * therefore works on a list, on a cache and on a stream of changes, whatever was
 * missed in between. It can also say how far an object has come, which is what a
 * timeout has to report.
 *
 * @module
 */

import type { KubernetesObject } from "../api/types.ts";

/**
 * A judgement of the state of an object: called with the object as it is now,
 * or with `undefined` where there is no such object, it tells whether that is
 * what was waited for. It throws where that can no more come about, as for a
 * job that has failed.
 *
 * Make one of a function with {@linkcode matches}.
 *
 * @typeParam T Type of the object.
 *
 * @example Ask a condition
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
   * Whether it is met.
   *
   * @param object The object as it is now; undefined where there is none.
   * @returns Whether it is met.
   * @throws Whatever says that it cannot be met any more.
   */
  (object: T | undefined): boolean;
  /**
   * Says in a few words, on one line, how things stand: why it is not met yet.
   * Never throws.
   *
   * @param object The object as it is now; undefined where there is none.
   * @returns How things stand.
   */
  explain(object: T | undefined): string;
}

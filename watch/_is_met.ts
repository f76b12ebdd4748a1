/**
 * Asking a condition where only yes or no matters.
 *
 * @module
 */

import type { Condition } from "./condition.ts";
import type { KubernetesObject } from "./types.ts";

/**
 * Whether a condition is met; one that throws is not.
 *
 * @typeParam T Type of the object.
 * @param condition The condition.
 * @param object The object; undefined where there is none.
 * @returns Whether it is met.
 */
export function isMet<T extends KubernetesObject>(
  condition: Condition<T>,
  object: T | undefined,
): boolean {
  try {
    return condition(object);
  } catch {
    return false;
  }
}

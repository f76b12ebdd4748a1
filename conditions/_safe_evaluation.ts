/**
 * Asking conditions, and what explains them, where nothing may be thrown.
 *
 * @module
 */

import { errorText } from "../internal/error_text.ts";
import { oneLine } from "../internal/text.ts";
import type { Condition } from "./condition.ts";
import type { KubernetesObject } from "../api/types.ts";

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

/**
 * What an explanation says, on one line; where it throws, what it throws.
 *
 * @param explain Gives the explanation.
 * @returns The text.
 */
export function explanation(explain: () => string): string {
  try {
    return oneLine(String(explain()));
  } catch (error) {
    return oneLine(errorText(error));
  }
}

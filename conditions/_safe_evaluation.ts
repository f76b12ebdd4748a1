/**
 * Evaluates and explains conditions without throwing.
 *
 * @module
 */

import { errorText } from "../internal/error_text.ts";
import { syncResult } from "../internal/sync_result.ts";
import { oneLine } from "../internal/text.ts";
import type { Condition } from "./condition.ts";
import type { KubernetesObject } from "../api/types.ts";

/**
 * Returns whether a condition is met; a condition that throws is not.
 *
 * @typeParam T Type of the object.
 * @param condition The condition.
 * @param object The object; `undefined` if it does not exist.
 * @returns Whether the condition is met.
 */
export function isMet<T extends KubernetesObject>(
  condition: Condition<T>,
  object: T | undefined,
): boolean {
  try {
    return syncResult(condition(object));
  } catch {
    return false;
  }
}

/**
 * Returns an explanation on one line, or the error's message if it throws.
 *
 * @param explain Produces the explanation.
 * @returns The explanation.
 */
export function explanation(explain: () => string): string {
  try {
    return oneLine(String(syncResult(explain())));
  } catch (error) {
    return oneLine(errorText(error));
  }
}

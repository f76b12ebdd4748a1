/**
 * Looking conditions up in an object's status, as `kubectl` does.
 *
 * @module
 */

import { listField, textField } from "../internal/json_fields.ts";

/**
 * Finds a condition in a status.
 *
 * @param object The object.
 * @param type The type of the condition, in any case.
 * @returns The first condition of that type that has a status; `undefined` if
 *   there is none.
 */
export function findCondition(object: unknown, type: string): unknown {
  return listField(object, "status", "conditions").find((condition) =>
    equalsFold(textField(condition, "type"), type) &&
    textField(condition, "status") !== undefined
  );
}

/**
 * Tests whether a condition has a value.
 *
 * @param object The object.
 * @param type The type of the condition, in any case.
 * @param value The value, in any case.
 * @returns Whether the first condition of that type has it.
 */
export function hasCondition(
  object: unknown,
  type: string,
  value = "True",
): boolean {
  return equalsFold(textField(findCondition(object, type), "status"), value);
}

/**
 * Compares two texts, ignoring case.
 *
 * @param a A text; `undefined` equals nothing.
 * @param b A text.
 * @returns Whether they are equal.
 */
export function equalsFold(a: string | undefined, b: string): boolean {
  return a !== undefined && a.toLowerCase() === b.toLowerCase();
}

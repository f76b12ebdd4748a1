/**
 * JSON merge patch (RFC 7396): null removes a field, objects are merged, other
 * values replace the current one.
 *
 * @module
 */

import { isRecord } from "../internal/json_fields.ts";

/** A JSON object. */
export type JsonObject = { [key: string]: unknown };

/**
 * Applies a merge patch.
 *
 * @param target The value to patch, which is not modified.
 * @param patch The patch.
 * @returns The patched value.
 */
export function mergePatch(target: unknown, patch: JsonObject): JsonObject {
  const result = new Map(isRecord(target) ? Object.entries(target) : []);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) result.delete(key);
    else {
      const merged = isRecord(value)
        ? mergePatch(result.get(key), value)
        : value;
      result.set(key, merged);
    }
  }
  // Assigning "__proto__" would not add a member.
  return Object.fromEntries(result);
}

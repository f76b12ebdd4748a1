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
  const result: JsonObject = isRecord(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else {
      result[key] = isRecord(value) ? mergePatch(result[key], value) : value;
    }
  }
  return result;
}

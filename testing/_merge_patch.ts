/**
 * JSON merge patch, RFC 7396: null removes, objects merge, all else replaces.
 *
 * @module
 */

import { isRecord } from "../internal/json_fields.ts";

/** A JSON object. */
export type JsonObject = { [key: string]: unknown };

/**
 * Applies a merge patch.
 *
 * @param target What is patched; it stays as it is.
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

/** Whether two JSON values are the same, whatever the order of their keys. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length &&
      a.every((value, index) => sameJson(value, b[index]));
  }
  if (!isRecord(a) || !isRecord(b)) return a === b;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key], b[key]));
}

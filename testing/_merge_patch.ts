/**
 * JSON merge patch, RFC 7396: null removes, objects merge, all else replaces.
 *
 * @module
 */

/** A JSON object. */
export type JsonObject = { [key: string]: unknown };

/** Whether a JSON value is an object, neither null nor an array. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Applies a merge patch.
 *
 * @param target What is patched; it stays as it is.
 * @param patch The patch.
 * @returns The patched value.
 */
export function mergePatch(target: unknown, patch: JsonObject): JsonObject {
  const result: JsonObject = isJsonObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else {
      result[key] = isJsonObject(value)
        ? mergePatch(result[key], value)
        : value;
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
  if (!isJsonObject(a) || !isJsonObject(b)) return a === b;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key], b[key]));
}

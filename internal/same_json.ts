/**
 * Comparing JSON values.
 *
 * @module
 */

import { isRecord } from "./json_fields.ts";

/**
 * Whether two JSON values are equal, whatever the order of their keys.
 *
 * @param a A parsed JSON value.
 * @param b Another one.
 * @returns Whether they are equal.
 * @throws {RangeError} If they are nested too deeply.
 */
export function isSameJson(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length &&
      a.every((value, index) => isSameJson(value, b[index]));
  }
  if (!isRecord(a) || !isRecord(b)) return a === b;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && isSameJson(a[key], b[key]));
}

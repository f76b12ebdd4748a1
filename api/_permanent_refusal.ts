/**
 * Refusals that retrying cannot fix.
 *
 * @module
 */

import { findStatusError } from "./status_predicates.ts";

/** Status codes that blame the request itself. */
const PERMANENT_CODES: ReadonlySet<number> = new Set([
  400,
  401,
  403,
  404,
  405,
  422,
]);

/**
 * Reports whether the server refused a request in a way that retrying cannot
 * fix: it is invalid, unauthorized, forbidden, for an unknown resource, or
 * redirected.
 *
 * @param error The thrown value.
 * @returns Whether `error` is, or was caused by, such a refusal.
 */
export function isPermanentRefusal(error: unknown): boolean {
  const code = findStatusError(error)?.code;
  if (code === undefined) return false;
  return PERMANENT_CODES.has(code) || (code >= 300 && code < 400);
}

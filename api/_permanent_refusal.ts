/**
 * Refusals that retrying cannot fix.
 *
 * @module
 */

import { findStatusError } from "./status_predicates.ts";

/** The codes that say that the request itself is wrong. */
const PERMANENT_CODES: ReadonlySet<number> = new Set([
  400,
  401,
  403,
  404,
  405,
  422,
]);

/**
 * Whether the server has refused in a way that retrying cannot fix: the request
 * is invalid, forbidden or unknown, or it was redirected.
 *
 * @param error Anything that was thrown.
 * @returns Whether it is, or was caused by, such a refusal.
 */
export function isPermanentRefusal(error: unknown): boolean {
  const code = findStatusError(error)?.code;
  if (code === undefined) return false;
  return PERMANENT_CODES.has(code) || (code >= 300 && code < 400);
}

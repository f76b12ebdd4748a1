/**
 * Which refusals no waiting can mend.
 *
 * @module
 */

import { findStatusError } from "./status_predicates.ts";

/** The codes that say that the request itself is wrong. */
const HOPELESS_CODES: ReadonlySet<number> = new Set([
  400,
  401,
  403,
  404,
  405,
  422,
]);

/**
 * Whether the server has refused, so that asking again is of no use: a request
 * that is wrong, forbidden or unknown, or a redirect.
 *
 * @param error Whatever was thrown.
 * @returns Whether it is, or was caused by, such a refusal.
 */
export function isHopeless(error: unknown): boolean {
  const code = findStatusError(error)?.code;
  if (code === undefined) return false;
  return HOPELESS_CODES.has(code) || (code >= 300 && code < 400);
}

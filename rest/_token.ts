/**
 * Tokens: which ones can be sent, and a token that never changes as a function,
 * because what is in an option is shown when the options are inspected.
 *
 * @module
 */

import { MalformedTokenError } from "../api/_token_error.ts";

/** Functions whose token never changes. */
const fixed = new WeakSet<object>();

/**
 * Trims a token, which may have been read from a file with a final newline.
 *
 * @param token The token.
 * @returns The token to send.
 * @throws {TypeError} If it cannot be sent in a header.
 */
export function checkToken(token: string): string {
  // A function written without types may return anything.
  const trimmed: unknown = typeof token === "string" ? token.trim() : token;
  if (typeof trimmed === "string" && /^[\x21-\x7e]*$/.test(trimmed)) {
    return trimmed;
  }
  throw new MalformedTokenError(
    "Cannot use the given token: expected a string of characters that are allowed in an HTTP header",
  );
}

/**
 * Hides a token in a function. It is not asked for another token after a 401.
 *
 * @param token The token.
 * @returns A function that returns it.
 * @throws {TypeError} If it cannot be sent in a header.
 */
export function fixedToken(token: string): () => string {
  const checked = checkToken(token);
  const tokenFunction = () => checked;
  fixed.add(tokenFunction);
  return tokenFunction;
}

/**
 * Tells whether a function always returns the same token.
 *
 * @param tokenFunction The function.
 * @returns Whether it is one of {@linkcode fixedToken}.
 */
export function isFixedToken(tokenFunction: object): boolean {
  return fixed.has(tokenFunction);
}

/**
 * Credentials that a `fetch` function adds to requests by itself. They are in no
 * option, where an inspection would show them, but errors must not repeat them
 * either, so the client needs to know them.
 *
 * @module
 */

const added = new WeakMap<object, Headers>();

/**
 * Declares the credentials that a `fetch` function adds to each request.
 *
 * @param fetch The function.
 * @param headers The headers.
 */
export function declareAddedHeaders(fetch: object, headers: Headers): void {
  added.set(fetch, headers);
}

/**
 * The credentials that a `fetch` function adds to each request.
 *
 * @param fetch The function, if one was given.
 * @returns The headers; empty if it has declared none.
 */
export function addedHeaders(fetch: object | undefined): Headers {
  return (fetch && added.get(fetch)) ?? new Headers();
}

/**
 * Results of callbacks that have to answer at once.
 *
 * @module
 */

import { ignore } from "./abort.ts";

/**
 * Throws if a callback has returned a promise, as one that was written without
 * types may: it would count as an object, or as true, whatever becomes of it.
 *
 * @typeParam V Type of the result.
 * @param result What the callback has returned.
 * @returns The result.
 * @throws {TypeError} If it is a promise.
 */
export function syncResult<V>(result: V): V {
  if (!(result instanceof Promise)) return result;
  // That alone is wrong, and not what it may reject with.
  result.catch(ignore);
  throw new TypeError("it returned a promise, which is not awaited");
}

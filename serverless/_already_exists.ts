/**
 * Recognizes the answer to creating what exists already, as client-go's
 * `errors.IsAlreadyExists` does.
 *
 * @module
 */

import { StatusError } from "../api/status_error.ts";

/**
 * Whether an object could not be created because it exists.
 *
 * @param error What the request has failed with.
 * @returns Whether it was that.
 */
export function isAlreadyExists(error: unknown): boolean {
  return error instanceof StatusError && error.reason === "AlreadyExists";
}

/**
 * The failure to understand a whole line of a watch, as opposed to one that was
 * cut off with its connection: watching again from the same version would bring
 * the same line again.
 *
 * @module
 */

import { findCause } from "../internal/find_cause.ts";
import { ResponseTooLargeError } from "./response_too_large_error.ts";

/** A whole line of a watch is not an event. */
export class UndecodableEventError extends SyntaxError {}

/**
 * Whether a watch failed at a whole line that is not an event, or is too long
 * to be read.
 *
 * @param error What its stream errored with.
 * @returns Whether it did.
 */
export function isUndecodableEvent(error: unknown): boolean {
  return findCause(error, UndecodableEventError) !== undefined ||
    findCause(error, ResponseTooLargeError) !== undefined;
}

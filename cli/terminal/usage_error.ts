/**
 * The error for an invalid command line.
 *
 * It has an exit status of its own, so that a script can tell a mistake on the
 * command line (2) from a wait that failed (1).
 *
 * @module
 */

/** The command line is invalid; the message says what to use instead. */
export class UsageError extends Error {
  /** `"UsageError"`. */
  override readonly name: string = "UsageError";
}

/**
 * The error for a command line that cannot be carried out as it stands.
 *
 * It is a class of its own because it has an exit status of its own: a script
 * can tell a typing error (2) from a wait that failed (1).
 *
 * @module
 */

/** The command line is wrong; the message says what to write instead. */
export class UsageError extends Error {
  /** `"UsageError"`. */
  override readonly name: string = "UsageError";
}

/**
 * A connection that a fake server breaks on purpose, told from what breaks by
 * mistake.
 *
 * @module
 */

/** What a runtime's `fetch` fails with, a `TypeError`, by the server's will. */
export class ConnectionReset extends TypeError {
  /** Makes the error. */
  constructor() {
    super("The fake API server reset the connection");
  }
}

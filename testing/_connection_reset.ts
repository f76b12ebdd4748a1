/**
 * The error of a connection that a fake server breaks on purpose, to tell it
 * from an unexpected failure.
 *
 * @module
 */

/**
 * The `TypeError` that a runtime's `fetch` rejects with when a connection is
 * reset.
 */
export class ConnectionReset extends TypeError {
  /** Creates the error. */
  constructor() {
    super("The fake API server reset the connection");
  }
}

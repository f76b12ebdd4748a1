/**
 * An error with the server it happened at, which error messages refer to.
 *
 * @module
 */

/** A server, and the credential for it. */
export interface ServerPlace {
  /** Its address. */
  readonly server: string;
  /** The context that selects it; undefined if `--server` does. */
  readonly context: string | undefined;
  /** The proxy to it, without credentials; undefined if there is none. */
  readonly proxy: string | undefined;
  /** A description of the credential; undefined if none is sent. */
  readonly credential: string | undefined;
}

/** A failure at a server; `cause` is the error. */
export class PlacedError extends Error {
  /** `"PlacedError"`. */
  override readonly name: string = "PlacedError";
  /** The server. */
  readonly place: ServerPlace;

  /**
   * Creates the error.
   *
   * @param cause The error.
   * @param place The server that it happened at.
   */
  constructor(cause: unknown, place: ServerPlace) {
    super(`failed at ${place.server}`, { cause });
    this.place = place;
  }
}

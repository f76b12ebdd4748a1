/**
 * Where something went wrong: the advice depends on it.
 *
 * @module
 */

/** A server, and as whom it is spoken to. */
export interface ServerPlace {
  /** Its address. */
  readonly server: string;
  /** The context that names it; undefined where the command line does. */
  readonly context: string | undefined;
  /** The proxy on the way there, without what logs in at it. */
  readonly proxy: string | undefined;
  /** What is sent to log in, and whose it is; undefined for nothing. */
  readonly credential: string | undefined;
}

/** Something went wrong with a server; `cause` is what. */
export class PlacedError extends Error {
  /** `"PlacedError"`. */
  override readonly name: string = "PlacedError";
  /** The server. */
  readonly place: ServerPlace;

  /**
   * Says where.
   *
   * @param cause What went wrong.
   * @param place The server.
   */
  constructor(cause: unknown, place: ServerPlace) {
    super(`failed at ${place.server}`, { cause });
    this.place = place;
  }
}

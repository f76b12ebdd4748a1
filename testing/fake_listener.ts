/**
 * The port of a fake API server.
 *
 * @module
 */

/** Where to listen. */
export interface ListenOptions {
  /**
   * The port; 0 takes a free one.
   *
   * @default {0}
   */
  port?: number | undefined;
  /**
   * The address to listen on.
   *
   * @default {"127.0.0.1"}
   */
  hostname?: string | undefined;
}

/**
 * A port that is listened on. Disposing of it breaks what is still connected
 * and closes it.
 */
export interface FakeListener extends AsyncDisposable {
  /** `http://…`, without a slash at the end. */
  readonly url: string;
  /** The port. */
  readonly port: number;
}

/**
 * The HTTP listener of a fake API server.
 *
 * @module
 */

/** Options for `FakeApiServer.listen`. */
export interface ListenOptions {
  /**
   * The port; 0 chooses a free one.
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
 * An open port. Disposing the listener breaks all its connections and closes
 * the port.
 */
export interface FakeListener extends AsyncDisposable {
  /** `http://…`, without a trailing slash. */
  readonly url: string;
  /** The port. */
  readonly port: number;
}

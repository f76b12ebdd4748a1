/**
 * Connections by Deno's own HTTP client.
 *
 * @module
 */

import { errorText } from "../../internal/error_text.ts";
import { POOL_IDLE_TIMEOUT_MS } from "../../rest/_http_client.ts";
import type { HeaderLine, Transport, TransportOptions } from "./types.ts";

/** Connections by Deno's own HTTP client. */
export class DenoTransport implements Transport {
  readonly #client: Deno.HttpClient;
  readonly #headers: readonly HeaderLine[];
  #isClosed = false;

  /**
   * Opens none yet.
   *
   * @param options What they are to be like.
   * @throws {Error} If the certificate and the key cannot be used.
   */
  constructor({ tls, proxyUrl, certificate, headers }: TransportOptions) {
    this.#headers = headers;
    try {
      this.#client = Deno.createHttpClient({
        http2: false,
        poolIdleTimeout: POOL_IDLE_TIMEOUT_MS,
        ...(tls.ca === undefined ? {} : { caCerts: [tls.ca] }),
        ...(proxyUrl === undefined ? {} : { proxy: { url: proxyUrl } }),
        ...certificate,
      });
    } catch (error) {
      throw new Error(
        `Cannot use the client certificate and its key: ${errorText(error)}`,
      );
    }
  }

  /**
   * Sends a request.
   *
   * @param url Where to.
   * @param init What.
   * @returns The answer.
   */
  fetch(url: string, init: RequestInit): Promise<Response> {
    // Lines, and not Headers: those would make one of several.
    const headers = [...new Headers(init.headers), ...this.#headers]
      .map(([name, value]): [string, string] => [name, value]);
    return fetch(url, { ...init, headers, client: this.#client });
  }

  /** Deno lets the requests in flight end. */
  release(): Promise<void> {
    if (!this.#isClosed) this.#client.close();
    this.#isClosed = true;
    return Promise.resolve();
  }

  /** Closes all connections. */
  close(): Promise<void> {
    return this.release();
  }
}

/**
 * A transport on Deno's built-in HTTP client.
 *
 * @module
 */

import { ConfigurationError } from "../../api/configuration_error.ts";
import { errorText } from "../../internal/error_text.ts";
import { POOL_IDLE_TIMEOUT_MS } from "../../rest/_http_client.ts";
import type { HeaderLine, Transport, TransportOptions } from "./types.ts";

/** A transport on Deno's built-in HTTP client. */
export class DenoTransport implements Transport {
  readonly #client: Deno.HttpClient;
  readonly #headers: readonly HeaderLine[];
  #isClosed = false;

  /**
   * Creates a transport; connects lazily.
   *
   * @param options The settings.
   * @throws {ConfigurationError} If a certificate or a key is invalid.
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
      throw new ConfigurationError(
        `Cannot use the certificates of the cluster: ${errorText(error)}`,
        { cause: error },
      );
    }
  }

  /**
   * Sends a request.
   *
   * @param url The URL.
   * @param init The options of the request.
   * @returns The response.
   */
  fetch(url: string, init: RequestInit): Promise<Response> {
    // Not Headers, which would merge headers of the same name.
    const headers = [...new Headers(init.headers), ...this.#headers]
      .map(([name, value]): [string, string] => [name, value]);
    return fetch(url, { ...init, headers, client: this.#client });
  }

  /** Closes the client; Deno lets requests in flight finish. */
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

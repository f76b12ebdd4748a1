/**
 * A transport on Bun's `fetch`, which accepts all settings with each request.
 * Without keep-alive no connection is reused, and there is nothing to close.
 *
 * @module
 */

import { ConfigurationError } from "../../api/configuration_error.ts";
import type { HeaderLine, Transport, TransportOptions } from "./types.ts";

/** The options of Bun's `fetch`. */
interface BunRequestInit extends RequestInit {
  tls: {
    ca?: string;
    cert?: string;
    key?: string;
    rejectUnauthorized: boolean;
    serverName?: string;
  };
  proxy?: string;
}

/** A transport on Bun's `fetch`. */
export class BunTransport implements Transport {
  readonly #init: BunRequestInit;
  readonly #headers: readonly HeaderLine[];

  /**
   * Creates a transport; connects lazily.
   *
   * @param options The settings.
   * @throws {ConfigurationError} If Bun does not support one of the settings.
   */
  constructor(options: TransportOptions) {
    const { tls, proxyUrl, certificate, headers } = options;
    this.#headers = headers;
    if (proxyUrl?.startsWith("socks")) {
      throw new ConfigurationError(
        "Cannot use the proxy-url of the cluster: Bun does not support SOCKS proxies",
      );
    }
    const names = headers.map(([name]) => name.toLowerCase());
    const repeated = names.find((name, at) => names.indexOf(name) < at);
    if (repeated !== undefined) {
      throw new ConfigurationError(
        `Cannot impersonate the user: Bun cannot send more than one ${repeated} header`,
      );
    }
    const { ca, insecure, serverName } = tls;
    this.#init = {
      keepalive: false,
      tls: {
        rejectUnauthorized: !insecure,
        ...(ca === undefined ? {} : { ca }),
        ...(serverName === undefined ? {} : { serverName }),
        ...certificate,
      },
      ...(proxyUrl === undefined ? {} : { proxy: proxyUrl }),
    };
  }

  /**
   * Sends a request.
   *
   * @param url The URL.
   * @param init The options of the request.
   * @returns The response.
   */
  fetch(url: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    for (const [name, value] of this.#headers) headers.set(name, value);
    return fetch(url, { ...init, headers, ...this.#init });
  }

  /** Does nothing: no connection is kept. */
  release(): Promise<void> {
    return Promise.resolve();
  }

  /** Does nothing: no connection is kept. */
  close(): Promise<void> {
    return Promise.resolve();
  }
}

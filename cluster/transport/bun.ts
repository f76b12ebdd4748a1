/**
 * Connections by Bun's `fetch`, which takes what it has to know with each
 * request. Without keep-alive none is used twice, and nothing is to be closed.
 *
 * @module
 */

import type { HeaderLine, Transport, TransportOptions } from "./types.ts";

/** What Bun's `fetch` takes besides what every `fetch` does. */
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

/** Connections by Bun's `fetch`. */
export class BunTransport implements Transport {
  readonly #init: BunRequestInit;
  readonly #headers: readonly HeaderLine[];

  /**
   * Opens none yet.
   *
   * @param options What they are to be like.
   * @throws {Error} If Bun has none that are so.
   */
  constructor(options: TransportOptions) {
    const { tls, proxyUrl, certificate, headers } = options;
    this.#headers = headers;
    if (proxyUrl?.startsWith("socks")) {
      throw new Error(
        "Cannot use the proxy-url of the cluster: Bun knows no SOCKS proxies",
      );
    }
    const names = headers.map(([name]) => name.toLowerCase());
    const repeated = names.find((name, at) => names.indexOf(name) < at);
    if (repeated !== undefined) {
      throw new Error(
        `Cannot impersonate as asked: Bun cannot send more than one ${repeated} header`,
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
   * @param url Where to.
   * @param init What.
   * @returns The answer.
   */
  fetch(url: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    for (const [name, value] of this.#headers) headers.set(name, value);
    return fetch(url, { ...init, headers, ...this.#init });
  }

  /** Nothing is kept. */
  release(): Promise<void> {
    return Promise.resolve();
  }

  /** Nothing is kept. */
  close(): Promise<void> {
    return Promise.resolve();
  }
}

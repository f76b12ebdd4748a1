/**
 * The interface that each runtime's connections implement.
 *
 * @module
 */

import type { ClientCertificate, TlsSettings } from "./tls.ts";

/** What connections are to be like. */
export interface TransportOptions {
  /** The server's address. */
  readonly server: string;
  readonly tls: TlsSettings;
  /** The proxy to go through; undefined for none. */
  readonly proxyUrl: string | undefined;
  readonly certificate: ClientCertificate | undefined;
  /** Added to each request. The same name may come more than once. */
  readonly headers: readonly HeaderLine[];
}

/** A header as it is sent. */
export type HeaderLine = readonly [name: string, value: string];

/** Connections to one cluster. */
export interface Transport {
  /** Sends a request. */
  fetch(url: string, init: RequestInit): Promise<Response>;
  /**
   * Closes what is open once the requests in flight have ended. Resolves when
   * there is nothing left to close.
   */
  release(): Promise<void>;
  /** Closes all connections. The requests have been aborted. */
  close(): Promise<void>;
}

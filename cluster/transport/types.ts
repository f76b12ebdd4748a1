/**
 * The interface of the transports for the different runtimes.
 *
 * @module
 */

import type { ClientCertificate, TlsSettings } from "./tls.ts";

/** The settings of a transport. */
export interface TransportOptions {
  /** The URL of the server. */
  readonly server: string;
  readonly tls: TlsSettings;
  /** The URL of the proxy to use, if any. */
  readonly proxyUrl: string | undefined;
  readonly certificate: ClientCertificate | undefined;
  /** Headers for each request. A name may occur more than once. */
  readonly headers: readonly HeaderLine[];
}

/** A single header field. */
export type HeaderLine = readonly [name: string, value: string];

/** Sends requests to one cluster. */
export interface Transport {
  /** Sends a request. */
  fetch(url: string, init: RequestInit): Promise<Response>;
  /**
   * Closes all connections once the requests in flight have finished. Resolves
   * when that is done.
   */
  release(): Promise<void>;
  /** Closes all connections. The caller has aborted all requests. */
  close(): Promise<void>;
}

/**
 * The HTTP client for requests when the caller did not provide `fetch`.
 *
 * Deno's `fetch` uses HTTP/2 if the server offers it and shares one connection
 * among all requests to a host. When that connection dies silently, aborting a
 * request does not help: the next request is sent over the same dead connection
 * and hangs as well. With HTTP/1.1 each request in flight has a connection of
 * its own, and aborting the request closes it. So on Deno a client without
 * HTTP/2 is created with the first request in flight and closed with the last,
 * which leaves the caller nothing to dispose of.
 *
 * Node's `fetch` does the same from Node 26 on, and gets connections without
 * HTTP/2 as well. Its idle connections keep no process alive. Elsewhere the
 * built-in `fetch` is used as it is: Bun's uses HTTP/1.1, and browsers and edge
 * runtimes offer no choice.
 *
 * @module
 */

import { nodeFetch } from "./_node_dispatcher.ts";

/** How long an idle connection is kept for the next request. */
export const POOL_IDLE_TIMEOUT_MS = 10_000;

let client: Deno.HttpClient | undefined;
let leases = 0;

/** A reference to the shared HTTP client, which stays open until released. */
export interface HttpLease {
  /** Sends a request. */
  fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** Releases the client. Call it exactly once. */
  release: () => void;
}

/**
 * Acquires the shared HTTP client.
 *
 * @returns The lease; release it when the last response has been read or is no
 *   longer needed.
 */
export function leaseHttp(): HttpLease {
  if (typeof Deno === "undefined" || !("createHttpClient" in Deno)) {
    const send = nodeFetch(POOL_IDLE_TIMEOUT_MS) ??
      ((url: string, init: RequestInit) => fetch(url, init));
    return { fetch: send, release: () => {} };
  }
  leases++;
  client ??= Deno.createHttpClient({
    http2: false,
    poolIdleTimeout: POOL_IDLE_TIMEOUT_MS,
  });
  const leased = client;
  return {
    fetch: (url, init) => fetch(url, { ...init, client: leased }),
    release: () => {
      leases--;
      if (leases > 0) return;
      client?.close();
      client = undefined;
    },
  };
}

/**
 * The connections that requests go through where the caller gave no `fetch`.
 *
 * Deno's `fetch` speaks HTTP/2 to servers that offer it and shares one
 * connection among all requests to a host. When that connection dies without a
 * word, aborting a request frees nothing: the next one is put on the same dead
 * connection and waits there. Over HTTP/1.1 each request in flight has a
 * connection of its own, and aborting it ends that connection. So on Deno a
 * client without HTTP/2 is made when the first request is in flight and closed
 * when the last has ended, which leaves the caller nothing to dispose of.
 *
 * Elsewhere the runtime's `fetch` is used as it is: Node's and Bun's speak
 * HTTP/1.1 unless told otherwise, and a browser or an edge runtime gives no
 * choice.
 *
 * @module
 */

/** A connection is not worth keeping for longer between two requests. */
export const POOL_IDLE_TIMEOUT_MS = 10_000;

let client: Deno.HttpClient | undefined;
let leases = 0;

/** The right to send requests, until it is given back. */
export interface HttpLease {
  /** Sends a request. */
  fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** Gives the right back. Once only. */
  release: () => void;
}

/**
 * Takes part in the use of the runtime's `fetch`.
 *
 * @returns The right to send requests; to be given back when the last byte of
 *   the last answer has been read or is no longer wanted.
 */
export function leaseHttp(): HttpLease {
  if (typeof Deno === "undefined" || !("createHttpClient" in Deno)) {
    return { fetch: (url, init) => fetch(url, init), release: () => {} };
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

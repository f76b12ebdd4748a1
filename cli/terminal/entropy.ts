/**
 * Gathers the entropy for the first TLS handshake ahead of time.
 *
 * @module
 */

import { ignore } from "../../internal/abort.ts";

/**
 * Makes the runtime gather its entropy now, on another thread, instead of
 * during the first TLS handshake. Deno gathers it from CPU timing, which takes
 * about 70 ms: most of the time until a command's first request. This happens
 * once per process.
 */
export function gatherEntropy(): void {
  if (typeof Deno === "undefined") return;
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  // If this fails, so does the handshake, which reports the error.
  crypto.subtle.generateKey(algorithm, false, ["sign"]).catch(ignore);
}

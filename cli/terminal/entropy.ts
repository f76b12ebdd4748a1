/**
 * What the first TLS handshake of a process would wait for.
 *
 * @module
 */

import { ignore } from "../../internal/abort.ts";

/**
 * Has the runtime gather its first random numbers now, on another thread, and
 * not when the first connection is secured. Deno takes them from the timing of
 * the processor, for some 70 ms: most of what a command needs in all until its
 * first request. They are gathered once a process, whoever asks for them.
 */
export function gatherEntropy(): void {
  if (typeof Deno === "undefined") return;
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  // Where that fails, so will the handshake, which can say why.
  crypto.subtle.generateKey(algorithm, false, ["sign"]).catch(ignore);
}

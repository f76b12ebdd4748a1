/**
 * The connections of one cluster. Each runtime's own HTTP client is used where
 * it can do what the kubeconfig asks for, and what none can do is an error:
 * nothing is left out in silence.
 *
 * All of them speak HTTP/1.1 and give each request in flight a connection of
 * its own, so that one that has died in silence is used by nobody else.
 *
 * What was found by trying (Deno 2.9, Node 24, Bun 1.4):
 * - Deno's client knows neither `insecure-skip-tls-verify` nor
 *   `tls-server-name`, ignores options that it does not know, refuses a server
 *   certificate that is an authority itself, and sends a proxy's password on to
 *   the server. It cannot be kept from the proxies of the environment. There
 *   `undici` is used, which takes longer to load.
 * - Node's `fetch` takes none of these options; npm's `undici` takes all.
 * - Bun's `fetch` takes all but SOCKS proxies, and has no `undici` of its own.
 *
 * @module
 */

import type { Transport, TransportOptions } from "./types.ts";
import { checkCertificates } from "./check_certificates.ts";
import { isServersOwnAuthority } from "./self_signed_server.ts";
import { hasProxyVariables } from "./environment_proxy.ts";
import { isBun, isDeno, isNode } from "../../internal/runtime.ts";

/**
 * Makes ready for connections; none is opened yet.
 *
 * @param options What they are to be like.
 * @returns What opens them.
 * @throws {Error} If this runtime has none that are so.
 */
export async function openTransport(
  options: TransportOptions,
): Promise<Transport> {
  const { tls, certificate } = options;
  if (isBun()) {
    await checkCertificates(tls.ca, certificate);
    const { BunTransport } = await import("./bun.ts");
    return new BunTransport(options);
  }
  if (isDeno() && await canDeno(options)) {
    const { DenoTransport } = await import("./deno.ts");
    return new DenoTransport(options);
  }
  if (isDeno() || isNode()) {
    await checkCertificates(tls.ca, certificate);
    const { openUndici } = await import("./undici.ts");
    return await openUndici(options);
  }
  throw new Error(
    "Cannot connect to the cluster: this runtime is none of Deno, Node and Bun: use RestListerWatcher with a fetch of its own",
  );
}

/** Whether Deno's own client does all that is asked for. */
async function canDeno(options: TransportOptions): Promise<boolean> {
  const { server, tls, proxyUrl } = options;
  if (tls.insecure || tls.serverName !== undefined) return false;
  if (proxyUrl === undefined) {
    if (hasProxyVariables()) return false;
  } else if (new URL(proxyUrl).username !== "") return false;
  return !await isServersOwnAuthority(tls.ca, server);
}

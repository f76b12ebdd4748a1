/**
 * Chooses the transport for a cluster: the runtime's own HTTP client if it
 * supports the settings of the kubeconfig, else `undici`. A setting that
 * neither supports is an error; no setting is silently ignored.
 *
 * All transports use HTTP/1.1 with a separate connection for each request in
 * flight, so a connection that has died silently affects no other request.
 *
 * Findings (Deno 2.9, Node 24, Bun 1.4):
 * - Deno's client supports neither `insecure-skip-tls-verify` nor
 *   `tls-server-name`, ignores unknown options, rejects a server certificate
 *   that is a certificate authority itself, and forwards the password of a
 *   proxy to the server. It cannot be made to ignore the proxies of the
 *   environment. In these cases `undici` is used, which takes longer to load.
 * - Node's `fetch` supports none of these settings; npm's `undici` supports
 *   all.
 * - Bun's `fetch` supports all but SOCKS proxies; Bun has no `undici`.
 *
 * @module
 */

import { ConfigurationError } from "../../api/configuration_error.ts";
import { sendableHeaders } from "./sendable_headers.ts";
import type { Transport, TransportOptions } from "./types.ts";
import { checkCertificates } from "./check_certificates.ts";
import { isSelfSignedServer } from "./self_signed_server.ts";
import { hasProxyVariables, proxyAuthorization } from "./environment_proxy.ts";
import { isBun, isDeno, isNode } from "../../internal/runtime.ts";

/**
 * Creates a transport; connects lazily.
 *
 * @param given The settings.
 * @returns The transport.
 * @throws {ConfigurationError} If the runtime does not support one of the
 *   settings, or a certificate or a header cannot be used.
 */
export async function createTransport(
  given: TransportOptions,
): Promise<Transport> {
  const options = { ...given, headers: sendableHeaders(given.headers) };
  const { tls, certificate } = options;
  if (isBun()) {
    await checkCertificates(tls.ca, certificate);
    const { BunTransport } = await import("./bun.ts");
    return new BunTransport(options);
  }
  if (isDeno() && await isSupportedByDeno(options)) {
    const { DenoTransport } = await import("./deno.ts");
    try {
      return new DenoTransport(options);
    } catch (error) {
      // Says which one cannot be used.
      await checkCertificates(tls.ca, certificate);
      throw error;
    }
  }
  if (isDeno() || isNode()) {
    await checkCertificates(tls.ca, certificate);
    const { createUndiciTransport } = await import("./undici.ts");
    return await createUndiciTransport(options);
  }
  throw new ConfigurationError(
    "Cannot connect to the cluster: this runtime is not Deno, Node or Bun: use RestListerWatcher with its own fetch",
  );
}

/** Reports whether Deno's own client supports the settings. */
async function isSupportedByDeno(options: TransportOptions): Promise<boolean> {
  const { server, tls, proxyUrl } = options;
  if (tls.insecure || tls.serverName !== undefined) return false;
  if (proxyUrl === undefined) {
    if (hasProxyVariables()) return false;
  } else if (proxyAuthorization(proxyUrl) !== undefined) return false;
  return !await isSelfSignedServer(tls.ca, server);
}

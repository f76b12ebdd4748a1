/**
 * Validates certificates and keys before they are used, because the runtimes
 * report misleading errors for invalid ones: Bun blames the URL, Deno's TLS for
 * `undici` the protocol.
 *
 * @module
 */

import { pemBlocks } from "../../internal/pem.ts";
import type { ClientCertificate } from "./tls.ts";

/**
 * Validates the certificates for TLS connections.
 *
 * @param ca The certificate authorities, as PEM text.
 * @param certificate The client certificate and its key.
 * @throws {Error} If one is malformed, or the key does not match.
 */
export async function checkCertificates(
  ca: string | undefined,
  certificate: ClientCertificate | undefined,
): Promise<void> {
  if (ca === undefined && certificate === undefined) return;
  const { createPrivateKey, X509Certificate } = await import("node:crypto");
  for (const block of pemBlocks(ca, "certificate")) {
    parse("certificate-authority", () => new X509Certificate(block));
  }
  if (certificate === undefined) return;
  const own = parse(
    "client certificate",
    () => new X509Certificate(certificate.cert),
  );
  const key = parse("client key", () => createPrivateKey(certificate.key));
  if (own.checkPrivateKey(key)) return;
  throw new Error(
    "Cannot use the client certificate: it does not match its key",
  );
}

/** The parsers' errors only name internal routines, so they are dropped. */
function parse<V>(what: string, parser: () => V): V {
  try {
    return parser();
  } catch {
    throw new Error(`Cannot use the ${what}: its PEM content is malformed`);
  }
}

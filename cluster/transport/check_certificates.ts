/**
 * Looks at certificates and keys before they are used. Runtimes speak of
 * something else when they cannot be: Bun of a typo in the URL, Deno's TLS for
 * `undici` of a protocol.
 *
 * @module
 */

import { pemBlocks } from "../../internal/pem.ts";
import type { ClientCertificate } from "./tls.ts";

/**
 * Checks the certificates that connections are made with.
 *
 * @param ca The authorities, as PEM text.
 * @param certificate The client certificate and its key.
 * @throws {Error} If one is malformed, or the key is another one's.
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
    "Cannot use the client certificate: its key is that of another one",
  );
}

/** What the parsers throw names their own routines, and is left out. */
function parse<V>(what: string, parser: () => V): V {
  try {
    return parser();
  } catch {
    throw new Error(`Cannot use the ${what}: what its PEM holds is malformed`);
  }
}

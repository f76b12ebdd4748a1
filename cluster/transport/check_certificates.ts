/**
 * Validates certificates and keys before they are used, because the runtimes
 * report misleading errors for invalid ones: Bun blames the URL, Deno's TLS for
 * `undici` the protocol.
 *
 * @module
 */

import { ConfigurationError } from "../../api/configuration_error.ts";
import { errorText } from "../../internal/error_text.ts";
import { pemBlocks } from "../../internal/pem.ts";
import { isDeno } from "../../internal/runtime.ts";
import type { ClientCertificate } from "./tls.ts";

/**
 * Validates the certificates for TLS connections.
 *
 * @param ca The certificate authorities, as PEM text.
 * @param certificate The client certificate and its key.
 * @throws {ConfigurationError} If one is malformed, the key does not match, or
 *   the runtime refuses one, as it does with keys that are too short.
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
  if (!own.checkPrivateKey(key)) {
    throw new ConfigurationError(
      "Cannot use the client certificate: it does not match its key",
    );
  }
  await checkRuntime(certificate);
}

/** Runtimes refuse keys and algorithms that can be parsed. */
async function checkRuntime(certificate: ClientCertificate): Promise<void> {
  try {
    if (isDeno()) {
      Deno.createHttpClient({ ...certificate }).close();
    } else {
      const { createSecureContext } = await import("node:tls");
      createSecureContext({ ...certificate });
    }
  } catch (cause) {
    throw new ConfigurationError(
      `Cannot use the client certificate and its key: ${errorText(cause)}`,
      { cause },
    );
  }
}

/** The parsers' errors only name internal routines, so they are dropped. */
function parse<V>(what: string, parser: () => V): V {
  try {
    return parser();
  } catch {
    throw new ConfigurationError(
      `Cannot use the ${what}: its PEM content is malformed`,
    );
  }
}

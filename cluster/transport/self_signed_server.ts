/**
 * Detects servers whose self-signed certificate is also the trusted certificate
 * authority. Deno rejects such a server with an error that only its message
 * identifies.
 *
 * @module
 */

import { pemBlocks } from "../../internal/pem.ts";

/** The object identifier of the subject alternative names (2.5.29.17). */
const SERVER_NAMES = "\x06\x03\x55\x1d\x11";

/** The tag and length of an IPv4 address in them. */
const ADDRESS = "\x87\x04";

/**
 * Reports whether one of the trusted certificate authorities may be the
 * self-signed certificate of the server itself.
 *
 * @param ca The certificate authorities, as PEM text.
 * @param server The URL of the server.
 * @returns Whether one of them is valid for the server's host name.
 */
export async function isSelfSignedServer(
  ca: string | undefined,
  server: string,
): Promise<boolean> {
  const { protocol, hostname } = new URL(server);
  if (ca === undefined || protocol !== "https:") return false;
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  const candidates = pemBlocks(ca, "certificate").filter((block) =>
    mayName(block, host)
  );
  if (candidates.length === 0) return false;
  // Loaded on demand: on Deno a `node:` module slows down the start.
  const { X509Certificate } = await import("node:crypto");
  return candidates.some((block) => {
    try {
      const certificate = new X509Certificate(block);
      return certificate.ca &&
        (certificate.checkHost(host) ?? certificate.checkIP(host)) !==
          undefined;
    } catch {
      // Malformed: the transport reports it.
      return false;
    }
  });
}

/** A fast check: most authorities contain no host names and need no parsing. */
function mayName(block: string, host: string): boolean {
  const bytes = decode(block);
  if (!bytes.includes(SERVER_NAMES)) return false;
  if (host.includes(":")) return true;
  const isAddress = /^\d+(\.\d+){3}$/.test(host);
  if (isAddress) {
    const octets = host.split(".").map(Number);
    return bytes.includes(ADDRESS + String.fromCharCode(...octets));
  }
  const domain = host.slice(host.indexOf(".") + 1);
  return bytes.includes(host) || bytes.includes(`*.${domain}`);
}

/** The bytes of a PEM block, as characters; none if it is malformed. */
function decode(block: string): string {
  try {
    return atob(block.replace(/-----[^-]+-----|\s/g, ""));
  } catch {
    return "";
  }
}

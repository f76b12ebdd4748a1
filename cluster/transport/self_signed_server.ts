/**
 * Whether a server presents a certificate that is an authority itself: the one
 * that is trusted, which was made for that very server and signed by itself.
 * Deno refuses such a server, and says so only by the text of an error.
 *
 * @module
 */

import { pemBlocks } from "../../internal/pem.ts";

/** The bytes that say that names of servers follow (2.5.29.17). */
const SERVER_NAMES = "\x06\x03\x55\x1d\x11";

/** The bytes that say that an IPv4 address follows. */
const ADDRESS = "\x87\x04";

/**
 * Finds out whether one of the trusted authorities is a server's own.
 *
 * @param ca The authorities, as PEM text.
 * @param server The server's address.
 * @returns Whether it is so.
 */
export async function isServersOwnAuthority(
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
  // Loaded only here: on Deno a `node:` module slows a start down.
  const { X509Certificate } = await import("node:crypto");
  return candidates.some((block) => {
    const certificate = new X509Certificate(block);
    return certificate.ca &&
      (certificate.checkHost(host) ?? certificate.checkIP(host)) !== undefined;
  });
}

/** Most authorities name no server at all: those need not be parsed. */
function mayName(block: string, host: string): boolean {
  const bytes = atob(block.replace(/-----[^-]+-----|\s/g, ""));
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

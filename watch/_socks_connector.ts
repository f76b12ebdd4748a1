/**
 * Connections of `undici`'s through a SOCKS proxy. undici has such of its own,
 * but they are an experiment that warns, and know no server whose address is a
 * number.
 *
 * @module
 */

import { SocksClient } from "socks";
import type { buildConnector } from "undici";
import { errorText } from "./_error_text.ts";

/** How long it may take to open a connection, as in client-go. */
const CONNECT_TIMEOUT_MS = 30_000;

/**
 * Makes a connector that goes through a proxy.
 *
 * @param proxyUrl The proxy's address: `socks5://host:1080`.
 * @param connect What makes a TLS connection of the proxy's.
 * @returns The connector.
 */
export function socksConnector(
  proxyUrl: string,
  connect: buildConnector.connector,
): buildConnector.connector {
  const { hostname, port, username, password } = new URL(proxyUrl);
  const proxy = {
    host: bare(hostname),
    port: port === "" ? 1080 : Number(port),
    type: 5 as const,
    ...(username === "" ? {} : {
      userId: decodeURIComponent(username),
      password: decodeURIComponent(password),
    }),
  };
  return (options, callback) => {
    const isTls = options.protocol === "https:";
    SocksClient.createConnection({
      proxy,
      command: "connect",
      destination: {
        host: bare(options.hostname),
        port: Number(options.port) || (isTls ? 443 : 80),
      },
      timeout: CONNECT_TIMEOUT_MS,
    }).then(({ socket }) => {
      if (isTls) connect({ ...options, httpSocket: socket }, callback);
      else callback(null, socket);
      // Without the error itself: it holds the options, the password among them.
    }, (error) => callback(new Error(errorText(error)), null));
  };
}

/** Without the brackets that IPv6 addresses have in URLs. */
function bare(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, "$1");
}

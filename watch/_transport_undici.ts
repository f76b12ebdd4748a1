/**
 * Connections by npm's `undici`: on Node, whose `fetch` takes none of what a
 * kubeconfig may ask for, and on Deno for what its own client cannot do.
 *
 * Its time limits are off: a watch may be silent for as long as it likes, and
 * `RestListerWatcher` has limits of its own for the rest.
 *
 * Its `fetch` is not used: on Deno a read of a body is left pending for ever
 * there when the connection breaks or the request is aborted, since Deno's
 * `isReadable` of `node:stream` knows no web streams.
 *
 * @module
 */

import type { buildConnector, Dispatcher } from "undici";
import { ignore } from "./_abort.ts";
import { POOL_IDLE_TIMEOUT_MS } from "./_http_client.ts";
import { startTimer } from "./_timer.ts";
import type { HeaderLine, Transport, TransportOptions } from "./_transport.ts";
import { responseOf } from "./_undici_response.ts";

type Undici = typeof import("undici");

/** How long it may take to open a connection, as in client-go. */
const CONNECT_TIMEOUT_MS = 30_000;

/** What `node:tls` wants to know. */
interface TlsOptions {
  ca?: string;
  cert?: string;
  key?: string;
  rejectUnauthorized: boolean;
  servername?: string;
  timeout: number;
}

/**
 * Makes ready for connections.
 *
 * @param options What they are to be like.
 * @returns What opens them.
 */
export async function openUndici(
  options: TransportOptions,
): Promise<Transport> {
  const undici = await import("undici");
  const closing = new AbortController();
  return new UndiciTransport(
    await makeDispatcher(undici, options, closing.signal),
    options.headers,
    closing,
  );
}

class UndiciTransport implements Transport {
  readonly #dispatcher: Dispatcher;
  readonly #headers: readonly HeaderLine[];
  readonly #closing: AbortController;

  constructor(
    dispatcher: Dispatcher,
    headers: readonly HeaderLine[],
    closing: AbortController,
  ) {
    this.#dispatcher = dispatcher;
    this.#headers = headers;
    this.#closing = closing;
  }

  async fetch(url: string, init: RequestInit): Promise<Response> {
    const { origin, pathname, search } = new URL(url);
    const { method = "GET", body, signal = null } = init;
    const headers = new Headers(init.headers);
    if (!headers.has("accept-encoding")) headers.set("accept-encoding", "gzip");
    const answer = await this.#dispatcher.request({
      origin,
      path: pathname + search,
      method,
      headers: byName([...headers, ...this.#headers]),
      body: body ? await new Response(body).bytes() : null,
      signal,
    });
    return responseOf(url, answer);
  }

  async release(): Promise<void> {
    // It rejects where it is destroyed meanwhile.
    await this.#dispatcher.close().catch(ignore);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#dispatcher.destroy();
  }
}

async function makeDispatcher(
  undici: Undici,
  { tls, proxyUrl, certificate }: TransportOptions,
  closing: AbortSignal,
): Promise<Dispatcher> {
  const { ca, insecure, serverName } = tls;
  const shared = {
    allowH2: false,
    bodyTimeout: 0,
    headersTimeout: 0,
    keepAliveTimeout: POOL_IDLE_TIMEOUT_MS,
  };
  const authority = {
    rejectUnauthorized: !insecure,
    timeout: 0,
    ...(ca === undefined ? {} : { ca }),
  };
  const connect: TlsOptions = {
    ...authority,
    ...certificate,
    ...(serverName === undefined ? {} : { servername: serverName }),
  };
  const connector = undici.buildConnector({ ...connect, allowH2: false });
  if (proxyUrl === undefined) {
    return new undici.Agent({ ...shared, connect: inTime(connector, closing) });
  }
  if (proxyUrl.startsWith("socks")) {
    const { socksConnector } = await import("./_socks_connector.ts");
    const through = socksConnector(proxyUrl, connector);
    return new undici.Agent({ ...shared, connect: through });
  }
  // It passes the time limits on to only some of the pools that it makes.
  const pool = (origin: URL, options: object) =>
    new undici.Pool(origin, { ...options, ...shared });
  return new undici.ProxyAgent({
    ...shared,
    clientFactory: pool,
    factory: pool,
    uri: proxyUrl,
    requestTls: connect,
    proxyTls: authority,
  });
}

/** Not as a list: of a name that comes twice in one, `ProxyAgent` keeps one. */
function byName(lines: readonly HeaderLine[]): Record<string, string[]> {
  const headers: Record<string, string[]> = {};
  for (const [name, value] of lines) (headers[name] ??= []).push(value);
  return headers;
}

/**
 * Ends connections that do not come about in time, or before the transport is
 * closed. undici's own time limits leave a timer running behind them, and it
 * waits for a connection that has begun also when it is destroyed.
 */
function inTime(
  connect: buildConnector.connector,
  closing: AbortSignal,
): buildConnector.connector {
  return (options, callback) => {
    // It gives the socket, which its type does not say.
    const socket: unknown = connect(options, (...result) => {
      timer.clear();
      closing.removeEventListener("abort", onClose);
      callback(...result);
    });
    const end = (why: string) => {
      if (isDestroyable(socket)) socket.destroy(new Error(why));
    };
    const onClose = () => end("The connections are being closed");
    closing.addEventListener("abort", onClose, { once: true });
    const timer = startTimer(
      () => end(`No connection has come about in ${CONNECT_TIMEOUT_MS} ms`),
      CONNECT_TIMEOUT_MS,
    );
  };
}

function isDestroyable(
  value: unknown,
): value is { destroy(error: Error): void } {
  return typeof value === "object" && value !== null && "destroy" in value &&
    typeof value.destroy === "function";
}

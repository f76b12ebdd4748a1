/**
 * Connections by npm's `undici`: on Node, whose `fetch` takes none of what a
 * kubeconfig may ask for, and on Deno for what its own client cannot do.
 *
 * Its time limits are off: a watch may be silent for as long as it likes, and
 * `RestListerWatcher` has limits of its own for the rest.
 *
 * @module
 */

import type { Dispatcher } from "undici";
import { ignore } from "./_abort.ts";
import { POOL_IDLE_TIMEOUT_MS } from "./_http_client.ts";
import type { HeaderLine, Transport, TransportOptions } from "./_transport.ts";

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
  return new UndiciTransport(
    undici,
    await makeDispatcher(undici, options),
    options.headers,
  );
}

class UndiciTransport implements Transport {
  readonly #undici: Undici;
  readonly #dispatcher: Dispatcher;
  /** Sends through the dispatcher, with the lines that are added. */
  readonly #through: Dispatcher;

  constructor(
    undici: Undici,
    dispatcher: Dispatcher,
    headers: readonly HeaderLine[],
  ) {
    this.#undici = undici;
    this.#dispatcher = dispatcher;
    this.#through = headers.length === 0
      ? dispatcher
      : dispatcher.compose((dispatch) => (options, handler) =>
        dispatch(
          { ...options, headers: withLines(options.headers, headers) },
          handler,
        )
      );
  }

  async fetch(url: string, init: RequestInit): Promise<Response> {
    const { signal, headers, method, redirect } = init;
    const response: unknown = await this.#undici.fetch(url, {
      dispatcher: this.#through,
      headers: [...new Headers(headers)],
      ...(method === undefined ? {} : { method }),
      ...(redirect === undefined ? {} : { redirect }),
      ...(signal ? { signal } : {}),
    });
    // undici's own class, of the same shape as the runtime's.
    return response as Response;
  }

  release(): void {
    this.#dispatcher.close().catch(ignore);
  }

  async close(): Promise<void> {
    await this.#dispatcher.destroy();
  }
}

async function makeDispatcher(
  undici: Undici,
  { tls, proxyUrl, certificate }: TransportOptions,
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
    timeout: CONNECT_TIMEOUT_MS,
    ...(ca === undefined ? {} : { ca }),
  };
  const connect: TlsOptions = {
    ...authority,
    ...certificate,
    ...(serverName === undefined ? {} : { servername: serverName }),
  };
  if (proxyUrl === undefined) return new undici.Agent({ ...shared, connect });
  if (proxyUrl.startsWith("socks")) {
    const { socksConnector } = await import("./_socks_connector.ts");
    const through = socksConnector(
      proxyUrl,
      undici.buildConnector({ ...connect, allowH2: false }),
    );
    return new undici.Agent({ ...shared, connect: through });
  }
  return new undici.ProxyAgent({
    ...shared,
    uri: proxyUrl,
    requestTls: connect,
    proxyTls: authority,
  });
}

/** undici has headers as an object, or as a list of names and values. */
function withLines(
  headers: Dispatcher.DispatchOptions["headers"],
  lines: readonly HeaderLine[],
): string[] {
  const all: string[] = [];
  const add = (name: string, value: unknown): void => {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null) all.push(name, String(one));
    }
  };
  if (Array.isArray(headers)) {
    for (let at = 0; at + 1 < headers.length; at += 2) {
      add(String(headers[at]), headers[at + 1]);
    }
  } else if (headers && Symbol.iterator in headers) {
    for (const [name, value] of headers) add(name, value);
  } else {
    for (const [name, value] of Object.entries(headers ?? {})) add(name, value);
  }
  for (const [name, value] of lines) add(name, value);
  return all;
}

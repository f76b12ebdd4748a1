/**
 * Connections by npm's `undici`: on Node, whose `fetch` takes none of what a
 * kubeconfig may ask for, and on Deno for what its own client cannot do.
 *
 * Its `fetch` is of no use on Deno: what happens to a body that has begun (an
 * abort, a connection that is lost) is never heard of there, since it asks
 * Node's streams about the state of Deno's. So the answers of its `request`
 * are made into responses here.
 *
 * Its time limits are off: a watch may be silent for as long as it likes, and
 * `RestListerWatcher` has limits of its own for the rest.
 *
 * @module
 */

import type { Dispatcher } from "undici";
import { ignore } from "../../internal/abort.ts";
import {
  type Attempt,
  attemptBy,
  ConnectionAttempts,
} from "./connection_attempts.ts";
import { POOL_IDLE_TIMEOUT_MS } from "../../rest/_http_client.ts";
import type { HeaderLine, Transport, TransportOptions } from "./types.ts";
import { responseOf } from "./undici_response.ts";

type Undici = typeof import("undici");

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
  const attempts = new ConnectionAttempts();
  const agent = new undici.Agent({
    allowH2: false,
    bodyTimeout: 0,
    headersTimeout: 0,
    keepAliveTimeout: POOL_IDLE_TIMEOUT_MS,
    connect: attempts.connector(await attemptFor(undici, options)),
  });
  return new UndiciTransport(undici, agent, attempts, options.headers);
}

class UndiciTransport implements Transport {
  readonly #undici: Undici;
  readonly #agent: Dispatcher;
  readonly #attempts: ConnectionAttempts;
  readonly #headers: readonly HeaderLine[];

  constructor(
    undici: Undici,
    agent: Dispatcher,
    attempts: ConnectionAttempts,
    headers: readonly HeaderLine[],
  ) {
    this.#undici = undici;
    this.#agent = agent;
    this.#attempts = attempts;
    this.#headers = headers;
  }

  async fetch(url: string, init: RequestInit): Promise<Response> {
    const { signal, method = "GET" } = init;
    const headers = new Headers(init.headers);
    if (!headers.has("accept-encoding")) headers.set("accept-encoding", "gzip");
    const answer = await this.#undici.request(url, {
      dispatcher: this.#agent,
      method,
      headers: [...headers, ...this.#headers].flat(),
      body: bodyOf(init),
      ...(signal ? { signal } : {}),
    });
    return responseOf(url, answer);
  }

  async release(): Promise<void> {
    // It rejects where it is destroyed meanwhile.
    await this.#agent.close().catch(ignore);
  }

  async close(): Promise<void> {
    this.#attempts.close();
    await this.#agent.destroy();
  }
}

function bodyOf({ body }: RequestInit): string | Uint8Array | null {
  if (body === undefined || body === null || typeof body === "string") {
    return body ?? null;
  }
  if (body instanceof Uint8Array) return body;
  throw new TypeError("Cannot send such a body: give a text or bytes");
}

async function attemptFor(
  undici: Undici,
  { tls, proxyUrl, certificate }: TransportOptions,
): Promise<Attempt> {
  const { ca, insecure, serverName } = tls;
  // The proxy's certificate is judged as the server's, but for its name.
  const authority = {
    allowH2: false,
    // A limit of its own would leave a timer behind: see ConnectionAttempts.
    timeout: 0,
    rejectUnauthorized: !insecure,
    ...(ca === undefined ? {} : { ca }),
  };
  const connect = undici.buildConnector({
    ...authority,
    ...certificate,
    ...(serverName === undefined ? {} : { servername: serverName }),
  });
  if (proxyUrl === undefined) return attemptBy(connect);
  const { connectAttempt, socksAttempt } = await import(
    "./proxy_connectors.ts"
  );
  const proxy = {
    proxyUrl,
    toProxy: undici.buildConnector(authority),
    throughProxy: connect,
  };
  return proxyUrl.startsWith("socks")
    ? socksAttempt(proxy)
    : connectAttempt(undici, proxy);
}

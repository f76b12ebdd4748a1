/**
 * A transport on npm's `undici`: for Node, whose `fetch` supports none of the
 * settings of a kubeconfig, and for Deno if its own client does not support
 * them.
 *
 * undici's `fetch` does not work on Deno: a body in progress never reports an
 * abort or a lost connection, because undici uses Node's streams to inspect the
 * state of Deno's. So undici's `request` is used and its result converted to a
 * `Response`.
 *
 * undici's timeouts are disabled: a watch may be silent indefinitely, and
 * `RestListerWatcher` has its own timeouts for everything else.
 *
 * @module
 */

import type { Dispatcher } from "undici";
import { ConfigurationError } from "../../api/configuration_error.ts";
import { ignore } from "../../internal/abort.ts";
import { errorText } from "../../internal/error_text.ts";
import {
  type Attempt,
  attemptWith,
  ConnectionAttempts,
} from "./connection_attempts.ts";
import { POOL_IDLE_TIMEOUT_MS } from "../../rest/_http_client.ts";
import type { HeaderLine, Transport, TransportOptions } from "./types.ts";
import { toResponse } from "./undici_response.ts";

type Undici = typeof import("undici");

/**
 * Creates a transport; connects lazily.
 *
 * @param options The settings.
 * @param load Loads undici.
 * @returns The transport.
 * @throws {ConfigurationError} If undici cannot be loaded or lacks what is used
 *   of it, or if the password in the URL of the proxy is malformed.
 */
export async function createUndiciTransport(
  options: TransportOptions,
  load: () => Promise<Undici> = () => import("undici"),
): Promise<Transport> {
  const undici = await loadUndici(load);
  const attempts = new ConnectionAttempts();
  const agent = new undici.Agent({
    allowH2: false,
    bodyTimeout: 0,
    headersTimeout: 0,
    keepAliveTimeout: POOL_IDLE_TIMEOUT_MS,
    connect: attempts.connector(await createAttempt(undici, options)),
  });
  return new UndiciTransport(undici, agent, attempts, options.headers);
}

/** What is used of undici; each version supports only recent runtimes. */
const USED = ["Agent", "Client", "buildConnector", "request"] as const;

async function loadUndici(load: () => Promise<Undici>): Promise<Undici> {
  let undici: Undici;
  try {
    undici = await load();
  } catch (cause) {
    const [why = ""] = errorText(cause).split("\n");
    throw unusableUndici(`it cannot be loaded (${why})`, cause);
  }
  const missing = USED.filter((name) => typeof undici[name] !== "function");
  if (missing.length === 0) return undici;
  throw unusableUndici(`it has no ${missing.join(", ")}`);
}

function unusableUndici(why: string, cause?: unknown): ConfigurationError {
  return new ConfigurationError(
    `Cannot connect to the cluster with npm:undici: ${why}: install undici 8, which needs Node.js 22.19 or later`,
    { cause },
  );
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
    const response = await this.#undici.request(url, {
      dispatcher: this.#agent,
      method,
      headers: [...headers, ...this.#headers].flat(),
      body: bodyOf(init),
      ...(signal ? { signal } : {}),
    });
    return toResponse(url, response);
  }

  async release(): Promise<void> {
    // It rejects if the agent is destroyed in the meantime.
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
  throw new TypeError("Cannot send the body: it must be a string or bytes");
}

async function createAttempt(
  undici: Undici,
  { tls, proxyUrl, certificate }: TransportOptions,
): Promise<Attempt> {
  const { ca, insecure, serverName } = tls;
  // The proxy's certificate is verified like the server's, except for the name.
  const authority = {
    allowH2: false,
    // undici's own timeout leaks a timer: see ConnectionAttempts.
    timeout: 0,
    rejectUnauthorized: !insecure,
    ...(ca === undefined ? {} : { ca }),
  };
  const connect = undici.buildConnector({
    ...authority,
    ...certificate,
    ...(serverName === undefined ? {} : { servername: serverName }),
  });
  if (proxyUrl === undefined) return attemptWith(connect);
  const { httpProxyAttempt, socksProxyAttempt } = await import(
    "./proxy_connectors.ts"
  );
  const proxy = {
    proxyUrl,
    toProxy: undici.buildConnector(authority),
    throughProxy: connect,
  };
  return proxyUrl.startsWith("socks")
    ? socksProxyAttempt(proxy)
    : httpProxyAttempt(undici, proxy);
}

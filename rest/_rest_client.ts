/**
 * Sends requests to one API server, with nothing but `fetch`.
 *
 * Each request is one `Exchange`, which holds all that must be let go of again.
 * This module says how a credential is sent and renewed, and what an answer
 * that is no success means; what is asked for is its users' to say.
 *
 * @module
 */

import { cancelQuietly } from "../internal/abort.ts";
import { checkDurations } from "../internal/durations.ts";
import { errorChainText, errorText } from "../internal/error_text.ts";
import { decodeWatchEvents } from "./_event_decoder.ts";
import { Exchange } from "./_exchange.ts";
import {
  failedResponseError,
  isRedirect,
  redirectError,
} from "./_failed_response.ts";
import { Redactor } from "../internal/redactor.ts";
import { type Parameter, requestUrl, resourceUrl } from "./_request_url.ts";
import type { ResponseBody } from "./_response_body.ts";
import { TokenError } from "../api/_token_error.ts";
import { ConnectionError } from "../api/connection_error.ts";
import type { KubernetesObject, WatchEvent } from "../api/types.ts";

/**
 * Sends a request: `globalThis.fetch` is one. It is always called with a URL
 * string.
 */
export type FetchFunction = (
  url: string,
  init: RequestInit,
) => Promise<Response>;

/** Gives the bearer token for a request. */
export type TokenFunction = (
  /** Whether the server has just refused the token given before. */
  request: { refused: boolean },
) => string | Promise<string>;

/** How a server is reached. */
export interface RestClientOptions {
  /** The API server: `"https://host:6443"`, perhaps with a path prefix. */
  server: string | URL;
  /** The bearer token, or what gives one for each request. */
  token?: string | TokenFunction | undefined;
  /** Headers for each request. */
  headers?: HeadersInit | undefined;
  /** Sends the requests instead of the runtime's `fetch`. */
  fetch?: FetchFunction | undefined;
  /**
   * Milliseconds that a request may go without a sign of life.
   *
   * @default {60000}
   */
  requestTimeoutMs?: number | undefined;
}

/** What is asked of a server, with GET. */
export interface RestRequest {
  /** The path: `"/api/v1/pods"`. */
  path: string;
  /** The query; what is undefined or empty is not sent. */
  query?: Readonly<Record<string, Parameter>> | undefined;
  /** The `Accept` header. */
  accept: string;
  /** Aborts the request. */
  signal?: AbortSignal | undefined;
}

const DEFAULT_REQUEST_TIMEOUT_MS = 60_000;

/** How much of the body of a failure is read. */
const FAILURE_BODY_BYTES = 64 * 1024;

/** A request under way. */
interface Call {
  exchange: Exchange;
  /** Without the query, as errors show it. */
  url: string;
  urlWithQuery: string;
  accept: string;
}

/** An answer of the server's, and what belongs to its request. */
interface Answer {
  exchange: Exchange;
  url: string;
  response: Response;
  redactor: Redactor;
}

/** Sends requests to one API server. */
export class RestClient {
  readonly #server: string | URL;
  readonly #token: string | TokenFunction | undefined;
  readonly #headers: Headers;
  readonly #fetch: FetchFunction | undefined;
  readonly #requestTimeoutMs: number;

  /**
   * Makes no request yet.
   *
   * @param options How the server is reached.
   * @throws {TypeError} If `server` is no HTTP URL or holds a user or password,
   *   if a header or the token is malformed.
   * @throws {RangeError} If `requestTimeoutMs` is negative or NaN.
   */
  constructor(options: RestClientOptions) {
    const {
      server,
      token,
      headers,
      fetch,
      requestTimeoutMs = DEFAULT_REQUEST_TIMEOUT_MS,
    } = options;
    checkDurations({ requestTimeoutMs });
    // A URL object may be changed by its owner.
    this.#server = String(server);
    this.url("/");
    this.#token = typeof token === "string" ? bearer(token) : token;
    this.#headers = copyHeaders(headers);
    this.#fetch = fetch;
    this.#requestTimeoutMs = requestTimeoutMs;
  }

  /**
   * The URL of a path on the server.
   *
   * @param path The path.
   * @returns The URL, without a query.
   * @throws {TypeError} If it is no path.
   */
  url(path: string): string {
    return resourceUrl(this.#server, path);
  }

  /**
   * Asks, and reads the whole answer.
   *
   * @param request What is asked for.
   * @returns The body of the answer.
   * @throws {StatusError} If the server refuses.
   * @throws {ConnectionError} If there is no answer, or it stops coming.
   * @throws {TypeError} If the path or the token is malformed.
   * @throws {Error} If the token function fails, with its error as cause.
   * @throws The signal's reason if it is aborted.
   */
  async read(request: RestRequest): Promise<ResponseBody> {
    const call = this.#call(request);
    try {
      const answer = await this.#request(call);
      const chunks: Uint8Array[] = [];
      await this.#readBody(answer, chunks);
      return {
        bytes: concat(chunks),
        request: `GET ${call.url}`,
        redactor: answer.redactor,
      };
    } finally {
      call.exchange.end();
    }
  }

  /**
   * Asks for events, and decodes them as they come.
   *
   * @typeParam T Type of the watched objects.
   * @param request What is asked for.
   * @returns The events. Closes when the server ends the watch; errors with a
   *   `SyntaxError` at a line that is no event, with what the runtime throws
   *   when the connection is lost, with the signal's reason when it is aborted.
   * @throws What `read` throws.
   */
  async watch<T extends KubernetesObject>(
    request: RestRequest,
  ): Promise<ReadableStream<WatchEvent<T>>> {
    const call = this.#call(request);
    const { exchange } = call;
    try {
      const { response, redactor } = await this.#request(call);
      exchange.expectNothing();
      const body = response.body ?? new Blob([]).stream();
      return decodeWatchEvents<T>(body, {
        signal: exchange.signal,
        redactor,
        onEnd: () => exchange.end(),
      });
    } catch (error) {
      exchange.end();
      throw error;
    }
  }

  #call({ path, query = {}, accept, signal }: RestRequest): Call {
    const url = this.url(path);
    return {
      url,
      urlWithQuery: requestUrl(url, query),
      accept,
      // Last: from here on, there is something to let go of.
      exchange: new Exchange(signal, this.#fetch),
    };
  }

  /** Sends a request, and once more with a new token after a 401. */
  async #request(call: Call): Promise<Answer> {
    const { exchange, url } = call;
    let refused = false;
    for (;;) {
      const headers = await this.#headersFor(call, refused);
      const redactor = new Redactor(headers);
      const response = await this.#send(call, headers, redactor);
      const answer: Answer = { exchange, url, response, redactor };
      if (response.ok) return answer;
      if (response.status === 401 && this.#canRenew(refused)) {
        cancelQuietly(response.body);
        refused = true;
        continue;
      }
      throw await this.#failure(answer);
    }
  }

  #canRenew(refused: boolean): boolean {
    return typeof this.#token === "function" && !refused;
  }

  async #headersFor(call: Call, refused: boolean): Promise<Headers> {
    call.exchange.expectWithin(
      this.#requestTimeoutMs,
      `The token for GET ${call.url} has not come`,
    );
    const headers = new Headers(this.#headers);
    headers.set("accept", call.accept);
    const token = typeof this.#token === "function"
      ? bearer(await this.#renew(call, this.#token, refused))
      : this.#token;
    if (token) headers.set("authorization", `Bearer ${token}`);
    return headers;
  }

  async #renew(
    { exchange, url }: Call,
    token: TokenFunction,
    refused: boolean,
  ): Promise<string> {
    exchange.signal.throwIfAborted();
    try {
      return await exchange.wait(Promise.resolve(token({ refused })));
    } catch (cause) {
      exchange.signal.throwIfAborted();
      throw new TokenError(
        `Cannot get a token for GET ${url}: ${errorText(cause)}`,
        { cause },
      );
    }
  }

  async #send(
    { exchange, url, urlWithQuery }: Call,
    headers: Headers,
    redactor: Redactor,
  ): Promise<Response> {
    exchange.signal.throwIfAborted();
    exchange.expectWithin(
      this.#requestTimeoutMs,
      `GET ${url} has had no answer`,
    );
    try {
      const answer = exchange.send(urlWithQuery, {
        method: "GET",
        headers,
        redirect: "manual",
        signal: exchange.signal,
      });
      return await exchange.wait(answer, (late) => cancelQuietly(late.body));
    } catch (cause) {
      exchange.signal.throwIfAborted();
      const why = redactor.redact(errorChainText(cause));
      throw new ConnectionError(`Cannot reach ${url}: ${why}`, {
        cause: redactor.redactError(cause),
      });
    }
  }

  async #failure(answer: Answer): Promise<Error> {
    const { exchange, url, response, redactor } = answer;
    const request = `GET ${url}`;
    if (isRedirect(response)) {
      cancelQuietly(response.body);
      return redirectError({ request, response, body: "", redactor });
    }
    const chunks: Uint8Array[] = [];
    try {
      await this.#readBody(answer, chunks, FAILURE_BODY_BYTES);
    } catch {
      // The server has refused, however little of its reasons has come.
      exchange.throwIfCallerAborted();
    }
    const body = new TextDecoder().decode(concat(chunks));
    return failedResponseError({ request, response, body, redactor });
  }

  /** Reads a body, whole or as far as it is wanted, into `chunks`. */
  async #readBody(
    { exchange, url, response, redactor }: Answer,
    chunks: Uint8Array[],
    atMost = Infinity,
  ): Promise<void> {
    if (response.body === null) return;
    const reader = response.body.getReader();
    try {
      for (let length = 0; length < atMost;) {
        exchange.expectWithin(
          this.#requestTimeoutMs,
          `GET ${url} was answered, but no more of the answer has come`,
        );
        const { done, value } = await exchange.wait(reader.read());
        if (done) break;
        chunks.push(value);
        length += value.length;
      }
    } catch (cause) {
      exchange.signal.throwIfAborted();
      const why = redactor.redact(errorChainText(cause));
      throw new ConnectionError(
        `Lost the connection during the answer to GET ${url}: ${why}`,
        { cause: redactor.redactError(cause) },
      );
    } finally {
      cancelQuietly(reader);
      reader.releaseLock();
    }
  }
}

function concat(chunks: readonly Uint8Array[]): Uint8Array {
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  return whole;
}

/** Tokens are read from files that end with a newline; a header cannot. */
function bearer(token: string): string {
  const trimmed = token.trim();
  if (/^[\x21-\x7e]*$/.test(trimmed)) return trimmed;
  throw new TypeError(
    "Cannot use the given token: it holds characters that no HTTP header may",
  );
}

function copyHeaders(headers: HeadersInit | undefined): Headers {
  try {
    return new Headers(headers);
  } catch {
    // What the runtime throws repeats the value, which may be a credential.
    throw new TypeError(
      "Cannot use the given headers: a name or value is malformed",
    );
  }
}

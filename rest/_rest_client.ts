/**
 * An HTTP client for one API server that needs only `fetch`.
 *
 * Each request is one `Exchange`, which owns its resources. This module sends
 * and renews the credential and turns unsuccessful responses into errors; its
 * callers decide what to request.
 *
 * @module
 */

import { cancelQuietly } from "../internal/abort.ts";
import { checkDurations } from "../internal/durations.ts";
import { errorChainText, errorText } from "../internal/error_text.ts";
import type { BodyBytes } from "./_body_bytes.ts";
import { BufferingSuspicion } from "./_buffering_proxy.ts";
import { addedHeaders } from "./_added_headers.ts";
import { type DecodeOptions, decodeWatchEvents } from "./_event_decoder.ts";
import { Exchange } from "./_exchange.ts";
import {
  failedResponseError,
  isRedirect,
  redirectError,
} from "./_failed_response.ts";
import { isLoopback } from "../internal/loopback.ts";
import { Redactor } from "../internal/redactor.ts";
import { openRequests } from "./_request_limit.ts";
import { type Parameter, requestUrl, resourceUrl } from "./_request_url.ts";
import { readComplete, readFailure, type Reply } from "./_reply.ts";
import {
  type JsonParser,
  parseBody,
  type ResponseBody,
} from "./_response_body.ts";
import { checkToken, isFixedToken } from "./_token.ts";
import { TokenError, TokenTimeoutError } from "../api/_token_error.ts";
import { findConfigurationError } from "../api/configuration_error.ts";
import { ConnectionError } from "../api/connection_error.ts";
import type { KubernetesObject, WatchEvent } from "../api/types.ts";

/**
 * Sends a request, such as `globalThis.fetch`. It is always called with a URL
 * string.
 */
export type FetchFunction = (
  url: string,
  init: RequestInit,
) => Promise<Response>;

/** Returns the bearer token for a request. */
export type TokenFunction = (
  /** `refused`: whether the server has just responded 401 to the last token. */
  request: { refused: boolean },
) => string | Promise<string>;

/** Options for {@linkcode RestClient}. */
export interface RestClientOptions {
  /** The API server: `"https://host:6443"`, optionally with a path prefix. */
  server: string | URL;
  /** The bearer token, or a function that returns it for each request. */
  token?: string | TokenFunction | undefined;
  /** Headers for each request. */
  headers?: ConstructorParameters<typeof Headers>[0] | undefined;
  /** Sends the requests instead of the runtime's `fetch`. */
  fetch?: FetchFunction | undefined;
  /**
   * Milliseconds to wait for the token, for the response and for each part of
   * it before a request fails with a `ConnectionError`.
   *
   * @default {60000}
   */
  requestTimeoutMs?: number | undefined;
  /**
   * Whether the server may compress its responses. `"auto"`: not where it is on
   * this host, since compressing costs more there than it saves, and never the
   * initial events of a watch, which not every runtime can decompress; elsewhere
   * the runtime decides, as its `fetch` does. `"identity"`: never.
   *
   * @default {"auto"}
   */
  compression?: "auto" | "identity" | undefined;
  /**
   * How many bytes one event of a watch may have, after decompression.
   *
   * @default {16777216}
   */
  maxEventBytes?: number | undefined;
  /**
   * How many bytes a list, or a page of one, may have, after decompression.
   *
   * @default {1073741824}
   */
  maxListBytes?: number | undefined;
  /**
   * Parses the JSON of responses and events, for a caller that must not lose
   * the digits of large integers.
   *
   * @default {JSON.parse}
   */
  parse?: JsonParser | undefined;
}

/** A request. */
export interface RestRequest {
  /**
   * The method.
   *
   * @default {"GET"}
   */
  method?: "GET" | "POST" | "PUT" | "DELETE" | undefined;
  /** What is sent, as JSON. */
  body?: unknown;
  /** The path: `"/api/v1/pods"`. */
  path: string;
  /** The query; undefined and `""` are not sent. */
  query?: Readonly<Record<string, Parameter>> | undefined;
  /** The `Accept` header. */
  accept: string;
  /**
   * Whether to ask for no compression, even where it is left to the runtime.
   *
   * @default {false}
   */
  uncompressed?: boolean | undefined;
  /** Aborts the request. */
  signal?: AbortSignal | undefined;
}

/** A request for a watch. */
export interface WatchRequest extends RestRequest {
  /**
   * Whether the objects come without `metadata.managedFields`.
   *
   * @default {false}
   */
  dropManagedFields?: boolean | undefined;
  /** See {@linkcode DecodeOptions.createEvent}. */
  createEvent?: DecodeOptions["createEvent"];
}

const DEFAULT_REQUEST_TIMEOUT_MS = 60_000;

const DEFAULT_MAX_EVENT_BYTES = 16 * 1024 * 1024;

const DEFAULT_MAX_LIST_BYTES = 1024 * 1024 * 1024;

/** A request in progress. */
interface Call {
  exchange: Exchange;
  /** Without the query, for error messages. */
  url: string;
  urlWithQuery: string;
  /** For error messages: `GET https://host/api/v1/pods`. */
  name: string;
  method: string;
  accept: string;
  uncompressed: boolean;
  body: string | undefined;
  /** When it was sent, by `Date.now()`. */
  sentAt: number;
}

/** An HTTP client for one API server. */
export class RestClient {
  readonly #server: string | URL;
  readonly #token: string | TokenFunction | undefined;
  readonly #headers: Headers;
  readonly #fetch: FetchFunction | undefined;
  readonly #requestTimeoutMs: number;
  readonly #maxEventBytes: number;
  readonly #maxListBytes: number;
  readonly #parse: JsonParser;
  readonly #buffering: BufferingSuspicion;

  /**
   * Creates a client. It sends no request yet.
   *
   * @param options The server, the credential and the timeout.
   * @throws {TypeError} If `server` is not an HTTP URL or contains a user or
   *   password, or if a header or the token is malformed.
   * @throws {RangeError} If `requestTimeoutMs` is negative or NaN, or
   *   `maxEventBytes` or `maxListBytes` is not a positive integer.
   */
  constructor(options: RestClientOptions) {
    const {
      server,
      token,
      headers,
      fetch,
      requestTimeoutMs = DEFAULT_REQUEST_TIMEOUT_MS,
      compression = "auto",
      maxEventBytes = DEFAULT_MAX_EVENT_BYTES,
      maxListBytes = DEFAULT_MAX_LIST_BYTES,
      parse = (text) => JSON.parse(text),
    } = options;
    checkDurations({ requestTimeoutMs });
    checkSizes({ maxEventBytes, maxListBytes });
    // A copy, because a URL object is mutable.
    this.#server = String(server);
    this.url("/");
    this.#token = typeof token === "string" ? checkToken(token) : token;
    this.#headers = copyHeaders(headers);
    this.#buffering = new BufferingSuspicion(this.#server);
    if (compression === "identity" || isThisHost(this.#server)) {
      askForNoCompression(this.#headers);
    }
    this.#fetch = fetch;
    this.#requestTimeoutMs = requestTimeoutMs;
    this.#maxEventBytes = maxEventBytes;
    this.#maxListBytes = maxListBytes;
    this.#parse = parse;
  }

  /**
   * Returns the URL of a path on the server.
   *
   * @param path The path.
   * @returns The URL, without a query.
   * @throws {TypeError} If `path` does not start with `/` or has a query.
   */
  url(path: string): string {
    return resourceUrl(this.#server, path);
  }

  /**
   * Sends a request and reads the complete response.
   *
   * @param request The request.
   * @param onPart Called with the part of the body that has come, again and
   *   again for a large one, always with the same bytes, of which there are
   *   more. It must not throw.
   * @returns The body of the response.
   * @throws {StatusError} If the server refuses.
   * @throws {ConnectionError} If there is no response, or it is not complete.
   * @throws {ResponseTooLargeError} If it is larger than `maxListBytes`.
   * @throws {ConfigurationError} If the request cannot be sent as it is
   *   configured.
   * @throws {TypeError} If the path or the token is malformed.
   * @throws {Error} If the token function fails, with its error as cause.
   * @throws The signal's reason if it is aborted.
   */
  async read(
    request: RestRequest,
    onPart?: (body: ResponseBody) => void,
  ): Promise<ResponseBody> {
    const call = this.#call(request);
    try {
      const reply = await this.#request(call);
      const { redactor } = reply;
      const parse = this.#parse;
      const bodyOf = (bytes: BodyBytes): ResponseBody => (
        { bytes, request: call.name, redactor, parse }
      );
      const bytes = await readComplete(reply, {
        maxBytes: this.#maxListBytes,
        timeoutMs: this.#requestTimeoutMs,
        onBlock: onPart && ((bytes) => onPart(bodyOf(bytes))),
      });
      this.#buffering.otherAnswered();
      return bodyOf(bytes);
    } finally {
      call.exchange.end();
    }
  }

  /**
   * Sends a request and parses the response as JSON.
   *
   * @param request The request.
   * @returns The value.
   * @throws {SyntaxError} If the response is not JSON.
   * @throws What `read` throws.
   */
  async json(request: Omit<RestRequest, "accept">): Promise<unknown> {
    const accept = "application/json";
    const body = await this.read({ ...request, accept });
    return parseBody(body, isAnything, "value");
  }

  /**
   * Opens a watch and decodes its events as they are read.
   *
   * @typeParam T Type of the watched objects.
   * @param request The request.
   * @returns The events. Closes when the server ends the watch; errors with a
   *   `SyntaxError` at a line that is not an event, with the runtime's error if
   *   the connection is lost, and with the signal's reason if it is aborted.
   * @throws What `read` throws.
   */
  async watch<T extends KubernetesObject>(
    request: WatchRequest,
  ): Promise<ReadableStream<WatchEvent<T>>> {
    const call = this.#call(request);
    const { exchange } = call;
    try {
      const { response, redactor } = await this.#request(call);
      exchange.stopTimeout();
      const tookMs = Date.now() - call.sentAt;
      const body = response.body ?? new Blob([]).stream();
      return decodeWatchEvents<T>(body, {
        signal: exchange.signal,
        redactor,
        request: call.name,
        maxEventBytes: this.#maxEventBytes,
        parse: this.#parse,
        dropManagedFields: request.dropManagedFields ?? false,
        createEvent: request.createEvent,
        pauses: this.#buffering.openBody(tookMs),
        onEnd: () => exchange.end(),
      });
    } catch (error) {
      exchange.end();
      if (isUnanswered(error)) this.#buffering.unanswered();
      throw error;
    }
  }

  #call(request: RestRequest): Call {
    const { path, query = {}, accept, signal, method = "GET", body } = request;
    const { uncompressed = false } = request;
    const url = this.url(path);
    return {
      url,
      name: `${method} ${url}`,
      method,
      body: body === undefined ? undefined : JSON.stringify(body),
      urlWithQuery: requestUrl(url, query),
      accept,
      uncompressed,
      sentAt: Date.now(),
      // Last, because it must be released from here on.
      exchange: new Exchange(signal, this.#fetch),
    };
  }

  /** Sends a request, and repeats it once with a new token after a 401. */
  async #request(call: Call): Promise<Reply> {
    const { exchange, url, name } = call;
    let refused = false;
    // Of both requests: a server may repeat the token that it has refused.
    const redactor = new Redactor(addedHeaders(this.#fetch));
    for (;;) {
      const headers = await this.#headersFor(call, refused);
      redactor.add(headers);
      const response = await this.#send(call, headers, redactor);
      const reply: Reply = { exchange, url, name, response, redactor };
      if (response.ok) return reply;
      if (response.status === 401 && this.#canRenew(refused)) {
        cancelQuietly(response.body);
        refused = true;
        continue;
      }
      throw await this.#failure(reply, name);
    }
  }

  #canRenew(refused: boolean): boolean {
    return typeof this.#token === "function" && !isFixedToken(this.#token) &&
      !refused;
  }

  async #headersFor(call: Call, refused: boolean): Promise<Headers> {
    call.exchange.startTimeout(
      this.#requestTimeoutMs,
      `the token for ${call.name}`,
      TokenTimeoutError,
    );
    const headers = new Headers(this.#headers);
    headers.set("accept", call.accept);
    if (call.uncompressed) askForNoCompression(headers);
    if (call.body !== undefined) {
      headers.set("content-type", "application/json");
    }
    const token = typeof this.#token === "function"
      ? checkToken(await this.#callTokenFunction(call, this.#token, refused))
      : this.#token;
    if (token) headers.set("authorization", `Bearer ${token}`);
    return headers;
  }

  async #callTokenFunction(
    { exchange, name }: Call,
    token: TokenFunction,
    refused: boolean,
  ): Promise<string> {
    exchange.signal.throwIfAborted();
    try {
      return await exchange.wait(Promise.resolve(token({ refused })));
    } catch (cause) {
      exchange.signal.throwIfAborted();
      throw new TokenError(
        `Cannot get a token for ${name}: ${errorText(cause)}`,
        { cause },
      );
    }
  }

  async #send(
    call: Call,
    headers: Headers,
    redactor: Redactor,
  ): Promise<Response> {
    const { exchange, url, name, urlWithQuery, method, body } = call;
    exchange.signal.throwIfAborted();
    call.sentAt = Date.now();
    exchange.startTimeout(
      this.#requestTimeoutMs,
      `a response to ${name}`,
    );
    try {
      const reply = exchange.send(urlWithQuery, {
        method,
        headers,
        ...(body === undefined ? {} : { body }),
        redirect: "manual",
        signal: exchange.signal,
        ...NO_STORE,
      });
      return await exchange.wait(reply, (late) => cancelQuietly(late.body));
    } catch (cause) {
      exchange.signal.throwIfAborted();
      const configuration = findConfigurationError(cause);
      if (configuration !== undefined) throw configuration;
      const why = redactor.redact(errorChainText(cause));
      throw new ConnectionError(`Cannot reach ${url}: ${why}`, {
        cause: redactor.redactError(cause),
      });
    }
  }

  async #failure(reply: Reply, request: string): Promise<Error> {
    const { response, redactor } = reply;
    if (isRedirect(response)) {
      cancelQuietly(response.body);
      return redirectError({ request, response, body: "", redactor });
    }
    const body = await readFailure(reply);
    return failedResponseError({ request, response, body, redactor });
  }
}

function isAnything(_value: unknown): _value is unknown {
  return true;
}

function copyHeaders(
  headers: ConstructorParameters<typeof Headers>[0],
): Headers {
  try {
    return new Headers(headers);
  } catch {
    // The runtime's error repeats the value, which may be a credential.
    throw new TypeError(
      "Cannot use the given headers: a name or value is malformed",
    );
  }
}

function checkSizes(sizes: Readonly<Record<string, number>>): void {
  for (const [name, size] of Object.entries(sizes)) {
    if (Number.isSafeInteger(size) && size > 0) continue;
    throw new RangeError(
      `Cannot use ${size} as ${name}: give a positive integer`,
    );
  }
}

/** Browsers keep even a 410; runtimes without a cache may refuse the option. */
const NO_STORE: Pick<RequestInit, "cache"> =
  typeof Request === "function" && "cache" in Request.prototype
    ? { cache: "no-store" }
    : {};

/** Whether a request was sent, and has got no response in time. */
function isUnanswered(error: unknown): boolean {
  return error instanceof ConnectionError &&
    !(error instanceof TokenTimeoutError) &&
    error.cause instanceof DOMException &&
    error.cause.name === "TimeoutError" && !openRequests.hasWarned;
}

function isThisHost(server: string): boolean {
  return isLoopback(new URL(server).hostname);
}

function askForNoCompression(headers: Headers): void {
  if (!headers.has("accept-encoding")) {
    headers.set("accept-encoding", "identity");
  }
}

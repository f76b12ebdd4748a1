/**
 * Lists and watches over HTTP, with nothing but `fetch`.
 *
 * Each call is one `Exchange`, which holds all that must be let go of again.
 * This module says what is asked and what the answer means; how a credential
 * is renewed, a silence noticed and a watch body decoded lies beside it.
 *
 * @module
 */

import { cancelQuietly } from "./_abort.ts";
import { checkDurations } from "./_durations.ts";
import { errorChainText, errorText } from "./_error_text.ts";
import { decodeWatchEvents } from "./_event_decoder.ts";
import { Exchange } from "./_exchange.ts";
import {
  failedResponseError,
  isRedirect,
  redirectError,
} from "./_failed_response.ts";
import { parseList } from "./_list_body.ts";
import { Redactor } from "./_redactor.ts";
import { requestUrl, resourceUrl } from "./_request_url.ts";
import { ConnectionError } from "./connection_error.ts";
import type {
  KubernetesList,
  KubernetesObject,
  ListerWatcher,
  ListOptions,
  WatchEvent,
  WatchOptions,
} from "./types.ts";

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

/** Options for {@linkcode RestListerWatcher}. */
export interface RestListerWatcherOptions {
  /** The API server: `"https://host:6443"`, perhaps with a path prefix. */
  server: string | URL;
  /** The resource: `"/api/v1/namespaces/default/pods"`; see `resourcePath`. */
  path: string;
  /**
   * The bearer token, or a function that is called for each request, and once
   * more with `refused: true` when the server answers 401.
   */
  token?: string | TokenFunction | undefined;
  /** Headers for each request. */
  headers?: HeadersInit | undefined;
  /**
   * Sends the requests instead of the runtime's `fetch`: one with client
   * certificates, or a fake. It must honour `init.signal` and
   * `init.redirect`, and it should give each watch a connection of its own
   * (HTTP/1.1): over a shared one, a connection that has died in silence is
   * used again and never recovers. On Deno that means
   * `Deno.createHttpClient({ http2: false })`.
   */
  fetch?: FetchFunction | undefined;
  /** Only objects with these labels, where a call asks for no others. */
  labelSelector?: string | undefined;
  /** Only objects with these field values, where a call asks for no others. */
  fieldSelector?: string | undefined;
  /** Only the objects of one shard, where a call asks for no other. */
  shardSelector?: string | undefined;
  /**
   * Whether to ask for `PartialObjectMetadata`: the metadata alone.
   *
   * @default {false}
   */
  metadataOnly?: boolean | undefined;
  /**
   * Milliseconds that a request may go without an answer, and a list without
   * a byte, before it fails with a `ConnectionError`. A watch that has begun
   * may be silent for as long as it likes.
   *
   * @default {60000}
   */
  requestTimeoutMs?: number | undefined;
}

const DEFAULT_REQUEST_TIMEOUT_MS = 60_000;

/** How much of the body of a failure is read. */
const FAILURE_BODY_BYTES = 64 * 1024;

/** An answer of the server's, and what belongs to its request. */
interface Answer {
  exchange: Exchange;
  response: Response;
  redactor: Redactor;
}

/** What is asked for, in the words of the `Accept` header. */
interface Accept {
  list: string;
  watch: string;
}

const WHOLE_OBJECTS: Accept = {
  list: "application/json",
  watch: "application/json",
};

const METADATA_ONLY: Accept = {
  list:
    "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json",
  watch:
    "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json",
};

/**
 * Lists and watches one resource of an API server over HTTP, as a
 * `ListerWatcher` that client-go makes with
 * [`cache.NewListWatchFromClient`](https://pkg.go.dev/k8s.io/client-go/tools/cache#NewListWatchFromClient).
 *
 * - An answer that is no success rejects with a `StatusError`, no answer at
 *   all with a `ConnectionError`. Nothing is tried again here, but for one
 *   repetition with a new token after a 401.
 * - Events are decoded when they are read and not before. A line that is no
 *   event errors the stream: it is never skipped.
 * - Aborting the signal or cancelling the stream ends the HTTP request.
 * - Redirects are refused, and no credential appears in an error.
 * - Nothing has to be disposed of. On Deno it uses an HTTP client of its own
 *   while requests are in flight, so that no dead connection is used twice.
 *
 * @typeParam T Type of the objects.
 *
 * @example List and watch the pods of a namespace
 * ```ts
 * import { resourcePath, RestListerWatcher } from "@watchtools/kube";
 * import { FakeApiServer } from "@watchtools/kube/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = new FakeApiServer();
 * const pods = new RestListerWatcher({
 *   server: "https://kubernetes.default.svc",
 *   path: resourcePath({
 *     apiVersion: "v1",
 *     plural: "pods",
 *     namespace: "default",
 *   }),
 *   token: () => "a-token",
 *   fetch: server.fetch,
 * });
 * const list = await pods.list({ limit: 500 });
 * assertEquals(list.items, []);
 *
 * const resourceVersion = list.metadata?.resourceVersion;
 * const events = await pods.watch({ resourceVersion });
 * await events.cancel();
 * ```
 */
export class RestListerWatcher<T extends KubernetesObject = KubernetesObject>
  implements ListerWatcher<T> {
  readonly #url: string;
  readonly #token: string | TokenFunction | undefined;
  readonly #headers: Headers;
  readonly #fetch: FetchFunction | undefined;
  readonly #selectors: Pick<
    ListOptions,
    "labelSelector" | "fieldSelector" | "shardSelector"
  >;
  readonly #accept: Accept;
  readonly #requestTimeoutMs: number;

  /**
   * Makes no request yet.
   *
   * @param options The server, the resource, and how to reach them.
   * @throws {TypeError} If `server` is no HTTP URL or holds a user or password,
   *   if `path` is no path, if a header or the token is malformed.
   * @throws {RangeError} If `requestTimeoutMs` is negative or NaN.
   */
  constructor(options: RestListerWatcherOptions) {
    const {
      server,
      path,
      token,
      headers,
      fetch,
      labelSelector,
      fieldSelector,
      shardSelector,
      metadataOnly = false,
      requestTimeoutMs = DEFAULT_REQUEST_TIMEOUT_MS,
    } = options;
    checkDurations({ requestTimeoutMs });
    this.#url = resourceUrl(server, path);
    this.#token = typeof token === "string" ? bearer(token) : token;
    this.#headers = copyHeaders(headers);
    this.#fetch = fetch;
    this.#selectors = { labelSelector, fieldSelector, shardSelector };
    this.#accept = metadataOnly ? METADATA_ONLY : WHOLE_OBJECTS;
    this.#requestTimeoutMs = requestTimeoutMs;
  }

  /**
   * The field selector of the constructor, if any: what a call that brings one
   * of its own has to repeat.
   */
  get fieldSelector(): string | undefined {
    return this.#selectors.fieldSelector;
  }

  /**
   * Lists the objects, or one page of them.
   *
   * @param options What to list. Selectors replace those of the constructor.
   * @returns The list. Items without `apiVersion` and `kind` are given those of
   *   the list.
   * @throws {StatusError} If the server refuses.
   * @throws {ConnectionError} If there is no answer, or it stops coming.
   * @throws {SyntaxError} If the answer is not JSON.
   * @throws {TypeError} If the answer is no list, or the token malformed.
   * @throws {Error} If the token function fails, with its error as cause.
   * @throws The signal's reason if it is aborted.
   */
  async list(options: ListOptions): Promise<KubernetesList<T>> {
    const { signal, ...parameters } = options;
    const url = requestUrl(this.#url, { ...this.#selectors }, parameters);
    const exchange = new Exchange(signal, this.#fetch);
    try {
      const answer = await this.#request(exchange, url, this.#accept.list);
      const chunks: Uint8Array[] = [];
      await this.#readBody(answer, chunks);
      return parseList<T>(concat(chunks), `GET ${this.#url}`, answer.redactor);
    } finally {
      exchange.end();
    }
  }

  /**
   * Opens a watch.
   *
   * @param options What to watch, from where on. Selectors replace those of the
   *   constructor.
   * @returns The events. Closes when the server ends the watch; errors with a
   *   `SyntaxError` at a line that is no event, with what the runtime throws
   *   when the connection is lost, with the signal's reason when it is aborted.
   * @throws {StatusError} If the server refuses.
   * @throws {ConnectionError} If there is no answer.
   * @throws {TypeError} If the token is malformed.
   * @throws {Error} If the token function fails, with its error as cause.
   * @throws The signal's reason if it is aborted.
   */
  async watch(options: WatchOptions): Promise<ReadableStream<WatchEvent<T>>> {
    const { signal, ...parameters } = options;
    const url = requestUrl(
      this.#url,
      { watch: true, ...this.#selectors },
      parameters,
    );
    const exchange = new Exchange(signal, this.#fetch);
    try {
      const { response, redactor } = await this.#request(
        exchange,
        url,
        this.#accept.watch,
      );
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

  /** Sends a request, and once more with a new token after a 401. */
  async #request(
    exchange: Exchange,
    url: string,
    accept: string,
  ): Promise<Answer> {
    let refused = false;
    for (;;) {
      const headers = await this.#headersFor(exchange, accept, refused);
      const redactor = new Redactor(headers);
      const response = await this.#send(exchange, url, headers, redactor);
      const answer: Answer = { exchange, response, redactor };
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

  async #headersFor(
    exchange: Exchange,
    accept: string,
    refused: boolean,
  ): Promise<Headers> {
    exchange.expectWithin(
      this.#requestTimeoutMs,
      `The token for GET ${this.#url} has not come`,
    );
    const headers = new Headers(this.#headers);
    headers.set("accept", accept);
    const token = typeof this.#token === "function"
      ? bearer(await this.#renew(exchange, this.#token, refused))
      : this.#token;
    if (token) headers.set("authorization", `Bearer ${token}`);
    return headers;
  }

  async #renew(
    exchange: Exchange,
    token: TokenFunction,
    refused: boolean,
  ): Promise<string> {
    exchange.signal.throwIfAborted();
    try {
      return await exchange.wait(Promise.resolve(token({ refused })));
    } catch (cause) {
      exchange.signal.throwIfAborted();
      throw new Error(
        `Cannot get a token for GET ${this.#url}: ${errorText(cause)}`,
        { cause },
      );
    }
  }

  async #send(
    exchange: Exchange,
    url: string,
    headers: Headers,
    redactor: Redactor,
  ): Promise<Response> {
    exchange.signal.throwIfAborted();
    exchange.expectWithin(
      this.#requestTimeoutMs,
      `GET ${this.#url} has had no answer`,
    );
    try {
      const answer = exchange.send(url, {
        method: "GET",
        headers,
        redirect: "manual",
        signal: exchange.signal,
      });
      return await exchange.wait(answer, (late) => cancelQuietly(late.body));
    } catch (cause) {
      exchange.signal.throwIfAborted();
      const why = redactor.redact(errorChainText(cause));
      throw new ConnectionError(`Cannot reach ${this.#url}: ${why}`, {
        cause: redactor.redactError(cause),
      });
    }
  }

  async #failure(answer: Answer): Promise<Error> {
    const { exchange, response, redactor } = answer;
    const request = `GET ${this.#url}`;
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
    { exchange, response, redactor }: Answer,
    chunks: Uint8Array[],
    atMost = Infinity,
  ): Promise<void> {
    if (response.body === null) return;
    const reader = response.body.getReader();
    try {
      for (let length = 0; length < atMost;) {
        exchange.expectWithin(
          this.#requestTimeoutMs,
          `GET ${this.#url} was answered, but no more of the answer has come`,
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
        `Lost the connection during the answer to GET ${this.#url}: ${why}`,
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

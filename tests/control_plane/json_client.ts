/**
 * A small JSON client for the harness itself, apart from the library that is
 * tested with it. It speaks HTTP/1.1, trusts only the authority that it is
 * given, and can drop its connections, so that none to a server that has been
 * killed is used again.
 */

import { isRecord } from "../../internal/json_fields.ts";

/** An object of the API, or of etcd's gateway. */
export interface JsonObject {
  /** Group and version. */
  apiVersion?: string | undefined;
  /** Kind. */
  kind?: string | undefined;
  /** Metadata, for the members that tests read most. */
  metadata?: JsonMetadata | undefined;
  /** Everything else. */
  [member: string]: unknown;
}

/** Metadata of an object or a list. */
export interface JsonMetadata {
  /** Name. */
  name?: string | undefined;
  /** Namespace. */
  namespace?: string | undefined;
  /** Unique id. */
  uid?: string | undefined;
  /** Resource version. */
  resourceVersion?: string | undefined;
  /** Everything else. */
  [member: string]: unknown;
}

/** A server refused a request of the harness. */
export class RequestError extends Error {
  /** Always `"RequestError"`. */
  override name = "RequestError";
  /** The HTTP status. */
  readonly code: number;
  /** What the server said, most often a Status. */
  readonly body: JsonObject;

  /** `what` is the request. */
  constructor(what: string, code: number, body: JsonObject) {
    super(
      `${what} was answered ${code}: ${body.message ?? "without a reason"}`,
    );
    this.code = code;
    this.body = body;
  }
}

/** Options of {@linkcode JsonClient}. */
export interface JsonClientOptions {
  /** URL without a path. */
  server: string;
  /** Authority that is trusted, as PEM text. */
  caCert?: string | undefined;
  /** Bearer token. */
  token?: string | undefined;
}

/** Options of {@linkcode JsonClient.request}. */
export interface RequestOptions {
  /** Ends the request. */
  signal?: AbortSignal | undefined;
  /** Another bearer token than the client's. */
  token?: string | undefined;
}

/** Sends JSON to one server. */
export class JsonClient implements Disposable {
  readonly #options: JsonClientOptions;
  #client: Deno.HttpClient;

  /** Opens no connection yet. */
  constructor(options: JsonClientOptions) {
    this.#options = options;
    this.#client = createClient(options);
  }

  /**
   * Sends a request and reads its answer.
   *
   * @param method HTTP method; PATCH sends a merge patch.
   * @param path Path and query.
   * @param body Sent as JSON.
   * @param options Token, signal.
   * @returns The answer; `{}` where it is no JSON object.
   * @throws {RequestError} If the answer is not 2xx.
   */
  async request(
    method: string,
    path: string,
    body?: unknown,
    options: RequestOptions = {},
  ): Promise<JsonObject> {
    const { signal = null, token = this.#options.token } = options;
    const headers = new Headers({
      "content-type": method === "PATCH"
        ? "application/merge-patch+json"
        : "application/json",
    });
    if (token !== undefined) headers.set("authorization", `Bearer ${token}`);
    const response = await fetch(`${this.#options.server}${path}`, {
      client: this.#client,
      method,
      headers,
      signal,
      body: body === undefined ? null : JSON.stringify(body),
    });
    const answer = parse(await response.text());
    if (response.ok) return answer;
    throw new RequestError(`${method} ${path}`, response.status, answer);
  }

  /** Drops the connections; the next request opens a new one. */
  reset(): void {
    this.#client.close();
    this.#client = createClient(this.#options);
  }

  /** Drops the connections for good. */
  [Symbol.dispose](): void {
    this.#client.close();
  }
}

function createClient({ caCert }: JsonClientOptions): Deno.HttpClient {
  const caCerts = caCert === undefined ? [] : [caCert];
  return Deno.createHttpClient({ caCerts, http1: true, http2: false });
}

function parse(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    if (isRecord(value)) return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return { message: text };
}

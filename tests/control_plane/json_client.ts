/**
 * A small JSON client for the test harness, independent of the library under
 * test. It uses HTTP/1.1, trusts only the given authority, and can drop its
 * connections so that none to a killed server is reused.
 */

import { isRecord } from "../../internal/json_fields.ts";

/** An object of the API or of etcd's gateway. */
export interface JsonObject {
  /** The group and version. */
  apiVersion?: string | undefined;
  /** The kind. */
  kind?: string | undefined;
  /** The metadata. */
  metadata?: JsonMetadata | undefined;
  /** Other members. */
  [member: string]: unknown;
}

/** The metadata of an object or a list. */
export interface JsonMetadata {
  /** The name. */
  name?: string | undefined;
  /** The namespace. */
  namespace?: string | undefined;
  /** The UID. */
  uid?: string | undefined;
  /** The resource version. */
  resourceVersion?: string | undefined;
  /** Other members. */
  [member: string]: unknown;
}

/** A server rejected a request of the harness. */
export class RequestError extends Error {
  /** Always `"RequestError"`. */
  override name = "RequestError";
  /** The HTTP status code. */
  readonly code: number;
  /** The body of the response, usually a Status. */
  readonly body: JsonObject;

  /** Creates the error; `what` describes the request. */
  constructor(what: string, code: number, body: JsonObject) {
    super(
      `${what} was answered ${code}: ${body.message ?? "without a reason"}`,
    );
    this.code = code;
    this.body = body;
  }
}

/** Options for {@linkcode JsonClient}. */
export interface JsonClientOptions {
  /** The URL of the server, without a path. */
  server: string;
  /** The trusted certificate authority, as PEM. */
  caCert?: string | undefined;
  /** The bearer token. */
  token?: string | undefined;
}

/** Options for {@linkcode JsonClient.request}. */
export interface RequestOptions {
  /** Aborts the request. */
  signal?: AbortSignal | undefined;
  /** A bearer token to use instead of the client's. */
  token?: string | undefined;
}

/** A JSON client for one server. */
export class JsonClient implements Disposable {
  readonly #options: JsonClientOptions;
  #client: Deno.HttpClient;

  /** Creates a client; connects lazily. */
  constructor(options: JsonClientOptions) {
    this.#options = options;
    this.#client = createClient(options);
  }

  /**
   * Sends a request and reads the response.
   *
   * @param method The HTTP method; PATCH sends a merge patch.
   * @param path The path and query.
   * @param body The body, sent as JSON.
   * @param options The token and signal.
   * @returns The body of the response; `{}` if it is not a JSON object.
   * @throws {RequestError} If the status is not 2xx.
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

  /** Drops all connections; the next request opens a new one. */
  reset(): void {
    this.#client.close();
    this.#client = createClient(this.#options);
  }

  /** Drops all connections permanently. */
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

/**
 * Lists and watches one resource over HTTP.
 *
 * This module says what is asked for; how it is sent, with which credential,
 * and what an answer means lies in `RestClient`.
 *
 * @module
 */

import { parseList } from "./_list_body.ts";
import { withDefaults } from "./_request_url.ts";
import {
  type FetchFunction,
  RestClient,
  type TokenFunction,
} from "./_rest_client.ts";
import type {
  KubernetesList,
  KubernetesObject,
  ListerWatcher,
  ListOptions,
  WatchEvent,
  WatchOptions,
} from "../api/types.ts";

export type { FetchFunction, TokenFunction };

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
  readonly #client: RestClient;
  readonly #path: string;
  readonly #selectors: Pick<
    ListOptions,
    "labelSelector" | "fieldSelector" | "shardSelector"
  >;
  readonly #accept: Accept;

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
      path,
      labelSelector,
      fieldSelector,
      shardSelector,
      metadataOnly = false,
      ...access
    } = options;
    this.#client = new RestClient(access);
    // A path that is none is the caller's mistake here, not at the first list.
    this.#client.url(path);
    this.#path = path;
    this.#selectors = { labelSelector, fieldSelector, shardSelector };
    this.#accept = metadataOnly ? METADATA_ONLY : WHOLE_OBJECTS;
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
    const body = await this.#client.read({
      path: this.#path,
      query: withDefaults({ ...this.#selectors }, parameters),
      accept: this.#accept.list,
      signal,
    });
    return parseList<T>(body);
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
    return await this.#client.watch<T>({
      path: this.#path,
      query: withDefaults({ watch: true, ...this.#selectors }, parameters),
      accept: this.#accept.watch,
      signal,
    });
  }
}

/**
 * Lists and watches one resource over HTTP.
 *
 * This module decides what to request; `RestClient` sends it with a credential
 * and interprets the response.
 *
 * @module
 */

import { ListParser } from "./_list_body.ts";
import { requestUrl, withDefaults } from "./_request_url.ts";
import {
  type FetchFunction,
  RestClient,
  type TokenFunction,
} from "./_rest_client.ts";
import {
  DROP_MANAGED_FIELDS,
  dropsManagedFields,
} from "../api/_managed_fields_option.ts";
import {
  eventCreator,
  itemsAhead,
  LAZY_ITEMS,
} from "../api/_lazy_items_option.ts";
import { isPermanentRefusal } from "../api/_permanent_refusal.ts";
import { checkList, uidOf } from "../api/_untrusted.ts";
import { ShardingUnsupportedError } from "../api/sharding_unsupported_error.ts";
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
  /** The API server: `"https://host:6443"`, optionally with a path prefix. */
  server: string | URL;
  /**
   * The path of the resource: `"/api/v1/namespaces/default/pods"`, as
   * `resourcePath` returns it.
   */
  path: string;
  /**
   * The bearer token, or a function that returns it. The function is called for
   * each request, and again with `refused: true` if the server responds 401.
   */
  token?: string | TokenFunction | undefined;
  /** Headers that are sent with each request. */
  headers?: ConstructorParameters<typeof Headers>[0] | undefined;
  /**
   * Sends the requests instead of the runtime's `fetch`, for example with
   * client certificates, or a fake in tests. It must respect `init.signal` and
   * `init.redirect`, and it should use a separate connection for each watch
   * (HTTP/1.1): a shared connection that has died silently is reused for each
   * retry, and the watch never recovers. On Deno, pass
   * `Deno.createHttpClient({ http2: false })` to `fetch`.
   */
  fetch?: FetchFunction | undefined;
  /** Default for calls without a `labelSelector` of their own. */
  labelSelector?: string | undefined;
  /** Default for calls without a `fieldSelector` of their own. */
  fieldSelector?: string | undefined;
  /** Default for calls without a `shardSelector` of their own. */
  shardSelector?: string | undefined;
  /**
   * Whether to request only the metadata of the objects, as
   * `PartialObjectMetadata`.
   *
   * @default {false}
   */
  metadataOnly?: boolean | undefined;
  /**
   * Milliseconds to wait for a response, and during a list for each part of it,
   * before the request fails with a `ConnectionError`. An open watch may be
   * silent indefinitely.
   *
   * @default {60000}
   */
  requestTimeoutMs?: number | undefined;
  /**
   * Whether objects come without `metadata.managedFields`, which is then not
   * parsed. It is often a third of an object, and few programs need it.
   *
   * @default {false}
   */
  dropManagedFields?: boolean | undefined;
  /**
   * Whether the server may compress its responses. `"auto"`: not where it is on
   * this host, since compressing costs more there than it saves, and never the
   * initial events of a watch, which not every runtime can decompress; elsewhere
   * the runtime decides, as its `fetch` does. `"identity"`: never.
   *
   * An informer far away from its server may therefore sync sooner by LIST
   * (`watchList: false`), which is compressed.
   *
   * @default {"auto"}
   */
  compression?: "auto" | "identity" | undefined;
  /**
   * How many bytes one event of a watch may have, after decompression. A longer
   * one errors the stream with a `ResponseTooLargeError`.
   *
   * @default {16777216}
   */
  maxEventBytes?: number | undefined;
  /**
   * How many bytes a list, or a page of one, may have, after decompression. A
   * longer one is a `ResponseTooLargeError`. A runtime may decode less than the
   * default: V8 half of it.
   *
   * @default {1073741824}
   */
  maxListBytes?: number | undefined;
}

/** The `Accept` headers of lists and watches. */
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
 * Lists and watches one resource of an API server over HTTP, like a
 * `ListerWatcher` from client-go's
 * [`cache.NewListWatchFromClient`](https://pkg.go.dev/k8s.io/client-go/tools/cache#NewListWatchFromClient).
 *
 * - An unsuccessful response rejects with a `StatusError`, a missing response
 *   with a `ConnectionError`. Requests are not retried, except once with a new
 *   token after a 401.
 * - Events are decoded only when they are read. A line that is not an event
 *   errors the stream; it is never skipped.
 * - The object of an event is parsed when `event.object` is first read, or
 *   before where the objects of all events before were read;
 *   {@linkcode identityOf} tells whose event it is without that. When the event
 *   is read, its type, its object's metadata and that the line ends as an event
 *   does have been checked; if the object is not valid JSON elsewhere, reading
 *   `event.object` throws a `SyntaxError` that names it. Members of an event
 *   other than `type` and `object` are left out.
 * - A list is parsed item by item while it comes, and is returned when all of it
 *   has been. For an informer, each item is parsed when it is looked at. There,
 *   what is checked of an item is its metadata and that everything is closed in
 *   the end; if it is not valid JSON elsewhere, reading it from the store throws
 *   such an error.
 * - Aborting the signal or cancelling the stream ends the HTTP request.
 * - Redirects are not followed, and errors never contain a credential.
 * - A proxy that holds events back, because it buffers responses, is noticed and
 *   written to the console, once for each host.
 * - There is nothing to dispose of. On Deno it uses its own HTTP client while
 *   requests are in flight, so a dead connection is never reused.
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
  readonly #dropManagedFields: boolean;

  /**
   * Creates a lister-watcher. It sends no request yet.
   *
   * @param options The server, the resource and the credential.
   * @throws {TypeError} If `server` is not an HTTP URL or contains a user or
   *   password, or if `path`, a header or the token is malformed.
   * @throws {RangeError} If `requestTimeoutMs` is negative or NaN, or
   *   `maxEventBytes` or `maxListBytes` is not a positive integer.
   */
  constructor(options: RestListerWatcherOptions) {
    const {
      path,
      labelSelector,
      fieldSelector,
      shardSelector,
      metadataOnly = false,
      dropManagedFields = false,
      ...access
    } = options;
    this.#client = new RestClient(access);
    // Reports a malformed path here rather than at the first request.
    this.#client.url(path);
    this.#path = path;
    this.#selectors = { labelSelector, fieldSelector, shardSelector };
    this.#accept = metadataOnly ? METADATA_ONLY : WHOLE_OBJECTS;
    this.#dropManagedFields = dropManagedFields;
  }

  /**
   * The field selector of the constructor, if any. A call with its own field
   * selector replaces it, and has to include it to keep it.
   */
  get fieldSelector(): string | undefined {
    return this.#selectors.fieldSelector;
  }

  /**
   * What is listed and watched: the path, and the selectors of the constructor
   * as a query. A checkpoint keeps it, to recognize one of another resource.
   */
  get resource(): string {
    return requestUrl(this.#path, this.#selectors);
  }

  /** The shard selector of the constructor, if any. */
  get shardSelector(): string | undefined {
    return this.#selectors.shardSelector;
  }

  /**
   * Returns the UID of the namespace `kube-system`, which identifies a cluster.
   *
   * @param options The signal that aborts the request.
   * @returns The UID; undefined where the server refuses to tell.
   * @throws {StatusError} If the server fails.
   * @throws {ConnectionError} If there is no response, or it is not complete.
   * @throws {ConfigurationError} If the request cannot be sent as it is
   *   configured.
   * @throws The signal's reason if it is aborted.
   */
  async clusterUid(
    options: { signal?: AbortSignal | undefined } = {},
  ): Promise<string | undefined> {
    try {
      const path = "/api/v1/namespaces/kube-system";
      const { signal } = options;
      return uidOf(await this.#client.json({ path, signal }));
    } catch (error) {
      if (error instanceof SyntaxError || isPermanentRefusal(error)) {
        return undefined;
      }
      throw error;
    }
  }

  /**
   * Lists the objects, or one page of them.
   *
   * @param options Which objects to list. Selectors replace those of the
   *   constructor.
   * @returns The list. The `apiVersion` and `kind` that an API server leaves
   *   out of the items are set from the list.
   * @throws {StatusError} If the server refuses.
   * @throws {ConnectionError} If there is no response, or it is not complete.
   * @throws {ResponseTooLargeError} If it is larger than `maxListBytes`.
   * @throws {ShardingUnsupportedError} If a shard was asked for, and the server
   *   does not know shards.
   * @throws {ConfigurationError} If the request cannot be sent as it is
   *   configured.
   * @throws {SyntaxError} If the response is not JSON.
   * @throws {TypeError} If the response is not a list, or the token is
   *   malformed.
   * @throws {Error} If the token function fails, with its error as cause.
   * @throws The signal's reason if it is aborted.
   */
  async list(options: ListOptions = {}): Promise<KubernetesList<T>> {
    const { signal, ...parameters } = options;
    const query = withDefaults({ ...this.#selectors }, parameters);
    const parser = new ListParser<T>({
      dropManagedFields: this.#drops(options),
      ahead: itemsAhead<T>(options),
    });
    const body = await this.#client.read({
      path: this.#path,
      query,
      accept: this.#accept.list,
      signal,
    }, (part) => parser.take(part));
    const list = parser.finish(body);
    if (query.shardSelector && !query.continue) checkShard(list, body.request);
    return list;
  }

  /**
   * Opens a watch.
   *
   * @param options Which objects to watch, and from which version. Selectors
   *   replace those of the constructor.
   * @returns The events. Closes when the server ends the watch; errors with a
   *   `SyntaxError` at a line that is not an event, with the runtime's error if
   *   the connection is lost, and with the signal's reason if it is aborted.
   * @throws {StatusError} If the server refuses.
   * @throws {ConnectionError} If there is no response.
   * @throws {ConfigurationError} If the request cannot be sent as it is
   *   configured.
   * @throws {TypeError} If the token is malformed.
   * @throws {Error} If the token function fails, with its error as cause.
   * @throws The signal's reason if it is aborted.
   */
  async watch(
    options: WatchOptions = {},
  ): Promise<ReadableStream<WatchEvent<T>>> {
    const { signal, ...parameters } = options;
    return await this.#client.watch<T>({
      path: this.#path,
      query: withDefaults({ watch: true, ...this.#selectors }, parameters),
      accept: this.#accept.watch,
      // A kube-apiserver (seen: 1.37.2) sends them as many gzip members. Deno's
      // fetch, and DecompressionStream from Node 24 on, read only the first one:
      // the watch would end with it.
      uncompressed: options.sendInitialEvents === true,
      signal,
      dropManagedFields: this.#drops(options),
      createEvent: eventCreator(options),
    });
  }

  /** Informers ask for items that are parsed when they are looked at. */
  get [LAZY_ITEMS](): object {
    return RestListerWatcher.prototype;
  }

  /** Waits ask for objects without `managedFields`. */
  get [DROP_MANAGED_FIELDS](): true {
    return true;
  }

  #drops(options: object): boolean {
    return this.#dropManagedFields || dropsManagedFields(options);
  }
}

/** A server that does not know shards ignores the selector. */
function checkShard(list: KubernetesList, request: string): void {
  if (checkList(list).shardSelector !== undefined) return;
  throw new ShardingUnsupportedError(
    `The server does not support the shardSelector of ${request}: it returned the objects of all shards; use a server with the feature gate ShardedListAndWatch, or leave shardSelector out`,
  );
}

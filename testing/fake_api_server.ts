/**
 * An in-memory API server for tests, behind one `fetch` function. It behaves
 * the same in-process, where the function is passed to a client, and over HTTP,
 * where the server listens on a port.
 *
 * A request is recorded, fails if a failure is scripted for it, is
 * authenticated, and is then answered by the `Router` in one synchronous step.
 * Open watches subscribe to the store and receive each change.
 *
 * @module
 */

import { StatusError } from "../api/status_error.ts";
import type { Status } from "../api/types.ts";
import { Access } from "./_access.ts";
import type { ApiRequest, WatchRequest } from "./_api_request.ts";
import { CallScript } from "./_call_script.ts";
import { ConnectionReset } from "./_connection_reset.ts";
import { Counter } from "./_counter.ts";
import { Definitions } from "./_definitions.ts";
import { FaultInjector } from "./_fault_injector.ts";
import { FakeStore } from "./_fake_store.ts";
import { HangingRequests } from "./_hanging_requests.ts";
import { listenHttp } from "./_http_listener.ts";
import {
  isJsonPatch,
  type JsonPatchFunction,
  loadJsonPatch,
} from "./_json_patch.ts";
import { mergePatch } from "./_merge_patch.ts";
import { Namespaces } from "./_namespaces.ts";
import type { ObjectAddress } from "./_object_address.ts";
import { Objects } from "./_objects.ts";
import { OpenWatches } from "./_open_watches.ts";
import { asJson, placed, resolveReference } from "./_references.ts";
import { Resources } from "./_resources.ts";
import { jsonResponse, statusOf, statusResponse } from "./_responses.ts";
import { Router } from "./_router.ts";
import { ServerWatch } from "./_server_watch.ts";
import type { ServerState } from "./_server_state.ts";
import { watchBody } from "./_watch_body.ts";
import type { AccessRequest } from "./access_request.ts";
import type { FakeListener, ListenOptions } from "./fake_listener.ts";
import type { Fault } from "./faults.ts";
import type { FakeResource } from "./fake_resource.ts";
import type {
  BodyKind,
  ServerBehaviorOptions,
  WatchExpiry,
  WatchListSupport,
} from "./server_behavior.ts";
import type { ServerFaults } from "./server_faults.ts";
import type { ObjectInput, StoredObject } from "./stored_object.ts";

/** Options for {@linkcode FakeApiServer}. */
export interface FakeApiServerOptions extends ServerBehaviorOptions {
  /** The initial objects; each needs an `apiVersion` and a `kind`. */
  objects?: Iterable<ObjectInput> | undefined;
  /**
   * The resources that the server has. Requests for others are answered with
   * 404. `"built-in"` are those of a kube-apiserver; on such a server, objects
   * can only be created in namespaces that exist, `default` among them.
   *
   * In each case, definitions (CustomResourceDefinitions) add resources.
   *
   * @default {any resource}
   */
  resources?: Iterable<FakeResource> | "built-in" | undefined;
  /**
   * The bearer token that requests must carry, or a function that returns
   * whether a token (`undefined` if there is none) is valid. Other requests are
   * answered with 401.
   *
   * @default {no token required}
   */
  token?: string | ((token: string | undefined) => boolean) | undefined;
  /**
   * The names of users by their tokens. A request with another token is answered
   * with 401; one without a token is `system:anonymous`.
   *
   * @default {no users}
   */
  users?: Readonly<Record<string, string>> | undefined;
  /**
   * Returns whether a request is allowed. Others are answered with 403; a text
   * is the reason, at the end of the message.
   *
   * @default {everything is allowed}
   */
  authorize?: ((request: AccessRequest) => boolean | string) | undefined;
  /**
   * Whether objects can be requested as tables, as `kubectl get` does.
   *
   * @default {true}
   */
  tables?: boolean | undefined;
  /**
   * Whether shard selectors are honored. A server ignores them by default until
   * Kubernetes 1.38.
   *
   * @default {false}
   */
  sharding?: boolean | undefined;
  /**
   * Whether the bodies of watches are byte streams, as with most runtimes'
   * `fetch`, or default streams. Over HTTP, the client's runtime decides.
   *
   * @default {"bytes"}
   */
  watchBodies?: BodyKind | undefined;
  /**
   * The maximum number of bytes in a chunk of a watch's body, to split it at
   * any byte.
   *
   * @default {Infinity}
   */
  chunkSize?: number | undefined;
  /**
   * Time between the bookmarks of a watch that requested them; `Infinity` for
   * no bookmarks.
   *
   * @default {60000}
   */
  bookmarkIntervalMs?: number | undefined;
}

/** A request that the server has received. */
export interface RecordedRequest {
  /** The method, in upper case. */
  readonly method: string;
  /** The path of the URL. */
  readonly path: string;
  /** The query of the URL. */
  readonly query: Readonly<Record<string, string>>;
  /** The headers. */
  readonly headers: Headers;
  /** `Date.now()` when the request arrived. */
  readonly at: number;
}

/** Options for {@linkcode FakeApiServer.failNext}. */
export interface FailOptions {
  /** The response: a Status, or only its code. */
  status?: number | Status | undefined;
  /**
   * The body of the response instead of a Status; `status` is then the
   * response's code.
   */
  body?: string | undefined;
  /** Headers of the response. */
  headers?: ConstructorParameters<typeof Headers>[0] | undefined;
  /** Whether the connection breaks without a response. */
  networkError?: boolean | undefined;
  /** Whether the response, or its body, never arrives. */
  hang?: "answer" | "body" | undefined;
  /**
   * The number of requests that fail; may be `Infinity`.
   *
   * @default {1}
   */
  count?: number | undefined;
  /**
   * Returns whether a request fails.
   *
   * @default {all requests}
   */
  match?: ((request: RecordedRequest) => boolean) | undefined;
}

/**
 * A path, `"/api/v1/namespaces/default/pods/web"`, or an object with
 * `apiVersion`, `kind` and `metadata.name`.
 */
export type ObjectReference = string | ObjectInput;

/**
 * A fake of a kube-apiserver, held to one by a test that sends the same requests
 * to both. `docs/fake_server.md` in the repository lists what it does, and what
 * it does not do.
 *
 * - It supports any resource path, or only what a kube-apiserver has
 *   (`resources`), and what definitions add: GET, LIST, WATCH, POST, PUT, PATCH
 *   (merge and JSON Patch), DELETE, the `status` subresource, discovery, with the
 *   Status objects and messages of a kube-apiserver.
 * - It runs no controllers and does not validate: a Pod is stored as it was sent.
 * - All objects share one sequence of resource versions; a watch from version n
 *   receives exactly the changes after n, until {@linkcode compact} is called.
 * - {@linkcode dropConnections}, {@linkcode endWatches}, {@linkcode stall} and
 *   {@linkcode failNext} simulate the failures of real servers and networks;
 *   {@linkcode faults} are more of them, as plain data.
 * - {@linkcode requests}, {@linkcode watchStarts} and {@linkcode openWatches}
 *   reveal unnecessary requests.
 *
 * To test against the `ListerWatcher` interface instead of HTTP, use
 * `FakeListerWatcher`.
 *
 * @example In-process
 * ```ts
 * import { FakeApiServer } from "@watchtools/kube/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = new FakeApiServer();
 * server.create({
 *   apiVersion: "v1",
 *   kind: "Pod",
 *   metadata: { name: "web", namespace: "default" },
 * });
 * const path = "/api/v1/namespaces/default/pods";
 * const response = await server.fetch(`http://fake${path}`);
 * const { kind, items } = await response.json();
 * assertEquals([kind, items.length], ["PodList", 1]);
 * assertEquals(server.requests[0]?.path, path);
 * ```
 *
 * @example Over HTTP
 * ```ts
 * import { FakeApiServer } from "@watchtools/kube/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = new FakeApiServer({ token: "secret" });
 * await using listener = await server.listen();
 * const response = await fetch(`${listener.url}/api/v1/pods`);
 * assertEquals((await response.json()).message, "Unauthorized");
 * ```
 *
 * @example A resource that is defined, and a user who may not delete
 * ```ts
 * import { Cluster } from "@watchtools/kube/cluster";
 * import { FakeApiServer } from "@watchtools/kube/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = new FakeApiServer({
 *   resources: "built-in",
 *   authorize: ({ verb }) => verb !== "delete",
 * });
 * server.create({
 *   apiVersion: "apiextensions.k8s.io/v1",
 *   kind: "CustomResourceDefinition",
 *   metadata: { name: "widgets.example.com" },
 *   spec: {
 *     group: "example.com",
 *     scope: "Namespaced",
 *     names: { plural: "widgets", kind: "Widget" },
 *     versions: [{ name: "v1", served: true, storage: true }],
 *   },
 * });
 * await using listener = await server.listen();
 * await using cluster = Cluster.fromDefault({ server: listener.url });
 * const widgets = await cluster.listerWatcher({
 *   apiVersion: "example.com/v1",
 *   kind: "Widget",
 * });
 * assertEquals((await widgets.list({})).kind, "WidgetList");
 * const url = "http://fake/apis/example.com/v1/namespaces/default/widgets/a";
 * assertEquals((await server.fetch(url, { method: "DELETE" })).status, 403);
 * ```
 */
export class FakeApiServer implements AsyncDisposable {
  /** How the server treats `sendInitialEvents`; may be changed at any time. */
  watchList: WatchListSupport;
  /**
   * How the server reports an expired resource version to a watch; may be
   * changed at any time.
   */
  expiry: WatchExpiry;
  /**
   * Whether the server honors `limit` at resource version `"0"`; may be changed
   * at any time.
   */
  limitAtZero: boolean;
  /** Whether objects can be requested as tables; may be changed at any time. */
  tables: boolean;
  /** Whether shard selectors are honored; may be changed at any time. */
  sharding: boolean;
  /**
   * Answers a request, like the global `fetch`. It is bound to the server and
   * can be passed on as a function.
   *
   * @param input The URL, or a request. The host is ignored.
   * @param init The method, headers, body and signal.
   * @returns The response.
   */
  readonly fetch: (
    input: string | URL | Request,
    init?: RequestInit,
  ) => Promise<Response>;

  /** What goes wrong: faults as data, one by one or by a schedule. */
  readonly faults: ServerFaults;

  readonly #store: FakeStore<StoredObject>;
  readonly #objects: Objects;
  readonly #resources: Resources;
  readonly #definitions: Definitions;
  readonly #router: Router;
  readonly #access: Access;
  readonly #body: { readonly kind: BodyKind; readonly chunkSize: number };
  readonly #bookmarkIntervalMs: number;
  readonly #script = new CallScript<FailOptions, RecordedRequest>();
  readonly #watchStarts = new Counter();
  readonly #open = new OpenWatches();
  readonly #hanging = new HangingRequests();
  readonly #faults: FaultInjector;
  readonly #listeners = new Set<FakeListener>();
  #epoch = 0;
  #jsonPatch: JsonPatchFunction | undefined;
  #disposed = false;

  /**
   * Creates a server.
   *
   * @param options The initial objects and the behavior of the server.
   * @throws {TypeError} If an object has no `apiVersion`, `kind` or name, or if
   *   `resourceVersion` is not a positive integer.
   * @throws {RangeError} If `chunkSize` or `bookmarkIntervalMs` is not
   *   positive.
   */
  constructor(options: FakeApiServerOptions = {}) {
    const {
      objects = [],
      resources,
      tables = true,
      sharding = false,
      watchBodies = "bytes",
      chunkSize = Infinity,
      bookmarkIntervalMs = 60_000,
      watchList = "supported",
      expiry = "event",
      limitAtZero = false,
      resourceVersion = "1",
    } = options;
    checkPositive({ chunkSize, bookmarkIntervalMs });
    this.watchList = watchList;
    this.expiry = expiry;
    this.limitAtZero = limitAtZero;
    this.tables = tables;
    this.sharding = sharding;
    this.#body = { kind: watchBodies, chunkSize };
    this.#bookmarkIntervalMs = bookmarkIntervalMs;
    this.#access = new Access(options);
    this.#resources = new Resources(resources);
    this.#store = new FakeStore(resourceVersion);
    this.#objects = new Objects(this.#store);
    const isComplete = resources === "built-in";
    this.#router = new Router(this.#state(isComplete));
    this.#store.subscribe((change) => this.#open.changed(change));
    this.#definitions = new Definitions({
      store: this.#store,
      objects: this.#objects,
      resources: this.#resources,
      endWatches: (key) => this.#open.endOf(key),
    });
    this.#faults = new FaultInjector({
      body: this.#body,
      revision: () => this.#store.revision,
      compacted: () => this.#store.compacted,
      compact: () => this.compact(),
      expireContinue: () => this.expireContinue(),
      restore: (revision) => this.restore(String(revision)),
    });
    this.faults = this.#faults;
    this.fetch = (input, init) => this.#fetch(input, init);
    for (const object of objects) this.create(object);
  }

  /** What the router answers from, with the current behavior. */
  #state(isComplete: boolean): ServerState {
    const store = this.#store;
    const objects = this.#objects;
    const resources = this.#resources;
    const namespaces = new Namespaces(store, objects, resources, isComplete);
    if (isComplete) namespaces.createInitial();
    const behavior = {
      limitAtZero: () => this.limitAtZero,
      epoch: () => this.#epoch,
      tables: () => this.tables,
      sharding: () => this.sharding,
      jsonPatch: () => this.#jsonPatch,
    };
    return {
      store,
      objects,
      resources,
      namespaces,
      get limitAtZero() {
        return behavior.limitAtZero();
      },
      get epoch() {
        return behavior.epoch();
      },
      get tables() {
        return behavior.tables();
      },
      get sharding() {
        return behavior.sharding();
      },
      get jsonPatch() {
        return behavior.jsonPatch();
      },
    };
  }

  /** The resource version of the last change. */
  get resourceVersion(): string {
    return String(this.#store.revision);
  }

  /** The requests received so far, oldest first. */
  get requests(): readonly RecordedRequest[] {
    return this.#script.calls;
  }

  /** The number of watches started so far, without those that failed. */
  get watchStarts(): number {
    return this.#watchStarts.count;
  }

  /**
   * The number of open watches: ended neither by the server nor by the client.
   */
  get openWatches(): number {
    return this.#open.size;
  }

  /**
   * Also serves over HTTP, until the listener or the server is disposed.
   *
   * @param options Where to listen.
   * @returns The listener, with its port and URL.
   * @throws {Error} If the port is not available, or the server has been
   *   disposed.
   */
  async listen(options: ListenOptions = {}): Promise<FakeListener> {
    const listener = await listenHttp(this.fetch, options);
    if (this.#disposed) {
      await listener[Symbol.asyncDispose]();
      throw new Error("Cannot listen: the fake API server has been disposed");
    }
    this.#listeners.add(listener);
    return listener;
  }

  /** Breaks all connections and closes all listeners. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    this.#faults.dispose();
    this.dropConnections();
    for (const listener of this.#listeners) {
      await listener[Symbol.asyncDispose]();
    }
    this.#listeners.clear();
  }

  /**
   * Returns an object as it is stored.
   *
   * @param reference The path of the object, or an object of the same kind and
   *   name.
   * @returns A copy of the object; `undefined` if it does not exist.
   */
  get(reference: ObjectReference): StoredObject | undefined {
    const object = this.#objects.find(this.#address(reference));
    return object === undefined ? undefined : structuredClone(object);
  }

  /**
   * Creates an object, including its status.
   *
   * @param object The object, with an `apiVersion`, a `kind` and a name.
   * @returns A copy of the stored object.
   * @throws {StatusError} With code 409 if the object already exists.
   * @throws {TypeError} If the object has no `apiVersion`, `kind` or name.
   */
  create(object: ObjectInput): StoredObject {
    const address = this.#address(object);
    const stored = this.#objects.create(address, placed(object, address));
    return structuredClone(stored);
  }

  /**
   * Replaces an object, including its status.
   *
   * @param object The object, with an `apiVersion`, a `kind` and a name. If it
   *   has a resource version, that must be the current one.
   * @returns A copy of the stored object.
   * @throws {StatusError} With code 404 if the object does not exist, or code
   *   409 if its resource version is outdated.
   * @throws {TypeError} If the object has no `apiVersion`, `kind` or name.
   */
  update(object: ObjectInput): StoredObject {
    const address = this.#address(object);
    const stored = this.#objects.update(address, placed(object, address));
    return structuredClone(stored);
  }

  /**
   * Creates an object, or replaces it if it exists, including its status.
   *
   * @param object The object, with an `apiVersion`, a `kind` and a name.
   * @returns A copy of the stored object.
   * @throws {StatusError} With code 409 if its resource version is outdated.
   * @throws {TypeError} If the object has no `apiVersion`, `kind` or name.
   */
  apply(object: ObjectInput): StoredObject {
    const there = this.#objects.find(this.#address(object)) !== undefined;
    return there ? this.update(object) : this.create(object);
  }

  /**
   * Merges a patch (RFC 7396) into an object, including its status.
   *
   * @param reference The path of the object, or an object of the same kind and
   *   name.
   * @param patch The fields to change; null removes a field.
   * @returns A copy of the stored object.
   * @throws {StatusError} With code 404 if the object does not exist.
   *
   * @example Update a status like a controller
   * ```ts
   * import { FakeApiServer } from "@watchtools/kube/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = new FakeApiServer();
   * const web = server.create({
   *   apiVersion: "apps/v1",
   *   kind: "Deployment",
   *   metadata: { name: "web", namespace: "default" },
   *   spec: { replicas: 1 },
   * });
   * const { status } = server.patch(web, { status: { replicas: 1 } });
   * assertEquals(status, { replicas: 1 });
   * ```
   */
  patch(reference: ObjectReference, patch: object): StoredObject {
    const address = this.#address(reference);
    const patched = mergePatch(this.#objects.get(address), asJson(patch));
    return structuredClone(this.#objects.update(address, asJson(patched)));
  }

  /**
   * Deletes an object. If it has finalizers, it is only marked for deletion.
   *
   * @param reference The path of the object, or an object of the same kind and
   *   name.
   * @returns A copy of the deleted or marked object.
   * @throws {StatusError} With code 404 if the object does not exist.
   */
  delete(reference: ObjectReference): StoredObject {
    const { object } = this.#objects.delete(this.#address(reference));
    return structuredClone(object);
  }

  /**
   * Advances the resource version without a change, as writes to other
   * resources do on a real server.
   *
   * @param by By how much.
   * @returns The new resource version.
   * @throws {RangeError} If `by` is not a positive integer.
   */
  advance(by = 1): string {
    return this.#store.advance(by);
  }

  /**
   * Discards the history: watches from a version before the current one are
   * answered with 410, as are `continue` tokens of earlier lists. Open watches
   * continue. To let the current version expire as well, call
   * {@linkcode advance} first.
   */
  compact(): void {
    this.#store.compact();
  }

  /**
   * Restores the server from a backup: it is as it was at an earlier resource
   * version, and counts on from there. Its connections break, and its
   * `continue` tokens expire.
   *
   * @param resourceVersion The version of the backup, such as a former
   *   {@linkcode FakeApiServer.resourceVersion}.
   * @throws {RangeError} If the version has not been reached yet, or the
   *   history since then has been discarded by {@linkcode compact}.
   *
   * @example Back to the state of a backup
   * ```ts
   * import { FakeApiServer } from "@watchtools/kube/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = new FakeApiServer();
   * const backup = server.resourceVersion;
   * server.create({ apiVersion: "v1", kind: "Node", metadata: { name: "one" } });
   * server.restore(backup);
   * assertEquals(server.get("/api/v1/nodes/one"), undefined);
   * assertEquals(server.resourceVersion, backup);
   * ```
   */
  restore(resourceVersion: string): void {
    this.#store.restore(BigInt(resourceVersion));
    this.#definitions.restored();
    this.expireContinue();
    this.dropConnections();
  }

  /** Lets all `continue` tokens issued so far expire (410). */
  expireContinue(): void {
    this.#epoch++;
  }

  /** Sends a bookmark to the open watches that requested bookmarks. */
  bookmark(): void {
    for (const watch of this.#open) watch.bookmark();
  }

  /**
   * Sends an ERROR event to the open watches and ends them, as servers do.
   *
   * @param status The object of the event: a Status, or only its code.
   */
  sendError(status: number | Status): void {
    const object = statusOf(status);
    for (const watch of this.#open) {
      watch.send({ type: "ERROR", object });
      watch.end();
    }
  }

  /**
   * Sends raw bytes to the open watches, for example an invalid or an
   * incomplete event.
   *
   * @param raw The bytes, or a text to encode as UTF-8.
   */
  sendRaw(raw: string | Uint8Array): void {
    const bytes = typeof raw === "string"
      ? new TextEncoder().encode(raw)
      : raw.slice();
    for (const watch of this.#open) watch.sendRaw(bytes);
  }

  /**
   * Breaks the connections of all open watches and hanging requests:
   * in-process, the body errors; over HTTP, the socket is destroyed. Data that
   * the client has not read yet is lost.
   *
   * @example A wait that survives a lost connection
   * ```ts
   * import { RestListerWatcher, until } from "@watchtools/kube";
   * import { FakeApiServer } from "@watchtools/kube/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = new FakeApiServer();
   * const nodes = new RestListerWatcher({
   *   server: "http://fake",
   *   path: "/api/v1/nodes",
   *   fetch: server.fetch,
   * });
   * const done = until("1", nodes, ({ type }) => type === "ADDED", {
   *   minRestartDelayMs: 0,
   * });
   * await server.watchStarted(1);
   * server.dropConnections();
   * server.create({ apiVersion: "v1", kind: "Node", metadata: { name: "one" } });
   * await done;
   * assertEquals(server.watchStarts, 2);
   * ```
   */
  dropConnections(): void {
    for (const watch of this.#open) watch.break(new ConnectionReset());
    this.#hanging.drop(new ConnectionReset());
    this.#faults.drop();
  }

  /** Ends all open watches cleanly, after the events sent so far. */
  endWatches(): void {
    for (const watch of this.#open) watch.end();
  }

  /**
   * Makes the open watches go silent: they stay open but deliver nothing more
   * until {@linkcode dropConnections} or {@linkcode endWatches} is called.
   */
  stall(): void {
    for (const watch of this.#open) watch.stall();
  }

  /**
   * Makes future requests fail.
   *
   * @param options How requests fail, which ones, and how many.
   * @throws {RangeError} If `count` is negative or NaN.
   *
   * @example A proxy that answers with HTML, and a connection that breaks
   * ```ts
   * import { FakeApiServer } from "@watchtools/kube/testing";
   * import { assertEquals, assertRejects } from "@std/assert";
   *
   * await using server = new FakeApiServer();
   * server.failNext({ status: 502, body: "<h1>Bad Gateway</h1>" });
   * server.failNext({
   *   networkError: true,
   *   match: ({ query }) => query.watch === "1",
   * });
   * const pods = "http://fake/api/v1/pods";
   * assertEquals((await server.fetch(pods)).status, 502);
   * await assertRejects(() => server.fetch(`${pods}?watch=1`), TypeError);
   * ```
   */
  failNext(options: FailOptions): void {
    const { count = 1, match } = options;
    this.#script.add(options, count, match);
  }

  /**
   * Waits until a number of requests have been received in total.
   *
   * @param count The total number.
   */
  async requested(count: number): Promise<void> {
    await this.#script.reached(count);
  }

  /**
   * Waits until a number of watches have been started in total.
   *
   * @param count The total number.
   */
  async watchStarted(count: number): Promise<void> {
    await this.#watchStarts.reached(count);
  }

  /**
   * Waits until no watch is open. Over HTTP, the server notices only after a
   * moment that a client has disconnected.
   */
  async watchesClosed(): Promise<void> {
    await this.#open.allClosed();
  }

  async #fetch(
    input: string | URL | Request,
    init: RequestInit = {},
  ): Promise<Response> {
    const request = new Request(input, { ...init, signal: null });
    const signal = init.signal ??
      (input instanceof Request ? input.signal : undefined);
    signal?.throwIfAborted();
    const body = request.body === null ? "" : await request.text();
    signal?.throwIfAborted();
    if (this.#disposed) throw new ConnectionReset();
    const { method, url, headers } = request;
    const target = new URL(url);
    const { pathname: path, searchParams: query } = target;
    const failing = this.#script.called({
      method,
      path,
      query: Object.fromEntries(query),
      headers,
      at: Date.now(),
    });
    if (failing !== undefined) return this.#fail(failing, signal);
    if (isJsonPatch(headers.get("content-type"))) {
      this.#jsonPatch ??= await loadJsonPatch();
    }
    return await this.#faults.answer(
      { method, url: target, headers },
      signal,
      (query, fault) =>
        this.#answer({ method, path, query, headers, body }, signal, fault),
    );
  }

  #answer(
    request: ApiRequest,
    signal: AbortSignal | undefined,
    fault: Fault | undefined,
  ): Response {
    try {
      this.#access.check(request);
      return this.#respond(request, signal, fault);
    } catch (error) {
      if (error instanceof StatusError) return statusResponse(error.status);
      throw error;
    }
  }

  #respond(
    request: ApiRequest,
    signal: AbortSignal | undefined,
    fault: Fault | undefined,
  ): Response {
    const answer = this.#router.answer(request);
    switch (answer.type) {
      case "json":
        return jsonResponse(answer);
      case "text":
        return new Response(answer.body, {
          status: answer.status,
          headers: { "content-type": "text/plain; charset=utf-8" },
        });
      case "watch":
        return this.#respondWatch(answer.request, {
          signal,
          fault,
          about: request,
        });
    }
  }

  #respondWatch(
    request: WatchRequest,
    { signal, fault, about }: {
      signal: AbortSignal | undefined;
      fault: Fault | undefined;
      about: ApiRequest;
    },
  ): Response {
    const watch = new ServerWatch({
      store: this.#store,
      request,
      watchList: this.watchList,
      expiry: this.expiry,
      bookmarkIntervalMs: this.#bookmarkIntervalMs,
      onClosed: (closed) => this.#open.delete(closed),
    });
    watch.begin();
    if (!watch.closed) this.#open.add(watch);
    this.#watchStarts.increment();
    const flow = this.#faults.flow({
      request: { ...about, verb: "watch" },
      next: () => watch.next(),
      onStall: () => watch.stall(),
      onCut: () => watch.close(),
      fail: (object) => {
        watch.send({ type: "ERROR", object });
        watch.end();
      },
    }, fault);
    const body = watchBody({
      ...this.#body,
      next: () => flow.next(),
      onClosed: () => {
        this.#faults.closed(flow);
        watch.close();
      },
      signal,
    });
    const headers = { "content-type": "application/json" };
    return new Response(body, { headers });
  }

  async #fail(
    options: FailOptions,
    signal: AbortSignal | undefined,
  ): Promise<Response> {
    const { networkError = false, hang, status = 500, body, headers = {} } =
      options;
    if (networkError) throw new ConnectionReset();
    if (hang === "answer") return await this.#hanging.answer(signal);
    if (hang === "body") {
      return new Response(this.#hanging.body(signal), { headers });
    }
    if (body === undefined) return statusResponse(statusOf(status), headers);
    const code = typeof status === "number" ? status : status.code ?? 500;
    return new Response(body, { status: code, headers });
  }

  #address(reference: ObjectReference): ObjectAddress {
    return resolveReference(this.#resources, reference);
  }
}

function checkPositive(values: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (value > 0) continue;
    throw new RangeError(
      `Cannot create a fake API server with ${name} ${value}: it must be positive`,
    );
  }
}

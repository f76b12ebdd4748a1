/**
 * An API server for tests, in memory, behind one `fetch` function: in-process
 * where that is handed to a client, over HTTP where it listens on a port, the
 * same in both.
 *
 * A request is recorded, fails if it was scripted to, must carry the token,
 * and is then answered by the `Router` in one synchronous step. Open
 * watches hang on the store and are told of each change.
 *
 * @module
 */

import { StatusError } from "../api/status_error.ts";
import type { Status } from "../api/types.ts";
import { CallScript } from "./_call_script.ts";
import { ConnectionReset } from "./_connection_reset.ts";
import { Counter } from "./_counter.ts";
import { FakeStore } from "./_fake_store.ts";
import { HangingRequests } from "./_hanging_requests.ts";
import { listenHttp } from "./_http_listener.ts";
import { mergePatch } from "./_merge_patch.ts";
import { type ObjectAddress, Objects } from "./_objects.ts";
import { asJson, placed, resolveReference } from "./_references.ts";
import { Resources } from "./_resources.ts";
import { statusOf, statusResponse } from "./_responses.ts";
import { type Answer, Router, type WatchRequest } from "./_router.ts";
import { ServerWatch } from "./_server_watch.ts";
import { unauthorized } from "./_statuses.ts";
import { watchBody } from "./_watch_body.ts";
import type { FakeListener, ListenOptions } from "./fake_listener.ts";
import type { FakeResource } from "./fake_resource.ts";
import type {
  BodyKind,
  ServerBehaviorOptions,
  WatchExpiry,
  WatchListSupport,
} from "./server_behavior.ts";
import type { ObjectInput, StoredObject } from "./stored_object.ts";

/** What a {@linkcode FakeApiServer} starts as. */
export interface FakeApiServerOptions extends ServerBehaviorOptions {
  /** Objects that are there from the start; they need `apiVersion` and `kind`. */
  objects?: Iterable<ObjectInput> | undefined;
  /**
   * The resources that there are; any other is answered 404.
   *
   * @default {any resource}
   */
  resources?: Iterable<FakeResource> | undefined;
  /**
   * The bearer token that requests must carry, or what tells whether one is
   * right (`undefined` where there is none); others are answered 401.
   *
   * @default {none is needed}
   */
  token?: string | ((token: string | undefined) => boolean) | undefined;
  /**
   * Whether the bodies of watches are byte streams, as those of most runtimes'
   * `fetch`, or ordinary ones. Over HTTP, the client's runtime decides.
   *
   * @default {"bytes"}
   */
  watchBodies?: BodyKind | undefined;
  /**
   * Most bytes in one piece of a watch's body, to cut it anywhere.
   *
   * @default {Infinity}
   */
  chunkSize?: number | undefined;
  /**
   * Time between the bookmarks of a watch that asked for them; `Infinity` for
   * none.
   *
   * @default {60000}
   */
  bookmarkIntervalMs?: number | undefined;
}

/** A request, as it came. */
export interface RecordedRequest {
  /** The method, in capitals. */
  readonly method: string;
  /** The path of the URL. */
  readonly path: string;
  /** The query of the URL. */
  readonly query: Readonly<Record<string, string>>;
  /** The headers. */
  readonly headers: Headers;
  /** `Date.now()` when it came. */
  readonly at: number;
}

/** How requests to come fail. */
export interface FailOptions {
  /** The answer: a Status, or the code of one. */
  status?: number | Status | undefined;
  /** The text of the answer instead of a Status; with `status` as its code. */
  body?: string | undefined;
  /** Headers of the answer. */
  headers?: HeadersInit | undefined;
  /** Whether there is no answer at all: the connection breaks. */
  networkError?: boolean | undefined;
  /** Whether the answer, or its body, never comes. */
  hang?: "answer" | "body" | undefined;
  /**
   * How many requests fail; `Infinity` is allowed.
   *
   * @default {1}
   */
  count?: number | undefined;
  /**
   * Which requests fail.
   *
   * @default {all}
   */
  match?: ((request: RecordedRequest) => boolean) | undefined;
}

/**
 * A path, `"/api/v1/namespaces/default/pods/web"`, or an object with
 * `apiVersion`, `kind` and `metadata.name`.
 */
export type ObjectReference = string | ObjectInput;

/**
 * A fake of a kube-apiserver.
 *
 * - Any resource path: GET, LIST, WATCH, POST, PUT, PATCH (merge), DELETE, and
 *   the `status` subresource, with the Status objects and messages of a
 *   kube-apiserver.
 * - One resource version for everything; a watch from version n sees exactly
 *   what came after n, until {@linkcode compact}.
 * - {@linkcode dropConnections}, {@linkcode endWatches}, {@linkcode stall} and
 *   {@linkcode failNext} make go wrong what goes wrong in the field.
 * - {@linkcode requests}, {@linkcode watchStarts} and {@linkcode openWatches}
 *   show requests that should not have been.
 *
 * To test against an interface instead of HTTP, use `FakeListerWatcher`.
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
 */
export class FakeApiServer implements AsyncDisposable {
  /** What is done with `sendInitialEvents`; may be changed at any time. */
  watchList: WatchListSupport;
  /** How a watch is told that its version expired; may be changed. */
  expiry: WatchExpiry;
  /** Whether `limit` counts at resource version `"0"`; may be changed. */
  limitAtZero: boolean;
  /**
   * Answers a request, as the global `fetch` would. It can be passed on as it
   * is.
   *
   * @param input The URL, or a request; only its path and query count.
   * @param init Method, headers, body and signal.
   * @returns The answer.
   */
  readonly fetch: (
    input: string | URL | Request,
    init?: RequestInit,
  ) => Promise<Response>;

  readonly #store: FakeStore<StoredObject>;
  readonly #objects: Objects;
  readonly #resources: Resources;
  readonly #router: Router;
  readonly #authorized: (token: string | undefined) => boolean;
  readonly #body: { readonly kind: BodyKind; readonly chunkSize: number };
  readonly #bookmarkIntervalMs: number;
  readonly #script = new CallScript<FailOptions, RecordedRequest>();
  readonly #watchStarts = new Counter();
  readonly #open = new Set<ServerWatch>();
  readonly #whenClosed: (() => void)[] = [];
  readonly #hanging = new HangingRequests();
  readonly #listeners = new Set<FakeListener>();
  #epoch = 0;
  #disposed = false;

  /**
   * Makes a server.
   *
   * @param options What it starts as.
   * @throws {TypeError} If one of the objects has no `apiVersion`, `kind` or
   *   name.
   * @throws {RangeError} If `chunkSize` or `bookmarkIntervalMs` is not
   *   positive.
   */
  constructor(options: FakeApiServerOptions = {}) {
    const {
      objects = [],
      resources,
      token,
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
    this.#body = { kind: watchBodies, chunkSize };
    this.#bookmarkIntervalMs = bookmarkIntervalMs;
    this.#authorized = typeof token === "function"
      ? token
      : (given) => token === undefined || given === token;
    this.#resources = new Resources(resources);
    this.#store = new FakeStore(resourceVersion);
    this.#objects = new Objects(this.#store);
    this.#router = new Router(this.#store, this.#resources, () => ({
      limitAtZero: this.limitAtZero,
      epoch: this.#epoch,
    }));
    this.#store.subscribe((change) => {
      for (const watch of this.#open) watch.changed(change);
    });
    this.fetch = (input, init) => this.#fetch(input, init);
    for (const object of objects) this.create(object);
  }

  /** The resource version of the last change. */
  get resourceVersion(): string {
    return String(this.#store.revision);
  }

  /** The requests so far, oldest first. */
  get requests(): readonly RecordedRequest[] {
    return this.#script.calls;
  }

  /** How many watches were started so far, those that failed left out. */
  get watchStarts(): number {
    return this.#watchStarts.count;
  }

  /** How many watches are open: neither ended here nor given up there. */
  get openWatches(): number {
    return this.#open.size;
  }

  /**
   * Serves over HTTP as well, until the listener or the server is disposed of.
   *
   * @param options Where to listen.
   * @returns The open port and its URL.
   * @throws {Error} If the port cannot be had, or the server is disposed of.
   */
  async listen(options: ListenOptions = {}): Promise<FakeListener> {
    const listener = await listenHttp(this.fetch, options);
    if (this.#disposed) {
      await listener[Symbol.asyncDispose]();
      throw new Error("Cannot listen: the fake API server is disposed of");
    }
    this.#listeners.add(listener);
    return listener;
  }

  /** Breaks all connections and closes all ports; nothing is left behind. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    this.dropConnections();
    for (const listener of this.#listeners) {
      await listener[Symbol.asyncDispose]();
    }
    this.#listeners.clear();
  }

  /**
   * Gives an object as it is stored.
   *
   * @param reference Its path, or an object of that kind and name.
   * @returns A copy of it, or undefined where it is not.
   */
  get(reference: ObjectReference): StoredObject | undefined {
    const object = this.#objects.find(this.#address(reference));
    return object === undefined ? undefined : structuredClone(object);
  }

  /**
   * Creates an object, its status included.
   *
   * @param object The object, with `apiVersion`, `kind` and name.
   * @returns A copy of what is stored now.
   * @throws {StatusError} 409 if it is there.
   * @throws {TypeError} If it has no `apiVersion`, `kind` or name.
   */
  create(object: ObjectInput): StoredObject {
    const address = this.#address(object);
    const stored = this.#objects.create(address, placed(object, address));
    return structuredClone(stored);
  }

  /**
   * Replaces an object, its status included.
   *
   * @param object The object, with `apiVersion`, `kind` and name. Its resource
   *   version, if any, must be the current one.
   * @returns A copy of what is stored now.
   * @throws {StatusError} 404 if it is not there, 409 if its version is old.
   * @throws {TypeError} If it has no `apiVersion`, `kind` or name.
   */
  update(object: ObjectInput): StoredObject {
    const address = this.#address(object);
    const stored = this.#objects.update(address, placed(object, address));
    return structuredClone(stored);
  }

  /**
   * Creates an object or, where it is there, replaces it, its status included.
   *
   * @param object The object, with `apiVersion`, `kind` and name.
   * @returns A copy of what is stored now.
   * @throws {StatusError} 409 if it has a version that is old.
   * @throws {TypeError} If it has no `apiVersion`, `kind` or name.
   */
  apply(object: ObjectInput): StoredObject {
    const there = this.#objects.find(this.#address(object)) !== undefined;
    return there ? this.update(object) : this.create(object);
  }

  /**
   * Merges a patch (RFC 7396) into an object, its status included.
   *
   * @param reference Its path, or an object of that kind and name.
   * @param patch What is to change: null removes.
   * @returns A copy of what is stored now.
   * @throws {StatusError} 404 if it is not there.
   *
   * @example A controller that reports
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
   * Deletes an object; one with finalizers is only marked.
   *
   * @param reference Its path, or an object of that kind and name.
   * @returns A copy of the object as it was deleted or marked.
   * @throws {StatusError} 404 if it is not there.
   */
  delete(reference: ObjectReference): StoredObject {
    const { object } = this.#objects.delete(this.#address(reference));
    return structuredClone(object);
  }

  /**
   * Moves the resource version on without a change, as happens on a server all
   * the time.
   *
   * @param by How far.
   * @returns The new resource version.
   * @throws {RangeError} If that is not a positive integer.
   */
  advance(by = 1): string {
    return this.#store.advance(by);
  }

  /**
   * Forgets the history: a watch from a version before the current one is
   * answered 410, and so is the next page of a list from before. Open watches
   * go on. To have the current version expire as well, {@linkcode advance}
   * first.
   */
  compact(): void {
    this.#store.compact();
  }

  /** Has every `continue` token given so far expire (410). */
  expireContinue(): void {
    this.#epoch++;
  }

  /** Sends a bookmark to the open watches that asked for bookmarks. */
  bookmark(): void {
    for (const watch of this.#open) watch.bookmark();
  }

  /**
   * Sends an ERROR event to the open watches, and ends them, as servers do.
   *
   * @param status Its object: a Status, or the code of one.
   */
  sendError(status: number | Status): void {
    const object = statusOf(status);
    for (const watch of this.#open) {
      watch.send({ type: "ERROR", object });
      watch.end();
    }
  }

  /**
   * Sends bytes to the open watches as they are: lines that are no events,
   * say, or half of one.
   *
   * @param raw The bytes, or their text.
   */
  sendRaw(raw: string | Uint8Array): void {
    const bytes = typeof raw === "string"
      ? new TextEncoder().encode(raw)
      : raw.slice();
    for (const watch of this.#open) watch.sendRaw(bytes);
  }

  /**
   * Breaks the connections of all open watches, and of requests that hang:
   * in-process the body errors, over HTTP the socket is destroyed. What a
   * client had not read yet is lost.
   *
   * @example A wait that survives it
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
  }

  /** Ends all open watches cleanly, after what was sent before. */
  endWatches(): void {
    for (const watch of this.#open) watch.end();
  }

  /**
   * Has the open watches go silent: they stay open and deliver nothing more,
   * until {@linkcode dropConnections} or {@linkcode endWatches}.
   */
  stall(): void {
    for (const watch of this.#open) watch.stall();
  }

  /**
   * Has requests to come fail.
   *
   * @param options How, which, and how many.
   * @throws {RangeError} If that number is negative or NaN.
   *
   * @example A proxy that talks HTML, and a connection that breaks
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
   * Waits until so many requests have come in all.
   *
   * @param count How many.
   */
  async requested(count: number): Promise<void> {
    await this.#script.reached(count);
  }

  /**
   * Waits until so many watches have been started in all.
   *
   * @param count How many.
   */
  async watchStarted(count: number): Promise<void> {
    await this.#watchStarts.reached(count);
  }

  /**
   * Waits until no watch is open. Over HTTP it takes a moment until the server
   * knows that a client has gone.
   */
  async watchesClosed(): Promise<void> {
    if (this.#open.size === 0) return;
    await new Promise<void>((resolve) => this.#whenClosed.push(resolve));
  }

  #closed(watch: ServerWatch): void {
    this.#open.delete(watch);
    if (this.#open.size > 0) return;
    for (const resolve of this.#whenClosed.splice(0)) resolve();
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
    const { pathname: path, searchParams: query } = new URL(url);
    const failing = this.#script.called({
      method,
      path,
      query: Object.fromEntries(query),
      headers,
      at: Date.now(),
    });
    if (failing !== undefined) return this.#fail(failing, signal);
    try {
      if (!this.#authorized(bearerToken(headers))) throw unauthorized();
      const answer = this.#router.answer({
        method,
        path,
        query,
        headers,
        body,
      });
      return this.#respond(answer, signal);
    } catch (error) {
      if (error instanceof StatusError) return statusResponse(error.status);
      throw error;
    }
  }

  #respond(answer: Answer, signal: AbortSignal | undefined): Response {
    switch (answer.type) {
      case "json":
        return Response.json(answer.body, { status: answer.status });
      case "text":
        return new Response(answer.body, { status: answer.status });
      case "watch":
        return this.#respondWatch(answer.request, signal);
    }
  }

  #respondWatch(
    request: WatchRequest,
    signal: AbortSignal | undefined,
  ): Response {
    const watch = new ServerWatch({
      store: this.#store,
      request,
      watchList: this.watchList,
      expiry: this.expiry,
      bookmarkIntervalMs: this.#bookmarkIntervalMs,
      onClosed: (closed) => this.#closed(closed),
    });
    watch.begin();
    if (!watch.closed) this.#open.add(watch);
    this.#watchStarts.increment();
    const body = watchBody({
      ...this.#body,
      next: () => watch.next(),
      onClosed: () => watch.close(),
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

function bearerToken(headers: Headers): string | undefined {
  return /^Bearer (.+)$/i.exec(headers.get("authorization") ?? "")?.[1];
}

function checkPositive(values: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (value > 0) continue;
    throw new RangeError(
      `Cannot start with ${name} ${value}: it must be positive`,
    );
  }
}

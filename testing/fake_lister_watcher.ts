/**
 * A `ListerWatcher` for tests: no server, no I/O, no timers. It keeps resource
 * versions as a server does, so that an event which the tested code loses, or
 * asks for twice, shows; and whatever can go wrong can be made to.
 *
 * One `FakeStore` holds the state. A watch is a queue of what it has
 * still to send: changes as they happen, and what the test sends itself. A
 * call takes the next scripted behaviour, if there is one, before anything
 * else.
 *
 * @module
 */

import { metaNamespaceKey } from "../api/meta_namespace_key.ts";
import { StatusError } from "../api/status_error.ts";
import type {
  KubernetesList,
  KubernetesObject,
  ListerWatcher,
  ListOptions,
  Status,
  WatchEvent,
  WatchOptions,
} from "../api/types.ts";
import { CallScript } from "./_call_script.ts";
import { FakeStore } from "./_fake_store.ts";
import { listPage } from "./_list.ts";
import {
  type Failure,
  hangingCall,
  perform,
  type ScriptedCall,
} from "./_scripted_call.ts";
import { type CloseAfter, ScriptedWatch } from "./_scripted_watch.ts";
import { select, type Selection } from "./_selection.ts";
import { bookmark, startWatch, type WatchStart } from "./_watch_start.ts";
import type {
  ServerBehaviorOptions,
  WatchExpiry,
  WatchListSupport,
} from "./server_behavior.ts";

/** One call of `list()`, as it was made. */
export interface ListCall {
  /** The options given. */
  readonly options: Readonly<ListOptions>;
  /** `Date.now()` at the call. */
  readonly at: number;
}

/** One call of `watch()`, as it was made. */
export interface WatchCall {
  /** The options given. */
  readonly options: Readonly<WatchOptions>;
  /** `Date.now()` at the call. */
  readonly at: number;
}

/** A call that does not answer. */
export interface HangingCall {
  /** Has it answer now, as it would have done before. */
  release(): void;
}

/** How a call hangs. */
export interface HangOptions {
  /**
   * Whether it goes on when its signal is aborted, as badly written code does.
   *
   * @default {false}
   */
  ignoreAbort?: boolean | undefined;
}

/** How a watch ends. */
export interface DisconnectOptions {
  /** What its stream errors with; without one it ends cleanly. */
  error?: unknown;
}

/** How the next watch ends. */
export interface CloseOptions extends DisconnectOptions {
  /**
   * How many events it sends before.
   *
   * @default {0}
   */
  afterEvents?: number | undefined;
  /**
   * How many watches this holds for.
   *
   * @default {1}
   */
  times?: number | undefined;
}

/** What a {@linkcode FakeListerWatcher} starts as. */
export interface FakeListerWatcherOptions<
  T extends KubernetesObject = KubernetesObject,
> extends ServerBehaviorOptions {
  /** Objects that are there from the start. */
  objects?: Iterable<T> | undefined;
}

type ScriptedWatchCall =
  | ScriptedCall
  | { readonly type: "silent" }
  | { readonly type: "close"; readonly close: CloseAfter };

/**
 * A scripted `ListerWatcher`, in memory.
 *
 * - {@linkcode add}, {@linkcode modify} and {@linkcode delete} change the
 *   state, each under a new resource version; open watches see it.
 * - A watch from version n sees exactly what came after n; one from `""` or
 *   `"0"` begins with an ADDED event for each object there is.
 * - {@linkcode error}, {@linkcode bookmark}, {@linkcode send},
 *   {@linkcode disconnect} and {@linkcode stall} act on the open watches;
 *   {@linkcode failNextWatch} and the like on calls to come.
 * - Every call is recorded with its options.
 *
 * To test against HTTP, use `FakeApiServer` instead.
 *
 * @typeParam T Type of the objects.
 *
 * @example No event is lost when a watch breaks
 * ```ts
 * import { FakeListerWatcher } from "@watchtools/kube/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const fake = new FakeListerWatcher();
 * const { metadata } = await fake.list({});
 * fake.add({ kind: "Pod", metadata: { name: "web", namespace: "default" } });
 * fake.disconnect();
 *
 * const resourceVersion = metadata?.resourceVersion;
 * const events = await fake.watch({ resourceVersion });
 * const reader = events.getReader();
 * assertEquals((await reader.read()).value?.type, "ADDED");
 * await reader.cancel();
 * assertEquals(fake.watchCalls.length, 1);
 * assertEquals(fake.openWatches, 0);
 * ```
 */
export class FakeListerWatcher<T extends KubernetesObject = KubernetesObject>
  implements ListerWatcher<T> {
  /** What is done with `sendInitialEvents`; may be changed at any time. */
  watchList: WatchListSupport;
  /** How a watch is told that its version expired; may be changed. */
  expiry: WatchExpiry;
  /** Whether `limit` counts at resource version `"0"`; may be changed. */
  limitAtZero: boolean;

  readonly #store: FakeStore<T>;
  readonly #open = new Set<ScriptedWatch<T>>();
  readonly #lists = new CallScript<ScriptedCall, ListCall>();
  readonly #watches = new CallScript<ScriptedWatchCall, WatchCall>();
  #epoch = 0;
  #uids = 0;
  #type: { apiVersion?: string; kind?: string } | undefined;

  /**
   * Makes a fake.
   *
   * @param options What it starts as.
   * @throws {TypeError} If the resource version is no number, or one of the
   *   objects has no name or the name of another.
   */
  constructor(options: FakeListerWatcherOptions<T> = {}) {
    const {
      objects = [],
      resourceVersion = "1",
      watchList = "supported",
      expiry = "event",
      limitAtZero = false,
    } = options;
    this.watchList = watchList;
    this.expiry = expiry;
    this.limitAtZero = limitAtZero;
    this.#store = new FakeStore<T>(resourceVersion);
    this.#store.subscribe((change) => {
      for (const watch of this.#open) watch.changed(change);
    });
    for (const object of objects) this.add(object);
  }

  /** The resource version of the last change. */
  get resourceVersion(): string {
    return String(this.#store.revision);
  }

  /** The calls of `list()` so far, oldest first. */
  get listCalls(): readonly ListCall[] {
    return this.#lists.calls;
  }

  /** The calls of `watch()` so far, oldest first. */
  get watchCalls(): readonly WatchCall[] {
    return this.#watches.calls;
  }

  /** How many watches are open: neither ended here nor given up there. */
  get openWatches(): number {
    return this.#open.size;
  }

  /**
   * Lists the objects in the order of their keys, as `ListerWatcher` demands.
   *
   * @param options What to list: versions, pages and selectors count.
   * @returns The list, or a page of it.
   * @throws {StatusError} If a server would refuse the request.
   */
  async list(options: ListOptions): Promise<KubernetesList<T>> {
    const { signal } = options;
    const scripted = this.#lists.called(recorded(options));
    signal?.throwIfAborted();
    if (scripted !== undefined) await perform(scripted, signal);
    const page = listPage(this.#store, select("", options), options, {
      limitAtZero: this.limitAtZero,
      epoch: this.#epoch,
    });
    const { apiVersion, kind } = this.#type ?? {};
    return {
      ...(apiVersion === undefined ? {} : { apiVersion }),
      ...(kind === undefined ? {} : { kind: `${kind}List` }),
      metadata: page.metadata,
      items: page.items.map((item) => structuredClone(item)),
    };
  }

  /**
   * Opens a watch, as `ListerWatcher` demands.
   *
   * @param options What to watch: versions, bookmarks and selectors count,
   *   `timeoutSeconds` does not.
   * @returns The events; nothing is read ahead.
   * @throws {StatusError} If a server would refuse the request.
   */
  async watch(options: WatchOptions): Promise<ReadableStream<WatchEvent<T>>> {
    const { signal } = options;
    const scripted = this.#watches.called(recorded(options));
    signal?.throwIfAborted();
    if (scripted?.type === "fail" || scripted?.type === "hang") {
      await perform(scripted, signal);
    }
    const close = scripted?.type === "close" ? scripted.close : undefined;
    const watch = this.#openWatch(options, close);
    if (scripted?.type === "silent") watch.stall();
    return watch.stream(signal);
  }

  /**
   * Adds an object. It gets a resource version, and a uid if it has none.
   *
   * @param object The object; it is copied.
   * @returns The object as it is stored now, a copy.
   * @throws {TypeError} If it has no name, or is there already.
   *
   * @example The version to wait from
   * ```ts
   * import { FakeListerWatcher } from "@watchtools/kube/testing";
   * import { assertEquals } from "@std/assert";
   *
   * const fake = new FakeListerWatcher({ resourceVersion: "41" });
   * const { metadata } = fake.add({ kind: "Node", metadata: { name: "one" } });
   * assertEquals(metadata?.resourceVersion, "42");
   * ```
   */
  add(object: T): T {
    const key = metaNamespaceKey(object);
    if (this.#store.get(key) !== undefined) {
      throw new TypeError(
        `Cannot add ${JSON.stringify(key)}: it is there; use modify()`,
      );
    }
    return this.#put(key, object, object.metadata?.uid ?? this.#newUid());
  }

  /**
   * Replaces an object. It keeps its uid unless it is given another.
   *
   * @param object The object as it is to be; it is copied.
   * @returns The object as it is stored now, a copy.
   * @throws {TypeError} If it is not there.
   */
  modify(object: T): T {
    const key = metaNamespaceKey(object);
    const uid = object.metadata?.uid ?? this.#existing(key).metadata?.uid;
    this.#existing(key);
    return this.#put(key, object, uid);
  }

  /**
   * Deletes an object.
   *
   * @param object The object, or its key: `"namespace/name"` or `"name"`.
   * @returns The object as it was, with the resource version of the deletion.
   * @throws {TypeError} If it is not there.
   */
  delete(object: T | string): T {
    const key = typeof object === "string" ? object : metaNamespaceKey(object);
    const last = this.#existing(key);
    return structuredClone(this.#store.remove(key) ?? last);
  }

  /**
   * Moves the resource version on without a change, as writes to other
   * resources do.
   *
   * @param by How far.
   * @returns The new resource version.
   * @throws {RangeError} If that is not a positive integer.
   */
  advance(by = 1): string {
    return this.#store.advance(by);
  }

  /**
   * Sends a bookmark of the current version to the open watches that asked
   * for bookmarks.
   *
   * @returns The resource version in it.
   */
  bookmark(): string {
    const event = bookmark(this.#store.revision, this.#type);
    for (const watch of this.#open) {
      if (watch.bookmarks) watch.send(event);
    }
    return this.resourceVersion;
  }

  /**
   * Sends an ERROR event to the open watches. They stay open: a server closes
   * them afterwards, and so does {@linkcode disconnect}.
   *
   * @param status The object of the event, sent as it is.
   */
  error(status: Status): void {
    this.send({ type: "ERROR", object: status });
  }

  /**
   * Sends an event to the open watches as it is, whatever it is; the state
   * stays as it was.
   *
   * @param event The event; it is copied.
   */
  send(event: WatchEvent<T>): void {
    const copy = structuredClone(event);
    for (const watch of this.#open) watch.send(copy);
  }

  /**
   * Ends the open watches, after what was sent before. They count as closed
   * from now on.
   *
   * @param options With what they end; nothing for a clean end.
   *
   * @example A connection that is lost
   * ```ts
   * import { FakeListerWatcher } from "@watchtools/kube/testing";
   * import { assertRejects } from "@std/assert";
   *
   * const fake = new FakeListerWatcher();
   * const reader = (await fake.watch({})).getReader();
   * fake.disconnect({ error: new TypeError("connection reset") });
   * await assertRejects(() => reader.read(), TypeError, "connection reset");
   * ```
   */
  disconnect(options: DisconnectOptions = {}): void {
    const failure = failureOf(options);
    for (const watch of this.#open) watch.end(failure);
  }

  /**
   * Has the open watches go silent: they stay open and deliver nothing more,
   * not even what was sent before, until {@linkcode disconnect}.
   */
  stall(): void {
    for (const watch of this.#open) watch.stall();
  }

  /**
   * Has the next `watch()` calls reject.
   *
   * @param error What with.
   * @param times How many calls; `Infinity` is allowed.
   * @throws {RangeError} If that is negative or NaN.
   *
   * @example A server that is overloaded for a moment
   * ```ts
   * import { StatusError } from "@watchtools/kube";
   * import { FakeListerWatcher } from "@watchtools/kube/testing";
   * import { assertRejects } from "@std/assert";
   *
   * const fake = new FakeListerWatcher();
   * fake.failNextWatch(new StatusError({ code: 429 }), 2);
   * await assertRejects(() => fake.watch({}), StatusError);
   * await assertRejects(() => fake.watch({}), StatusError);
   * await (await fake.watch({})).cancel();
   * ```
   */
  failNextWatch(error: unknown, times = 1): void {
    this.#watches.add({ type: "fail", error }, times);
  }

  /**
   * Has the next `list()` calls reject.
   *
   * @param error What with.
   * @param times How many calls; `Infinity` is allowed.
   * @throws {RangeError} If that is negative or NaN.
   */
  failNextList(error: unknown, times = 1): void {
    this.#lists.add({ type: "fail", error }, times);
  }

  /**
   * Has the next `watch()` call never answer, unless it is aborted or
   * released.
   *
   * @param options Whether an abort counts.
   * @returns The call, to release it.
   *
   * @example Code that gives up, and an answer that comes too late
   * ```ts
   * import { FakeListerWatcher } from "@watchtools/kube/testing";
   * import { assertEquals } from "@std/assert";
   *
   * const fake = new FakeListerWatcher();
   * const call = fake.hangNextWatch({ ignoreAbort: true });
   * const controller = new AbortController();
   * const watching = fake.watch({ signal: controller.signal });
   * controller.abort();
   * call.release();
   * const late = await watching;
   * await late.cancel();
   * assertEquals(fake.openWatches, 0);
   * ```
   */
  hangNextWatch(options: HangOptions = {}): HangingCall {
    const { call, release } = hangingCall(options.ignoreAbort ?? false);
    this.#watches.add(call, 1);
    return { release };
  }

  /**
   * Has the next `list()` call never answer, unless it is aborted or
   * released.
   *
   * @param options Whether an abort counts.
   * @returns The call, to release it.
   */
  hangNextList(options: HangOptions = {}): HangingCall {
    const { call, release } = hangingCall(options.ignoreAbort ?? false);
    this.#lists.add(call, 1);
    return { release };
  }

  /**
   * Has the next watches open and stay silent, as on a dead connection.
   *
   * @param times How many.
   */
  silenceNextWatch(times = 1): void {
    this.#watches.add({ type: "silent" }, times);
  }

  /**
   * Has the next watches end by themselves, at once or after some events.
   *
   * @param options When, how, and how many watches.
   * @throws {RangeError} If the number of watches is negative or NaN.
   *
   * @example Watches that end after one event each
   * ```ts
   * import { until } from "@watchtools/kube";
   * import { FakeListerWatcher } from "@watchtools/kube/testing";
   * import { assertEquals } from "@std/assert";
   *
   * const fake = new FakeListerWatcher();
   * for (const name of ["a", "b", "c"]) fake.add({ metadata: { name } });
   * fake.closeNextWatch({ afterEvents: 1, times: 2 });
   * const event = await until(
   *   "1",
   *   fake,
   *   ({ object }) =>
   *     "metadata" in object && object.metadata?.resourceVersion === "4",
   *   { minRestartDelayMs: 0 },
   * );
   * assertEquals(event.type, "ADDED");
   * assertEquals(
   *   fake.watchCalls.map(({ options }) => options.resourceVersion),
   *   ["1", "2", "3"],
   * );
   * ```
   */
  closeNextWatch(options: CloseOptions = {}): void {
    const { afterEvents = 0, times = 1 } = options;
    const close = { afterEvents, failure: failureOf(options) };
    this.#watches.add({ type: "close", close }, times);
  }

  /**
   * Forgets the history: a watch from a version before the current one is
   * answered 410, and so is the next page of a list from before. Open watches
   * go on. To have the current version expire as well, {@linkcode advance}
   * first.
   *
   * @example A watch that comes back too late
   * ```ts
   * import { FakeListerWatcher } from "@watchtools/kube/testing";
   * import { assertEquals } from "@std/assert";
   *
   * const fake = new FakeListerWatcher();
   * fake.advance();
   * fake.compact();
   * const events = await fake.watch({ resourceVersion: "1" });
   * const { value } = await events.getReader().read();
   * assertEquals(value?.type, "ERROR");
   * ```
   */
  compact(): void {
    this.#store.compact();
  }

  /** Has every `continue` token given so far expire (410). */
  expireContinue(): void {
    this.#epoch++;
  }

  /**
   * Waits until `watch()` has been called so often in all.
   *
   * @param count How often.
   *
   * @example Act once the code under test watches
   * ```ts
   * import { until } from "@watchtools/kube";
   * import { FakeListerWatcher } from "@watchtools/kube/testing";
   *
   * const fake = new FakeListerWatcher();
   * const done = until("1", fake, ({ type }) => type === "ADDED");
   * await fake.watchCalled(1);
   * fake.add({ kind: "Node", metadata: { name: "one" } });
   * await done;
   * ```
   */
  async watchCalled(count: number): Promise<void> {
    await this.#watches.reached(count);
  }

  /**
   * Waits until `list()` has been called so often in all.
   *
   * @param count How often.
   */
  async listCalled(count: number): Promise<void> {
    await this.#lists.reached(count);
  }

  #existing(key: string): T {
    const object = this.#store.get(key);
    if (object !== undefined) return object;
    throw new TypeError(
      `Cannot change ${JSON.stringify(key)}: it is not there; use add()`,
    );
  }

  #put(key: string, object: T, uid: string | undefined): T {
    const { apiVersion, kind } = object;
    this.#type ??= {
      ...(apiVersion === undefined ? {} : { apiVersion }),
      ...(kind === undefined ? {} : { kind }),
    };
    const metadata = { ...object.metadata, uid };
    return structuredClone(this.#store.put(key, { ...object, metadata }));
  }

  #newUid(): string {
    return `00000000-0000-4000-8000-${String(++this.#uids).padStart(12, "0")}`;
  }

  #openWatch(
    options: WatchOptions,
    close: CloseAfter | undefined,
  ): ScriptedWatch<T> {
    const selection = select("", options);
    const { events, after } = this.#start(options, selection);
    const watch = new ScriptedWatch<T>({
      selection,
      after,
      bookmarks: options.allowWatchBookmarks ?? false,
      close,
      onClosed: (closed) => this.#open.delete(closed),
    });
    this.#open.add(watch);
    watch.begin(events);
    // A server tells of an expired version and hangs up.
    if (events[0]?.type === "ERROR") watch.end();
    return watch;
  }

  /** The first events; an expired version may be one of them. */
  #start(options: WatchOptions, selection: Selection): WatchStart<T> {
    const { watchList } = this;
    const type = this.#type;
    try {
      return startWatch(this.#store, selection, options, watchList, type);
    } catch (error) {
      const expired = error instanceof StatusError && error.code === 410;
      if (!expired || this.expiry === "answer") throw error;
      const event: WatchEvent<T> = { type: "ERROR", object: error.status };
      return { events: [event], after: this.#store.revision };
    }
  }
}

function recorded<O extends ListOptions | WatchOptions>(options: O) {
  return Object.freeze({
    options: Object.freeze({ ...options }),
    at: Date.now(),
  });
}

function failureOf(options: DisconnectOptions): Failure | undefined {
  const { error } = options;
  return error === undefined ? undefined : { error };
}

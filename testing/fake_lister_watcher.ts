/**
 * A `ListerWatcher` for tests, without a server, I/O or timers. It maintains
 * resource versions like a real server, so that tests detect lost and duplicate
 * events, and every call and watch can be made to fail.
 *
 * One `FakeStore` holds the state. A watch is a queue of the events that it
 * still has to send: changes as they happen, and events sent by the test. If a
 * behavior is scripted for a call, it takes precedence.
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

/** A call of `list()`. */
export interface ListCall {
  /** The options of the call. */
  readonly options: Readonly<ListOptions>;
  /** `Date.now()` at the time of the call. */
  readonly at: number;
}

/** A call of `watch()`. */
export interface WatchCall {
  /** The options of the call. */
  readonly options: Readonly<WatchOptions>;
  /** `Date.now()` at the time of the call. */
  readonly at: number;
}

/** A call that hangs until it is released. */
export interface HangingCall {
  /** Lets the call continue normally. */
  release(): void;
}

/**
 * Options for {@linkcode FakeListerWatcher.hangNextWatch} and
 * {@linkcode FakeListerWatcher.hangNextList}.
 */
export interface HangOptions {
  /**
   * Whether the call ignores its signal and keeps hanging when it is aborted,
   * like an incorrect implementation.
   *
   * @default {false}
   */
  ignoreAbort?: boolean | undefined;
}

/** Options for {@linkcode FakeListerWatcher.disconnect}. */
export interface DisconnectOptions {
  /** The error of the stream. If omitted, the stream ends cleanly. */
  error?: unknown;
}

/** Options for {@linkcode FakeListerWatcher.closeNextWatch}. */
export interface CloseOptions extends DisconnectOptions {
  /**
   * The number of events after which a watch ends.
   *
   * @default {0}
   */
  afterEvents?: number | undefined;
  /**
   * The number of watches that end this way.
   *
   * @default {1}
   */
  times?: number | undefined;
}

/** Options for {@linkcode FakeListerWatcher}. */
export interface FakeListerWatcherOptions<
  T extends KubernetesObject = KubernetesObject,
> extends ServerBehaviorOptions {
  /** The initial objects. */
  objects?: Iterable<T> | undefined;
}

type ScriptedWatchCall =
  | ScriptedCall
  | { readonly type: "silent" }
  | { readonly type: "close"; readonly close: CloseAfter };

/**
 * A scripted, in-memory `ListerWatcher`.
 *
 * - {@linkcode add}, {@linkcode modify} and {@linkcode delete} change the
 *   state, each with a new resource version; open watches receive the change.
 * - A watch from version n receives exactly the changes after n; one from `""`
 *   or `"0"` starts with an ADDED event for each existing object.
 * - {@linkcode error}, {@linkcode bookmark}, {@linkcode send},
 *   {@linkcode disconnect} and {@linkcode stall} affect the open watches;
 *   {@linkcode failNextWatch} and similar methods affect future calls.
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
  /** How the fake treats `sendInitialEvents`; may be changed at any time. */
  watchList: WatchListSupport;
  /**
   * How the fake reports an expired resource version to a watch; may be changed
   * at any time.
   */
  expiry: WatchExpiry;
  /**
   * Whether the fake honors `limit` at resource version `"0"`; may be changed
   * at any time.
   */
  limitAtZero: boolean;

  readonly #store: FakeStore<T>;
  readonly #open = new Set<ScriptedWatch<T>>();
  readonly #lists = new CallScript<ScriptedCall, ListCall>();
  readonly #watches = new CallScript<ScriptedWatchCall, WatchCall>();
  #epoch = 0;
  #uids = 0;
  #type: { apiVersion?: string; kind?: string } | undefined;

  /**
   * Creates a fake.
   *
   * @param options The initial objects and the behavior of the fake.
   * @throws {TypeError} If `resourceVersion` is not a positive integer, or if
   *   an object has no name or the key of another object.
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

  /**
   * The number of open watches: ended neither by the fake nor by the consumer.
   */
  get openWatches(): number {
    return this.#open.size;
  }

  /**
   * Lists the objects in the order of their keys, as specified by
   * `ListerWatcher`.
   *
   * @param options The options. Resource versions, paging and selectors are
   *   honored.
   * @returns The list, or a page of it.
   * @throws {StatusError} If a server would refuse the request.
   */
  async list(options: ListOptions = {}): Promise<KubernetesList<T>> {
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
   * Opens a watch, as specified by `ListerWatcher`.
   *
   * @param options The options. Resource versions, bookmarks and selectors are
   *   honored; `timeoutSeconds` is ignored.
   * @returns The stream of events, which buffers nothing.
   * @throws {StatusError} If a server would refuse the request.
   */
  async watch(
    options: WatchOptions = {},
  ): Promise<ReadableStream<WatchEvent<T>>> {
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
   * Adds an object. It is assigned a resource version, and a UID if it has
   * none.
   *
   * @param object The object, which is copied.
   * @returns A copy of the stored object.
   * @throws {TypeError} If the object has no name or already exists.
   *
   * @example The resource version of an added object
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
        `Cannot add ${JSON.stringify(key)}: it already exists; use modify()`,
      );
    }
    return this.#put(key, object, object.metadata?.uid ?? this.#newUid());
  }

  /**
   * Replaces an object. It keeps its UID unless the new object has one.
   *
   * @param object The new object, which is copied.
   * @returns A copy of the stored object.
   * @throws {TypeError} If the object does not exist.
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
   * @returns The last state of the object, with the resource version of the
   *   deletion.
   * @throws {TypeError} If the object does not exist.
   */
  delete(object: T | string): T {
    const key = typeof object === "string" ? object : metaNamespaceKey(object);
    const last = this.#existing(key);
    return structuredClone(this.#store.remove(key) ?? last);
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
   * Sends a bookmark with the current resource version to the open watches that
   * requested bookmarks.
   *
   * @returns The resource version of the bookmark.
   */
  bookmark(): string {
    const event = bookmark(this.#store.revision, this.#type);
    for (const watch of this.#open) {
      if (watch.bookmarks) watch.send(event);
    }
    return this.resourceVersion;
  }

  /**
   * Sends an ERROR event to the open watches. They stay open; call
   * {@linkcode disconnect} to close them, as a server does after an error.
   *
   * @param status The object of the event.
   */
  error(status: Status): void {
    this.send({ type: "ERROR", object: status });
  }

  /**
   * Sends any event to the open watches, without changing the state.
   *
   * @param event The event, which is copied.
   */
  send(event: WatchEvent<T>): void {
    const copy = structuredClone(event);
    for (const watch of this.#open) watch.send(copy);
  }

  /**
   * Ends the open watches after the events sent so far. They count as closed
   * immediately.
   *
   * @param options The error to end with, if any.
   *
   * @example A lost connection
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
   * Makes the open watches go silent: they stay open but deliver nothing more,
   * not even events already sent, until {@linkcode disconnect} is called.
   */
  stall(): void {
    for (const watch of this.#open) watch.stall();
  }

  /**
   * Makes the next `watch()` calls reject.
   *
   * @param error The error to reject with.
   * @param times The number of calls; may be `Infinity`.
   * @throws {RangeError} If `times` is negative or NaN.
   *
   * @example A temporarily overloaded server
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
   * Makes the next `list()` calls reject.
   *
   * @param error The error to reject with.
   * @param times The number of calls; may be `Infinity`.
   * @throws {RangeError} If `times` is negative or NaN.
   */
  failNextList(error: unknown, times = 1): void {
    this.#lists.add({ type: "fail", error }, times);
  }

  /**
   * Makes the next `watch()` call hang until it is aborted or released.
   *
   * @param options Whether the call ignores an abort.
   * @returns A handle to release the call.
   *
   * @example A watch that opens after its caller has aborted
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
   * Makes the next `list()` call hang until it is aborted or released.
   *
   * @param options Whether the call ignores an abort.
   * @returns A handle to release the call.
   */
  hangNextList(options: HangOptions = {}): HangingCall {
    const { call, release } = hangingCall(options.ignoreAbort ?? false);
    this.#lists.add(call, 1);
    return { release };
  }

  /**
   * Makes the next watches open but stay silent, as on a dead connection.
   *
   * @param times The number of watches.
   */
  silenceNextWatch(times = 1): void {
    this.#watches.add({ type: "silent" }, times);
  }

  /**
   * Makes the next watches end by themselves, immediately or after some events.
   *
   * @param options When and how the watches end, and how many.
   * @throws {RangeError} If `times` is negative or NaN.
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
   * Discards the history: watches from a version before the current one are
   * answered with 410, as are `continue` tokens of earlier lists. Open watches
   * continue. To let the current version expire as well, call
   * {@linkcode advance} first.
   *
   * @example A watch from an expired resource version
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

  /** Lets all `continue` tokens issued so far expire (410). */
  expireContinue(): void {
    this.#epoch++;
  }

  /**
   * Waits until `watch()` has been called a number of times in total.
   *
   * @param count The total number of calls.
   *
   * @example Act once the code under test is watching
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
   * Waits until `list()` has been called a number of times in total.
   *
   * @param count The total number of calls.
   */
  async listCalled(count: number): Promise<void> {
    await this.#lists.reached(count);
  }

  #existing(key: string): T {
    const object = this.#store.get(key);
    if (object !== undefined) return object;
    const similar = this.#store.entries("")?.find(([known]) =>
      known.endsWith(`/${key}`)
    );
    const advice = similar === undefined
      ? "use add()"
      : `did you mean ${JSON.stringify(similar[0])}?`;
    throw new TypeError(
      `Cannot change ${JSON.stringify(key)}: it does not exist; ${advice}`,
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
    // A server reports an expired version and closes the connection.
    if (events[0]?.type === "ERROR") watch.end();
    return watch;
  }

  /** Returns the initial events, or an ERROR event for an expired version. */
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

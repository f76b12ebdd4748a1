/**
 * An informer whose changes are a stream.
 *
 * Its parts know nothing of each other: a `Reflector` sends the requests that
 * its plan decides on, an `InformerCache` turns the responses into changes of
 * an `IndexedStore`, and a buffer holds the events until they are read. This
 * module connects them, starts them and stops them.
 *
 * The store is always ahead of the events: an informer does not wait for its
 * consumer, and a consumer that lags finds changes in the store whose events it
 * has not read yet.
 *
 * @module
 */

import { observedListerWatcher } from "./_observed.ts";
import type { WatchObserver } from "./observer.ts";
import {
  currentRequest,
  type OwnerRequest,
  refuseWorkerTopLevel,
  staleError,
} from "../api/_worker_scope.ts";
import { SingleFileTracker } from "../synctrack/mod.ts";
import { checkSource } from "../api/_check_source.ts";
import { deliverable } from "../api/_lazy_event.ts";
import {
  CoalescingBuffer,
  type EventBuffer,
  PlainBuffer,
} from "../cache/_event_buffer.ts";
import { IndexedStore } from "../cache/_indexed_store.ts";
import { InformerCache } from "../cache/_informer_cache.ts";
import { DEFAULT_PAGE_SIZE } from "../cache/_pages.ts";
import { checkInformerOptions } from "./_informer_options.ts";
import { pullStream } from "../internal/pull_stream.ts";
import { Reflector } from "../cache/_reflector.ts";
import { ReflectorPlan } from "../cache/_reflector_plan.ts";
import { isPermanentRefusal } from "../api/_permanent_refusal.ts";
import { failureKind } from "../cache/_failure_kind.ts";
import { callSafely, failureWarner, warn } from "../internal/console.ts";
import { startTimer, type Timer } from "../internal/timer.ts";
import { VersionWaiters } from "../cache/_version_waiters.ts";
import type { Controller } from "../cache/controller.ts";
import { compareResourceVersions } from "../api/resource_version.ts";
import type { Indexer, Indexers } from "../cache/store.ts";
import type {
  ChangeEvent,
  KubernetesObject,
  ListerWatcher,
} from "../api/types.ts";
import { UntilError, WaitInterruptedError } from "./until_error.ts";

/**
 * Options for {@linkcode IndexerInformerWatcher}.
 *
 * @typeParam T Type of the objects.
 */
export interface InformerOptions<
  T extends KubernetesObject = KubernetesObject,
> {
  /** Stops the informer. */
  signal?: AbortSignal | undefined;
  /** The initial indexers. */
  indexers?: Indexers<T> | undefined;
  /**
   * Milliseconds between resyncs, which deliver every stored object as MODIFIED
   * again. 0 means never.
   *
   * @default {0}
   */
  resyncPeriodMs?: number | undefined;
  /**
   * Whether to stream the initial list (WatchList), falling back to LIST if the
   * server does not support it. Of a shard (a lister-watcher with a
   * `shardSelector`), one object is listed first, to find out whether the server
   * knows shards.
   *
   * @default {true}
   */
  watchList?: boolean | undefined;
  /**
   * The most items of a page of LIST; 0 requests everything at once. By default
   * pages have 500 items, and a list that the server can serve from its watch
   * cache, which ignores pages, is requested at once.
   */
  pageSize?: number | undefined;
  /**
   * Milliseconds after which the server is asked to end each watch, rounded up
   * to whole seconds (`timeoutSeconds`). With `Infinity` it is not asked. By
   * default random between 300000 and 600000 for each watch.
   */
  watchTimeoutMs?: number | undefined;
  /**
   * Milliseconds that a watch may outlive its timeout before its connection is
   * presumed dead.
   *
   * @default {30000}
   */
  watchGraceMs?: number | undefined;
  /**
   * Milliseconds without an event or bookmark after which the connection of a
   * watch is presumed dead. No limit by default.
   */
  idleTimeoutMs?: number | undefined;
  /**
   * The first delay of the backoff in milliseconds, and the least time between
   * the starts of two watches.
   *
   * @default {800}
   */
  minBackoffMs?: number | undefined;
  /**
   * The longest delay of the backoff in milliseconds, before jitter.
   *
   * @default {30000}
   */
  maxBackoffMs?: number | undefined;
  /**
   * Applied to each object before it is stored or delivered, for example to
   * drop what no one reads. May modify the object in place; must return it. The
   * objects are parsed for it. To be rid of `managedFields` alone, use
   * `dropManagedFields` of `RestListerWatcher`, which parses nothing.
   */
  transform?: ((object: T) => T) | undefined;
  /**
   * Whether to keep at most one unread event for each object while the consumer
   * lags: the events then lead from the state that was read last to the current
   * one, without every step in between.
   *
   * @default {false}
   */
  coalesce?: boolean | undefined;
  /**
   * Called with each failure of a list or watch, with the reason for any other
   * list (a watch that ended at once, a server that was restored from a backup),
   * and with an error for each object that cannot be stored; the informer
   * continues. If it throws, the error is written to the console and otherwise
   * ignored. Without it and an `observer`, errors that would remain unnoticed are
   * written to the console: those before the store is complete, refusals such as
   * a missing permission, and the first object that cannot be stored.
   */
  onWatchError?: ((error: unknown) => void) | undefined;
  /** Sees what happens, for metrics and traces. */
  observer?: WatchObserver | undefined;
}

/** Options for {@linkcode IndexerInformerWatcher.untilResourceVersion}. */
export interface UntilResourceVersionOptions {
  /** Ends the wait. */
  signal?: AbortSignal | undefined;
}

const DEFAULT_WATCH_GRACE_MS = 30_000;
const DEFAULT_MIN_BACKOFF_MS = 800;
const DEFAULT_MAX_BACKOFF_MS = 30_000;
const LEAST_WATCH_TIMEOUT_MS = 300_000;

/**
 * Maintains a store of a resource's objects and delivers its changes as events,
 * as client-go's
 * [`watch.NewIndexerInformerWatcher`](https://pkg.go.dev/k8s.io/client-go/tools/watch#NewIndexerInformerWatcher).
 *
 * - It runs from construction: it lists, then watches, until
 *   {@linkcode IndexerInformerWatcher.stop} is called, its signal is aborted or
 *   {@linkcode IndexerInformerWatcher.events} is cancelled.
 * - Each change of the store is one event, ADDED, MODIFIED or DELETED, and the
 *   store changes before the event can be read. Bookmarks and errors are not
 *   delivered; failures go to {@linkcode InformerOptions.onWatchError}.
 * - Changes that it could not watch are recovered by a list: an object that has
 *   vanished in the meantime is DELETED, with its last known state.
 * - The same holds when the server was restored from a backup, and its resource
 *   versions are lower than before. That is noticed at most one watch after the
 *   server is back.
 * - Nothing that the server sends stops it: what cannot be understood is
 *   reported, and followed by a list.
 * - Unread events are buffered without limit, unless
 *   {@linkcode InformerOptions.coalesce} is set.
 * - On a runtime of workers, it lives no longer than the request that created
 *   it. Used after that, it reports a `ConfigurationError`, once.
 *
 * If you only need the events, and a 410 may end them, use `RetryWatcher`: it
 * holds no objects in memory.
 *
 * @typeParam T Type of the objects.
 *
 * @example A store and its changes
 * ```ts
 * import { IndexerInformerWatcher, waitForCacheSync } from "@watchtools/kube";
 * import { FakeListerWatcher } from "@watchtools/kube/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const pods = new FakeListerWatcher();
 * pods.add({ metadata: { name: "web", labels: { app: "shop" } } });
 *
 * await using informer = new IndexerInformerWatcher(pods, {
 *   indexers: { app: (pod) => [pod.metadata?.labels?.app ?? ""] },
 * });
 * await waitForCacheSync(undefined, informer.controller);
 * assertEquals(informer.indexer.byIndex("app", "shop").length, 1);
 *
 * for await (const { type, object } of informer) {
 *   assertEquals([type, object.metadata?.name], ["ADDED", "web"]);
 *   break;
 * }
 * ```
 */
export class IndexerInformerWatcher<
  T extends KubernetesObject = KubernetesObject,
> implements AsyncIterable<ChangeEvent<T>>, AsyncDisposable {
  /** Whether the store is complete, and its resource version. */
  readonly controller: Controller;
  /** The changes. The stream closes when the informer stops; never errors. */
  readonly events: ReadableStream<ChangeEvent<T>>;

  readonly #indexer: Indexer<T>;
  readonly #done: Promise<void>;
  readonly #abort: AbortController;
  readonly #owner: OwnerRequest | undefined;
  readonly #signal: AbortSignal | undefined;
  readonly #buffer: EventBuffer<T>;
  readonly #streamController: ReadableStreamDefaultController<ChangeEvent<T>>;
  readonly #tracker = new SingleFileTracker("informer");
  readonly #waiters = new VersionWaiters();
  readonly #warn = failureWarner(
    "An informer",
    "set onWatchError to handle it",
  );
  readonly #resyncPeriodMs: number;
  readonly #onWatchError: InformerOptions<T>["onWatchError"];
  readonly #observer: WatchObserver | undefined;
  readonly #resolveSynced: (synced: boolean) => void;
  readonly #onAbort = () => this.stop(this.#signal?.reason);
  #resync: Timer | undefined;
  #lastError: unknown;
  #storesAll = true;
  #wanted = false;
  #stopped = false;
  #isStale = false;

  /**
   * Starts listing and watching.
   *
   * @param listerWatcher Lists and watches the objects.
   * @param options The signal, the indexers, the timeouts and the callbacks.
   * @throws {RangeError} If a duration is negative or NaN, or if `pageSize` is
   *   not a non-negative integer.
   * @throws {TypeError} If `listerWatcher` cannot list or watch, such as a
   *   promise of one.
   * @throws {ConfigurationError} At the top level of a worker's module.
   */
  constructor(
    listerWatcher: ListerWatcher<T>,
    options: InformerOptions<T> = {},
  ) {
    refuseWorkerTopLevel("an informer");
    checkSource(listerWatcher, "list", "watch");
    checkInformerOptions(options);
    this.#abort = new AbortController();
    this.#owner = currentRequest(this.#abort.signal);
    const { indexers = {}, signal, resyncPeriodMs = 0, coalesce } = options;
    this.#signal = signal;
    this.#resyncPeriodMs = resyncPeriodMs;
    this.#onWatchError = options.onWatchError;
    this.#observer = options.observer;
    this.#buffer = coalesce ? new CoalescingBuffer() : new PlainBuffer();

    const onError = (error: unknown) => {
      this.#failed(error, this.#storesAll);
      this.#storesAll = false;
    };
    const store = new IndexedStore<T>(indexers, onError);
    const cache = new InformerCache<T>(store, {
      transform: options.transform,
      onEvent: (key, event) => this.#put(key, event),
      onError,
    });
    const { stream, controller } = pullStream<ChangeEvent<T>>({
      pull: () => this.#pull(),
      cancel: (reason) => this.#shutDown(reason),
    });
    const plan = makePlan(listerWatcher, options);
    this.#indexer = store.view;
    this.events = stream;
    this.#streamController = controller;
    let resolveSynced: (synced: boolean) => void = () => {};
    const synced = new Promise<boolean>((resolve) => resolveSynced = resolve);
    this.#resolveSynced = resolveSynced;
    this.controller = this.#makeController(synced, plan);
    this.#done = this.#run(listerWatcher, cache, plan, options);
  }

  /** The read-only view of the store, with its indexes. */
  get indexer(): Indexer<T> {
    this.#checkOwner();
    return this.#indexer;
  }

  /** Resolves when the informer has fully shut down. Never rejects. */
  get done(): Promise<void> {
    // A promise of a worker's request that is over never settles.
    return this.#checkOwner() ? Promise.resolve() : this.#done;
  }

  /** The last failure that was reported to `onWatchError`, if any. */
  get lastError(): unknown {
    return this.#lastError;
  }

  /**
   * Waits until the store is at least as new as a resource version, for example
   * that of your own write, so that you can read it from the store. Bookmarks
   * count.
   *
   * @param resourceVersion The resource version.
   * @param options The signal that ends the wait.
   * @returns Resolves when the store is at that version or a newer one.
   * @throws {TypeError} If the version cannot be compared.
   * @throws {WaitInterruptedError} If the signal is aborted before that.
   * @throws {UntilError} If the informer stops before that.
   * @throws {ConfigurationError} If the request of a worker that created the
   *   informer is over.
   *
   * @example Read your own write
   * ```ts
   * import { IndexerInformerWatcher } from "@watchtools/kube";
   * import { FakeListerWatcher } from "@watchtools/kube/testing";
   * import { assertEquals } from "@std/assert";
   *
   * const pods = new FakeListerWatcher();
   * await using informer = new IndexerInformerWatcher(pods);
   *
   * const { metadata } = pods.add({ metadata: { name: "web" } });
   * await informer.untilResourceVersion(metadata?.resourceVersion ?? "");
   * assertEquals(informer.indexer.listKeys(), ["web"]);
   * ```
   */
  async untilResourceVersion(
    resourceVersion: string,
    options: UntilResourceVersionOptions = {},
  ): Promise<void> {
    const { signal } = options;
    // Throws if the version cannot be compared.
    compareResourceVersions(resourceVersion, resourceVersion);
    try {
      if (this.#stopped) throw this.#stoppedError(resourceVersion);
      if (this.#checkOwner()) throw staleError("informer");
      await this.#waiters.wait(resourceVersion, signal);
    } catch (error) {
      if (!signal?.aborted) throw error;
      throw new WaitInterruptedError({
        cause: signal.reason,
        lastError: this.#lastError,
      });
    }
  }

  /**
   * Stops the informer: aborts the open request, drops unread events and closes
   * {@linkcode IndexerInformerWatcher.events}. Does nothing if the informer has
   * already stopped.
   *
   * @param reason The reason that the open request is aborted with; an
   *   `AbortError` by default.
   */
  stop(reason?: unknown): void {
    if (this.#stopped) return;
    this.#checkOwner();
    // What was called there may have stopped it, and what an abort calls may
    // cancel the stream.
    if (this.#stopped) return;
    this.#streamController.close();
    this.#shutDown(reason);
  }

  /**
   * Iterates over {@linkcode IndexerInformerWatcher.events}; leaving the loop
   * stops the informer.
   *
   * @returns The iterator of the changes.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<ChangeEvent<T>> {
    return this.events[Symbol.asyncIterator]();
  }

  /**
   * Stops the informer and waits until it has fully shut down.
   *
   * @returns Resolves when it has fully shut down.
   */
  [Symbol.asyncDispose](): Promise<void> {
    this.stop();
    return this.done;
  }

  async #run(
    listerWatcher: ListerWatcher<T>,
    cache: InformerCache<T>,
    plan: ReflectorPlan,
    options: InformerOptions<T>,
  ): Promise<void> {
    if (this.#signal?.aborted) return this.stop(this.#signal.reason);
    this.#signal?.addEventListener("abort", this.#onAbort, { once: true });
    await new Reflector({
      listerWatcher: observedListerWatcher(listerWatcher, this.#observer),
      cache,
      plan,
      signal: this.#abort.signal,
      pageSize: options.pageSize ?? DEFAULT_PAGE_SIZE,
      watchTimeoutMs: () => options.watchTimeoutMs ?? randomWatchTimeoutMs(),
      watchGraceMs: options.watchGraceMs ?? DEFAULT_WATCH_GRACE_MS,
      idleTimeoutMs: options.idleTimeoutMs,
      onVersion: (version) => this.#waiters.reached(version),
      onReplaced: () => this.#synced(cache),
      onError: (error, isWatchList = false) =>
        this.#failed(error, this.#isLasting(error, isWatchList)),
    }).run();
  }

  #synced(cache: InformerCache<T>): void {
    if (this.#tracker.hasSynced() || this.#stopped) return;
    this.#tracker.upstreamHasSynced();
    this.#resolveSynced(true);
    if (this.#resyncPeriodMs > 0) this.#scheduleResync(cache);
  }

  #scheduleResync(cache: InformerCache<T>): void {
    this.#resync = startTimer(() => {
      cache.resync();
      // An observer may have stopped it.
      if (!this.#stopped) this.#scheduleResync(cache);
    }, this.#resyncPeriodMs);
  }

  #put(key: string, event: ChangeEvent<T>): void {
    if (this.#stopped) return;
    // Releasing the lock has cancelled the read, also for the next reader.
    if (!this.events.locked) this.#wanted = false;
    if (!this.#wanted) {
      this.#buffer.put(key, event);
      return this.#reportBuffered();
    }
    this.#wanted = false;
    this.#streamController.enqueue(deliverable(event));
  }

  #pull(): void {
    const event = this.#buffer.take();
    if (event === undefined) this.#wanted = true;
    else {
      this.#streamController.enqueue(deliverable(event));
      this.#reportBuffered();
    }
  }

  #reportBuffered(): void {
    const observer = this.#observer;
    if (observer?.onBuffered === undefined) return;
    callSafely(
      "onBuffered",
      (events: number) => observer.onBuffered?.(events),
      this.#buffer.size,
    );
  }

  /** Reports a failure, and returns whether anyone has heard of it. */
  #failed(error: unknown, isLasting: boolean): boolean {
    this.#lastError = error;
    callSafely("onWatchError", this.#onWatchError, error);
    callSafely(
      "onWatchError",
      (error) => this.#observer?.onWatchError?.(error),
      error,
    );
    const handler = this.#onWatchError ?? this.#observer?.onWatchError;
    if (isLasting && handler === undefined) this.#warn(error);
    return handler !== undefined;
  }

  /** Whether the store may remain incomplete or out of date. */
  #isLasting(error: unknown, isWatchList: boolean): boolean {
    try {
      const isIncomplete = !this.#tracker.hasSynced();
      // After any other failure of a WatchList, a LIST may work.
      return isWatchList
        ? isIncomplete && failureKind(error).kind === "no answer"
        : isIncomplete || isPermanentRefusal(error);
    } catch {
      return true; // It cannot even be looked at.
    }
  }

  #shutDown(reason: unknown): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#signal?.removeEventListener("abort", this.#onAbort);
    this.#resync?.clear();
    const dropped = this.#buffer.size;
    this.#buffer.clear();
    if (dropped > 0) this.#reportBuffered();
    const end = () => {
      this.#abort.abort(reason);
      this.#resolveSynced(false);
      this.#waiters.end((version) => this.#stoppedError(version));
    };
    if (this.#owner === undefined) end();
    else this.#owner.end(end);
  }

  #makeController(synced: Promise<boolean>, plan: ReflectorPlan): Controller {
    const checkOwner = () => this.#checkOwner();
    const hasSynced = () => this.#tracker.hasSynced();
    return {
      hasSynced: () => {
        checkOwner();
        return hasSynced();
      },
      get synced() {
        return checkOwner() ? Promise.resolve(hasSynced()) : synced;
      },
      lastSyncResourceVersion: () => {
        checkOwner();
        return plan.version;
      },
    };
  }

  /**
   * Whether the request of a worker that created the informer is over, which is
   * reported once.
   */
  #checkOwner(): boolean {
    if (!this.#owner?.isOver) return false;
    if (this.#isStale) return true;
    this.#isStale = true;
    const error = staleError("informer");
    if (!this.#failed(error, false)) warn(error.message);
    return true;
  }

  #stoppedError(resourceVersion: string): UntilError {
    return new UntilError(
      `the informer stopped before it reached resource version ${resourceVersion}`,
      { lastError: this.#lastError },
    );
  }
}

function makePlan<T extends KubernetesObject>(
  listerWatcher: ListerWatcher<T>,
  options: InformerOptions<T>,
): ReflectorPlan {
  return new ReflectorPlan({
    watchList: options.watchList ?? true,
    sharded: isSharded(listerWatcher),
    alwaysPaged: options.pageSize !== undefined,
    minBackoffMs: options.minBackoffMs ?? DEFAULT_MIN_BACKOFF_MS,
    maxBackoffMs: options.maxBackoffMs ?? DEFAULT_MAX_BACKOFF_MS,
  });
}

function randomWatchTimeoutMs(): number {
  return LEAST_WATCH_TIMEOUT_MS * (1 + Math.random());
}

/** Whether it lists and watches a shard, as a `RestListerWatcher` tells. */
function isSharded(listerWatcher: object): boolean {
  return "shardSelector" in listerWatcher &&
    typeof listerWatcher.shardSelector === "string" &&
    listerWatcher.shardSelector !== "";
}

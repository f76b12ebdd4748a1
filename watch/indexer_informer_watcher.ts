/**
 * An informer whose changes are a stream.
 *
 * The parts know nothing of one another: a `Reflector` asks the server as its
 * plan says, an `InformerCache` turns what comes into changes of an
 * `IndexedStore`, a buffer holds the events until they are read. This module
 * puts them together and is where all of it starts and stops.
 *
 * The store is always ahead of the events: an informer does not wait for its
 * consumer, and a consumer that lags finds in the store what it will only hear
 * of later.
 *
 * @module
 */

import { SingleFileTracker } from "../synctrack/mod.ts";
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
import { callSafely } from "../internal/console.ts";
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
  /** The first indexes. */
  indexers?: Indexers<T> | undefined;
  /**
   * Milliseconds after which each stored object comes again as MODIFIED, time
   * and again. 0: never.
   *
   * @default {0}
   */
  resyncPeriodMs?: number | undefined;
  /**
   * Whether to stream the initial list, falling back to LIST where the server
   * cannot.
   *
   * @default {true}
   */
  watchList?: boolean | undefined;
  /**
   * Most items of one answer to LIST. Unless it is given, lists come in pages
   * of 500 where that is no detriment: where the server's watch cache could
   * answer a whole list from memory, it is asked for a whole list. 0: never in
   * pages.
   */
  pageSize?: number | undefined;
  /**
   * Milliseconds after which the server is asked to end each watch. `Infinity`:
   * it is not asked. Random between 300000 and 600000 for each watch unless it
   * is given.
   */
  watchTimeoutMs?: number | undefined;
  /**
   * Milliseconds that a watch may outlive its timeout, before the connection
   * is taken for dead.
   *
   * @default {30000}
   */
  watchGraceMs?: number | undefined;
  /**
   * Milliseconds without any event or bookmark after which the connection is
   * taken for dead. None by default.
   */
  idleTimeoutMs?: number | undefined;
  /**
   * The first delay of the backoff in milliseconds, and the least between the
   * starts of two watches.
   *
   * @default {800}
   */
  minBackoffMs?: number | undefined;
  /**
   * Most milliseconds that the backoff grows to, before randomness.
   *
   * @default {30000}
   */
  maxBackoffMs?: number | undefined;
  /**
   * Applied to each object before it is stored or delivered: to drop
   * `managedFields`, say. May change the object that it is given.
   */
  transform?: ((object: T) => T) | undefined;
  /**
   * Whether to keep at most one pending event for each object while the
   * consumer lags: the events say how to come from what was read last to what
   * is there now, and not each step in between.
   *
   * @default {false}
   */
  coalesce?: boolean | undefined;
  /**
   * Told of each failure of a list or watch, and of each object that cannot be
   * taken; the informer goes on. What it throws is written to the console.
   */
  onWatchError?: ((error: unknown) => void) | undefined;
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
 * Keeps a cache of a resource and delivers each change of it, as client-go's
 * [`watch.NewIndexerInformerWatcher`](https://pkg.go.dev/k8s.io/client-go/tools/watch#NewIndexerInformerWatcher).
 *
 * - Running from construction: lists, then watches, for ever. Nothing ends it
 *   but {@linkcode IndexerInformerWatcher.stop}, its signal, and cancelling
 *   {@linkcode IndexerInformerWatcher.events}.
 * - Each change of the store is one event, ADDED, MODIFIED or DELETED, and the
 *   store is changed before the event can be read. Bookmarks and errors are no
 *   events; failures go to {@linkcode InformerOptions.onWatchError}.
 * - Whatever was missed while it could not watch is made up for by a list: what
 *   vanished meanwhile is DELETED, with the last known object.
 * - Events wait for the consumer without limit, unless
 *   {@linkcode InformerOptions.coalesce} is set.
 *
 * Where only the events are wanted and a 410 may end them, a `RetryWatcher`
 * keeps no objects in memory.
 *
 * @typeParam T Type of the objects.
 *
 * @example A cache and its changes
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
  /** The cache, for reading. */
  readonly indexer: Indexer<T>;
  /** Whether the cache is complete, and what it shows. */
  readonly controller: Controller;
  /** The changes. Closes when the informer stops; never errors. */
  readonly events: ReadableStream<ChangeEvent<T>>;
  /** Resolves when the informer has fully shut down. */
  readonly done: Promise<void>;

  readonly #abort = new AbortController();
  readonly #signal: AbortSignal | undefined;
  readonly #buffer: EventBuffer<T>;
  readonly #streamController: ReadableStreamDefaultController<ChangeEvent<T>>;
  readonly #tracker = new SingleFileTracker("informer");
  readonly #waiters = new VersionWaiters();
  readonly #resyncPeriodMs: number;
  readonly #onWatchError: InformerOptions<T>["onWatchError"];
  readonly #resolveSynced: (synced: boolean) => void;
  readonly #onAbort = () => this.stop(this.#signal?.reason);
  #resync: Timer | undefined;
  #lastError: unknown;
  #wanted = false;

  /**
   * Starts listing and watching.
   *
   * @param listerWatcher Lists and watches the objects.
   * @param options How to go about it.
   * @throws {RangeError} If a duration or `pageSize` is negative or NaN.
   */
  constructor(
    listerWatcher: ListerWatcher<T>,
    options: InformerOptions<T> = {},
  ) {
    checkInformerOptions(options);
    const { indexers = {}, signal, resyncPeriodMs = 0, coalesce } = options;
    this.#signal = signal;
    this.#resyncPeriodMs = resyncPeriodMs;
    this.#onWatchError = options.onWatchError;
    this.#buffer = coalesce ? new CoalescingBuffer() : new PlainBuffer();

    const store = new IndexedStore<T>(indexers, (error) => this.#failed(error));
    const cache = new InformerCache<T>(store, {
      transform: options.transform,
      onEvent: (key, event) => this.#put(key, event),
      onError: (error) => this.#failed(error),
    });
    const { stream, controller } = pullStream<ChangeEvent<T>>({
      pull: () => this.#pull(),
      cancel: (reason) => this.#shutDown(reason),
    });
    const plan = makePlan(options);
    this.indexer = store.view;
    this.events = stream;
    this.#streamController = controller;
    let resolveSynced: (synced: boolean) => void = () => {};
    const synced = new Promise<boolean>((resolve) => resolveSynced = resolve);
    this.#resolveSynced = resolveSynced;
    this.controller = {
      hasSynced: () => this.#tracker.hasSynced(),
      synced,
      lastSyncResourceVersion: () => plan.version,
    };
    this.done = this.#run(listerWatcher, cache, plan, options);
  }

  /** The last failure of a list or watch underneath, if any. */
  get lastError(): unknown {
    return this.#lastError;
  }

  /**
   * Waits until the cache is at least as new as a version, that of a write of
   * one's own, say, so that it can be read from the cache. Bookmarks count.
   *
   * @param resourceVersion The version.
   * @param options The signal that ends the wait.
   * @returns Resolves when the store shows that version or a newer one.
   * @throws {TypeError} If it is no resource version that can be compared.
   * @throws {WaitInterruptedError} If the signal is aborted before.
   * @throws {UntilError} If the informer stops before.
   *
   * @example Read one's own write
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
    // Throws where it is none.
    compareResourceVersions(resourceVersion, resourceVersion);
    try {
      if (this.#abort.signal.aborted) throw this.#stoppedError(resourceVersion);
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
   * Stops: aborts what is under way, drops the events that nobody has read and
   * closes {@linkcode IndexerInformerWatcher.events}. Harmless when already
   * stopped.
   *
   * @param reason What the open request is aborted with; an `AbortError` by
   *   default.
   */
  stop(reason?: unknown): void {
    if (this.#abort.signal.aborted) return;
    this.#shutDown(reason);
    this.#streamController.close();
  }

  /**
   * Iterates over the changes; leaving the loop stops the informer.
   *
   * @returns The iterator of {@linkcode IndexerInformerWatcher.events}.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<ChangeEvent<T>> {
    return this.events[Symbol.asyncIterator]();
  }

  /**
   * Stops, and waits until the informer has fully shut down.
   *
   * @returns {@linkcode IndexerInformerWatcher.done}.
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
      listerWatcher,
      cache,
      plan,
      signal: this.#abort.signal,
      pageSize: options.pageSize ?? DEFAULT_PAGE_SIZE,
      watchTimeoutMs: () => options.watchTimeoutMs ?? randomWatchTimeoutMs(),
      watchGraceMs: options.watchGraceMs ?? DEFAULT_WATCH_GRACE_MS,
      idleTimeoutMs: options.idleTimeoutMs,
      onVersion: (version) => this.#waiters.reached(version),
      onReplaced: () => this.#synced(cache),
      onError: (error) => this.#failed(error),
    }).run();
  }

  #synced(cache: InformerCache<T>): void {
    if (this.#tracker.hasSynced() || this.#abort.signal.aborted) return;
    this.#tracker.upstreamHasSynced();
    this.#resolveSynced(true);
    if (this.#resyncPeriodMs > 0) this.#scheduleResync(cache);
  }

  #scheduleResync(cache: InformerCache<T>): void {
    this.#resync = startTimer(() => {
      cache.resync();
      this.#scheduleResync(cache);
    }, this.#resyncPeriodMs);
  }

  #put(key: string, event: ChangeEvent<T>): void {
    if (this.#abort.signal.aborted) return;
    // A read that was given up by releasing the lock wants nothing.
    if (!this.#wanted || !this.events.locked) {
      return this.#buffer.put(key, event);
    }
    this.#wanted = false;
    this.#streamController.enqueue(event);
  }

  #pull(): void {
    const event = this.#buffer.take();
    if (event === undefined) this.#wanted = true;
    else this.#streamController.enqueue(event);
  }

  #failed(error: unknown): void {
    this.#lastError = error;
    callSafely("onWatchError", this.#onWatchError, error);
  }

  #shutDown(reason: unknown): void {
    if (this.#abort.signal.aborted) return;
    this.#signal?.removeEventListener("abort", this.#onAbort);
    this.#resync?.clear();
    this.#buffer.clear();
    this.#abort.abort(reason);
    this.#resolveSynced(false);
    this.#waiters.end((version) => this.#stoppedError(version));
  }

  #stoppedError(resourceVersion: string): UntilError {
    return new UntilError(
      `the informer stopped before it reached version ${resourceVersion}`,
      { lastError: this.#lastError },
    );
  }
}

function makePlan<T extends KubernetesObject>(
  options: InformerOptions<T>,
): ReflectorPlan {
  return new ReflectorPlan({
    watchList: options.watchList ?? true,
    alwaysPaged: options.pageSize !== undefined,
    minBackoffMs: options.minBackoffMs ?? DEFAULT_MIN_BACKOFF_MS,
    maxBackoffMs: options.maxBackoffMs ?? DEFAULT_MAX_BACKOFF_MS,
  });
}

function randomWatchTimeoutMs(): number {
  return LEAST_WATCH_TIMEOUT_MS * (1 + Math.random());
}

/**
 * Carries out what a `ReflectorPlan` decides: lists, watches and waits until it
 * is stopped, and hands everything to the cache.
 *
 * There is one request or one delay at a time. Each ends as soon as the signal
 * is aborted, even if the lister or watcher ignores that.
 *
 * @module
 */

import { unlessAborted } from "../internal/abort.ts";
import type { Collected, InformerCache } from "./_informer_cache.ts";
import { walkPages } from "./_pages.ts";
import { pause } from "../internal/pause.ts";
import {
  isAnyVersion,
  type Plan,
  type ReflectorPlan,
  type Request,
} from "./_reflector_plan.ts";
import { versionOf } from "../api/_untrusted.ts";
import { watchLifetime, watchOptions } from "./_watch_lifetime.ts";
import { type WatchEnd, WatchSession } from "./_watch_session.ts";
import { statusError } from "../api/status_error.ts";
import type {
  ChangeEvent,
  KubernetesList,
  KubernetesObject,
  ListerWatcher,
  ListOptions,
  WatchEvent,
} from "../api/types.ts";

/** Options for {@linkcode Reflector}. */
export interface ReflectorOptions<T extends KubernetesObject> {
  /** Lists and watches the objects. */
  listerWatcher: ListerWatcher<T>;
  /** Receives the objects. */
  cache: InformerCache<T>;
  /** Decides what to request next. */
  plan: ReflectorPlan;
  /** Stops the reflector. */
  signal: AbortSignal;
  /** The most items of a page, for lists that the plan wants in pages. */
  pageSize: number;
  /** Returns the timeout of the next watch, in milliseconds. */
  watchTimeoutMs: () => number;
  /** Milliseconds that a watch may outlive its timeout. */
  watchGraceMs: number;
  /** Milliseconds without an event or bookmark; undefined for no limit. */
  idleTimeoutMs: number | undefined;
  /** Called when the store is at a new version. */
  onVersion: (version: string) => void;
  /** Called when the store holds a whole list. */
  onReplaced: () => void;
  /** Called with each failure. */
  onError: (error: unknown) => void;
}

/**
 * The idle timeout of a WatchList before its end marker: a server that does not
 * know the parameters never sends one.
 */
const WATCH_LIST_IDLE_TIMEOUT_MS = 10_000;

const INITIAL_EVENTS_END = "k8s.io/initial-events-end";

type ListRequest = Request & { kind: "list" };
type WatchRequest = Request & { kind: "watch" | "watchList" };

/** Lists and watches until it is stopped, as client-go's `cache.Reflector`. */
export class Reflector<T extends KubernetesObject> {
  readonly #options: ReflectorOptions<T>;

  /**
   * Creates a reflector; {@linkcode Reflector.run} sends the first request.
   *
   * @param options The parts that it connects, and the timeouts.
   */
  constructor(options: ReflectorOptions<T>) {
    this.#options = options;
  }

  /**
   * Runs until the signal is aborted.
   *
   * @returns Resolves when nothing of it runs any more.
   */
  async run(): Promise<void> {
    const { onError, plan, signal } = this.#options;
    let next = plan.begin();
    while (!signal.aborted) {
      try {
        if (!next.atOnce) await pause(next.delayMs, signal);
        next = await this.#perform(next.request);
      } catch (error) {
        if (signal.aborted) return;
        onError(error);
        next = plan.listFailed(next.request, error);
      }
    }
  }

  #perform(request: Request): Promise<Plan> {
    return request.kind === "list" ? this.#list(request) : this.#watch(request);
  }

  async #list(request: ListRequest): Promise<Plan> {
    const { cache, onError, pageSize, plan, signal } = this.#options;
    let collected: Collected<T> = new Map();
    const first = { resourceVersion: request.version };
    const { version, cameInPages } = await walkPages<T>(
      first,
      request.paged ? pageSize : 0,
      {
        request: (options) => this.#requestPage(options),
        take: (items) => {
          signal.throwIfAborted();
          for (const item of items) cache.collect(collected, item);
        },
        drop: (error) => {
          onError(error);
          collected = new Map();
        },
      },
    );
    signal.throwIfAborted();
    this.#replace(collected, version);
    return plan.listed(request, cameInPages);
  }

  async #requestPage(options: ListOptions): Promise<KubernetesList<T>> {
    const { listerWatcher, signal } = this.#options;
    signal.throwIfAborted();
    const page = listerWatcher.list({ ...options, signal });
    return await unlessAborted(Promise.resolve(page), signal);
  }

  async #watch(request: WatchRequest): Promise<Plan> {
    const { idleTimeoutMs, listerWatcher, plan, signal, watchGraceMs } =
      this.#options;
    const lifetime = watchLifetime(
      this.#options.watchTimeoutMs(),
      watchGraceMs,
    );
    const reading = new WatchReading<T>(request);
    const session = new WatchSession(listerWatcher, {
      signal,
      deadlineMs: lifetime.deadlineMs,
      idleTimeoutMs: reading.collected === undefined
        ? idleTimeoutMs
        : Math.min(WATCH_LIST_IDLE_TIMEOUT_MS, idleTimeoutMs ?? Infinity),
    });
    plan.watchStarts();
    const options = watchOptions(request.version, lifetime);
    if (request.kind === "watchList") {
      options.sendInitialEvents = true;
      options.resourceVersionMatch = "NotOlderThan";
    }
    const end = await session.run(options, (event) => {
      const wasCollecting = reading.collected !== undefined;
      const failure = this.#take(reading, event);
      if (wasCollecting && reading.collected === undefined) {
        session.setIdleTimeout(idleTimeoutMs);
      }
      return failure;
    });
    signal.throwIfAborted();
    return this.#afterWatch(request, reading, end);
  }

  #take(reading: WatchReading<T>, event: WatchEvent<T>): WatchEnd | undefined {
    const { collected } = reading;
    switch (event?.type) {
      case "ADDED":
      case "MODIFIED":
      case "DELETED":
        if (collected === undefined) this.#apply(reading, event);
        else this.#collect(collected, event);
        return undefined;
      case "BOOKMARK":
        if (collected === undefined) this.#moved(reading, event);
        else if (endsInitialEvents(event.object)) {
          reading.collected = undefined;
          reading.heard = true;
          this.#replace(collected, versionOf(event.object) ?? "");
        }
        return undefined;
      case "ERROR":
        return { kind: "failed", error: statusError(event.object) };
      default:
        return { kind: "failed", error: unknownEvent(event) };
    }
  }

  #collect(collected: Collected<T>, { type, object }: ChangeEvent<T>): void {
    const { cache } = this.#options;
    if (type === "DELETED") cache.uncollect(collected, object);
    else cache.collect(collected, object);
  }

  #apply(reading: WatchReading<T>, event: ChangeEvent<T>): void {
    this.#options.cache.apply(event);
    this.#moved(reading, event);
  }

  /** An event or a bookmark has moved the store to its version. */
  #moved(reading: WatchReading<T>, event: WatchEvent<T>): void {
    const { onVersion, plan } = this.#options;
    reading.heard = true;
    if (event.type !== "ADDED") reading.inOrder = true;
    const version = versionOf(event.object);
    if (version === undefined || !reading.inOrder) return;
    plan.moved(version);
    onVersion(version);
  }

  #replace(collected: Collected<T>, version: string): void {
    const { cache, onReplaced, onVersion, plan } = this.#options;
    cache.replace(collected);
    plan.replaced(version);
    onReplaced();
    onVersion(version);
  }

  #afterWatch(
    request: WatchRequest,
    reading: WatchReading<T>,
    end: WatchEnd,
  ): Plan {
    const { onError, plan } = this.#options;
    if (reading.collected !== undefined) {
      const error = end.kind === "ended" || end.kind === "dead"
        ? incomplete(end)
        : end.error;
      onError(error);
      return plan.watchListFailed(request, error);
    }
    if (end.kind === "ended") return plan.watchEnded(reading.heard);
    onError(end.error);
    return end.kind === "failed"
      ? plan.watchFailed(end.error)
      : plan.watchLost(reading.heard);
  }
}

/** What one watch has delivered so far. */
class WatchReading<T extends KubernetesObject> {
  /** Whether the store has received an event or a bookmark from it. */
  heard = false;
  /** The initial list, until it is complete. */
  collected: Collected<T> | undefined;
  /** Whether it is past the initial ADDED events, which are in no order. */
  inOrder: boolean;

  constructor({ kind, version }: WatchRequest) {
    this.collected = kind === "watchList" ? new Map() : undefined;
    this.inOrder = kind === "watchList" || !isAnyVersion(version);
  }
}

function endsInitialEvents(bookmark: KubernetesObject): boolean {
  return bookmark?.metadata?.annotations?.[INITIAL_EVENTS_END] === "true";
}

/**
 * The error for a missing end marker. Not a `ConnectionError`, after which
 * WatchList would be tried again: a server that does not know the parameters
 * never sends the marker.
 */
function incomplete(end: WatchEnd & { kind: "ended" | "dead" }): Error {
  const what = "Cannot complete the initial list by WatchList";
  return end.kind === "ended"
    ? new Error(`${what}: the watch ended before ${INITIAL_EVENTS_END}`)
    : new Error(`${what}: ${end.error.message}`, { cause: end.error });
}

function unknownEvent(event: WatchEvent | null | undefined): TypeError {
  return new TypeError(
    `Failed to recognize the event type ${JSON.stringify(event?.type)}`,
  );
}

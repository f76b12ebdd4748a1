/**
 * Carries out what `ReflectorPlan` decides: lists, watches, waits, until it is
 * told to stop, and hands what comes to the cache.
 *
 * There is one request or one delay at a time, and each ends at once when the
 * signal is aborted, whether or not the lister or watcher honours it.
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

/** What a reflector works with. */
export interface ReflectorOptions<T extends KubernetesObject> {
  /** Where the objects come from. */
  listerWatcher: ListerWatcher<T>;
  /** Where they go to. */
  cache: InformerCache<T>;
  /** What is asked next. */
  plan: ReflectorPlan;
  /** Stops it. */
  signal: AbortSignal;
  /** Most items of one answer, where a list comes in pages. */
  pageSize: number;
  /** The timeout of the next watch in milliseconds. */
  watchTimeoutMs: () => number;
  /** How long a watch may outlive its timeout. */
  watchGraceMs: number;
  /** How long a watch may bring nothing; undefined for as long as it likes. */
  idleTimeoutMs: number | undefined;
  /** Told when the store shows a version: by a list, an event, a bookmark. */
  onVersion: (version: string) => void;
  /** Told when the store shows a whole list. */
  onReplaced: () => void;
  /** Told of each failure. */
  onError: (error: unknown) => void;
}

/**
 * How long a WatchList may be silent before its end marker: a server that does
 * not know the parameters never sends one.
 */
const WATCH_LIST_IDLE_TIMEOUT_MS = 10_000;

const INITIAL_EVENTS_END = "k8s.io/initial-events-end";

type ListRequest = Request & { kind: "list" };
type WatchRequest = Request & { kind: "watch" | "watchList" };

/** Lists and watches for ever. */
export class Reflector<T extends KubernetesObject> {
  readonly #options: ReflectorOptions<T>;

  /**
   * Asks for nothing yet.
   *
   * @param options What it works with.
   */
  constructor(options: ReflectorOptions<T>) {
    this.#options = options;
  }

  /** Runs until the signal is aborted, and resolves when nothing runs. */
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
        ask: (options) => this.#askForPage(options),
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

  async #askForPage(options: ListOptions): Promise<KubernetesList<T>> {
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

  /** An event or a bookmark has brought the store to its version. */
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

/** What one watch has brought so far. */
class WatchReading<T extends KubernetesObject> {
  /** Whether it brought an event or a bookmark to the store. */
  heard = false;
  /** The initial list, until it is whole. */
  collected: Collected<T> | undefined;
  /** Whether it is past the ADDED events that come in no order of versions. */
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
 * Why there is no end marker. No `ConnectionError`, which would be tried again
 * the same way: a server that does not know the parameters never sends one.
 */
function incomplete(end: WatchEnd & { kind: "ended" | "dead" }): Error {
  const what = "Cannot complete the initial list by WatchList";
  return end.kind === "ended"
    ? new Error(`${what}: the watch ended before its end marker`)
    : new Error(`${what}: ${end.error.message}`, { cause: end.error });
}

function unknownEvent(event: WatchEvent | null | undefined): TypeError {
  return new TypeError(
    `Cannot understand the watch event of type ${JSON.stringify(event?.type)}`,
  );
}

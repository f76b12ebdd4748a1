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
import type {
  Collected,
  CollectOptions,
  InformerCache,
} from "./_informer_cache.ts";
import { walkPages } from "./_pages.ts";
import { pause } from "../internal/pause.ts";
import {
  isAnyVersion,
  type Plan,
  type ReflectorPlan,
  type Request,
} from "./_reflector_plan.ts";
import {
  checkList,
  isAboutObject,
  versionOf,
  versionOfEvent,
} from "../api/_untrusted.ts";
import {
  type ItemsAhead,
  withItemsAhead,
  withPendingEvents,
} from "../api/_lazy_items_option.ts";
import { awaitServerVersion, isOlderVersion } from "./_server_version.ts";
import { clip } from "../internal/error_text.ts";
import {
  endsInitialEvents,
  INITIAL_EVENTS_END,
} from "../api/_initial_events.ts";
import { textField } from "../internal/json_fields.ts";
import { watchLifetime, watchOptions } from "./_watch_lifetime.ts";
import { type WatchEnd, WatchSession } from "./_watch_session.ts";
import {
  isUndecodableEvent,
  UndecodableEventError,
} from "../api/_undecodable_event_error.ts";
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
  /** Called with each failure, and whether it is that of a WatchList. */
  onError: (error: unknown, isWatchList?: boolean) => void;
}

const EVENT_TYPES: ReadonlySet<string> = new Set([
  "ADDED",
  "MODIFIED",
  "DELETED",
  "BOOKMARK",
]);

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
      const { request } = next;
      try {
        if (!next.atOnce) await pause(next.delayMs, signal);
        next = await this.#perform(request);
        if (next.reason !== undefined) onError(next.reason);
      } catch (error) {
        if (signal.aborted) return;
        onError(error);
        next = plan.listFailed(request, error);
      }
    }
  }

  #perform(request: Request): Promise<Plan> {
    switch (request.kind) {
      case "list":
        return this.#list(request);
      case "checkVersion":
        return this.#checkVersion();
      case "checkShards":
        return this.#checkShards();
      default:
        return this.#watch(request);
    }
  }

  /** Without an answer the watch goes on: it has worked until now. */
  async #checkVersion(): Promise<Plan> {
    const { listerWatcher, onError, plan, signal } = this.#options;
    let version: string | undefined;
    try {
      version = await awaitServerVersion(listerWatcher, signal);
    } catch (error) {
      signal.throwIfAborted();
      onError(error);
    }
    return plan.versionChecked(version);
  }

  /** A list of a shard fails where the server does not know shards. */
  async #checkShards(): Promise<Plan> {
    checkList(await this.#requestPage({ limit: 1 }));
    return this.#options.plan.shardsChecked();
  }

  async #list(request: ListRequest): Promise<Plan> {
    const { cache, onError, pageSize, plan, signal } = this.#options;
    let collected: Collected<T> = new Map();
    let trust = { versions: true };
    let takenAhead = 0;
    const take = (item: ChangeEvent<T>) =>
      cache.collectEvent(collected, item, trust);
    const first = { resourceVersion: request.version };
    const { version, cameInPages } = await walkPages<T>(
      first,
      request.paged ? pageSize : 0,
      {
        request: async (options) => {
          takenAhead = 0;
          const begin = (page: KubernetesList<T>) => {
            if (options.continue === undefined) trust = this.#trustIn(page);
            return (item: ChangeEvent<T>) => {
              take(item);
              takenAhead++;
            };
          };
          const page = await this.#requestPage(options, begin);
          begin(page);
          return page;
        },
        take: (items) => {
          signal.throwIfAborted();
          for (const item of items.slice(takenAhead)) take(item);
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

  /** A list that is older than the store comes from a restored server. */
  #trustIn(page: KubernetesList<T>): CollectOptions {
    const version = versionOf(page) ?? "";
    return { versions: !isOlderVersion(version, this.#options.plan.version) };
  }

  async #requestPage(
    options: ListOptions,
    start?: ItemsAhead<T>["start"],
  ): Promise<KubernetesList<T>> {
    const { cache, listerWatcher, signal } = this.#options;
    signal.throwIfAborted();
    const lazily = !cache.looksAtObjects;
    const all = start === undefined
      ? options
      : withItemsAhead(listerWatcher, options, { lazily, start });
    const page = listerWatcher.list({ ...all, signal });
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
      idleTimeoutMs,
      beginsWithList: reading.collected !== undefined,
    });
    plan.watchStarts();
    const options = withPendingEvents(
      listerWatcher,
      watchOptions(request.version, lifetime),
    );
    if (request.kind === "watchList") {
      options.sendInitialEvents = true;
      options.resourceVersionMatch = "NotOlderThan";
    }
    const end = await session.run(options, (event) => {
      const wasCollecting = reading.collected !== undefined;
      const failure = this.#takeSafely(reading, event);
      if (wasCollecting && reading.collected === undefined) {
        session.listComplete();
      }
      return failure;
    });
    signal.throwIfAborted();
    return this.#afterWatch(request, reading, end);
  }

  /** An object that is not valid JSON throws when it is looked at. */
  #takeSafely(
    reading: WatchReading<T>,
    event: WatchEvent<T>,
  ): WatchEnd | undefined {
    try {
      return this.#take(reading, event);
    } catch (error) {
      if (!isUndecodableEvent(error)) throw error;
      return { kind: "failed", error };
    }
  }

  #take(reading: WatchReading<T>, event: WatchEvent<T>): WatchEnd | undefined {
    switch (event?.type) {
      case "ADDED":
      case "MODIFIED":
      case "DELETED":
        if (!isAboutObject(event)) break;
        if (reading.collected === undefined) this.#apply(reading, event);
        else this.#collect(reading, event);
        return undefined;
      case "BOOKMARK":
        if (!isAboutObject(event)) break;
        return this.#takeBookmark(reading, event);
      case "ERROR":
        return { kind: "failed", error: statusError(event.object) };
    }
    return { kind: "failed", error: unrecognizedEvent(event) };
  }

  #takeBookmark(
    reading: WatchReading<T>,
    event: WatchEvent<T> & { type: "BOOKMARK" },
  ): WatchEnd | undefined {
    const { collected } = reading;
    const version = versionOf(event.object);
    if (collected === undefined) {
      // Without a version it says nothing.
      if (version !== undefined) this.#moved(reading, event);
      return undefined;
    }
    if (!endsInitialEvents(event.object)) {
      return { kind: "failed", error: incomplete("it sent another bookmark") };
    }
    // It may throw, as an index may look at an object that is not valid JSON.
    this.#replace(collected, version ?? "");
    reading.collected = undefined;
    reading.heard = true;
    return undefined;
  }

  #collect(
    { collected, trust }: WatchReading<T>,
    event: ChangeEvent<T>,
  ): void {
    if (collected === undefined) return;
    this.#options.cache.collectEvent(collected, event, trust);
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
    const version = versionOfEvent(event);
    if (version === undefined || !reading.inOrder) return;
    plan.moved(version);
    onVersion(plan.version);
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
      const error = listFailure(end);
      onError(error, true);
      return plan.watchListFailed(request, error);
    }
    if (end.kind === "ended") return plan.watchEnded(reading.heard);
    onError(end.error);
    switch (end.kind) {
      case "lost":
        return plan.watchLost(reading.heard);
      case "dead":
        return plan.watchDied(reading.heard);
      default:
        return plan.watchFailed(end.error);
    }
  }
}

/** What one watch has delivered so far. */
class WatchReading<T extends KubernetesObject> {
  /** Whether the store has received an event or a bookmark from it. */
  heard = false;
  /** The initial list, until it is complete. */
  collected: Collected<T> | undefined;
  /** Of a list at any version it is not known yet whether it is older. */
  readonly trust: CollectOptions;
  /** Whether it is past the initial ADDED events, which are in no order. */
  inOrder: boolean;

  constructor({ kind, version }: WatchRequest) {
    this.collected = kind === "watchList" ? new Map() : undefined;
    this.trust = { versions: version !== "" };
    this.inOrder = kind === "watchList" || !isAnyVersion(version);
  }
}

/** Why a WatchList has ended before its end marker. */
function listFailure(end: WatchEnd): unknown {
  switch (end.kind) {
    case "ended":
      return incomplete(`the watch ended before ${INITIAL_EVENTS_END}`);
    case "dead":
    case "slow":
      return incomplete(end.error.message, { cause: end.error });
    default:
      return end.error;
  }
}

/**
 * The error for a missing end marker. Not a `ConnectionError`, after which
 * WatchList would be tried again: a server that does not know the parameters
 * never sends the marker.
 */
function incomplete(why: string, options?: ErrorOptions): Error {
  const what = "Cannot complete the initial list by WatchList";
  return new Error(`${what}: ${why}`, options);
}

/** Its type, or its object, may be anything. */
function unrecognizedEvent(event: unknown): UndecodableEventError {
  const type = textField(event, "type");
  if (type === undefined) {
    return new UndecodableEventError(
      "Failed to recognize an event without a type",
    );
  }
  const what = EVENT_TYPES.has(type) ? "object of an event of" : "event";
  return new UndecodableEventError(
    `Failed to recognize the ${what} type ${JSON.stringify(clip(type, 80))}`,
  );
}

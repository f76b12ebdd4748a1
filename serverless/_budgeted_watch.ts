/**
 * A watch for as long as a budget lasts, which knows whether it has caught up
 * and whether the server is behind its version.
 *
 * A `RetryWatcher` does the watching. What is added here: the server is asked
 * to end the watch when the time is over, since a watch that it has ended so is
 * known to be complete, and a kube-apiserver sends a bookmark two seconds
 * before that; and a watch that stays silent is not believed before the server
 * has been asked for its version. A resource that cannot be watched at all is
 * an error, not a quiet resource.
 *
 * @module
 */

import { findConfigurationError } from "../api/configuration_error.ts";
import { isPermanentRefusal } from "../api/_permanent_refusal.ts";
import { statusError } from "../api/status_error.ts";
import type {
  ChangeEvent,
  KubernetesObject,
  ListerWatcher,
  Watcher,
  WatchEvent,
  WatchOptions,
} from "../api/types.ts";
import { isOlderVersion, serverVersion } from "../cache/_server_version.ts";
import { callSafely } from "../internal/console.ts";
import { startTimer, type Timer } from "../internal/timer.ts";
import { RetryWatcher } from "../watch/retry_watcher.ts";
import type { WatchRestart } from "../watch/observer.ts";
import type { RetryWatcherOptions } from "../watch/retry_watcher_options.ts";
import type { Budget } from "./_budget.ts";

/** How long a watch may be silent before the server is asked for its version. */
const SILENCE_MS = 1_000;

/**
 * A kube-apiserver sends a bookmark two seconds before it ends a watch, and
 * looks once a second whether it is time.
 */
const LEAST_TIMEOUT_FOR_BOOKMARK_MS = 4_000;

/** How often a version that only bookmarks move is worth saving. */
const MOVED_MS = 30_000;

/** How much of its time a watch must have lasted to have been ended by it. */
const WHOLE_TIME = 0.9;

/** What comes next of a watch. */
export type WatchStep<T extends KubernetesObject> =
  | {
    readonly kind: "event";
    readonly event: ChangeEvent<T>;
    /** The version up to which all is handled once this event is. */
    readonly resourceVersion: string;
  }
  /** A bookmark has moved the version, and nothing else has come for long. */
  | { readonly kind: "moved"; readonly resourceVersion: string }
  /** The time is over. */
  | { readonly kind: "over" }
  /** The version has expired, or the server is behind it. */
  | { readonly kind: "gone"; readonly cause: unknown };

/** What a watch needs. */
export interface BudgetedWatchOptions<T extends KubernetesObject> {
  /** Lists and watches the resource. */
  readonly source: ListerWatcher<T>;
  /** The version to watch from. */
  readonly resourceVersion: string;
  /** Whether that is what a list of this invocation has shown. */
  readonly isFresh: boolean;
  /** The time. */
  readonly budget: Budget;
  /** The caller's options. */
  readonly options: RetryWatcherOptions;
}

/** One watch of an invocation. */
export class BudgetedWatch<T extends KubernetesObject>
  implements Watcher<T>, Disposable {
  readonly #source: ListerWatcher<T>;
  readonly #budget: Budget;
  readonly #onRestart: RetryWatcherOptions["onRestart"];
  readonly #watcher: RetryWatcher<T>;
  readonly #reader: ReadableStreamDefaultReader<WatchEvent<T>>;
  readonly #stop = new AbortController();
  readonly #onBudgetEnd = () => this.#stop.abort(this.#budget.signal.reason);
  /** Whether the server has ever answered. */
  #isReached = false;
  #lastFailure: unknown;
  #fatal: { readonly error: unknown } | undefined;
  /** Why the version is gone, if the server turned out to be behind it. */
  #behind: Error | undefined;
  #isReading = false;
  #pending: Promise<ReadableStreamReadResult<WatchEvent<T>>> | undefined;
  #caughtUp: boolean;
  /** The version when it was last certain that something had been heard. */
  #heardAt: string;
  #current: { openedAt: number; timeoutMs: number } | undefined;
  #silence: Timer | undefined;

  /**
   * Starts watching.
   *
   * @param parts What it needs.
   */
  constructor(parts: BudgetedWatchOptions<T>) {
    const { source, resourceVersion, isFresh, budget, options } = parts;
    this.#source = source;
    this.#budget = budget;
    this.#onRestart = options.onRestart;
    this.#heardAt = resourceVersion;
    this.#caughtUp = isFresh;
    this.#isReached = isFresh;
    if (budget.signal.aborted) this.#onBudgetEnd();
    budget.signal.addEventListener("abort", this.#onBudgetEnd, { once: true });
    this.#watcher = new RetryWatcher<T>(resourceVersion, {
      watch: (watchOptions) => this.watch(watchOptions),
    }, {
      ...options,
      signal: this.#stop.signal,
      onRestart: (restart) => this.#restarted(restart),
    });
    this.#reader = this.#watcher.events.getReader();
  }

  /** The version up to which all has been read. */
  get resourceVersion(): string {
    return this.#watcher.resourceVersion;
  }

  /** Whether nothing was left when the server was heard last. */
  get caughtUp(): boolean {
    return this.#caughtUp;
  }

  /**
   * Waits for the next event, which counts as not handled until the next call.
   *
   * @returns The event, or why there is no other.
   * @throws {StatusError} If the server refuses for good.
   * @throws What the last try failed with, if the server never answered.
   */
  async next(): Promise<WatchStep<T>> {
    this.#isReading = true;
    this.#pending ??= this.#reader.read();
    const result = await this.#unlessMoved(this.#pending);
    if (result === "moved") {
      this.#caughtUp = true;
      this.#heardAt = this.resourceVersion;
      return { kind: "moved", resourceVersion: this.#heardAt };
    }
    this.#pending = undefined;
    this.#isReading = false;
    if (this.#fatal !== undefined) throw this.#fatal.error;
    if (this.#behind !== undefined) {
      return { kind: "gone", cause: this.#behind };
    }
    return result.done ? this.#over() : this.#received(result.value);
  }

  /**
   * Finds out, in what is left of the time, whether all has been handed on.
   *
   * @param position The version up to which all has been handled.
   * @returns Whether it has, or why the version is gone.
   */
  async finish(position: string): Promise<boolean | Error> {
    if (this.#caughtUp || this.#budget.isAborted) return this.#caughtUp;
    const abort = new AbortController();
    try {
      const asked = serverVersion(this.#source, abort.signal);
      const server = await this.#budget.within(asked, () => undefined);
      if (!isKnown(server)) return false;
      if (isOlderVersion(server, position)) {
        return behindError(server, position);
      }
      return !isOlderVersion(position, server);
    } catch {
      return false;
    } finally {
      abort.abort();
    }
  }

  /** Opens a watch for the `RetryWatcher`. */
  async watch(options: WatchOptions): Promise<ReadableStream<WatchEvent<T>>> {
    const { timeoutSeconds = Infinity } = options;
    const leftSeconds = Math.floor(this.#budget.remainingMs / 1000);
    const seconds = Math.max(1, Math.min(timeoutSeconds, leftSeconds));
    const startedAt = Date.now();
    try {
      const stream = await this.#source.watch({
        ...options,
        ...(seconds === Infinity ? {} : { timeoutSeconds: seconds }),
      });
      this.#opened(startedAt, seconds * 1000);
      return stream;
    } catch (error) {
      this.#failed(error);
      throw error;
    }
  }

  /** Stops watching. */
  [Symbol.dispose](): void {
    this.#budget.signal.removeEventListener("abort", this.#onBudgetEnd);
    this.#silence?.clear();
    this.#stop.abort();
  }

  async #unlessMoved<R>(pending: Promise<R>): Promise<R | "moved"> {
    let timer: Timer | undefined;
    const moved = new Promise<"moved">((resolve) => {
      const wait = () => {
        timer = startTimer(() => {
          if (this.resourceVersion === this.#heardAt) wait();
          else resolve("moved");
        }, MOVED_MS);
      };
      wait();
    });
    try {
      return await Promise.race([pending, moved]);
    } finally {
      timer?.clear();
    }
  }

  #received(event: WatchEvent<T>): WatchStep<T> {
    this.#silence?.clear();
    this.#caughtUp = false;
    const { resourceVersion } = this.#watcher;
    switch (event.type) {
      case "ADDED":
      case "MODIFIED":
      case "DELETED":
        this.#heardAt = resourceVersion;
        return { kind: "event", event, resourceVersion };
    }
    const cause = statusError(event.object);
    if (cause.code !== 410) throw cause;
    return { kind: "gone", cause };
  }

  #over(): WatchStep<T> {
    if (!this.#isReached && !this.#budget.isAborted) {
      throw this.#lastFailure ?? new DOMException(
        "The server has not answered the watch within the budget: give it more time",
        "TimeoutError",
      );
    }
    // Only a bookmark moves the version while a read is pending.
    if (this.resourceVersion !== this.#heardAt) this.#caughtUp = true;
    return { kind: "over" };
  }

  #opened(startedAt: number, timeoutMs: number): void {
    const now = Date.now();
    this.#budget.request.add(now - startedAt);
    this.#current = { openedAt: now, timeoutMs };
    const isFirst = !this.#isReached;
    this.#isReached = true;
    if (this.#stop.signal.aborted || (this.#caughtUp && !isFirst)) return;
    const { resourceVersion } = this.#watcher;
    this.#silence?.clear();
    this.#silence = startTimer(
      () => this.#checkVersion(resourceVersion),
      this.#silenceMs(timeoutMs),
    );
  }

  /** A bookmark says more than the question, and costs no request. */
  #silenceMs(timeoutMs: number): number {
    const { remainingMs } = this.#budget;
    const bookmarkIsDue = remainingMs !== Infinity &&
      timeoutMs >= LEAST_TIMEOUT_FOR_BOOKMARK_MS;
    return bookmarkIsDue
      ? timeoutMs - SILENCE_MS
      : Math.max(0, Math.min(SILENCE_MS, remainingMs / 4));
  }

  #failed(error: unknown): void {
    if (this.#stop.signal.aborted) return;
    this.#lastFailure = error;
    const isHopeless = findConfigurationError(error) !== undefined ||
      (!this.#isReached && isPermanentRefusal(error));
    if (!isHopeless) return;
    this.#fatal = { error };
    this.#stop.abort();
  }

  #restarted(restart: WatchRestart): void {
    callSafely("onRestart", this.#onRestart, restart);
    this.#silence?.clear();
    const current = this.#current;
    this.#current = undefined;
    if (restart.cause !== undefined) {
      this.#lastFailure = restart.cause;
      this.#caughtUp = false;
      return;
    }
    if (current === undefined) return;
    const lastedMs = Date.now() - current.openedAt;
    // A proxy may end a watch early, with events still under way.
    if (lastedMs < current.timeoutMs * WHOLE_TIME) return;
    this.#caughtUp = true;
    if (this.#budget.remainingMs < SILENCE_MS) this.#stop.abort();
  }

  /** Asks whether a watch that is silent from a version is right to be. */
  async #checkVersion(from: string): Promise<void> {
    const isSilent = () =>
      this.#isReading && !this.#stop.signal.aborted &&
      this.#watcher.resourceVersion === from;
    if (!isSilent()) return;
    const server = await serverVersion(this.#source, this.#stop.signal);
    if (!isSilent() || !isKnown(server)) return;
    if (isOlderVersion(server, from)) {
      this.#behind = behindError(server, from);
      this.#stop.abort();
    } else if (!isOlderVersion(from, server)) this.#caughtUp = true;
  }
}

function isKnown(version: string | undefined): version is string {
  return version !== undefined && version !== "";
}

function behindError(server: string, position: string): Error {
  return new Error(
    `the server is at version ${server}, behind ${position}: has it been restored from a backup?`,
  );
}

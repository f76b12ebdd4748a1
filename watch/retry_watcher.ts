/**
 * A watch that survives its connections.
 *
 * One tagged union (`_retry_state.ts`) says what the watcher is doing: opening
 * a watch, reading one, waiting for the next start, asking the server for its
 * version before it, parked until the next read, or stopped. A `Try` is one
 * watch from its request to its end; results that arrive for a try that is no
 * longer the current one are recognized by identity and dropped, so that a
 * source that ignores an abort can do no harm. What the outcome of a watch
 * means is decided by `_watch_outcome.ts`.
 *
 * The stream (`_positioned_stream.ts`) pulls, and one pull takes one event.
 * That makes the position exact. It also means that an idle consumer looks like
 * an idle server, which is why the watchdog needs to know whether a read is
 * pending.
 *
 * Each step that a promise or a timer starts is guarded: what is thrown in it
 * ends the watcher with an ERROR event, not the process.
 *
 * @module
 */

import { observedWatcher } from "./_observed.ts";
import type { WatchObserver } from "./observer.ts";
import { refuseWorkerTopLevel } from "../api/_worker_scope.ts";
import { cancelQuietly } from "../internal/abort.ts";
import { callSafely } from "../internal/console.ts";
import {
  type EndedTry,
  RestartSchedule,
} from "../internal/restart_schedule.ts";
import { startTimer, type Timer } from "../internal/timer.ts";
import {
  isOlderVersion,
  listerOf,
  SERVER_VERSION_TIMEOUT_MS,
  serverVersion,
} from "../cache/_server_version.ts";
import { Watchdog } from "../cache/_watchdog.ts";
import {
  type WatchLifetime,
  watchLifetime,
  watchOptions,
} from "../cache/_watch_lifetime.ts";
import { PositionedStream } from "./_positioned_stream.ts";
import {
  openReader,
  type Reader,
  readNext,
  release,
  type State,
  type Try,
} from "./_retry_state.ts";
import {
  checkInitialResourceVersion,
  checkRetryWatcherOptions,
  type RetryWatcherOptions,
} from "./retry_watcher_options.ts";
import {
  endedEarlyError,
  FailureStreak,
  judgeError,
  judgeLost,
  judgeStart,
  restoredStatus,
  thrownStatus,
  unrecognizedEventStatus,
  type Verdict,
} from "./_watch_outcome.ts";
import { versionOfEvent } from "../api/_untrusted.ts";
import type {
  KubernetesObject,
  Lister,
  Status,
  Watcher,
  WatchEvent,
} from "../api/types.ts";

const DEFAULT_WATCH_TIMEOUT_MS = 300_000;
const DEFAULT_WATCH_GRACE_MS = 30_000;

/** A try that has ended, and why. */
interface Ended extends EndedTry {
  /** Undefined if the server ended the watch normally. */
  cause: unknown;
  /** Whether nothing shows that the server still has the version. */
  doubtful: boolean;
}

/**
 * Watches from a resource version and restarts the watch whenever it ends, as
 * client-go's
 * [`watch.RetryWatcher`](https://pkg.go.dev/k8s.io/client-go/tools/watch#RetryWatcher).
 *
 * - It runs from construction: the first watch is opened at once.
 * - It delivers each ADDED, MODIFIED and DELETED event after the initial
 *   version exactly once and in order, across broken connections. Bookmarks
 *   move the position and are not delivered. The position never moves back.
 * - It ends with one ERROR event if it cannot continue without skipping events,
 *   or cannot continue at all: the version has expired (410), the server
 *   refuses the caller (401, 403), the requests cannot be sent as configured,
 *   an event is not recognized, or the same line of the watch could not be
 *   decoded three times in a row. Any other failure is retried, with spacing
 *   and backoff, and reported to {@linkcode RetryWatcherOptions.onRestart}.
 * - It reads nothing ahead: an event is taken from the server only while a read
 *   is pending. A consumer that does not read for longer than the server keeps
 *   its history (five minutes by default) receives a 410.
 * - It detects connections that have died silently; see
 *   {@linkcode RetryWatcherOptions.watchTimeoutMs} and
 *   {@linkcode RetryWatcherOptions.idleTimeoutMs}.
 * - It detects a server that was restored from a backup, if `watcher` has a
 *   `list()` as well: a kube-apiserver accepts a watch from a version that it
 *   has not reached, and sends nothing until its versions have grown past it.
 *   So before the next watch after one that delivered neither an event nor a
 *   bookmark, or that got no HTTP answer, the server is asked for its version
 *   (one list with `limit: 1`). If that is lower, the watcher ends with an
 *   ERROR event (410 `Expired`). A question that fails, or has no answer in ten
 *   seconds, changes nothing.
 * - Calling {@linkcode RetryWatcher.stop}, aborting the signal, cancelling
 *   {@linkcode RetryWatcher.events} and leaving a `for await` loop all stop it.
 *
 * It does not deliver objects that existed at its initial version, and does not
 * survive a 410. Use `listWatchUntil` to begin with existing objects, or
 * `IndexerInformerWatcher`, which lists again after a 410.
 *
 * With a `shardSelector`, begin from a list: a server that does not know shards
 * ignores the selector and sends everything. A list notices that (it rejects
 * with a `ShardingUnsupportedError`), but the watcher itself lists nothing to
 * find out.
 *
 * @typeParam T Type of the watched objects.
 *
 * @example Every change after a version, across a broken connection
 * ```ts
 * import { RetryWatcher } from "@watchtools/kube";
 * import { FakeListerWatcher } from "@watchtools/kube/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const server = new FakeListerWatcher();
 * const first = server.add({ metadata: { name: "a" } });
 * server.add({ metadata: { name: "b" } });
 *
 * const from = first.metadata?.resourceVersion ?? "";
 * await using watcher = new RetryWatcher(from, server, {
 *   minRestartDelayMs: 0,
 * });
 * const names: unknown[] = [];
 * for await (const event of watcher) {
 *   if (event.type === "ERROR") break;
 *   names.push(event.object.metadata?.name);
 *   if (names.length === 2) break;
 *   server.disconnect();
 *   server.add({ metadata: { name: "c" } });
 * }
 * assertEquals(names, ["b", "c"]);
 * ```
 */
export class RetryWatcher<T extends KubernetesObject = KubernetesObject>
  implements AsyncIterable<WatchEvent<T>>, AsyncDisposable {
  /**
   * The events: Go's `ResultChan`. The stream closes when the watcher stops,
   * and never errors.
   */
  readonly events: ReadableStream<WatchEvent<T>>;
  /** Resolves when the watcher has stopped, for any reason. Never rejects. */
  readonly done: Promise<void>;

  readonly #watcher: Watcher<T>;
  readonly #stream: PositionedStream<T>;
  readonly #resolveDone: () => void;
  readonly #schedule: RestartSchedule;
  readonly #streak = new FailureStreak();
  readonly #signal: AbortSignal | undefined;
  readonly #lifetime: WatchLifetime;
  readonly #idleTimeoutMs: number | undefined;
  readonly #onRestart: RetryWatcherOptions["onRestart"];
  readonly #observer: WatchObserver | undefined;
  readonly #onAbort = () => this.stop(this.#signal?.reason);
  #state: State<T> = { kind: "stopped" };

  /**
   * Starts watching.
   *
   * @param initialResourceVersion The resource version to watch from, such as
   *   that of a list or of an object: events after it are delivered.
   * @param watcher Opens the watches. If it can list as well, it is also asked
   *   for the server's version.
   * @param options The signal, the timeouts and the restart delays.
   * @throws {TypeError} If `initialResourceVersion` is missing, `""` or `"0"`: a
   *   watch from "any version" begins with events that it cannot be resumed
   *   from.
   * @throws {RangeError} If a duration is negative or NaN.
   * @throws {ConfigurationError} At the top level of a worker's module.
   */
  constructor(
    initialResourceVersion: string,
    watcher: Watcher<T>,
    options: RetryWatcherOptions = {},
  ) {
    refuseWorkerTopLevel("a RetryWatcher");
    checkInitialResourceVersion(initialResourceVersion);
    checkRetryWatcherOptions(options);
    const {
      signal,
      minRestartDelayMs,
      maxRestartDelayMs,
      watchTimeoutMs = DEFAULT_WATCH_TIMEOUT_MS,
      watchGraceMs = DEFAULT_WATCH_GRACE_MS,
      idleTimeoutMs,
      onRestart,
      observer,
    } = options;
    this.#watcher = observedWatcher(watcher, observer);
    this.#schedule = new RestartSchedule({
      minRestartDelayMs,
      maxRestartDelayMs,
    });
    this.#lifetime = watchLifetime(watchTimeoutMs, watchGraceMs);
    this.#idleTimeoutMs = idleTimeoutMs;
    this.#onRestart = onRestart;
    this.#observer = observer;
    this.#signal = signal;

    this.#stream = new PositionedStream(initialResourceVersion, {
      pull: () => this.#pull(),
      cancel: (reason) => this.#shutDown(reason),
    });
    this.events = this.#stream.events;
    let resolveDone = () => {};
    this.done = new Promise<void>((resolve) => resolveDone = resolve);
    this.#resolveDone = resolveDone;

    if (signal?.aborted) {
      this.#resolveDone();
      this.#stream.close();
      return;
    }
    signal?.addEventListener("abort", this.#onAbort, { once: true });
    this.#open();
  }

  /**
   * The resource version that a new `RetryWatcher` can continue from without
   * missing or repeating an event: that of the last event that the consumer has
   * read, or of a bookmark that followed it.
   */
  get resourceVersion(): string {
    return this.#stream.consumed;
  }

  /**
   * Stops the watcher: aborts the open request, closes
   * {@linkcode RetryWatcher.events} and resolves {@linkcode RetryWatcher.done}.
   * Does nothing if the watcher has already stopped.
   *
   * @param reason The reason that the open request is aborted with; an
   *   `AbortError` by default.
   */
  stop(reason?: unknown): void {
    if (this.#state.kind === "stopped") return;
    this.#stream.close();
    this.#shutDown(reason);
  }

  /**
   * Iterates over {@linkcode RetryWatcher.events}; leaving the loop stops the
   * watcher.
   *
   * @returns The iterator of the events.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<WatchEvent<T>> {
    return this.events[Symbol.asyncIterator]();
  }

  /**
   * Stops the watcher and waits until it has stopped.
   *
   * @returns Resolves when it has stopped.
   */
  [Symbol.asyncDispose](): Promise<void> {
    this.stop();
    return this.done;
  }

  #pull(): void {
    const state = this.#state;
    switch (state.kind) {
      case "parked": {
        const { startedAt, doubtful } = state;
        const failed = false;
        return this.#restart({ cause: undefined, failed, startedAt, doubtful });
      }
      case "opening":
        return state.current.watchdog.readStarted();
      case "open":
        state.current.watchdog.readStarted();
        this.#read();
    }
  }

  /** Opens the next watch, once the server is known to have its version. */
  #next(doubtful: boolean): void {
    const lister = doubtful ? listerOf(this.#watcher) : undefined;
    if (lister === undefined) this.#open();
    else this.#check(lister);
  }

  #check(lister: Lister<T>): void {
    const abort = new AbortController();
    const checked = (version?: string) => {
      if (this.#state === checking) this.#checked(version);
    };
    const checking: State<T> = {
      kind: "checking",
      abort,
      timer: this.#startTimer(checked, SERVER_VERSION_TIMEOUT_MS),
    };
    this.#leave(checking);
    serverVersion(lister, abort.signal).then(
      (version) => this.#guard(() => checked(version)),
    );
  }

  #checked(version: string | undefined): void {
    const { position } = this.#stream;
    if (version === undefined || !isOlderVersion(version, position)) {
      return this.#open();
    }
    this.#finish(restoredStatus(version, position));
  }

  #open(): void {
    const current: Try = {
      abort: new AbortController(),
      startedAt: Date.now(),
      from: this.#stream.position,
      heard: false,
      watchdog: new Watchdog({
        deadlineMs: this.#lifetime.deadlineMs,
        idleTimeoutMs: this.#idleTimeoutMs,
        isReadPending: () => this.#stream.isReadPending,
        onDead: (error) => this.#guard(() => this.#lost(current, error)),
        onDeadlineUnread: () => this.#guard(() => this.#park(current)),
      }),
    };
    this.#leave({ kind: "opening", current });
    if (!this.#isCurrent(current)) return;
    openReader(this.#watcher, {
      ...watchOptions(current.from, this.#lifetime),
      signal: current.abort.signal,
    }).then(
      (reader) => this.#guard(() => this.#opened(current, reader)),
      (error) => this.#guard(() => this.#startFailed(current, error)),
    );
  }

  #opened(current: Try, reader: Reader<T>): void {
    if (!this.#isCurrent(current)) return cancelQuietly(reader);
    this.#streak.opened();
    this.#state = { kind: "open", current, reader, reading: false };
    if (this.#stream.isReadPending) this.#read();
  }

  #startFailed(current: Try, error: unknown): void {
    if (this.#isCurrent(current)) this.#follow(current, judgeStart(error));
  }

  #read(): void {
    const state = this.#state;
    if (state.kind !== "open" || state.reading) return;
    state.reading = true;
    const { current } = state;
    readNext(state.reader).then(
      (result) =>
        this.#guard(() => {
          if (this.#state !== state) return;
          state.reading = false;
          if (result.done) this.#ended(current);
          else this.#received(current, result.value);
        }),
      (error) => this.#guard(() => this.#lost(current, error)),
    );
  }

  #received(current: Try, event: WatchEvent<T>): void {
    switch (event?.type) {
      case "ADDED":
      case "MODIFIED":
      case "DELETED": {
        const version = versionOfEvent(event);
        if (version === undefined) break;
        this.#heard(current);
        return this.#stream.deliver(event, version);
      }
      case "BOOKMARK": {
        const version = versionOfEvent(event);
        // One without a version says nothing, not even that all is well.
        if (version !== undefined) {
          this.#heard(current);
          this.#stream.advance(version);
        }
        if (this.#stream.isReadPending) this.#read();
        return;
      }
      case "ERROR":
        return this.#follow(current, judgeError(event.object));
    }
    this.#finish(unrecognizedEventStatus(event));
  }

  #heard(current: Try): void {
    current.heard = true;
    this.#schedule.recovered();
    current.watchdog.received();
  }

  #ended({ startedAt, heard }: Try): void {
    this.#streak.end();
    const failed = !heard && this.#schedule.endedEarly(startedAt);
    const cause = failed ? endedEarlyError(startedAt) : undefined;
    this.#restart({ cause, failed, startedAt, doubtful: !heard });
  }

  #lost(current: Try, error: unknown): void {
    if (!this.#isCurrent(current)) return;
    this.#follow(current, judgeLost(error, current.heard));
  }

  #park(current: Try): void {
    if (!this.#isCurrent(current)) return;
    this.#streak.end();
    const { startedAt, heard } = current;
    this.#leave({ kind: "parked", startedAt, doubtful: !heard });
  }

  #follow({ from, startedAt }: Try, verdict: Verdict): void {
    if (verdict.kind === "stop") return this.#finish(verdict.status);
    const status = this.#streak.finalStatus(verdict, from);
    if (status !== undefined) return this.#finish(status);
    const { cause, retryAfterMs, doubtful = false } = verdict;
    this.#restart({ cause, failed: true, startedAt, retryAfterMs, doubtful });
  }

  #restart({ cause, doubtful, ...ended }: Ended): void {
    const waiting: State<T> = { kind: "waiting", timer: undefined };
    this.#leave(waiting, cause);
    if (this.#state !== waiting) return;
    const { delayMs, attempt, atOnce } = this.#schedule.next(ended);
    const restart = {
      cause,
      resourceVersion: this.#stream.position,
      delayMs,
      attempt,
    };
    callSafely("onRestart", this.#onRestart, restart);
    callSafely(
      "onRestart",
      (restart) => this.#observer?.onRestart?.(restart),
      restart,
    );
    if (this.#state !== waiting) return;
    if (atOnce) return this.#next(doubtful);
    waiting.timer = this.#startTimer(() => this.#next(doubtful), delayMs);
  }

  #isCurrent(current: Try): boolean {
    const state = this.#state;
    return (state.kind === "opening" || state.kind === "open") &&
      state.current === current;
  }

  /**
   * Leaves the current state, and only then releases what it held: that may run
   * user code, which must find a consistent watcher.
   */
  #leave(next: State<T>, reason?: unknown): void {
    const left = this.#state;
    this.#state = next;
    release(left, reason);
  }

  #startTimer(step: () => void, delayMs: number): Timer {
    return startTimer(() => this.#guard(step), delayMs);
  }

  /** Takes a step that no one else would catch the errors of. */
  #guard(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.#finish(thrownStatus(error));
    }
  }

  /** Stops by itself, with one last ERROR event. */
  #finish(status: Status): void {
    if (this.#state.kind === "stopped") return;
    this.#stream.fail(status);
    this.stop();
  }

  #shutDown(reason: unknown): void {
    if (this.#state.kind === "stopped") return;
    this.#signal?.removeEventListener("abort", this.#onAbort);
    this.#leave({ kind: "stopped" }, reason);
    this.#resolveDone();
  }
}

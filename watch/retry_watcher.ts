/**
 * A watch that survives its connections.
 *
 * One tagged union says what the watcher is doing (opening a watch, reading
 * one, waiting for the next start, parked until the next read, stopped), and a
 * state holds only what it needs: there is a reader only while a watch is open,
 * and a timer only while a restart is due. A `Try` is one watch from its
 * request to its end; results that arrive for a try that is no longer the
 * current one are recognized by identity and dropped, so that a source that
 * ignores an abort can do no harm.
 *
 * The stream pulls, and one pull takes one event. That makes the position
 * exact: it is what the consumer has read, never what was read ahead. It also
 * means that an idle consumer looks like an idle server, which is why the
 * watchdog needs to know whether a read is pending.
 *
 * @module
 */

import { cancelQuietly } from "../internal/abort.ts";
import { pullStream } from "../internal/pull_stream.ts";
import { callSafely } from "../internal/console.ts";
import {
  type EndedTry,
  RestartSchedule,
} from "../internal/restart_schedule.ts";
import { startTimer, type Timer } from "../internal/timer.ts";
import { Watchdog } from "../cache/_watchdog.ts";
import {
  type WatchLifetime,
  watchLifetime,
  watchOptions,
} from "../cache/_watch_lifetime.ts";
import {
  checkInitialResourceVersion,
  checkRetryWatcherOptions,
  type RetryWatcherOptions,
} from "./retry_watcher_options.ts";
import {
  judgeError,
  judgeStart,
  unrecognizedEventStatus,
  type Verdict,
} from "./_watch_outcome.ts";
import { versionOf } from "../api/_untrusted.ts";
import type {
  KubernetesObject,
  Status,
  Watcher,
  WatchEvent,
} from "../api/types.ts";

const DEFAULT_WATCH_TIMEOUT_MS = 300_000;
const DEFAULT_WATCH_GRACE_MS = 30_000;

/** How many 410 responses in a row to the start of a watch are retried. */
const GONE_RETRIES = 3;

/** One watch, from its request to its end. */
interface Try {
  readonly abort: AbortController;
  readonly startedAt: number;
  /** Whether it has delivered an event or a bookmark. */
  heard: boolean;
  readonly watchdog: Watchdog;
}

type State<T extends KubernetesObject> =
  | Running<T>
  | { kind: "waiting"; timer: Timer | undefined }
  | { kind: "parked"; startedAt: number }
  | { kind: "stopped" };

/** The states with a request, which has to be released. */
type Running<T extends KubernetesObject> =
  | { kind: "opening"; current: Try }
  | { kind: "open"; current: Try; reader: Reader<T>; reading: boolean };

/** An event and the version that it moves the watch to. */
interface Positioned<T extends KubernetesObject> {
  readonly event: WatchEvent<T>;
  readonly version: string;
}

type Reader<T extends KubernetesObject> = ReadableStreamDefaultReader<
  WatchEvent<T>
>;

/**
 * Watches from a resource version and restarts the watch whenever it ends, as
 * client-go's
 * [`watch.RetryWatcher`](https://pkg.go.dev/k8s.io/client-go/tools/watch#RetryWatcher).
 *
 * - It runs from construction: the first watch is opened at once.
 * - It delivers each ADDED, MODIFIED and DELETED event after the initial
 *   version exactly once and in order, across broken connections. Bookmarks
 *   move the position and are not delivered.
 * - It ends with one ERROR event if it cannot continue without skipping events,
 *   or cannot continue at all: the version has expired (410), the server
 *   refuses the caller (401, 403), or an event is not recognized. Any other
 *   failure is retried, with spacing and backoff, and reported to
 *   {@linkcode RetryWatcherOptions.onRestart}.
 * - It reads nothing ahead: an event is taken from the server only while a read
 *   is pending. A consumer that does not read for longer than the server keeps
 *   its history (five minutes by default) receives a 410.
 * - It detects connections that have died silently; see
 *   {@linkcode RetryWatcherOptions.watchTimeoutMs} and
 *   {@linkcode RetryWatcherOptions.idleTimeoutMs}.
 * - Calling {@linkcode RetryWatcher.stop}, aborting the signal, cancelling
 *   {@linkcode RetryWatcher.events} and leaving a `for await` loop all stop it.
 *
 * It does not deliver objects that existed at its initial version, and does not
 * survive a 410. Use `listWatchUntil` to begin with existing objects, or
 * `IndexerInformerWatcher`, which lists again after a 410.
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
  readonly #controller: ReadableStreamDefaultController<WatchEvent<T>>;
  readonly #resolveDone: () => void;
  readonly #schedule: RestartSchedule;
  readonly #signal: AbortSignal | undefined;
  readonly #lifetime: WatchLifetime;
  readonly #idleTimeoutMs: number | undefined;
  readonly #onRestart: RetryWatcherOptions["onRestart"];
  readonly #onAbort = () => this.stop(this.#signal?.reason);
  #state: State<T> = { kind: "stopped" };
  /** Where the next watch starts: after the last event that was enqueued. */
  #position: string;
  /** The position before that event, while it may still be unread. */
  #positionBeforeUntaken: string | undefined;
  /** An event whose read was cancelled: kept for the next read. */
  #held: Positioned<T> | undefined;
  /** Whether a pull has not been answered yet. */
  #wanted = false;
  #goneInARow = 0;

  /**
   * Starts watching.
   *
   * @param initialResourceVersion The resource version to watch from, such as
   *   that of a list or of an object: events after it are delivered.
   * @param watcher Opens the watches.
   * @param options The signal, the timeouts and the restart delays.
   * @throws {TypeError} If `initialResourceVersion` is `""` or `"0"`: a watch
   *   from "any version" begins with events that it cannot be resumed from.
   * @throws {RangeError} If a duration is negative or NaN.
   */
  constructor(
    initialResourceVersion: string,
    watcher: Watcher<T>,
    options: RetryWatcherOptions = {},
  ) {
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
    } = options;
    this.#watcher = watcher;
    this.#position = initialResourceVersion;
    this.#schedule = new RestartSchedule({
      minRestartDelayMs,
      maxRestartDelayMs,
    });
    this.#lifetime = watchLifetime(watchTimeoutMs, watchGraceMs);
    this.#idleTimeoutMs = idleTimeoutMs;
    this.#onRestart = onRestart;
    this.#signal = signal;

    const { stream, controller } = pullStream<WatchEvent<T>>({
      pull: () => this.#pull(),
      cancel: (reason) => this.#cancelled(reason),
    });
    this.events = stream;
    this.#controller = controller;
    let resolveDone = () => {};
    this.done = new Promise<void>((resolve) => resolveDone = resolve);
    this.#resolveDone = resolveDone;

    if (signal?.aborted) {
      this.#resolveDone();
      controller.close();
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
    if (!this.#hasQueued()) this.#positionBeforeUntaken = undefined;
    return this.#positionBeforeUntaken ?? this.#position;
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
    this.#controller.close();
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
    this.#positionBeforeUntaken = undefined;
    const held = this.#held;
    if (held !== undefined) {
      this.#held = undefined;
      return this.#enqueue(held.event, held.version);
    }
    this.#wanted = true;
    const state = this.#state;
    switch (state.kind) {
      case "parked":
        this.#restart(undefined, { failed: false, startedAt: state.startedAt });
        break;
      case "opening":
        state.current.watchdog.readStarted();
        break;
      case "open":
        state.current.watchdog.readStarted();
        this.#read();
        break;
    }
  }

  #open(): void {
    const current: Try = {
      abort: new AbortController(),
      startedAt: Date.now(),
      heard: false,
      watchdog: new Watchdog({
        deadlineMs: this.#lifetime.deadlineMs,
        idleTimeoutMs: this.#idleTimeoutMs,
        isReadPending: () => this.#isReadPending(),
        onDead: (error) => this.#lost(current, error),
        onDeadlineUnread: () => this.#park(current),
      }),
    };
    this.#state = { kind: "opening", current };
    this.#startWatch(current.abort.signal).then(
      (reader) => this.#opened(current, reader),
      (error: unknown) => this.#startFailed(current, error),
    );
  }

  async #startWatch(signal: AbortSignal): Promise<Reader<T>> {
    const options = watchOptions(this.#position, this.#lifetime);
    // A watcher written without types may return nothing instead of failing.
    const stream: ReadableStream<WatchEvent<T>> | null | undefined = await this
      .#watcher.watch({ ...options, signal });
    if (stream) return stream.getReader();
    throw new TypeError("Cannot read the watch: watch() returned no stream");
  }

  #opened(current: Try, reader: Reader<T>): void {
    if (!this.#isCurrent(current)) return cancelQuietly(reader);
    this.#goneInARow = 0;
    this.#state = { kind: "open", current, reader, reading: false };
    if (this.#isReadPending()) this.#read();
  }

  #startFailed(current: Try, error: unknown): void {
    if (!this.#isCurrent(current)) return;
    const verdict = judgeStart(error);
    this.#goneInARow = verdict.kind === "gone" ? this.#goneInARow + 1 : 0;
    this.#follow(current, verdict);
  }

  #read(): void {
    const state = this.#state;
    if (state.kind !== "open" || state.reading) return;
    state.reading = true;
    state.reader.read().then(
      (result) => {
        if (this.#state !== state) return;
        state.reading = false;
        if (result.done) this.#ended(state.current);
        else this.#received(state.current, result.value);
      },
      (cause: unknown) => this.#lost(state.current, cause),
    );
  }

  #received(current: Try, event: WatchEvent<T>): void {
    switch (event?.type) {
      case "ADDED":
      case "MODIFIED":
      case "DELETED": {
        const version = versionOf(event.object);
        if (version === undefined) break;
        this.#heard(current);
        this.#deliver(event, version);
        return;
      }
      case "BOOKMARK": {
        const version = versionOf(event.object);
        if (version === undefined) break;
        this.#heard(current);
        this.#position = version;
        if (this.#isReadPending()) this.#read();
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

  #deliver(event: WatchEvent<T>, version: string): void {
    this.#wanted = false;
    // The read was cancelled by releasing the lock.
    if (!this.events.locked) this.#held = { event, version };
    else this.#enqueue(event, version);
  }

  #enqueue(event: WatchEvent<T>, version: string): void {
    const before = this.#position;
    this.#position = version;
    this.#controller.enqueue(event);
    // Locked again without a new read: nothing signals when it is read.
    if (this.#hasQueued()) this.#positionBeforeUntaken = before;
  }

  /** Whether a read is pending: releasing the lock has cancelled it. */
  #isReadPending(): boolean {
    return this.#wanted && this.events.locked;
  }

  #hasQueued(): boolean {
    return (this.#controller.desiredSize ?? 0) < 0;
  }

  /**
   * An unread event is dropped with the stream, so the position steps back. If
   * the event may have been read unnoticed, repeating it beats losing it.
   */
  #cancelled(reason: unknown): void {
    this.#position = this.#positionBeforeUntaken ?? this.#position;
    this.#positionBeforeUntaken = undefined;
    this.#shutDown(reason);
  }

  #ended(current: Try): void {
    const { startedAt, heard } = current;
    const failed = !heard && this.#schedule.endedEarly(startedAt);
    this.#restart(undefined, { failed, startedAt });
  }

  #lost(current: Try, cause: unknown): void {
    if (!this.#isCurrent(current)) return;
    this.#goneInARow = 0;
    this.#follow(current, { kind: "retry", cause });
  }

  #follow(current: Try, verdict: Verdict): void {
    switch (verdict.kind) {
      case "stop":
        return this.#finish(verdict.status);
      case "gone":
        if (this.#goneInARow > GONE_RETRIES) {
          return this.#finish(verdict.status);
        }
        break;
    }
    this.#restart(verdict.cause, {
      failed: true,
      startedAt: current.startedAt,
      retryAfterMs: verdict.kind === "retry" ? verdict.retryAfterMs : undefined,
    });
  }

  #restart(cause: unknown, ended: EndedTry): void {
    const waiting: State<T> = { kind: "waiting", timer: undefined };
    this.#leave(waiting, cause);
    if (this.#state !== waiting) return;
    const { delayMs, attempt, atOnce } = this.#schedule.next(ended);
    callSafely("onRestart", this.#onRestart, {
      cause,
      resourceVersion: this.#position,
      delayMs,
      attempt,
    });
    if (this.#state !== waiting) return;
    if (atOnce) return this.#open();
    waiting.timer = startTimer(() => this.#open(), delayMs);
  }

  #park({ startedAt }: Try): void {
    this.#goneInARow = 0;
    this.#leave({ kind: "parked", startedAt });
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
    if (left.kind === "waiting") left.timer?.clear();
    if (left.kind === "opening" || left.kind === "open") release(left, reason);
  }

  /** Stops by itself, with one last ERROR event. */
  #finish(status: Status): void {
    this.#controller.enqueue({ type: "ERROR", object: status });
    this.stop();
  }

  #shutDown(reason: unknown): void {
    if (this.#state.kind === "stopped") return;
    this.#signal?.removeEventListener("abort", this.#onAbort);
    this.#leave({ kind: "stopped" }, reason);
    this.#resolveDone();
  }
}

/** Releases a watch: its timers, its reader and its request. */
function release<T extends KubernetesObject>(
  state: Running<T>,
  reason: unknown,
): void {
  const { watchdog, abort } = state.current;
  watchdog.stop();
  if (state.kind === "open") {
    cancelQuietly(state.reader, reason);
    state.reader.releaseLock();
  }
  abort.abort(reason);
}

/**
 * A watch that survives its connections.
 *
 * One tagged union says what it is doing (opening a watch, reading one,
 * waiting for the next start, parked until somebody reads, stopped), and what
 * a state does not need it cannot hold: there is a reader only while a watch
 * is open and a timer only while one is owed. A `Try` is one watch from its
 * request to its end; whatever arrives for a try that is no longer the current
 * one finds that out by identity and is dropped, so that nothing that ignores
 * an abort can do harm.
 *
 * The stream pulls, and one pull takes one event. That makes the position
 * exact: it is what the consumer has seen, never what was read ahead. It also
 * means that an idle consumer looks like an idle server, so that deadlines
 * speak against a connection only while a read is pending.
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

/** How often in a row a 410 answer to the start of a watch is tried again. */
const GONE_RETRIES = 3;

/** One watch, from its request to its end. */
interface Try {
  readonly abort: AbortController;
  readonly startedAt: number;
  /** Whether it has brought an event or a bookmark. */
  heard: boolean;
  readonly watchdog: Watchdog;
}

type State<T extends KubernetesObject> =
  | Running<T>
  | { kind: "waiting"; timer: Timer | undefined }
  | { kind: "parked"; startedAt: number }
  | { kind: "stopped" };

/** There is a request, which has to be let go of. */
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
 * Watches from a resource version on and starts again whenever the watch ends,
 * as client-go's
 * [`watch.RetryWatcher`](https://pkg.go.dev/k8s.io/client-go/tools/watch#RetryWatcher).
 *
 * - Running from construction: the first watch is opened at once.
 * - Delivers each ADDED, MODIFIED and DELETED event after the first version
 *   once and in order, whatever happens to the connections in between.
 *   Bookmarks move the position and are not delivered.
 * - Ends with one ERROR event when it cannot go on without skipping events, or
 *   cannot go on at all: the version has expired (410), the server refuses the
 *   caller (401, 403), an event cannot be understood. Everything else is tried
 *   again, spaced and with backoff; {@linkcode RetryWatcherOptions.onRestart}
 *   tells of it.
 * - Reads nothing ahead: an event is taken from the server only while a read is
 *   pending. A consumer that stays away for longer than the server keeps its
 *   history (five minutes by default) finds a 410.
 * - Notices connections that died in silence, see
 *   {@linkcode RetryWatcherOptions.watchTimeoutMs}.
 * - {@linkcode RetryWatcher.stop}, aborting the signal, cancelling
 *   {@linkcode RetryWatcher.events} and leaving a `for await` are the same.
 *
 * It does not tell of what existed before its first version, and it does not
 * outlive a 410: `listWatchUntil` begins with what is there, and an informer
 * lists again.
 *
 * @typeParam T Type of the watched objects.
 *
 * @example Every change after a version, through a broken connection
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
   * The events: Go's `ResultChan`. Closes when the watcher stops; never errors.
   */
  readonly events: ReadableStream<WatchEvent<T>>;
  /** Resolves when the watcher has stopped, for whatever reason. */
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
  /** Where the next watch starts: behind the last event handed out. */
  #position: string;
  /** Where that event's predecessor was, while it may still lie untaken. */
  #positionBeforeUntaken: string | undefined;
  /** An event whose read was given up: it waits for the next one. */
  #held: Positioned<T> | undefined;
  /** Whether a read has been asked for and not been answered. */
  #wanted = false;
  #goneInARow = 0;

  /**
   * Starts watching.
   *
   * @param initialResourceVersion The version after which events are wanted:
   *   that of a list or of an object.
   * @param watcher Opens the watches.
   * @param options How to go about it.
   * @throws {TypeError} If `initialResourceVersion` is `""` or `"0"`: a watch
   *   from "any version" begins with events that cannot be resumed from.
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
   * Where a new `RetryWatcher` would carry on without losing or repeating
   * anything: the version of the last event that the consumer took, or of a
   * bookmark that followed it.
   */
  get resourceVersion(): string {
    if (!this.#hasQueued()) this.#positionBeforeUntaken = undefined;
    return this.#positionBeforeUntaken ?? this.#position;
  }

  /**
   * Stops: aborts the open request, closes {@linkcode RetryWatcher.events} and
   * resolves {@linkcode RetryWatcher.done}. Harmless when already stopped.
   *
   * @param reason What the open request is aborted with; an `AbortError` by
   *   default.
   */
  stop(reason?: unknown): void {
    if (this.#state.kind === "stopped") return;
    this.#controller.close();
    this.#shutDown(reason);
  }

  /**
   * Iterates over the events; leaving the loop stops the watcher.
   *
   * @returns The iterator of {@linkcode RetryWatcher.events}.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<WatchEvent<T>> {
    return this.events[Symbol.asyncIterator]();
  }

  /**
   * Stops, and waits until the watcher has stopped.
   *
   * @returns {@linkcode RetryWatcher.done}.
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
      return this.#handOut(held.event, held.version);
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
    // Its read was given up by releasing the lock.
    if (!this.events.locked) this.#held = { event, version };
    else this.#handOut(event, version);
  }

  #handOut(event: WatchEvent<T>, version: string): void {
    const before = this.#position;
    this.#position = version;
    this.#controller.enqueue(event);
    // Locked again, but not read from again: nobody tells when it is taken.
    if (this.#hasQueued()) this.#positionBeforeUntaken = before;
  }

  /** Whether somebody waits: a read given up with its lock is none. */
  #isReadPending(): boolean {
    return this.#wanted && this.events.locked;
  }

  #hasQueued(): boolean {
    return (this.#controller.desiredSize ?? 0) < 0;
  }

  /**
   * What lay untaken in the stream is dropped with it: step back. Where it may
   * have been taken unnoticed, better repeat it than lose it.
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
   * Leaves the present state, and only then lets go of what it held: that can
   * run code of the caller's, which must find everything in order.
   */
  #leave(next: State<T>, reason?: unknown): void {
    const left = this.#state;
    this.#state = next;
    if (left.kind === "waiting") left.timer?.clear();
    if (left.kind === "opening" || left.kind === "open") release(left, reason);
  }

  /** Ends by itself: one last ERROR event. */
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

/** Lets go of a watch: its timers, its reader and its request. */
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

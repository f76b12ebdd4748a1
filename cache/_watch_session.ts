/**
 * One watch of an informer, from its request to its end.
 *
 * An informer reads as fast as events come, so that silence always means the
 * server or the connection. Both limits (none past the timeout that was asked
 * of the server, no silence for too long, the one before the answer included)
 * abort the request, and the cancelled reader ends the loop whether or not the
 * source honours the abort.
 *
 * @module
 */

import { cancelQuietly, unlessAborted } from "../internal/abort.ts";
import { startTimer, type Timer } from "../internal/timer.ts";
import { ConnectionError } from "../api/connection_error.ts";
import type {
  KubernetesObject,
  Watcher,
  WatchEvent,
  WatchOptions,
} from "../api/types.ts";

/** How a watch ended. */
export type WatchEnd =
  /** The server ended it. */
  | { kind: "ended" }
  /** Its connection was lost. */
  | { kind: "lost"; error: unknown }
  /** It broke a limit: its connection is taken for dead. */
  | { kind: "dead"; error: ConnectionError }
  /** It could not be opened, or what it brought ended it. */
  | { kind: "failed"; error: unknown };

/** What limits a watch. */
export interface WatchLimits {
  /** Ends it. */
  signal: AbortSignal;
  /** How long it may last in all, in milliseconds. */
  deadlineMs: number;
  /** How long it may bring nothing; undefined for as long as it likes. */
  silenceMs: number | undefined;
}

/** One watch. */
export class WatchSession<T extends KubernetesObject> {
  readonly #watcher: Watcher<T>;
  readonly #limits: WatchLimits;
  readonly #abort = new AbortController();
  #reader: ReadableStreamDefaultReader<WatchEvent<T>> | undefined;
  #silence: Timer | undefined;
  #silentSince = 0;
  #dead: ConnectionError | undefined;

  /**
   * Prepares a watch; `run` opens it.
   *
   * @param watcher Opens it.
   * @param limits What limits it.
   */
  constructor(watcher: Watcher<T>, limits: WatchLimits) {
    this.#watcher = watcher;
    this.#limits = limits;
  }

  /**
   * Opens the watch and reads it to its end.
   *
   * @param options What to watch.
   * @param onEvent Called with each event; what it returns ends the watch.
   * @returns How it ended. After an abort of the signal, that means nothing.
   * @throws What `onEvent` throws.
   */
  async run(
    options: WatchOptions,
    onEvent: (event: WatchEvent<T>) => WatchEnd | undefined,
  ): Promise<WatchEnd> {
    const { signal, deadlineMs, silenceMs } = this.#limits;
    const onAbort = () => this.#end(signal.reason);
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
    const deadline = startTimer(
      () => this.#die(`was still open ${deadlineMs} ms after its start`),
      deadlineMs,
    );
    this.limitSilence(silenceMs);
    try {
      const end = await this.#open(options) ?? await this.#read(onEvent);
      return this.#dead === undefined
        ? end
        : { kind: "dead", error: this.#dead };
    } finally {
      signal.removeEventListener("abort", onAbort);
      deadline.clear();
      this.#silence?.clear();
      this.#end();
    }
  }

  /**
   * Limits the silence between two events, from now on.
   *
   * @param silenceMs How long it may be; undefined for as long as it likes.
   */
  limitSilence(silenceMs: number | undefined): void {
    this.#silence?.clear();
    this.#silence = undefined;
    this.#silentSince = Date.now();
    if (silenceMs !== undefined) this.#waitForSilence(silenceMs, silenceMs);
  }

  async #open(options: WatchOptions): Promise<WatchEnd | undefined> {
    const { signal } = this.#abort;
    try {
      signal.throwIfAborted();
      const watch = this.#watcher.watch({ ...options, signal });
      this.#reader = readerOf(
        await unlessAborted(Promise.resolve(watch), signal, cancelQuietly),
      );
      return undefined;
    } catch (error) {
      return { kind: "failed", error };
    }
  }

  async #read(
    onEvent: (event: WatchEvent<T>) => WatchEnd | undefined,
  ): Promise<WatchEnd> {
    while (true) {
      let result;
      try {
        result = await this.#reader?.read();
      } catch (error) {
        return { kind: "lost", error };
      }
      // An event that comes as it is aborted comes too late.
      if (!result || result.done || this.#abort.signal.aborted) {
        return { kind: "ended" };
      }
      if (this.#silence !== undefined) this.#silentSince = Date.now();
      const end = onEvent(result.value);
      if (end !== undefined) return end;
    }
  }

  /** Looks again when it could be time, so that no event resets a timer. */
  #waitForSilence(silenceMs: number, waitMs: number): void {
    this.#silence = startTimer(() => {
      const now = Date.now();
      // Set back, the clock starts the silence anew instead of hiding it.
      this.#silentSince = Math.min(this.#silentSince, now);
      const silentMs = now - this.#silentSince;
      if (silentMs < silenceMs) {
        return this.#waitForSilence(silenceMs, silenceMs - silentMs);
      }
      this.#die(`brought nothing for ${silenceMs} ms`);
    }, waitMs);
  }

  #die(what: string): void {
    this.#dead = new ConnectionError(
      `The watch ${what}: its connection is taken for dead`,
    );
    this.#end(this.#dead);
  }

  #end(reason?: unknown): void {
    if (!this.#abort.signal.aborted) this.#abort.abort(reason);
    cancelQuietly(this.#reader, reason);
  }
}

/** A watcher without types may give anything. */
function readerOf<E>(
  stream: ReadableStream<E> | null | undefined,
): ReadableStreamDefaultReader<E> {
  if (stream && !stream.locked) return stream.getReader();
  const what = stream ? "a locked stream" : "no stream";
  throw new TypeError(`Cannot read the watch: watch() gave ${what}`);
}

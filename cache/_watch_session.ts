/**
 * One watch of an informer, from its request to its end.
 *
 * An informer reads as fast as events arrive, so a read is always pending and
 * silence always means the server or the connection. When the watchdog gives
 * the connection up, the request is aborted and the reader cancelled; the
 * latter ends the loop even if the source ignores the abort.
 *
 * @module
 */

import { cancelQuietly, unlessAborted } from "../internal/abort.ts";
import { isUndecodableEvent } from "../api/_undecodable_event_error.ts";
import { ListPace } from "./_list_pace.ts";
import { Watchdog } from "./_watchdog.ts";
import type { ConnectionError } from "../api/connection_error.ts";
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
  /** Its stream errored: the connection was lost. */
  | { kind: "lost"; error: unknown }
  /** It exceeded a limit: its connection is presumed dead. */
  | { kind: "dead"; error: ConnectionError }
  /** The list that it begins with did not come: see `ListPace`. */
  | { kind: "slow"; error: Error }
  /**
   * It could not be opened, or one of its events ended it, or could not even be
   * decoded.
   */
  | { kind: "failed"; error: unknown };

/** The limits of a watch. */
export interface WatchLimits {
  /** Ends the watch. */
  signal: AbortSignal;
  /** Milliseconds that it may stay open; `Infinity` for no limit. */
  deadlineMs: number;
  /** Milliseconds without an event or bookmark; undefined for no limit. */
  idleTimeoutMs: number | undefined;
  /**
   * Whether it begins with the whole list, which has to come swiftly. Call
   * {@linkcode WatchSession.listComplete} when it has.
   */
  beginsWithList?: boolean | undefined;
}

/**
 * The idle timeout while a list comes. A server that does not know the
 * parameters of WatchList never marks the end of one.
 */
const LIST_IDLE_TIMEOUT_MS = 10_000;

/** One watch. */
export class WatchSession<T extends KubernetesObject> {
  readonly #watcher: Watcher<T>;
  readonly #limits: WatchLimits;
  readonly #abort = new AbortController();
  #reader: ReadableStreamDefaultReader<WatchEvent<T>> | undefined;
  #watchdog: Watchdog | undefined;
  #pace: ListPace | undefined;
  /** How it ended, if a limit was exceeded. */
  #exceeded: WatchEnd | undefined;

  /**
   * Creates a session; {@linkcode WatchSession.run} opens the watch.
   *
   * @param watcher Opens the watch.
   * @param limits The signal and the timeouts.
   */
  constructor(watcher: Watcher<T>, limits: WatchLimits) {
    this.#watcher = watcher;
    this.#limits = limits;
  }

  /**
   * Opens the watch and reads it to its end. Call it once.
   *
   * @param options What to watch.
   * @param onEvent Called with each event. If it returns an end, the watch is
   *   closed and ends that way.
   * @returns How the watch ended; meaningless once the signal is aborted.
   * @throws What `onEvent` throws.
   */
  async run(
    options: WatchOptions,
    onEvent: (event: WatchEvent<T>) => WatchEnd | undefined,
  ): Promise<WatchEnd> {
    const { signal, deadlineMs, idleTimeoutMs, beginsWithList } = this.#limits;
    const onAbort = () => this.#end(signal.reason);
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
    this.#watchdog = new Watchdog({
      deadlineMs,
      idleTimeoutMs: beginsWithList
        ? Math.min(LIST_IDLE_TIMEOUT_MS, idleTimeoutMs ?? Infinity)
        : idleTimeoutMs,
      onDead: (error) => this.#giveUp({ kind: "dead", error }),
    });
    try {
      const end = await this.#open(options) ?? await this.#read(onEvent);
      return this.#exceeded ?? end;
    } finally {
      signal.removeEventListener("abort", onAbort);
      this.#watchdog.stop();
      this.#pace?.stop();
      this.#end();
    }
  }

  /** The list that it begins with is complete: it may be silent from now on. */
  listComplete(): void {
    this.#pace?.stop();
    this.#pace = undefined;
    this.#watchdog?.setIdleTimeout(this.#limits.idleTimeoutMs);
  }

  async #open(options: WatchOptions): Promise<WatchEnd | undefined> {
    const { signal } = this.#abort;
    try {
      signal.throwIfAborted();
      const watch = this.#watcher.watch({ ...options, signal });
      this.#reader = readerOf(
        await unlessAborted(Promise.resolve(watch), signal, cancelQuietly),
      );
      // It has been aborted since the stream came.
      if (signal.aborted) this.#end(signal.reason);
      if (this.#limits.beginsWithList) {
        this.#pace = new ListPace((error) =>
          this.#giveUp({ kind: "slow", error })
        );
      }
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
        return { kind: isUndecodableEvent(error) ? "failed" : "lost", error };
      }
      // An event read while the watch is being aborted is too late.
      if (!result || result.done || this.#abort.signal.aborted) {
        return { kind: "ended" };
      }
      this.#watchdog?.received();
      this.#pace?.received();
      const end = onEvent(result.value);
      if (end !== undefined) return end;
    }
  }

  #giveUp(end: WatchEnd & { error: unknown }): void {
    this.#exceeded ??= end;
    this.#end(end.error);
  }

  #end(reason?: unknown): void {
    if (!this.#abort.signal.aborted) this.#abort.abort(reason);
    cancelQuietly(this.#reader, reason);
  }
}

/** Watchers written without types may return anything. */
function readerOf<E>(
  stream: ReadableStream<E> | null | undefined,
): ReadableStreamDefaultReader<E> {
  if (stream && !stream.locked) return stream.getReader();
  const what = stream ? "a locked stream" : "no stream";
  throw new TypeError(`Cannot read the watch: watch() returned ${what}`);
}

/**
 * The states of a `RetryWatcher`. A state holds only what it needs: there is a
 * reader only while a watch is open, and a timer only while something is
 * waited for. What a state holds is released when it is left.
 *
 * What the other side gives (a `Watcher`, its streams) may break every promise
 * of its interface, so nothing here throws.
 *
 * @module
 */

import { abortFromAnyRequest } from "../api/_worker_scope.ts";
import { releaseQuietly } from "../internal/abort.ts";
import type { Timer } from "../internal/timer.ts";
import type { Watchdog } from "../cache/_watchdog.ts";
import type {
  KubernetesObject,
  Watcher,
  WatchEvent,
  WatchOptions,
} from "../api/types.ts";

/** One watch, from its request to its end. */
export interface Try {
  readonly abort: AbortController;
  readonly startedAt: number;
  /** The version that it continues from. */
  readonly from: string;
  /** Whether it has delivered an event or a bookmark. */
  heard: boolean;
  readonly watchdog: Watchdog;
}

/** What a `RetryWatcher` is doing. */
export type State<T extends KubernetesObject> =
  /** A watch has been requested. */
  | { kind: "opening"; current: Try }
  /** A watch is open; `reading` while the next event is awaited. */
  | { kind: "open"; current: Try; reader: Reader<T>; reading: boolean }
  /** The next watch is due later; the timer is set once `onRestart` returns. */
  | { kind: "waiting"; timer: Timer | undefined }
  /** The server is asked whether it still has the version, until the timer. */
  | { kind: "checking"; abort: AbortController; timer: Timer }
  /** A watch met its deadline unread: the next read opens another one. */
  | { kind: "parked"; startedAt: number; doubtful: boolean }
  | { kind: "stopped" };

/** Reads the events of a watch. */
export type Reader<T extends KubernetesObject> = ReadableStreamDefaultReader<
  WatchEvent<T>
>;

/**
 * Opens a watch.
 *
 * @typeParam T Type of the watched objects.
 * @param watcher Opens it.
 * @param options The options of the watch.
 * @returns The reader of its events.
 * @throws {TypeError} If the watcher returns no stream.
 * @throws What the watcher throws or rejects with.
 */
export async function openReader<T extends KubernetesObject>(
  watcher: Watcher<T>,
  options: WatchOptions,
): Promise<Reader<T>> {
  // A watcher written without types may return nothing instead of failing.
  const stream: ReadableStream<WatchEvent<T>> | null | undefined = await watcher
    .watch(options);
  if (stream) return stream.getReader();
  throw new TypeError("Cannot read the watch: watch() returned no stream");
}

/**
 * Reads the next event. A reader that throws, or returns no promise, gives the
 * same as one that rejects or resolves.
 *
 * @typeParam T Type of the watched objects.
 * @param reader The reader.
 * @returns What it read.
 */
export function readNext<T extends KubernetesObject>(
  reader: Reader<T>,
): Promise<ReadableStreamReadResult<WatchEvent<T>>> {
  try {
    return Promise.resolve(reader.read());
  } catch (error) {
    return Promise.reject(error);
  }
}

/**
 * Releases what a state holds: its timers, its reader and its request.
 *
 * @typeParam T Type of the watched objects.
 * @param state The state, which has been left.
 * @param reason The reason to abort and cancel with.
 */
export function release<T extends KubernetesObject>(
  state: State<T>,
  reason: unknown,
): void {
  switch (state.kind) {
    case "waiting":
      state.timer?.clear();
      break;
    case "checking":
      state.timer.clear();
      abortFromAnyRequest(state.abort, reason);
      break;
    case "opening":
      state.current.watchdog.stop();
      abortFromAnyRequest(state.current.abort, reason);
      break;
    case "open":
      state.current.watchdog.stop();
      releaseQuietly(state.reader, reason);
      abortFromAnyRequest(state.current.abort, reason);
  }
}

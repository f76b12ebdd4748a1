/**
 * What a `RetryWatcher` is configured with, and the checks that it goes through
 * before anything is started.
 *
 * @module
 */

import { checkDurations } from "../internal/durations.ts";

/** A restart of a watch, as {@linkcode RetryWatcherOptions.onRestart} is told. */
export interface WatchRestart {
  /** Why the watch ended; undefined when it ended well. */
  cause: unknown;
  /** The version that the next watch starts from. */
  resourceVersion: string;
  /** Milliseconds until it is started. */
  delayMs: number;
  /** Counted from 1 since the last event or bookmark. */
  attempt: number;
}

/** Options for {@linkcode RetryWatcher}. */
export interface RetryWatcherOptions {
  /** Stops the watcher. */
  signal?: AbortSignal | undefined;
  /**
   * Least milliseconds between the starts of two watches, and the first delay
   * of the backoff. 0: no spacing and no backoff, for tests.
   *
   * @default {1000}
   */
  minRestartDelayMs?: number | undefined;
  /**
   * Most milliseconds that the backoff grows to, before randomness.
   *
   * @default {30000}
   */
  maxRestartDelayMs?: number | undefined;
  /**
   * Milliseconds after which the server is asked to end each watch, in whole
   * seconds, rounded up. `Infinity`: it is not asked, and there is no deadline.
   *
   * @default {300000}
   */
  watchTimeoutMs?: number | undefined;
  /**
   * Milliseconds that a watch may outlive its timeout, before the connection
   * is taken for dead.
   *
   * @default {30000}
   */
  watchGraceMs?: number | undefined;
  /**
   * Milliseconds without any event or bookmark, while a read is pending, after
   * which the connection is taken for dead. None by default: a kube-apiserver
   * sends a bookmark about once a minute, other servers may send none.
   */
  idleTimeoutMs?: number | undefined;
  /**
   * Called once for each restart, when it is decided and before the delay.
   * What it throws is written to the console and changes nothing.
   */
  onRestart?: ((restart: WatchRestart) => void) | undefined;
}

/**
 * Refuses the versions that mean "any": a watch from them begins with made-up
 * ADDED events in no order, so that it cannot be resumed.
 *
 * @param version The version given.
 * @throws {TypeError} If it is `""` or `"0"`.
 */
export function checkInitialResourceVersion(version: string): void {
  if (version !== "" && version !== "0") return;
  throw new TypeError(
    `initial RV ${
      JSON.stringify(version)
    } is not supported due to issues with underlying WATCH`,
  );
}

/**
 * Refuses durations that are none, before anything is started.
 *
 * @param options The options given.
 * @throws {RangeError} If a duration is negative or NaN.
 */
export function checkRetryWatcherOptions(options: RetryWatcherOptions): void {
  const {
    minRestartDelayMs,
    maxRestartDelayMs,
    watchTimeoutMs,
    watchGraceMs,
    idleTimeoutMs,
  } = options;
  checkDurations({
    minRestartDelayMs,
    maxRestartDelayMs,
    watchTimeoutMs,
    watchGraceMs,
    idleTimeoutMs,
  });
}

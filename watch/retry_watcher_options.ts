/**
 * The options of a `RetryWatcher`, and their validation.
 *
 * @module
 */

import { checkDurations } from "../internal/durations.ts";
import type { WatchObserver, WatchRestart } from "./observer.ts";

/** Options for `RetryWatcher`. */
export interface RetryWatcherOptions {
  /** Stops the watcher. */
  signal?: AbortSignal | undefined;
  /**
   * The least milliseconds between the starts of two watches, and the first
   * delay of the backoff. 0 disables spacing and backoff, for tests.
   *
   * @default {1000}
   */
  minRestartDelayMs?: number | undefined;
  /**
   * The longest delay of the backoff in milliseconds, before jitter.
   *
   * @default {30000}
   */
  maxRestartDelayMs?: number | undefined;
  /**
   * Milliseconds after which the server is asked to end each watch, rounded up
   * to whole seconds (`timeoutSeconds`). With `Infinity` it is not asked, and
   * watches have no deadline.
   *
   * @default {300000}
   */
  watchTimeoutMs?: number | undefined;
  /**
   * Milliseconds that a watch may outlive its timeout before its connection is
   * presumed dead.
   *
   * @default {30000}
   */
  watchGraceMs?: number | undefined;
  /**
   * Milliseconds without an event or bookmark, while a read is pending, after
   * which the connection is presumed dead. No limit by default: a
   * kube-apiserver sends a bookmark about once a minute, but other servers may
   * send none.
   */
  idleTimeoutMs?: number | undefined;
  /**
   * Called once for each restart, when it is decided and before the delay. If
   * it throws, the error is written to the console and otherwise ignored.
   */
  onRestart?: ((restart: WatchRestart) => void) | undefined;
  /** Sees what happens, for metrics and traces. */
  observer?: WatchObserver | undefined;
}

/**
 * Throws if a version means "any version": a watch from it begins with
 * synthetic ADDED events in no order, so it cannot be resumed.
 *
 * @param version The initial resource version.
 * @throws {TypeError} If it is `""` or `"0"`.
 */
export function checkInitialResourceVersion(version: string): void {
  if (version && version !== "0") return;
  throw new TypeError(
    `initial RV ${
      JSON.stringify(version)
    } is not supported due to issues with underlying WATCH`,
  );
}

/**
 * Throws if a duration is out of range.
 *
 * @param options The caller's options.
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

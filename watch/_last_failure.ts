/**
 * Remembers the last failure of the watches underneath a wait, so that its
 * error can name it. It listens where the caller may listen too: `onRestart`.
 *
 * @module
 */

import type {
  RetryWatcherOptions,
  WatchRestart,
} from "./retry_watcher_options.ts";

/** The options of a watcher, overheard. */
export class FailureMemory {
  /** The last failure, or undefined while there was none. */
  last: unknown;
  /** The options to give to the watcher in place of the caller's. */
  readonly options: RetryWatcherOptions;

  /**
   * Wraps the options of a watcher.
   *
   * @param options The caller's.
   */
  constructor(options: RetryWatcherOptions) {
    const { onRestart } = options;
    this.options = {
      ...options,
      onRestart: (restart: WatchRestart) => {
        this.last = restart.cause ?? this.last;
        return onRestart?.(restart);
      },
    };
  }
}

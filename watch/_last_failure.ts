/**
 * Remembers the last failure of the watches underneath a wait, so that the
 * wait's error can name it. It is reported by `onRestart`, which the caller may
 * use as well.
 *
 * @module
 */

import type { RetryWatcherOptions } from "./retry_watcher_options.ts";
import type { WatchRestart } from "./observer.ts";

/** Records the failures that a watcher reports to its options. */
export class FailureMemory {
  /** The last failure; undefined if there has been none. */
  last: unknown;
  /** The options for the watcher, instead of the caller's. */
  readonly options: RetryWatcherOptions;

  /**
   * Wraps the options of a watcher.
   *
   * @param options The caller's options.
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

/**
 * Validation of the options of `resumeWatch`, before anything is started.
 *
 * @module
 */

import { checkDurations } from "../internal/durations.ts";
import {
  checkRetryWatcherOptions,
  type RetryWatcherOptions,
} from "../watch/retry_watcher_options.ts";

/** What is checked; see `ResumeWatchOptions`. */
export interface CheckedResumeOptions extends RetryWatcherOptions {
  /** A duration. */
  budgetMs?: number | undefined;
  /** A number of events. */
  saveEvery?: number | undefined;
  /** A number of calls. */
  attempts?: number | undefined;
  /** Where to begin. */
  from?: string | undefined;
  /** What to do with an event that cannot be handled. */
  onPoison?: string | undefined;
}

/**
 * Throws if an option is out of range.
 *
 * @param options The caller's options.
 * @throws {RangeError} If a number is out of range.
 * @throws {TypeError} If a text is not one of those that are known.
 */
export function checkResumeOptions(options: CheckedResumeOptions): void {
  const { budgetMs, saveEvery, attempts, from, onPoison } = options;
  checkDurations({ budgetMs });
  checkRetryWatcherOptions(options);
  for (const [name, value] of Object.entries({ saveEvery, attempts })) {
    if (value === undefined || (Number.isSafeInteger(value) && value > 0)) {
      continue;
    }
    throw new RangeError(
      `Cannot use ${value} as ${name}: expected a positive integer`,
    );
  }
  if (from !== undefined && from !== "list" && from !== "now") {
    throw new TypeError(
      `Cannot use ${JSON.stringify(from)} as from: expected "list" or "now"`,
    );
  }
  if (onPoison !== undefined && onPoison !== "stop" && onPoison !== "skip") {
    throw new TypeError(
      `Cannot use ${
        JSON.stringify(onPoison)
      } as onPoison: expected "stop" or "skip"`,
    );
  }
}

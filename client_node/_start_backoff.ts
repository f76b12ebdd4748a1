/**
 * The backoff of an informer across its stops and starts.
 *
 * While an informer runs, it spaces its retries itself. A stop forgets that: an
 * error callback that stops and starts the informer would send the next request
 * at once, and so on for each failure. So the failures are counted here as
 * well, and a start waits as long as the informer would have waited.
 *
 * @module
 */

import {
  Backoff,
  honoredRetryAfterMs,
  ResetTimerBackoff,
} from "../internal/backoff.ts";
import { findStatusError } from "../api/status_predicates.ts";

/** The bounds of the backoff; by default those of an informer. */
export interface StartBackoffOptions {
  /** The first delay in milliseconds. */
  minBackoffMs?: number | undefined;
  /** The longest delay in milliseconds, before jitter. */
  maxBackoffMs?: number | undefined;
}

/** How long without a failure until the backoff starts over, as in a run. */
const RESET_AFTER_MS = 120_000;

/** Spaces the starts that follow a failure. */
export class StartBackoff {
  readonly #backoff: ResetTimerBackoff;
  #failedAt = 0;
  #waitMs = 0;

  /**
   * Creates a backoff that has seen no failure.
   *
   * @param options The bounds.
   */
  constructor(options: StartBackoffOptions) {
    const { minBackoffMs: minMs = 800, maxBackoffMs: maxMs = 30_000 } = options;
    this.#backoff = new ResetTimerBackoff(
      new Backoff({ minMs, maxMs }),
      RESET_AFTER_MS,
    );
  }

  /**
   * Counts a failure of a run.
   *
   * @param error The failure, whose `Retry-After` is honored.
   */
  failed(error: unknown): void {
    this.#failedAt = Date.now();
    this.#waitMs = Math.max(
      this.#backoff.next(),
      honoredRetryAfterMs(findStatusError(error)?.retryAfterMs),
    );
  }

  /** Milliseconds until a run may send its first request. */
  get delayMs(): number {
    // A clock that is set back counts as standing still.
    const elapsedMs = Math.max(0, Date.now() - this.#failedAt);
    return Math.max(0, this.#waitMs - elapsedMs);
  }
}

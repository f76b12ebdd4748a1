/**
 * When a watch is started again: a value without timers, so that each rule can
 * be tested by arithmetic.
 *
 * Two rules meet here. Watches are spaced: at least `minRestartDelayMs` lies
 * between two starts, so that a watch that lived longer is followed at once.
 * And failures in a row back off: the n-th is followed no sooner than the
 * doubled delay after the start of the try that failed, with up to as much
 * again at random so that many clients do not return in step. Only an event or
 * a bookmark ends a row of failures; a watch that opens proves little.
 *
 * Time is the wall clock, since it is what tests can fake and what every
 * runtime has; it may be set back, and then counts as standing still.
 *
 * @module
 */

/** The bounds of the delays. */
export interface RestartDelays {
  /** Least time between two starts, and the first delay of the backoff. */
  minRestartDelayMs: number;
  /** Most that the backoff grows to, before randomness. */
  maxRestartDelayMs: number;
}

/** What ended, and what is to follow. */
export interface EndedTry {
  /** Whether it counts as a failure. */
  failed: boolean;
  /** When it was started, by `Date.now()`. */
  startedAt: number;
  /** How long the server asks to be left alone, if it does. */
  retryAfterMs?: number | undefined;
}

/** A restart that has been decided. */
export interface PlannedRestart {
  /** Counted from 1 since the last event or bookmark. */
  attempt: number;
  /** How long from now. */
  delayMs: number;
  /**
   * Whether it may start without a timer: the watch before it lasted as long
   * as the spacing demands. Without any spacing a source that ends at once
   * would otherwise keep the event loop from ever turning.
   */
  atOnce: boolean;
}

/** A server that asks for more than this is taken to mean this. */
export const LONGEST_RETRY_AFTER_MS = 3_600_000;

/** Plans restarts by what has happened so far. */
export class RestartSchedule {
  readonly #minMs: number;
  readonly #maxMs: number;
  #attempts = 0;
  #failures = 0;

  /**
   * Starts with nothing having failed.
   *
   * @param delays The bounds; a minimum above the maximum raises it.
   */
  constructor(delays: RestartDelays) {
    this.#minMs = delays.minRestartDelayMs;
    this.#maxMs = Math.max(delays.maxRestartDelayMs, this.#minMs);
  }

  /** An event or a bookmark came: whatever had failed works again. */
  recovered(): void {
    this.#attempts = 0;
    this.#failures = 0;
  }

  /**
   * Whether a watch ended so early that starting it again at once would be a
   * loop without a brake.
   *
   * @param startedAt When it was started.
   * @returns Whether less than the least spacing has passed since.
   */
  endedEarly(startedAt: number): boolean {
    return elapsedSince(startedAt) < this.#minMs;
  }

  /**
   * Plans what follows a try that has ended.
   *
   * @param ended The try.
   * @returns When the next one is to start.
   */
  next({ failed, startedAt, retryAfterMs = 0 }: EndedTry): PlannedRestart {
    if (failed) this.#failures++;
    this.#attempts++;
    const spacingMs = failed ? this.#backoffMs() : this.#minMs;
    const remainingMs = Math.max(0, spacingMs - elapsedSince(startedAt));
    const askedMs = Math.min(retryAfterMs, LONGEST_RETRY_AFTER_MS);
    const delayMs = Math.max(remainingMs, askedMs);
    return {
      attempt: this.#attempts,
      delayMs,
      atOnce: delayMs === 0 && this.#minMs > 0,
    };
  }

  #backoffMs(): number {
    if (this.#minMs === 0) return 0;
    const doubledMs = this.#minMs * 2 ** (this.#failures - 1);
    return Math.min(this.#maxMs, doubledMs) * (1 + Math.random());
  }
}

function elapsedSince(startedAt: number): number {
  return Math.max(0, Date.now() - startedAt);
}

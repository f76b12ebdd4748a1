/**
 * When a watch is started again: a value without timers, so that each rule can
 * be tested by arithmetic.
 *
 * Two rules meet here. Watches are spaced: at least `minRestartDelayMs` passes
 * between two starts, so a watch that lived longer is restarted at once. And
 * consecutive failures back off: the delay counts from the start of the try
 * that failed. Only an event or a bookmark resets the backoff; that a watch
 * can be opened proves little.
 *
 * Time is the wall clock, since tests can fake it and every runtime has it. It
 * may be set back, and then counts as standing still.
 *
 * @module
 */

import { Backoff, honoredRetryAfterMs } from "./backoff.ts";

/** The bounds of the delays. */
export interface RestartDelays {
  /**
   * The least time between two starts, and the first delay of the backoff.
   *
   * @default {1000}
   */
  minRestartDelayMs?: number | undefined;
  /**
   * The longest delay of the backoff, before jitter.
   *
   * @default {30000}
   */
  maxRestartDelayMs?: number | undefined;
}

/** A try that has ended. */
export interface EndedTry {
  /** Whether it counts as a failure. */
  failed: boolean;
  /** When it was started, by `Date.now()`. */
  startedAt: number;
  /** Milliseconds that the server asks to wait, if it does. */
  retryAfterMs?: number | undefined;
}

/** A restart that has been decided. */
export interface PlannedRestart {
  /** Counted from 1 since the last event or bookmark. */
  attempt: number;
  /** Milliseconds from now. */
  delayMs: number;
  /**
   * Whether it may start without a timer: the previous watch lasted as long as
   * the spacing demands. Without any spacing it may not, or a source that ends
   * at once would never let the event loop turn.
   */
  atOnce: boolean;
}

/** Plans restarts from what has happened so far. */
export class RestartSchedule {
  readonly #minMs: number;
  readonly #backoff: Backoff;
  #attempts = 0;

  /**
   * Creates a schedule that has seen no failure.
   *
   * @param delays The bounds; a minimum above the maximum raises the maximum.
   */
  constructor(
    { minRestartDelayMs = 1_000, maxRestartDelayMs = 30_000 }: RestartDelays,
  ) {
    this.#minMs = minRestartDelayMs;
    this.#backoff = new Backoff({
      minMs: minRestartDelayMs,
      maxMs: maxRestartDelayMs,
    });
  }

  /** An event or a bookmark has arrived: attempts and backoff start over. */
  recovered(): void {
    this.#attempts = 0;
    this.#backoff.reset();
  }

  /**
   * Whether a watch ended so early that restarting it at once would be a busy
   * loop.
   *
   * @param startedAt When it was started, by `Date.now()`.
   * @returns Whether less than the least spacing has passed since then.
   */
  endedEarly(startedAt: number): boolean {
    return elapsedSince(startedAt) < this.#minMs;
  }

  /**
   * Plans the restart after a try that has ended.
   *
   * @param ended The try.
   * @returns When the next try starts.
   */
  next({ failed, startedAt, retryAfterMs }: EndedTry): PlannedRestart {
    this.#attempts++;
    const spacingMs = failed ? this.#backoff.next() : this.#minMs;
    const remainingMs = Math.max(0, spacingMs - elapsedSince(startedAt));
    const delayMs = Math.max(remainingMs, honoredRetryAfterMs(retryAfterMs));
    return {
      attempt: this.#attempts,
      delayMs,
      atOnce: delayMs === 0 && this.#minMs > 0,
    };
  }
}

function elapsedSince(startedAt: number): number {
  return Math.max(0, Date.now() - startedAt);
}

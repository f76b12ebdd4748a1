/**
 * Exponential backoff with jitter.
 *
 * {@linkcode Backoff} doubles a delay with each failure until it is reset. Up
 * to as much again is added at random, so that many clients of one server do
 * not retry in step. When the reset is due is a rule of its own: the caller's,
 * or that of {@linkcode ResetTimerBackoff}.
 *
 * @module
 */

/** The bounds of a backoff. */
export interface BackoffOptions {
  /** The first delay in milliseconds. */
  minMs: number;
  /** The longest delay in milliseconds, before jitter. */
  maxMs: number;
}

/** The delay before each retry: doubles with each failure, until reset. */
export class Backoff {
  readonly #minMs: number;
  readonly #maxMs: number;
  #nextMs: number;

  /**
   * Creates a backoff that has seen no failure.
   *
   * @param options The bounds; a minimum above the maximum raises the maximum.
   */
  constructor({ minMs, maxMs }: BackoffOptions) {
    this.#minMs = minMs;
    this.#maxMs = Math.max(minMs, maxMs);
    this.#nextMs = minMs;
  }

  /**
   * Counts a failure.
   *
   * @returns Milliseconds to wait before the next try.
   */
  next(): number {
    const delayMs = this.#nextMs;
    this.#nextMs = Math.min(this.#maxMs, delayMs * 2);
    return delayMs * (1 + Math.random());
  }

  /** Starts over with the first delay. */
  reset(): void {
    this.#nextMs = this.#minMs;
  }
}

/** Resets another backoff when there has been no failure for a while. */
export class ResetTimerBackoff {
  readonly #backoff: Backoff;
  readonly #resetAfterMs: number;
  #failedAt = -Infinity;

  /**
   * Wraps a backoff. No timer runs: the clock is read at the next failure.
   *
   * @param backoff The backoff to reset.
   * @param resetAfterMs Milliseconds without a failure after which it is reset.
   */
  constructor(backoff: Backoff, resetAfterMs: number) {
    this.#backoff = backoff;
    this.#resetAfterMs = resetAfterMs;
  }

  /**
   * Counts a failure, after a reset if the last one is long enough ago.
   *
   * @returns Milliseconds to wait before the next try.
   */
  next(): number {
    const now = Date.now();
    if (now - this.#failedAt > this.#resetAfterMs) this.#backoff.reset();
    this.#failedAt = now;
    return this.#backoff.next();
  }
}

/** The longest `Retry-After` that is honored: one hour, in milliseconds. */
const MAX_RETRY_AFTER_MS = 3_600_000;

/**
 * How long to honor a `Retry-After`: a server may ask for any delay, and a
 * client should come back some day.
 *
 * @param retryAfterMs Milliseconds that the server asks for, if it does.
 * @returns That delay, at most an hour; 0 if it asks for none.
 */
export function honoredRetryAfterMs(retryAfterMs: number | undefined): number {
  return Math.min(retryAfterMs ?? 0, MAX_RETRY_AFTER_MS);
}

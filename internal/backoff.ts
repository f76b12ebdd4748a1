/**
 * A delay that doubles with each failure and starts over when there has been
 * none for a while. Up to as much again is added at random, so that many
 * clients of one server do not come back in step.
 *
 * @module
 */

/** The bounds of a backoff. */
export interface BackoffOptions {
  /** The first delay. */
  minMs: number;
  /** Most that it grows to, before randomness. */
  maxMs: number;
  /** How long without a failure it takes to start over. */
  resetAfterMs: number;
}

/** How long to wait after each failure. */
export class Backoff {
  readonly #minMs: number;
  readonly #maxMs: number;
  readonly #resetAfterMs: number;
  #nextMs: number;
  #lastAt = -Infinity;

  /**
   * Starts with the first delay.
   *
   * @param options The bounds; a minimum above the maximum raises it.
   */
  constructor({ minMs, maxMs, resetAfterMs }: BackoffOptions) {
    this.#minMs = minMs;
    this.#maxMs = Math.max(minMs, maxMs);
    this.#resetAfterMs = resetAfterMs;
    this.#nextMs = minMs;
  }

  /**
   * Notes a failure.
   *
   * @returns How long to wait now, in milliseconds.
   */
  next(): number {
    const now = Date.now();
    if (now - this.#lastAt > this.#resetAfterMs) this.#nextMs = this.#minMs;
    this.#lastAt = now;
    const delayMs = this.#nextMs;
    this.#nextMs = Math.min(this.#maxMs, delayMs * 2);
    return delayMs * (1 + Math.random());
  }
}

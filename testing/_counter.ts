/**
 * A count that can be waited for, so that no test has to sleep and hope.
 *
 * @module
 */

interface Waiting {
  readonly count: number;
  readonly resolve: () => void;
}

/** Counts, and wakes whoever waits for a number. */
export class Counter {
  #count = 0;
  #waiting: Waiting[] = [];

  /** The count so far. */
  get count(): number {
    return this.#count;
  }

  /** Counts one more. */
  increment(): void {
    this.#count++;
    for (const { count, resolve } of this.#waiting) {
      if (count <= this.#count) resolve();
    }
    this.#waiting = this.#waiting.filter(({ count }) => count > this.#count);
  }

  /** Resolves when the count is there or beyond. */
  reached(count: number): Promise<void> {
    if (count <= this.#count) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push({ count, resolve });
    });
  }
}

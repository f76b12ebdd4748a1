/**
 * A counter that tests can wait on instead of sleeping.
 *
 * @module
 */

interface Waiting {
  readonly count: number;
  readonly resolve: () => void;
}

/** Counts, and resolves the promises that wait for a count. */
export class Counter {
  #count = 0;
  #waiting: Waiting[] = [];

  /** The count so far. */
  get count(): number {
    return this.#count;
  }

  /** Increments the count. */
  increment(): void {
    this.#count++;
    for (const { count, resolve } of this.#waiting) {
      if (count <= this.#count) resolve();
    }
    this.#waiting = this.#waiting.filter(({ count }) => count > this.#count);
  }

  /** Resolves when the count is at least `count`. */
  reached(count: number): Promise<void> {
    if (count <= this.#count) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push({ count, resolve });
    });
  }
}

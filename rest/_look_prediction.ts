/**
 * Whether the object of the next event is worth parsing at once.
 *
 * Where a consumer looks at each object, scanning for what can be known without
 * parsing is in vain, and costs a fifth of parsing. So after a number of objects
 * in a row that were looked at before the next event was read, the next ones are
 * parsed at once, except for one now and then that tells whether the consumer
 * still looks at them.
 *
 * @module
 */

/** How many objects in a row must have been looked at. */
const LOOKS_IN_A_ROW = 16;

/** How many of the next objects are parsed at once. */
const PARSED_AT_ONCE = 63;

/** Predicts whether objects are looked at. */
export class LookPrediction {
  #current = 0;
  /** Whether the look at the current object still counts. */
  #isAwaited = false;
  #isLookedAt = false;
  #inARow = 0;
  #parsedAtOnce = 0;

  /**
   * Whether to parse the next object at once. If not, report a look at it.
   *
   * @returns Whether to.
   */
  next(): boolean {
    if (this.#parsedAtOnce > 0) {
      this.#parsedAtOnce--;
      return true;
    }
    if (this.#isAwaited) {
      this.#isAwaited = false;
      this.#inARow = this.#isLookedAt ? this.#inARow + 1 : 0;
    }
    if (this.#inARow >= LOOKS_IN_A_ROW) {
      // The next one that is not parsed at once decides again.
      this.#inARow = LOOKS_IN_A_ROW - 1;
      this.#parsedAtOnce = PARSED_AT_ONCE - 1;
      return true;
    }
    this.#isAwaited = true;
    this.#isLookedAt = false;
    this.#current++;
    return false;
  }

  /** The number of the object that is not parsed at once. */
  get current(): number {
    return this.#current;
  }

  /**
   * Reports a look at an object.
   *
   * @param object What `current` was for it.
   */
  lookedAt(object: number): void {
    if (object === this.#current) this.#isLookedAt = true;
  }
}

/**
 * Random numbers that are the same for the same seed (mulberry32).
 *
 * @module
 */

/** A sequence of random numbers. */
export class SeededRandom {
  #state: number;

  /** Starts a sequence; `seed` is taken modulo 2³². */
  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** Returns a number from 0 to 1, without 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** Returns an integer from 0 to `most`, without `most`; 0 if that is 0. */
  upTo(most: number): number {
    return Math.floor(this.next() * most);
  }

  /** Returns true with a probability. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** Returns one of the values, of which there must be one at least. */
  pick<V>(values: readonly V[]): V {
    const at = this.upTo(values.length);
    for (const value of values.slice(at, at + 1)) return value;
    throw new RangeError("Cannot pick from nothing");
  }

  /** Returns a seed for another sequence. */
  fork(): number {
    return this.upTo(2 ** 32);
  }
}

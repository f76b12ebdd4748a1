/**
 * The keys of a store in their order, so that those under a prefix are found
 * without looking at the others.
 *
 * @module
 */

/** A sorted set of keys. */
export class SortedKeys {
  #keys: string[] = [];

  /** Adds a key that is not in the set. */
  add(key: string): void {
    this.#keys.splice(this.#indexOf(key), 0, key);
  }

  /** Removes a key that is in the set. */
  delete(key: string): void {
    this.#keys.splice(this.#indexOf(key), 1);
  }

  /** Replaces all keys with others, which are sorted. */
  replace(keys: readonly string[]): void {
    this.#keys = [...keys];
  }

  /** Returns the keys that start with a prefix. */
  startingWith(prefix: string): string[] {
    const first = this.#indexOf(prefix);
    let end = first;
    while (this.#keys[end]?.startsWith(prefix)) end++;
    return this.#keys.slice(first, end);
  }

  /** The index of the first key that is not less than the given one. */
  #indexOf(key: string): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#keys[middle];
      if (other !== undefined && other < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

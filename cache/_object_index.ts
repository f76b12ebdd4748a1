/**
 * One index of a cache: which keys are found under a value.
 *
 * An index function may be slow and belongs to somebody else, so that what it
 * said of an object is kept: taking the object out again asks nobody. Asking
 * and writing are two steps, so that a cache can ask about all of a change
 * before it writes any of it.
 *
 * @module
 */

import type { IndexFunc } from "./store.ts";
import type { KubernetesObject } from "../api/types.ts";

/** Keys by value, and the values of each key. */
export class ObjectIndex<T extends KubernetesObject> {
  readonly #func: IndexFunc<T>;
  readonly #keys = new Map<string, Set<string>>();
  readonly #values = new Map<string, readonly string[]>();

  /**
   * Makes an empty index.
   *
   * @param func Gives the values of an object.
   */
  constructor(func: IndexFunc<T>) {
    this.#func = func;
  }

  /**
   * Asks the index function. Nothing is kept.
   *
   * @param object The object.
   * @returns Its values, each once.
   * @throws What the function throws.
   */
  valuesOf(object: T): readonly string[] {
    return [...new Set(this.#func(object))];
  }

  /**
   * Puts a key under values, and under none that it was under before.
   *
   * @param key The key.
   * @param values The values; none to take it out.
   */
  put(key: string, values: readonly string[]): void {
    const before = this.#values.get(key) ?? [];
    if (isSame(before, values)) return;
    for (const value of before) {
      const keys = this.#keys.get(value);
      keys?.delete(key);
      if (keys?.size === 0) this.#keys.delete(value);
    }
    if (values.length === 0) this.#values.delete(key);
    else this.#values.set(key, values);
    for (const value of values) {
      const keys = this.#keys.get(value);
      if (keys) keys.add(key);
      else this.#keys.set(value, new Set([key]));
    }
  }

  /**
   * Looks up a value.
   *
   * @param value The value.
   * @returns The keys under it.
   */
  keys(value: string): Iterable<string> {
    return this.#keys.get(value) ?? [];
  }

  /** The values that have keys. */
  values(): Iterable<string> {
    return this.#keys.keys();
  }
}

/** Most changes of an object change nothing that it is found by. */
function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((value, at) => value === b[at]);
}

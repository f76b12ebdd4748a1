/**
 * One index of a store: the keys that are found under each value.
 *
 * An index function is user code and may be slow, so its results are kept:
 * removing an object calls nothing. Calling it and writing its results are
 * separate steps, so that a store can call it for every object of a change
 * before it writes any of them.
 *
 * @module
 */

import { syncResult } from "../internal/sync_result.ts";
import type { IndexFunc } from "./store.ts";
import type { KubernetesObject } from "../api/types.ts";

/** The keys by value, and the values by key. */
export class ObjectIndex<T extends KubernetesObject> {
  readonly #func: IndexFunc<T>;
  readonly #keys = new Map<string, Set<string>>();
  readonly #values = new Map<string, readonly string[]>();

  /**
   * Creates an empty index.
   *
   * @param func Computes the values of an object.
   */
  constructor(func: IndexFunc<T>) {
    this.#func = func;
  }

  /**
   * Calls the index function. The index does not change.
   *
   * @param object The object.
   * @returns Its values, each once.
   * @throws What the function throws.
   */
  valuesOf(object: T): readonly string[] {
    return [...new Set(syncResult(this.#func(object)))];
  }

  /**
   * Replaces the values that a key is indexed under.
   *
   * @param key The key.
   * @param values The new values; empty removes the key.
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
   * Finds the keys that are indexed under a value.
   *
   * @param value The value.
   * @returns The keys.
   */
  keys(value: string): Iterable<string> {
    return this.#keys.get(value) ?? [];
  }

  /** The values that have keys. */
  values(): Iterable<string> {
    return this.#keys.keys();
  }
}

/** Most changes of an object do not change its indexed values. */
function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((value, at) => value === b[at]);
}

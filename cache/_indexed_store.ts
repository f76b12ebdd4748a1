/**
 * The cache behind an informer: objects by key, and indexes on them.
 *
 * However many objects a change is about, it is made in one step: first the
 * index functions are asked about each object, once, then everything is
 * written, and only then is anybody told of an index function that failed.
 * Code of the caller's never runs in between, and so never sees half of it.
 *
 * The uid and the version of an object are kept beside it, as the server gave
 * them: a transform may drop them.
 *
 * @module
 */

import { errorText } from "../internal/error_text.ts";
import { ObjectIndex } from "./_object_index.ts";
import { metaNamespaceKey } from "../api/meta_namespace_key.ts";
import type { Indexer, Indexers } from "./store.ts";
import type { KubernetesObject } from "../api/types.ts";

/** An object as it is kept. */
export interface Stored<T extends KubernetesObject> {
  /** The object, transformed. */
  readonly object: T;
  /** Its uid, as the server gave it. */
  readonly uid: string | undefined;
  /** Its version, as the server gave it. */
  readonly version: string | undefined;
}

/** A key, and what is to be kept under it; undefined for nothing. */
export type StoreChange<T extends KubernetesObject> = readonly [
  key: string,
  stored: Stored<T> | undefined,
];

/** A cache with one writer; everybody else gets its `view`. */
export class IndexedStore<T extends KubernetesObject> {
  /** For readers. */
  readonly view: Indexer<T>;
  readonly #entries = new Map<string, Stored<T>>();
  readonly #indexes = new Map<string, ObjectIndex<T>>();
  readonly #onIndexError: (error: unknown) => void;

  /**
   * Makes an empty cache.
   *
   * @param indexers The first indexes.
   * @param onIndexError Told when an index function fails; the object is kept
   *   all the same, but that index does not find it.
   */
  constructor(
    indexers: Indexers<T>,
    onIndexError: (error: unknown) => void,
  ) {
    this.#onIndexError = onIndexError;
    this.addIndexers(indexers);
    this.view = new StoreView(this);
  }

  /** How many objects there are. */
  get size(): number {
    return this.#entries.size;
  }

  /** The keys of all objects. */
  keys(): IterableIterator<string> {
    return this.#entries.keys();
  }

  /** All objects with their keys. */
  entries(): IterableIterator<[string, Stored<T>]> {
    return this.#entries.entries();
  }

  /**
   * What is kept under a key.
   *
   * @param key The key.
   * @returns The object with its identity.
   */
  get(key: string): Stored<T> | undefined {
    return this.#entries.get(key);
  }

  /**
   * Makes a change, in one step.
   *
   * @param changes What to keep from now on under which keys, each key once.
   */
  change(changes: readonly StoreChange<T>[]): void {
    const errors: unknown[] = [];
    const indexed: [ObjectIndex<T>, (readonly string[])[]][] = [];
    for (const [name, index] of this.#indexes) {
      const values = changes.map(([key, stored]) =>
        stored === undefined ? [] : ask(name, index, key, stored.object, errors)
      );
      indexed.push([index, values]);
    }
    for (const [key, stored] of changes) {
      if (stored === undefined) this.#entries.delete(key);
      else this.#entries.set(key, stored);
    }
    for (const [index, values] of indexed) {
      changes.forEach(([key], at) => index.put(key, values[at] ?? []));
    }
    errors.forEach(this.#onIndexError);
  }

  /** See `Indexer.addIndexers`. */
  addIndexers(indexers: Indexers<T>): void {
    const added = Object.entries(indexers);
    for (const [name] of added) {
      if (!this.#indexes.has(name)) continue;
      throw new TypeError(
        `Cannot add index ${JSON.stringify(name)}: there is one of that name`,
      );
    }
    const errors: unknown[] = [];
    for (const [name, func] of added) {
      const index = new ObjectIndex(func);
      for (const [key, { object }] of this.#entries) {
        index.put(key, ask(name, index, key, object, errors));
      }
      this.#indexes.set(name, index);
    }
    errors.forEach(this.#onIndexError);
  }

  /**
   * The index of a name.
   *
   * @param name The name.
   * @returns The index.
   * @throws {RangeError} If there is none of that name.
   */
  index(name: string): ObjectIndex<T> {
    const index = this.#indexes.get(name);
    if (index !== undefined) return index;
    const known = [...this.#indexes.keys()].map((name) => JSON.stringify(name));
    throw new RangeError(
      `Cannot look up index ${JSON.stringify(name)}: there is ${
        known.length === 0 ? "none" : `only ${known.join(", ")}`
      }`,
    );
  }
}

/** The values of an object; none, and an error more, where that fails. */
function ask<T extends KubernetesObject>(
  name: string,
  index: ObjectIndex<T>,
  key: string,
  object: T,
  errors: unknown[],
): readonly string[] {
  try {
    return index.valuesOf(object);
  } catch (cause) {
    const what = `Cannot index ${key}: the index function ${
      JSON.stringify(name)
    } threw`;
    errors.push(new Error(`${what}: ${errorText(cause)}`, { cause }));
    return [];
  }
}

class StoreView<T extends KubernetesObject> implements Indexer<T> {
  readonly #store: IndexedStore<T>;

  constructor(store: IndexedStore<T>) {
    this.#store = store;
  }

  get size(): number {
    return this.#store.size;
  }

  *[Symbol.iterator](): Iterator<T> {
    for (const [, { object }] of this.#store.entries()) yield object;
  }

  list(): T[] {
    return Array.from(this.#store.entries(), ([, { object }]) => object);
  }

  listKeys(): string[] {
    return [...this.#store.keys()];
  }

  get(object: T): T | undefined {
    return this.getByKey(metaNamespaceKey(object));
  }

  getByKey(key: string): T | undefined {
    return this.#store.get(key)?.object;
  }

  addIndexers(indexers: Indexers<T>): void {
    this.#store.addIndexers(indexers);
  }

  byIndex(index: string, value: string): T[] {
    return this.#objects(this.#store.index(index).keys(value));
  }

  indexKeys(index: string, value: string): string[] {
    return [...this.#store.index(index).keys(value)];
  }

  index(index: string, object: T): T[] {
    const found = this.#store.index(index);
    const keys = new Set<string>();
    for (const value of found.valuesOf(object)) {
      for (const key of found.keys(value)) keys.add(key);
    }
    return this.#objects(keys);
  }

  listIndexFuncValues(index: string): string[] {
    return [...this.#store.index(index).values()];
  }

  #objects(keys: Iterable<string>): T[] {
    const objects: T[] = [];
    for (const key of keys) {
      const stored = this.#store.get(key);
      if (stored !== undefined) objects.push(stored.object);
    }
    return objects;
  }
}

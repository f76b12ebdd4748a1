/**
 * The store behind an informer: objects by key, and indexes on them.
 *
 * However many objects a change covers, it is made in one step: every index
 * function is called once for each object (once more if it throws at a view of
 * one), then everything is written, and only then are errors of index functions
 * reported. No user code runs in between, so none can see half of a change.
 *
 * The uid and the resource version are kept beside each object, as the server
 * sent them, because a transform may drop them.
 *
 * @module
 */

import { errorText } from "../internal/error_text.ts";
import { ObjectIndex } from "./_object_index.ts";
import { metaNamespaceKey } from "../api/meta_namespace_key.ts";
import type { Indexer, Indexers } from "./store.ts";
import type { KubernetesObject } from "../api/types.ts";

/** An object in the store. */
export interface Stored<T extends KubernetesObject> {
  /** The object, transformed. */
  readonly object: T;
  /** What looks like it, and may be less work to look at; not to be kept. */
  readonly view?: T;
  /** Its uid, as the server sent it. */
  readonly uid: string | undefined;
  /** Its resource version, as the server sent it. */
  readonly version: string | undefined;
}

/** A key and its new object; undefined deletes it. */
export type StoreChange<T extends KubernetesObject> = readonly [
  key: string,
  stored: Stored<T> | undefined,
];

/** A store with one writer; readers get its `view`. */
export class IndexedStore<T extends KubernetesObject> {
  /** The read-only view. */
  readonly view: Indexer<T>;
  #entries = new Map<string, Stored<T>>();
  readonly #indexes = new Map<string, ObjectIndex<T>>();
  readonly #onIndexError: (error: unknown) => void;

  /**
   * Creates an empty store.
   *
   * @param indexers The initial indexers.
   * @param onIndexError Called when an index function throws. The object is
   *   stored nevertheless, but not found by that index.
   */
  constructor(
    indexers: Indexers<T>,
    onIndexError: (error: unknown) => void,
  ) {
    this.#onIndexError = onIndexError;
    this.addIndexers(indexers);
    this.view = new StoreView(this);
  }

  /** The number of objects. */
  get size(): number {
    return this.#entries.size;
  }

  /** Whether there are any. */
  get hasIndexes(): boolean {
    return this.#indexes.size > 0;
  }

  /** The keys of all objects. */
  keys(): IterableIterator<string> {
    return this.#entries.keys();
  }

  /** The keys and objects. */
  entries(): IterableIterator<[string, Stored<T>]> {
    return this.#entries.entries();
  }

  /**
   * Gets an object by key.
   *
   * @param key The key.
   * @returns The object with its uid and version, or undefined.
   */
  get(key: string): Stored<T> | undefined {
    return this.#entries.get(key);
  }

  /**
   * Fills the empty store in one step.
   *
   * @param entries The objects by key. The store may take the map over, since
   *   copying a large one holds the event loop.
   */
  fill(entries: Map<string, Stored<T>>): void {
    if (this.hasIndexes) this.change([...entries]);
    else this.#entries = entries;
  }

  /**
   * Applies changes in one step.
   *
   * @param changes The changes, at most one for each key.
   */
  change(changes: readonly StoreChange<T>[]): void {
    const errors: unknown[] = [];
    const seen = this.hasIndexes
      ? changes.map(([key, stored]) => stored && lookAt(key, stored))
      : [];
    const indexed = Array.from(this.#indexes, ([name, index]) => ({
      index,
      values: seen.map((look) =>
        look && indexValues(name, index, look, errors)
      ),
    }));
    for (const [key, stored] of changes) {
      if (stored === undefined) this.#entries.delete(key);
      else this.#entries.set(key, stored);
    }
    for (const { index, values } of indexed) {
      changes.forEach(([key], at) => index.put(key, values[at] ?? []));
    }
    errors.forEach(this.#onIndexError);
  }

  /** See {@linkcode Indexer.addIndexers}. */
  addIndexers(indexers: Indexers<T>): void {
    const added = Object.entries(indexers);
    for (const [name] of added) {
      if (!this.#indexes.has(name)) continue;
      throw new TypeError(
        `Cannot add index ${JSON.stringify(name)}: it already exists`,
      );
    }
    const errors: unknown[] = [];
    for (const [name, func] of added) {
      const index = new ObjectIndex(func);
      for (const [key, stored] of this.#entries) {
        const look = lookAt(key, stored);
        index.put(key, indexValues(name, index, look, errors));
      }
      this.#indexes.set(name, index);
    }
    errors.forEach(this.#onIndexError);
  }

  /**
   * Gets an index by name.
   *
   * @param name The name.
   * @returns The index.
   * @throws {RangeError} If there is no such index.
   */
  index(name: string): ObjectIndex<T> {
    const index = this.#indexes.get(name);
    if (index !== undefined) return index;
    const known = [...this.#indexes.keys()].map((name) => JSON.stringify(name));
    throw new RangeError(
      `Cannot find index ${JSON.stringify(name)}: the store has ${
        known.length === 0 ? "no indexes" : known.join(", ")
      }`,
    );
  }
}

/** What index functions look at. */
interface Look<T extends KubernetesObject> {
  readonly key: string;
  readonly stored: Stored<T>;
  readonly view: T;
}

function lookAt<T extends KubernetesObject>(
  key: string,
  stored: Stored<T>,
): Look<T> {
  return { key, stored, view: stored.view ?? stored.object };
}

/** The values of an object; none, plus an error, if the function throws. */
function indexValues<T extends KubernetesObject>(
  name: string,
  index: ObjectIndex<T>,
  { key, stored, view }: Look<T>,
  errors: unknown[],
): readonly string[] {
  try {
    return index.valuesOf(view);
  } catch (cause) {
    // If it has thrown since the object is not JSON, this throws as well.
    const { object } = stored;
    if (view !== object) {
      // A view can be neither cloned nor frozen.
      return indexValues(name, index, { key, stored, view: object }, errors);
    }
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

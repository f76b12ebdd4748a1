/**
 * The read-only view of an informer's store.
 *
 * The informer is the only writer. Changes are made in one step, so readers
 * never see half of one.
 *
 * @module
 */

import type { KubernetesObject } from "../api/types.ts";

/**
 * A read-only store of objects, as client-go's
 * [`cache.Store`](https://pkg.go.dev/k8s.io/client-go/tools/cache#Store). The
 * objects belong to the store: do not modify them.
 *
 * @typeParam T Type of the objects.
 */
export interface Store<T extends KubernetesObject = KubernetesObject>
  extends Iterable<T> {
  /** The number of objects. */
  readonly size: number;
  /** Lists all objects, in no particular order. */
  list(): T[];
  /** Lists the keys of all objects, as `metaNamespaceKey` returns them. */
  listKeys(): string[];
  /**
   * Gets the stored object with the same name and namespace as another.
   *
   * @param object The other object.
   * @returns The stored object, or undefined if there is none.
   * @throws {TypeError} If the other object has no name.
   */
  get(object: T): T | undefined;
  /**
   * Gets the object with a key.
   *
   * @param key `"namespace/name"`, or `"name"` for a cluster-scoped object.
   * @returns The stored object, or undefined if there is none.
   */
  getByKey(key: string): T | undefined;
}

/**
 * Computes the values that an object is indexed under, as client-go's
 * [`cache.IndexFunc`](https://pkg.go.dev/k8s.io/client-go/tools/cache#IndexFunc).
 * It is called once for each change of an object.
 *
 * What it is given may be a view of an object that has not been parsed yet: if it
 * looks at nothing but `metadata`, nothing else is parsed. So it must not keep the
 * object or compare it by identity; `getByKey` gives the stored one. If it throws
 * at a view, it is called once more, with the object itself.
 *
 * @typeParam T Type of the objects.
 */
export type IndexFunc<T extends KubernetesObject = KubernetesObject> = (
  object: T,
) => string[];

/**
 * Index functions by index name, as client-go's
 * [`cache.Indexers`](https://pkg.go.dev/k8s.io/client-go/tools/cache#Indexers).
 *
 * @typeParam T Type of the objects.
 */
export type Indexers<T extends KubernetesObject = KubernetesObject> = Record<
  string,
  IndexFunc<T>
>;

/**
 * A read-only store with indexes, as client-go's
 * [`cache.Indexer`](https://pkg.go.dev/k8s.io/client-go/tools/cache#Indexer).
 *
 * @typeParam T Type of the objects.
 */
export interface Indexer<T extends KubernetesObject = KubernetesObject>
  extends Store<T> {
  /**
   * Adds indexers. May be called at any time: objects that are already in the
   * store are indexed at once.
   *
   * @param indexers The new indexers.
   * @throws {TypeError} If an index of one of the names exists; none is added
   *   then.
   */
  addIndexers(indexers: Indexers<T>): void;
  /**
   * Lists the objects that are indexed under a value.
   *
   * @param index The name of the index.
   * @param value The indexed value.
   * @returns The objects.
   * @throws {RangeError} If there is no such index.
   */
  byIndex(index: string, value: string): T[];
  /**
   * Lists the keys of the objects that are indexed under a value.
   *
   * @param index The name of the index.
   * @param value The indexed value.
   * @returns The keys.
   * @throws {RangeError} If there is no such index.
   */
  indexKeys(index: string, value: string): string[];
  /**
   * Lists the objects that share an indexed value with another object.
   *
   * @param index The name of the index.
   * @param object The other object; need not be in the store.
   * @returns The objects, each once.
   * @throws {RangeError} If there is no such index.
   */
  index(index: string, object: T): T[];
  /**
   * Lists the values that an index has objects under.
   *
   * @param index The name of the index.
   * @returns The values.
   * @throws {RangeError} If there is no such index.
   */
  listIndexFuncValues(index: string): string[];
}

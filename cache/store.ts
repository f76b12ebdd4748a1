/**
 * What an informer's cache looks like from outside.
 *
 * The informer is its only writer. Readers get views that cannot change it,
 * and since a change is made in one step, they never see half of one.
 *
 * @module
 */

import type { KubernetesObject } from "../api/types.ts";

/**
 * A cache of objects, as client-go's
 * [`cache.Store`](https://pkg.go.dev/k8s.io/client-go/tools/cache#Store), for
 * reading. The objects are the cache's own: do not change them.
 *
 * @typeParam T Type of the objects.
 */
export interface Store<T extends KubernetesObject = KubernetesObject>
  extends Iterable<T> {
  /** How many objects there are. */
  readonly size: number;
  /** All objects. */
  list(): T[];
  /** The keys of all objects, as `metaNamespaceKey` gives them. */
  listKeys(): string[];
  /**
   * The object with the name and namespace of another.
   *
   * @param object The other object.
   * @returns The cached object, or undefined where there is none.
   * @throws {TypeError} If the other object has no name.
   */
  get(object: T): T | undefined;
  /**
   * The object with a key.
   *
   * @param key `"namespace/name"`, or `"name"`.
   * @returns The cached object, or undefined where there is none.
   */
  getByKey(key: string): T | undefined;
}

/**
 * The values under which an index finds an object, as client-go's
 * [`cache.IndexFunc`](https://pkg.go.dev/k8s.io/client-go/tools/cache#IndexFunc).
 * It is called once for each change of an object.
 *
 * @typeParam T Type of the objects.
 */
export type IndexFunc<T extends KubernetesObject = KubernetesObject> = (
  object: T,
) => string[];

/**
 * Index functions by the names of their indexes.
 *
 * @typeParam T Type of the objects.
 */
export type Indexers<T extends KubernetesObject = KubernetesObject> = Record<
  string,
  IndexFunc<T>
>;

/**
 * A cache that finds objects by index, as client-go's
 * [`cache.Indexer`](https://pkg.go.dev/k8s.io/client-go/tools/cache#Indexer),
 * for reading.
 *
 * @typeParam T Type of the objects.
 */
export interface Indexer<T extends KubernetesObject = KubernetesObject>
  extends Store<T> {
  /**
   * Adds indexes, at any time; what is there is indexed at once.
   *
   * @param indexers The new indexes.
   * @throws {TypeError} If a name is taken; nothing is added then.
   */
  addIndexers(indexers: Indexers<T>): void;
  /**
   * The objects that an index has under a value.
   *
   * @param index Name of the index.
   * @param value The value.
   * @returns The objects.
   * @throws {RangeError} If there is no such index.
   */
  byIndex(index: string, value: string): T[];
  /**
   * The keys of the objects that an index has under a value.
   *
   * @param index Name of the index.
   * @param value The value.
   * @returns The keys.
   * @throws {RangeError} If there is no such index.
   */
  indexKeys(index: string, value: string): string[];
  /**
   * The objects that share an index value with another object.
   *
   * @param index Name of the index.
   * @param object The other object.
   * @returns The objects, each once.
   * @throws {RangeError} If there is no such index.
   */
  index(index: string, object: T): T[];
  /**
   * The values under which an index has objects.
   *
   * @param index Name of the index.
   * @returns The values.
   * @throws {RangeError} If there is no such index.
   */
  listIndexFuncValues(index: string): string[];
}

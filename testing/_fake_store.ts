/**
 * The store of both fakes: one revision for all objects, as in etcd, and the
 * history of changes. Lists, watches and expiry are based on them: a list shows
 * the state at a revision, a watch continues after one, and neither is possible
 * for a revision that has been compacted.
 *
 * Keys are paths, `<resource>/<namespace>/<name>`, so that a prefix selects
 * objects and key order is list order. Revisions are `bigint`, because resource
 * versions have 64 bits and numbers only 53.
 *
 * @module
 */

import type { ChangeEvent, KubernetesObject } from "../api/types.ts";
import { SortedKeys } from "./_sorted_keys.ts";

/**
 * A committed change. Its objects are shared: clone them before returning them
 * to callers.
 */
export interface Change<T extends KubernetesObject> {
  /** The type of the change. */
  readonly type: ChangeEvent["type"];
  /** The key of the object. */
  readonly key: string;
  /** The revision of the change. */
  readonly revision: bigint;
  /**
   * The object after the change. After a deletion, its last state with the
   * resource version of the deletion.
   */
  readonly object: T;
  /** The object before the change, if it existed. */
  readonly previous: T | undefined;
}

/** A store of objects by key, with a revision and a history. */
export class FakeStore<T extends KubernetesObject> {
  #revision: bigint;
  #compacted: bigint;
  readonly #objects = new Map<string, T>();
  readonly #keys = new SortedKeys();
  #history: Change<T>[] = [];
  readonly #listeners = new Set<(change: Change<T>) => void>();

  /** Starts at a resource version. Throws a `TypeError` if it is not valid. */
  constructor(resourceVersion: string) {
    if (!/^[1-9][0-9]*$/.test(resourceVersion)) {
      throw new TypeError(
        `Cannot start at resource version ${
          JSON.stringify(resourceVersion)
        }: it is not a positive decimal integer without leading zeros`,
      );
    }
    this.#revision = BigInt(resourceVersion);
    this.#compacted = this.#revision;
  }

  /** The revision of the last change. */
  get revision(): bigint {
    return this.#revision;
  }

  /** The oldest revision that can still be watched from. */
  get compacted(): bigint {
    return this.#compacted;
  }

  /** Returns the object with a key. */
  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  /**
   * Stores a clone with a new resource version and returns the stored object.
   */
  put(key: string, object: T): T {
    const previous = this.#objects.get(key);
    const stored = withRevision(structuredClone(object), ++this.#revision);
    this.#objects.set(key, stored);
    if (previous === undefined) this.#keys.add(key);
    this.#commit({
      type: previous === undefined ? "ADDED" : "MODIFIED",
      key,
      revision: this.#revision,
      object: stored,
      previous,
    });
    return stored;
  }

  /**
   * Removes an object and returns it with the resource version of the deletion.
   */
  remove(key: string): T | undefined {
    const previous = this.#objects.get(key);
    if (previous === undefined) return undefined;
    this.#objects.delete(key);
    this.#keys.delete(key);
    const object = withRevision(previous, ++this.#revision);
    this.#commit({
      type: "DELETED",
      key,
      revision: this.#revision,
      object,
      previous,
    });
    return object;
  }

  /** Advances the revision without a change in this store. */
  advance(by: number): string {
    if (!Number.isSafeInteger(by) || by < 1) {
      throw new RangeError(
        `Cannot advance the resource version by ${by}: it must be a positive integer`,
      );
    }
    this.#revision += BigInt(by);
    return String(this.#revision);
  }

  /** Discards the history: only the current revision can be watched from. */
  compact(): void {
    this.#compacted = this.#revision;
    this.#history = [];
  }

  /** Goes back to an earlier revision, and forgets what came after it. */
  restore(revision: bigint): void {
    const objects = revision > this.#revision
      ? undefined
      : this.entries("", revision);
    if (objects === undefined) {
      throw new RangeError(
        `Cannot restore the server at resource version ${revision}: its history reaches from ${this.#compacted} to ${this.#revision}`,
      );
    }
    this.#objects.clear();
    for (const [key, object] of objects) this.#objects.set(key, object);
    this.#keys.replace(objects.map(([key]) => key));
    this.#history = this.#history.filter((change) =>
      change.revision <= revision
    );
    this.#revision = revision;
  }

  /**
   * Returns the changes after a revision; `undefined` if they have been
   * compacted.
   */
  changesAfter(revision: bigint): readonly Change<T>[] | undefined {
    if (revision < this.#compacted) return undefined;
    return this.#history.slice(this.#indexAfter(revision));
  }

  /**
   * Returns the objects under a prefix in key order, at the current or an
   * earlier revision; `undefined` if that has been compacted.
   */
  entries(prefix: string, revision?: bigint): [string, T][] | undefined {
    const keys = this.#keys.startingWith(prefix);
    const entries = keys.flatMap((key): [string, T][] => {
      const object = this.#objects.get(key);
      return object === undefined ? [] : [[key, object]];
    });
    return revision === undefined || revision >= this.#revision
      ? entries
      : this.#reverted(entries, prefix, revision);
  }

  /**
   * Calls a function after each change until the returned function is called.
   */
  subscribe(listener: (change: Change<T>) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Reverts the changes after a revision, newest first. */
  #reverted(
    entries: readonly [string, T][],
    prefix: string,
    revision: bigint,
  ): [string, T][] | undefined {
    const changes = this.changesAfter(revision);
    if (changes === undefined) return undefined;
    const objects = new Map(entries);
    for (const { key, previous } of changes.toReversed()) {
      if (!key.startsWith(prefix)) continue;
      if (previous === undefined) objects.delete(key);
      else objects.set(key, previous);
    }
    return [...objects].sort(([a], [b]) => a < b ? -1 : 1);
  }

  /** The index of the first change after a revision. */
  #indexAfter(revision: bigint): number {
    let low = 0;
    let high = this.#history.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const change = this.#history[middle];
      if (change !== undefined && change.revision <= revision) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #commit(change: Change<T>): void {
    this.#history.push(change);
    for (const listener of [...this.#listeners]) listener(change);
  }
}

/** Returns a shallow copy of an object with another resource version. */
export function withRevision<T extends KubernetesObject>(
  object: T,
  revision: bigint,
): T {
  const metadata = {
    ...object.metadata,
    resourceVersion: String(revision),
  };
  return { ...object, metadata };
}

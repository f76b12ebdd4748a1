/**
 * What both fakes keep their objects in: one revision for everything, as etcd
 * has, and the history of what led to it. Lists, watches and expiry all follow
 * from these two: a list shows the state at a revision, a watch carries on
 * after one, and what was compacted can do neither.
 *
 * Keys are paths, `<resource>/<namespace>/<name>`, so that a prefix is a
 * selection and their order is the order of lists. Revisions are `bigint`:
 * resource versions have 64 bits, numbers only 53.
 *
 * @module
 */

import type { ChangeEvent, KubernetesObject } from "../api/types.ts";

/** One committed change. Its objects are shared: clone before handing out. */
export interface Change<T extends KubernetesObject> {
  /** What happened to the object. */
  readonly type: ChangeEvent["type"];
  /** Key of the object. */
  readonly key: string;
  /** The revision that the change made. */
  readonly revision: bigint;
  /** The object after the change; the last one, restamped, if deleted. */
  readonly object: T;
  /** The object before the change, where there was one. */
  readonly previous: T | undefined;
}

/** Objects by key, with one revision and its history. */
export class FakeStore<T extends KubernetesObject> {
  #revision: bigint;
  #compacted: bigint;
  readonly #objects = new Map<string, T>();
  #history: Change<T>[] = [];
  readonly #listeners = new Set<(change: Change<T>) => void>();

  /** Starts at a resource version; a `TypeError` where it is none. */
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

  /** The object of a key. */
  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  /** Stores a clone, stamped with a new revision, and gives what it stored. */
  put(key: string, object: T): T {
    const previous = this.#objects.get(key);
    const stored = stamped(structuredClone(object), ++this.#revision);
    this.#objects.set(key, stored);
    this.#commit({
      type: previous === undefined ? "ADDED" : "MODIFIED",
      key,
      revision: this.#revision,
      object: stored,
      previous,
    });
    return stored;
  }

  /** Removes an object and gives it, stamped with the deletion's revision. */
  remove(key: string): T | undefined {
    const previous = this.#objects.get(key);
    if (previous === undefined) return undefined;
    this.#objects.delete(key);
    const object = stamped(previous, ++this.#revision);
    this.#commit({
      type: "DELETED",
      key,
      revision: this.#revision,
      object,
      previous,
    });
    return object;
  }

  /** Moves the revision without a change here: someone else wrote. */
  advance(by: number): string {
    if (!Number.isSafeInteger(by) || by < 1) {
      throw new RangeError(
        `Cannot advance the resource version by ${by}: it must be a positive integer`,
      );
    }
    this.#revision += BigInt(by);
    return String(this.#revision);
  }

  /** Forgets the history: only the current revision can be carried on from. */
  compact(): void {
    this.#compacted = this.#revision;
    this.#history = [];
  }

  /** The changes after a revision; undefined where they are forgotten. */
  changesAfter(revision: bigint): readonly Change<T>[] | undefined {
    if (revision < this.#compacted) return undefined;
    const last = this.#history.findLastIndex((change) =>
      change.revision <= revision
    );
    return this.#history.slice(last + 1);
  }

  /** The objects under a prefix in the order of keys, as of now or before. */
  entries(prefix: string, revision?: bigint): [string, T][] | undefined {
    const objects = revision === undefined
      ? this.#objects
      : this.#stateAt(revision);
    if (objects === undefined) return undefined;
    return [...objects]
      .filter(([key]) => key.startsWith(prefix))
      .sort(([a], [b]) => a < b ? -1 : 1);
  }

  /** Calls a function after every change, until the returned one is called. */
  subscribe(listener: (change: Change<T>) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Undoes the later changes, newest first, on a copy of the state. */
  #stateAt(revision: bigint): Map<string, T> | undefined {
    const changes = this.changesAfter(revision);
    if (changes === undefined) return undefined;
    const objects = new Map(this.#objects);
    for (const { key, previous } of changes.toReversed()) {
      if (previous === undefined) objects.delete(key);
      else objects.set(key, previous);
    }
    return objects;
  }

  #commit(change: Change<T>): void {
    this.#history.push(change);
    for (const listener of [...this.#listeners]) listener(change);
  }
}

/** The object with another resource version; shares everything else. */
export function stamped<T extends KubernetesObject>(
  object: T,
  revision: bigint,
): T {
  const metadata = {
    ...object.metadata,
    resourceVersion: String(revision),
  };
  return { ...object, metadata };
}

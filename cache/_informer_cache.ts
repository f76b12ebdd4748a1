/**
 * Keeps a store and tells what has changed: the one place where the store is
 * written to, and where an event comes into being.
 *
 * What kind of event a change is depends on the store and not on what a watch
 * calls it: after a gap, an object that a watch calls MODIFIED may be new here.
 * Each change is made in one step, however many objects it is about, and its
 * events go out after it.
 *
 * @module
 */

import { errorText } from "../internal/error_text.ts";
import type { IndexedStore, StoreChange, Stored } from "./_indexed_store.ts";
import { versionOf } from "../api/_untrusted.ts";
import { metaNamespaceKey } from "../api/meta_namespace_key.ts";
import type { ChangeEvent, KubernetesObject } from "../api/types.ts";

/** A whole list in the making. */
export type Collected<T extends KubernetesObject> = Map<string, Stored<T>>;

/** What a cache needs besides its store. */
export interface InformerCacheOptions<T extends KubernetesObject> {
  /** Applied to each object before it is kept. */
  transform: ((object: T) => T) | undefined;
  /** Takes each event. */
  onEvent: (key: string, event: ChangeEvent<T>) => void;
  /** Told of each object that cannot be taken. */
  onError: (error: unknown) => void;
}

/** The writer of an informer's store. */
export class InformerCache<T extends KubernetesObject> {
  readonly #store: IndexedStore<T>;
  readonly #transform: ((object: T) => T) | undefined;
  readonly #onEvent: (key: string, event: ChangeEvent<T>) => void;
  readonly #onError: (error: unknown) => void;

  /**
   * Becomes the writer of a store.
   *
   * @param store The store.
   * @param options What to do with events and errors.
   */
  constructor(store: IndexedStore<T>, options: InformerCacheOptions<T>) {
    this.#store = store;
    this.#transform = options.transform;
    this.#onEvent = options.onEvent;
    this.#onError = options.onError;
  }

  /**
   * Adds an object to a list in the making. One that the store has already is
   * taken from there, so that nothing is transformed or held twice.
   *
   * @param collected The list.
   * @param object The object, as the server gave it.
   */
  collect(collected: Collected<T>, object: T): void {
    const key = this.#keyOf(object);
    if (key === undefined) return;
    const known = this.#store.get(key);
    const stored = known !== undefined && isSame(known, object)
      ? known
      : this.#prepare(key, object);
    if (stored !== undefined) collected.set(key, stored);
    // What cannot be taken stays as it was: it has not been deleted.
    else if (known !== undefined) collected.set(key, known);
  }

  /**
   * Takes an object out of a list in the making.
   *
   * @param collected The list.
   * @param object The object, as the server gave it.
   */
  uncollect(collected: Collected<T>, object: T): void {
    const key = this.#keyOf(object);
    if (key !== undefined) collected.delete(key);
  }

  /**
   * Makes the store what a whole list shows, in one step.
   *
   * @param collected The list.
   */
  replace(collected: Collected<T>): void {
    const changes: StoreChange<T>[] = [];
    let known = 0;
    for (const [key, stored] of collected) {
      const before = this.#store.get(key);
      if (before !== undefined) known++;
      if (before !== stored) changes.push([key, stored]);
    }
    // Mostly nothing has vanished.
    const vanished = known < this.#store.size ? this.#store.keys() : [];
    for (const key of vanished) {
      if (!collected.has(key)) changes.push([key, undefined]);
    }
    this.#commit(changes);
  }

  /**
   * Makes a change that a watch tells of.
   *
   * @param event The event, as the server gave it.
   */
  apply({ type, object }: ChangeEvent<T>): void {
    const key = this.#keyOf(object);
    if (key === undefined) return;
    if (type !== "DELETED") {
      const stored = this.#prepare(key, object);
      if (stored !== undefined) this.#commit([[key, stored]]);
      return;
    }
    const known = this.#store.get(key);
    if (known === undefined) return;
    const last = isAnother(known.uid, uidOf(object))
      ? known
      : this.#prepare(key, object) ?? known;
    this.#store.change([[key, undefined]]);
    this.#onEvent(key, { type: "DELETED", object: last.object });
  }

  /** Tells of each object once more. */
  resync(): void {
    for (const [key, { object }] of this.#store.entries()) {
      this.#onEvent(key, { type: "MODIFIED", object });
    }
  }

  #commit(changes: readonly StoreChange<T>[]): void {
    const before = changes.map(([key]) => this.#store.get(key));
    this.#store.change(changes);
    changes.forEach(([key, stored], at) => {
      this.#tell(key, before[at], stored);
    });
  }

  /** Tells of a change, which is two where it is one object for another. */
  #tell(
    key: string,
    before: Stored<T> | undefined,
    after: Stored<T> | undefined,
  ): void {
    const replaced = before !== undefined &&
      (after === undefined || isAnother(before.uid, after.uid));
    if (replaced) {
      this.#onEvent(key, { type: "DELETED", object: before.object });
    }
    if (after === undefined) return;
    const type = before === undefined || replaced ? "ADDED" : "MODIFIED";
    this.#onEvent(key, { type, object: after.object });
  }

  #prepare(key: string, object: T): Stored<T> | undefined {
    // Before the transform, which may change the object itself.
    const uid = uidOf(object);
    const version = versionOf(object);
    try {
      return { object: this.#transformed(object), uid, version };
    } catch (cause) {
      const what = `Cannot take ${key} at version ${version}`;
      this.#onError(
        new Error(`${what}: transform failed: ${errorText(cause)}`, { cause }),
      );
      return undefined;
    }
  }

  #transformed(object: T): T {
    if (this.#transform === undefined) return object;
    const transformed = this.#transform(object);
    // A caller without types may have forgotten to return it.
    if (!transformed) throw new TypeError("it gave no object");
    return transformed;
  }

  #keyOf(object: T): string | undefined {
    try {
      return metaNamespaceKey(object);
    } catch (cause) {
      const what = `${object?.kind ?? "object"} with uid ${uidOf(object)}`;
      this.#onError(
        new TypeError(`Cannot take the ${what}: ${errorText(cause)}`, {
          cause,
        }),
      );
      return undefined;
    }
  }
}

/** What comes from a server is not always what it should be. */
function uidOf(
  object: KubernetesObject | null | undefined,
): string | undefined {
  return object?.metadata?.uid;
}

/** Whether two uids tell two objects of one name apart. */
function isAnother(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && a !== b;
}

/** Whether an object is as it was when it was stored. */
function isSame<T extends KubernetesObject>(
  known: Stored<T>,
  object: T,
): boolean {
  return known.version !== undefined && known.version === versionOf(object) &&
    known.uid === uidOf(object);
}

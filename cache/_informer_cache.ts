/**
 * Maintains a store and reports its changes: the only place where the store is
 * written to and events are created.
 *
 * The type of an event depends on the store, not on what a watch calls it:
 * after a gap, an object that a watch calls MODIFIED may be new here. Each
 * change is made in one step, however many objects it covers, and its events
 * follow.
 *
 * @module
 */

import { errorText } from "../internal/error_text.ts";
import { isSameJson } from "../internal/same_json.ts";
import { syncResult } from "../internal/sync_result.ts";
import { textField } from "../internal/json_fields.ts";
import type { IndexedStore, StoreChange, Stored } from "./_indexed_store.ts";
import { KnownIdentity, type Unparsed } from "../api/_known_identity.ts";
import { pendingEvent } from "../api/_lazy_event.ts";
import {
  identityOfEvent,
  uidOf,
  uidOfEvent,
  versionOfEvent,
} from "../api/_untrusted.ts";
import { metaNamespaceKey } from "../api/meta_namespace_key.ts";
import type { ChangeEvent, KubernetesObject } from "../api/types.ts";

/** A list that is being collected, by key. */
export type Collected<T extends KubernetesObject> = Map<string, Stored<T>>;

/** Options for {@linkcode InformerCache.collect}. */
export interface CollectOptions {
  /**
   * Whether an object of the same uid and version is unchanged. A server that
   * was restored from a backup gives a version away a second time.
   */
  versions: boolean;
}

/** Options for {@linkcode InformerCache}. */
export interface InformerCacheOptions<T extends KubernetesObject> {
  /** Applied to each object before it is stored. */
  transform: ((object: T) => T) | undefined;
  /** Called with each event. */
  onEvent: (key: string, event: ChangeEvent<T>) => void;
  /** Called with an error for each object that cannot be stored. */
  onError: (error: unknown) => void;
}

/** The writer of an informer's store. */
export class InformerCache<T extends KubernetesObject> {
  readonly #store: IndexedStore<T>;
  readonly #transform: ((object: T) => T) | undefined;
  readonly #onEvent: (key: string, event: ChangeEvent<T>) => void;
  readonly #onError: (error: unknown) => void;

  /**
   * Creates the only writer of a store.
   *
   * @param store The store.
   * @param options The transform and the callbacks.
   */
  constructor(store: IndexedStore<T>, options: InformerCacheOptions<T>) {
    this.#store = store;
    this.#transform = options.transform;
    this.#onEvent = options.onEvent;
    this.#onError = options.onError;
  }

  /** Whether it looks at each object that it stores. */
  get looksAtObjects(): boolean {
    return this.#transform !== undefined;
  }

  /**
   * Adds an object to a list, or removes it where the list comes as events. If
   * the store has it already, the stored one is used, so that nothing is
   * transformed or held in memory twice.
   *
   * @param collected The list.
   * @param event The event, as the server sent it.
   * @param trust What can be relied on.
   */
  collectEvent(
    collected: Collected<T>,
    event: ChangeEvent<T>,
    trust: CollectOptions = { versions: true },
  ): void {
    const key = this.#keyOf(event);
    if (key === undefined) return;
    if (event.type === "DELETED") return void collected.delete(key);
    const known = this.#store.get(key);
    const same = known !== undefined && isSame(known, event)
      ? known
      : undefined;
    if (same !== undefined && trust.versions) {
      collected.set(key, same);
      return;
    }
    const prepared = this.#prepare(key, event);
    const stored = same !== undefined && prepared !== undefined &&
        hasSameContent(same, prepared)
      ? same
      : prepared;
    if (stored !== undefined) collected.set(key, stored);
    // An object that cannot be stored has not been deleted: keep the old one.
    else if (known !== undefined) collected.set(key, known);
  }

  /**
   * Replaces the contents of the store with a whole list, in one step.
   *
   * @param collected The list, which the store may take over.
   */
  replace(collected: Collected<T>): void {
    if (this.#store.size === 0) return this.#fill(collected);
    const changes: StoreChange<T>[] = [];
    let known = 0;
    for (const [key, stored] of collected) {
      const before = this.#store.get(key);
      if (before !== undefined) known++;
      if (before !== stored) changes.push([key, stored]);
    }
    // Usually nothing has vanished, and the keys need not be compared.
    const vanished = known < this.#store.size ? this.#store.keys() : [];
    for (const key of vanished) {
      if (!collected.has(key)) changes.push([key, undefined]);
    }
    this.#commit(changes);
  }

  /**
   * Applies an event of a watch.
   *
   * @param event The event, as the server sent it.
   */
  apply(event: ChangeEvent<T>): void {
    const key = this.#keyOf(event);
    if (key === undefined) return;
    if (event.type !== "DELETED") {
      const stored = this.#prepare(key, event);
      if (stored !== undefined) this.#commit([[key, stored]]);
      return;
    }
    const known = this.#store.get(key);
    if (known === undefined) return;
    const last = isAnother(known.uid, uidOfEvent(event))
      ? known
      : this.#prepare(key, event) ?? known;
    this.#store.change([[key, undefined]]);
    this.#onEvent(key, eventOf("DELETED", last));
  }

  /** Reports every stored object as MODIFIED. */
  resync(): void {
    for (const [key, stored] of this.#store.entries()) {
      this.#onEvent(key, eventOf("MODIFIED", stored));
    }
  }

  #fill(collected: Collected<T>): void {
    this.#store.fill(collected);
    for (const [key, stored] of collected) {
      this.#onEvent(key, eventOf("ADDED", stored));
    }
  }

  #commit(changes: readonly StoreChange<T>[]): void {
    const before = changes.map(([key]) => this.#store.get(key));
    this.#store.change(changes);
    changes.forEach(([key, stored], at) => {
      this.#report(key, before[at], stored);
    });
  }

  /** Reports a change: two events if one object has replaced another. */
  #report(
    key: string,
    before: Stored<T> | undefined,
    after: Stored<T> | undefined,
  ): void {
    const replaced = before !== undefined &&
      (after === undefined || isAnother(before.uid, after.uid));
    if (replaced) {
      this.#onEvent(key, eventOf("DELETED", before));
    }
    if (after === undefined) return;
    const type = before === undefined || replaced ? "ADDED" : "MODIFIED";
    this.#onEvent(key, eventOf(type, after));
  }

  #prepare(key: string, event: ChangeEvent<T>): Stored<T> | undefined {
    const known = KnownIdentity.unparsed(event);
    if (known !== undefined && !this.looksAtObjects) return known;
    // Before the transform, which may change the object itself.
    const { uid, resourceVersion: version } = identityOfEvent(event);
    const { object } = event;
    try {
      return { object: this.#transformed(object), uid, version };
    } catch (cause) {
      const what = `Cannot store ${key} at resource version ${version}`;
      this.#onError(
        new Error(`${what}: transform failed: ${errorText(cause)}`, { cause }),
      );
      return undefined;
    }
  }

  #transformed(object: T): T {
    if (this.#transform === undefined) return object;
    const transformed = syncResult(this.#transform(object));
    // Callbacks written without types may forget to return the object.
    if (!transformed) throw new TypeError("it returned no object");
    return transformed;
  }

  #keyOf(event: { readonly object: T }): string | undefined {
    // Without a name, the object is shown.
    const known = KnownIdentity.unparsed(event)?.key;
    if (known !== undefined) return known;
    const { object } = event;
    try {
      return metaNamespaceKey(object);
    } catch (cause) {
      const kind = textField(object, "kind") ?? "object";
      const what = `${kind} with uid ${uidOf(object)}`;
      this.#onError(
        new TypeError(`Cannot store the ${what}: ${errorText(cause)}`, {
          cause,
        }),
      );
      return undefined;
    }
  }
}

/** Whether two uids are known to be of different objects. */
function isAnother(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && a !== b;
}

/** Whether an object is known to be unchanged since it was stored. */
function isSame<T extends KubernetesObject>(
  known: Stored<T>,
  event: ChangeEvent<T>,
): boolean {
  return known.version !== undefined &&
    known.version === versionOfEvent(event) && known.uid === uidOfEvent(event);
}

/** An event about what is in the store, or was. */
function eventOf<T extends KubernetesObject>(
  type: ChangeEvent<T>["type"],
  stored: Stored<T>,
): ChangeEvent<T> {
  return isUnparsed(stored)
    ? pendingEvent(type, stored)
    : { type, object: stored.object };
}

function isUnparsed<T extends KubernetesObject>(
  stored: Stored<T>,
): stored is Unparsed<T> {
  return "identity" in stored;
}

/**
 * Whether two objects are known to have the same fields. Their order may
 * differ: `apiVersion` and `kind` come last in an item of a list.
 */
function hasSameContent<T extends KubernetesObject>(
  a: Stored<T>,
  b: Stored<T>,
): boolean {
  try {
    const [one, other] = [JSON.stringify(a.object), JSON.stringify(b.object)];
    return one === other || one.length === other.length &&
        isSameJson(JSON.parse(one), JSON.parse(other));
  } catch {
    // Too deep, or no JSON, as it came or after a transform.
    return false;
  }
}

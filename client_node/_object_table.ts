/**
 * The objects that an informer's callbacks have been called for so far. It
 * shares its objects with the informer's cache and follows that one event at a
 * time, so a callback sees exactly the changes reported until then. It outlives
 * a stop, so a new start reports only what has changed since.
 *
 * @module
 */

import type { ObjectVerb } from "./_informer_callbacks.ts";
import type { ChangeEvent, KubernetesObject } from "../api/types.ts";

/** Called for each change, after it has been applied. */
export type ChangeListener<T extends KubernetesObject> = (
  verb: ObjectVerb,
  object: T,
) => void;

/** Objects by namespace and name. */
export class ObjectTable<T extends KubernetesObject> {
  readonly #namespaces = new Map<string, Map<string, T>>();
  readonly #onChange: ChangeListener<T>;

  /**
   * Creates an empty table.
   *
   * @param onChange Called for each change.
   */
  constructor(onChange: ChangeListener<T>) {
    this.#onChange = onChange;
  }

  /**
   * Returns an object.
   *
   * @param name The name of the object.
   * @param namespace Its namespace; empty for a cluster-scoped object.
   * @returns The object, if it is in the table.
   */
  get(name: string, namespace = ""): T | undefined {
    return this.#namespaces.get(namespace)?.get(name);
  }

  /**
   * Returns the objects of one namespace or of all.
   *
   * @param namespace The namespace; empty for all of them.
   * @returns A new array.
   */
  list(namespace = ""): T[] {
    if (namespace) return [...this.#namespaces.get(namespace)?.values() ?? []];
    return [...this.#namespaces.values()].flatMap((named) => [
      ...named.values(),
    ]);
  }

  /**
   * Applies an event. An object with an unchanged version is not reported; an
   * object with another UID is reported as a deletion and an addition.
   *
   * @param event The event.
   */
  apply({ type, object }: ChangeEvent<T>): void {
    if (type === "DELETED") return this.#remove(object);
    const { name = "", namespace = "" } = object.metadata ?? {};
    let known = this.get(name, namespace);
    if (known !== undefined && isReplacement(known, object)) {
      this.#remove(known);
      known = undefined;
    }
    this.#put(name, namespace, object);
    if (known === undefined) this.#onChange("add", object);
    else if (!isSameVersion(known, object)) this.#onChange("update", object);
  }

  /**
   * Removes all objects that do not satisfy a predicate.
   *
   * @param isKept Whether to keep an object.
   */
  keep(isKept: (object: T) => boolean): void {
    for (const object of this.list()) {
      if (!isKept(object)) this.#remove(object);
    }
  }

  #put(name: string, namespace: string, object: T): void {
    const named = this.#namespaces.get(namespace);
    if (named) named.set(name, object);
    else this.#namespaces.set(namespace, new Map([[name, object]]));
  }

  #remove(object: T): void {
    const { name = "", namespace = "" } = object.metadata ?? {};
    const named = this.#namespaces.get(namespace);
    if (!named?.delete(name)) return;
    if (named.size === 0) this.#namespaces.delete(namespace);
    this.#onChange("delete", object);
  }
}

function isReplacement(a: KubernetesObject, b: KubernetesObject): boolean {
  const [one, other] = [a.metadata?.uid, b.metadata?.uid];
  return one !== undefined && other !== undefined && one !== other;
}

function isSameVersion(a: KubernetesObject, b: KubernetesObject): boolean {
  const version = a.metadata?.resourceVersion;
  return version !== undefined && version === b.metadata?.resourceVersion;
}

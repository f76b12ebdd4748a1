/**
 * What an informer's callbacks have been told of so far. It is no cache of its
 * own: it shares the objects of the informer's, and follows that one event at a
 * time, so that whoever is called finds exactly what was told until then. It
 * outlives a stop, so that a new start tells of what has changed meanwhile and
 * of nothing else.
 *
 * @module
 */

import type { ObjectVerb } from "./_informer_callbacks.ts";
import type { ChangeEvent, KubernetesObject } from "../api/types.ts";

/** Told of each change, when it has been made. */
export type TellChange<T extends KubernetesObject> = (
  verb: ObjectVerb,
  object: T,
) => void;

/** Objects by namespace and name. */
export class ObjectTable<T extends KubernetesObject> {
  readonly #namespaces = new Map<string, Map<string, T>>();
  readonly #tell: TellChange<T>;

  /**
   * Is empty.
   *
   * @param tell Told of each change.
   */
  constructor(tell: TellChange<T>) {
    this.#tell = tell;
  }

  /**
   * An object.
   *
   * @param name Its name.
   * @param namespace Its namespace; empty where it has none.
   * @returns It, where it is there.
   */
  get(name: string, namespace = ""): T | undefined {
    return this.#namespaces.get(namespace)?.get(name);
  }

  /**
   * The objects.
   *
   * @param namespace Their namespace; all of them where it is empty.
   * @returns A list of its own.
   */
  list(namespace = ""): T[] {
    if (namespace) return [...this.#namespaces.get(namespace)?.values() ?? []];
    return [...this.#namespaces.values()].flatMap((named) => [
      ...named.values(),
    ]);
  }

  /**
   * Makes a change, where it is one: nothing is told of an object that is as
   * it was. One object for another is the end of the first.
   *
   * @param event The change.
   */
  apply({ type, object }: ChangeEvent<T>): void {
    if (type === "DELETED") return this.#remove(object);
    const { name = "", namespace = "" } = object.metadata ?? {};
    let known = this.get(name, namespace);
    if (known !== undefined && isAnother(known, object)) {
      this.#remove(known);
      known = undefined;
    }
    this.#put(name, namespace, object);
    if (known === undefined) this.#tell("add", object);
    else if (!isSameVersion(known, object)) this.#tell("update", object);
  }

  /**
   * Removes all objects but some.
   *
   * @param isThere Whether an object is to stay.
   */
  keep(isThere: (object: T) => boolean): void {
    for (const object of this.list()) {
      if (!isThere(object)) this.#remove(object);
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
    this.#tell("delete", object);
  }
}

function isAnother(a: KubernetesObject, b: KubernetesObject): boolean {
  const [one, other] = [a.metadata?.uid, b.metadata?.uid];
  return one !== undefined && other !== undefined && one !== other;
}

function isSameVersion(a: KubernetesObject, b: KubernetesObject): boolean {
  const version = a.metadata?.resourceVersion;
  return version !== undefined && version === b.metadata?.resourceVersion;
}

/**
 * What is known of an event's object before the object has been parsed.
 *
 * It is kept in a private field of the event, which a constructor that returns
 * its argument adds to any object: what copies, prints or compares the event
 * does not see it. A `WeakMap` would do the same, but each entry costs time when
 * garbage is collected.
 *
 * @module
 */

import type {
  ChangeEvent,
  KubernetesList,
  KubernetesObject,
  ObjectIdentity,
} from "./types.ts";

/**
 * Copies an identity. Spreading it would take several times as long.
 *
 * @param identity The identity.
 * @returns A copy, with a name, and without what is not known.
 */
export function copyIdentity(
  { name = "", namespace, uid, resourceVersion }: Partial<ObjectIdentity>,
): ObjectIdentity {
  const identity: ObjectIdentity = { name };
  if (namespace !== undefined) identity.namespace = namespace;
  if (uid !== undefined) identity.uid = uid;
  if (resourceVersion !== undefined) identity.resourceVersion = resourceVersion;
  return identity;
}

/** The fields of derived classes are added to the target. */
class Marked {
  constructor(target: object) {
    return target;
  }
}

/** An object that is parsed when it is looked at. */
export interface Unparsed<T> {
  /** Whose object it is. */
  readonly identity: Readonly<ObjectIdentity>;
  /** Its key, as `metaNamespaceKey` makes it; undefined if it has no name. */
  readonly key: string | undefined;
  /** Its uid. */
  readonly uid: string | undefined;
  /** Its resource version. */
  readonly version: string | undefined;
  /** The object, the same at each look. What parsing it throws, the look throws. */
  readonly object: T;
  /** What looks like it, and may be less work to look at; not to be kept. */
  readonly view?: T;
}

/**
 * The identity of an object that has not been parsed yet, and the object.
 *
 * @typeParam T Type of the object.
 */
export class KnownIdentity<T> extends Marked {
  #unparsed: Unparsed<T> | undefined;

  /**
   * Keeps an object that has not been parsed with its event.
   *
   * @param event The event, of which no identity has been kept before.
   * @param unparsed The object.
   */
  constructor(event: object, unparsed: Unparsed<T>) {
    super(event);
    this.#unparsed = unparsed;
  }

  /**
   * Returns the identity of an event's object.
   *
   * @param event Any event.
   * @returns Its identity; undefined where the object itself has to be asked.
   */
  static of(event: object): Readonly<ObjectIdentity> | undefined {
    return #unparsed in event ? event.#unparsed?.identity : undefined;
  }

  /**
   * Returns the object of an event.
   *
   * @typeParam T Type of the object.
   * @param event Any event.
   * @returns The object that has not been parsed; undefined where the event has
   *   the object itself.
   */
  static unparsed<T>(
    event: { readonly object: T },
  ): Unparsed<T> | undefined {
    return KnownIdentity.#has<T>(event) ? event.#unparsed : undefined;
  }

  /**
   * Forgets the identity of an event: from now on its object is there to be
   * asked, and may be changed.
   *
   * @param event Any event.
   */
  static forget(event: object): void {
    if (#unparsed in event) event.#unparsed = undefined;
  }

  /** The object is of the type that the event is of. */
  static #has<T>(event: object): event is KnownIdentity<T> {
    return #unparsed in event;
  }
}

/**
 * The items of a list that have not been parsed yet, as events.
 *
 * @typeParam T Type of the items.
 */
export class KnownItems<T extends KubernetesObject> extends Marked {
  #items: readonly ChangeEvent<T>[] | undefined;

  /**
   * Keeps the items of a list with the list.
   *
   * @param list The list.
   * @param items An event for each item.
   */
  constructor(list: KubernetesList<T>, items: readonly ChangeEvent<T>[]) {
    super(list);
    this.#items = items;
  }

  /**
   * Returns the items of a list.
   *
   * @typeParam T Type of the items.
   * @param list Any list.
   * @returns An event for each item; undefined where the list itself has them.
   */
  static of<T extends KubernetesObject>(
    list: object,
  ): readonly ChangeEvent<T>[] | undefined {
    return KnownItems.#has<T>(list) ? list.#items : undefined;
  }

  /**
   * Forgets the items of a list: from now on it has them itself.
   *
   * @param list Any list.
   */
  static forget(list: object): void {
    if (#items in list) list.#items = undefined;
  }

  /** The items are of the type that the list has been asked for with. */
  static #has<T extends KubernetesObject>(
    list: object,
  ): list is KnownItems<T> {
    return #items in list;
  }
}

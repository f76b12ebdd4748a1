/**
 * An object in the store that is parsed when somebody looks at it: the event
 * that it came with knows how, and what has to be known of it before.
 *
 * @module
 */

import { eventAs } from "../api/_lazy_event.ts";
import type {
  ChangeEvent,
  KubernetesObject,
  ObjectIdentity,
} from "../api/types.ts";
import type { Stored } from "./_indexed_store.ts";

/** The object of an event that has not been looked at. */
export class StoredEvent<T extends KubernetesObject> implements Stored<T> {
  readonly #event: ChangeEvent<T>;
  readonly #identity: Readonly<ObjectIdentity>;

  /**
   * Keeps an event.
   *
   * @param event The event; nobody else may change it.
   * @param identity Whose event it is.
   */
  constructor(event: ChangeEvent<T>, identity: Readonly<ObjectIdentity>) {
    this.#event = event;
    this.#identity = identity;
  }

  /** The object, the same at each look. */
  get object(): T {
    return this.#event.object;
  }

  /** Its uid. */
  get uid(): string | undefined {
    return this.#identity.uid;
  }

  /** Its resource version. */
  get version(): string | undefined {
    return this.#identity.resourceVersion;
  }

  /**
   * Creates an event about the object, which is not parsed for it.
   *
   * @param type The type of the event.
   * @returns The event.
   */
  as(type: ChangeEvent<T>["type"]): ChangeEvent<T> {
    return eventAs(this.#event, type);
  }
}

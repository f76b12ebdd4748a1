/**
 * The callbacks of an informer by their verbs, as client-node has them.
 *
 * @module
 */

import { callSafely } from "../internal/console.ts";
import type { KubernetesObject } from "../api/types.ts";

/** What is told of one object. */
export type ObjectVerb = "add" | "update" | "delete";

/** What is told of the informer itself. */
export type StateVerb = "error" | "connect";

/** A verb and what is called for it; `"change"` stands for all of objects. */
export type Registration<T extends KubernetesObject> =
  | [verb: ObjectVerb | "change", callback: (object: T) => void]
  | [verb: StateVerb, callback: (error?: unknown) => void];

const OBJECT_VERBS: readonly ObjectVerb[] = ["add", "update", "delete"];

/**
 * Callbacks, and the calling of them: those that are there at that moment are
 * called, whatever they throw, add or remove.
 */
export class InformerCallbacks<T extends KubernetesObject> {
  readonly #ofObjects: Record<ObjectVerb, ((object: T) => void)[]> = {
    add: [],
    update: [],
    delete: [],
  };
  readonly #ofState: Record<StateVerb, ((error?: unknown) => void)[]> = {
    error: [],
    connect: [],
  };

  /**
   * Adds a callback. One that is added twice is called twice.
   *
   * @param registration When it is called, and it.
   * @throws {TypeError} If there is no such verb.
   */
  on(...[verb, callback]: Registration<T>): void {
    switch (verb) {
      case "error":
      case "connect":
        this.#ofState[verb].push(callback);
        return;
      default:
        for (const each of objectVerbs(verb)) {
          this.#ofObjects[each].push(callback);
        }
    }
  }

  /**
   * Removes a callback once; nothing where it is not there.
   *
   * @param registration When it was called, and it.
   * @throws {TypeError} If there is no such verb.
   */
  off(...[verb, callback]: Registration<T>): void {
    switch (verb) {
      case "error":
      case "connect":
        remove(this.#ofState[verb], callback);
        return;
      default:
        for (const each of objectVerbs(verb)) {
          remove(this.#ofObjects[each], callback);
        }
    }
  }

  /**
   * Tells of an object.
   *
   * @param verb What has happened to it.
   * @param object The object.
   */
  tell(verb: ObjectVerb, object: T): void {
    for (const callback of [...this.#ofObjects[verb]]) {
      callSafely(`a callback for "${verb}"`, callback, object);
    }
  }

  /**
   * Tells of the informer.
   *
   * @param verb What has happened.
   * @param error What went wrong, if anything.
   */
  tellState(verb: StateVerb, error?: unknown): void {
    for (const callback of [...this.#ofState[verb]]) {
      callSafely(`a callback for "${verb}"`, callback, error);
    }
  }
}

/** Code without types may give any verb. */
function objectVerbs(verb: ObjectVerb | "change"): readonly ObjectVerb[] {
  if (verb === "change") return OBJECT_VERBS;
  if (OBJECT_VERBS.includes(verb)) return [verb];
  throw new TypeError(`Unknown verb: ${verb}`);
}

function remove<V>(values: V[], value: V): void {
  const index = values.indexOf(value);
  if (index >= 0) values.splice(index, 1);
}

/**
 * The callbacks of an informer for client-node's verbs.
 *
 * @module
 */

import { callSafely } from "../internal/console.ts";
import type { KubernetesObject } from "../api/types.ts";

/** The verbs for changes of an object. */
export type ObjectVerb = "add" | "update" | "delete";

/** The verbs for the state of the informer itself. */
export type StateVerb = "error" | "connect";

/** A verb and its callback; `"change"` stands for all object verbs. */
export type Registration<T extends KubernetesObject> =
  | [verb: ObjectVerb | "change", callback: (object: T) => void]
  | [verb: StateVerb, callback: (error?: unknown) => void];

const OBJECT_VERBS: readonly ObjectVerb[] = ["add", "update", "delete"];

/**
 * Callbacks by verb. An event calls those that are registered when it occurs,
 * even if one of them throws or adds or removes others.
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
   * Adds a callback. A callback that is added twice is called twice.
   *
   * @param registration The verb and the callback.
   * @throws {TypeError} If the verb is unknown.
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
   * Removes a callback once; does nothing if it is not registered.
   *
   * @param registration The verb and the callback.
   * @throws {TypeError} If the verb is unknown.
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
   * Calls the callbacks for a change of an object.
   *
   * @param verb The change.
   * @param object The object.
   */
  emit(verb: ObjectVerb, object: T): void {
    for (const callback of [...this.#ofObjects[verb]]) {
      callSafely(`a callback for "${verb}"`, callback, object);
    }
  }

  /**
   * Calls the callbacks for the state of the informer.
   *
   * @param verb The state.
   * @param error The error, if there is one.
   */
  emitState(verb: StateVerb, error?: unknown): void {
    for (const callback of [...this.#ofState[verb]]) {
      callSafely(`a callback for "${verb}"`, callback, error);
    }
  }
}

/** Untyped code may pass any verb. */
function objectVerbs(verb: ObjectVerb | "change"): readonly ObjectVerb[] {
  if (verb === "change") return OBJECT_VERBS;
  if (OBJECT_VERBS.includes(verb)) return [verb];
  throw new TypeError(`Unknown verb: ${verb}`);
}

function remove<V>(values: V[], value: V): void {
  const index = values.indexOf(value);
  if (index >= 0) values.splice(index, 1);
}

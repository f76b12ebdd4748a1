/**
 * The life of definitions (CustomResourceDefinitions), as by the controllers in
 * a kube-apiserver: a new one is established, a changed one ends the watches of
 * its resource, a deleted one takes its objects with it.
 *
 * @module
 */

import { isSameJson } from "../internal/same_json.ts";
import type { Change, FakeStore } from "./_fake_store.ts";
import {
  acceptedDefinition,
  CLEANUP,
  DEFINITIONS,
  establishedDefinition,
  isEstablished,
  resourcesOf,
} from "./_definition_objects.ts";
import type { ObjectAddress } from "./_object_address.ts";
import { now, type Objects } from "./_objects.ts";
import { resourceKey } from "./_resource_info.ts";
import type { Resources } from "./_resources.ts";
import type { StoredObject } from "./stored_object.ts";

/** Options for {@linkcode Definitions}. */
export interface DefinitionsOptions {
  /** The store to follow. */
  readonly store: FakeStore<StoredObject>;
  /** Writes to the store. */
  readonly objects: Objects;
  /** The resources, to which definitions add. */
  readonly resources: Resources;
  /** Ends the watches of a resource: `example.com/widgets`. */
  readonly endWatches: (key: string) => void;
}

/** The definitions of a server. */
export class Definitions {
  readonly #options: DefinitionsOptions;

  constructor(options: DefinitionsOptions) {
    this.#options = options;
    options.store.subscribe((change) => {
      if (change.key.startsWith(DEFINITIONS)) this.#changed(change);
    });
  }

  /** Serves what is defined after the store has gone back to an earlier state. */
  restored(): void {
    const { store, resources } = this.#options;
    resources.undefineAll();
    for (const [, object] of store.entries(DEFINITIONS) ?? []) {
      if (isEstablished(object)) this.#serve(object);
    }
  }

  #changed({ key, type, object, previous }: Change<StoredObject>): void {
    const isSame = previous !== undefined &&
      isSameJson(previous.spec, object.spec);
    const isNew = type === "ADDED" || !isSame;
    const isEnding = object.metadata?.deletionTimestamp !== undefined;
    if (type === "DELETED") this.#remove(object);
    else if (isEnding) queueMicrotask(() => this.#deleteObjects(key));
    else if (isNew) queueMicrotask(() => this.#establish(key));
    else if (isEstablished(object)) this.#serve(object);
  }

  #establish(key: string): void {
    const object = this.#options.store.get(key);
    if (object === undefined || resourcesOf(object).length === 0) return;
    if (object.metadata?.deletionTimestamp !== undefined) return;
    this.#serve(object);
    this.#endWatches(object);
    this.#update(key, (current) => acceptedDefinition(current, now()));
    this.#update(key, (current) => establishedDefinition(current, now()));
  }

  #serve(object: StoredObject): void {
    const versions = resourcesOf(object);
    const [first] = versions;
    if (first === undefined) return;
    this.#options.resources.define(resourceKey(first), versions);
  }

  #remove(object: StoredObject): void {
    for (const info of resourcesOf(object)) {
      this.#options.resources.undefine(resourceKey(info));
    }
    this.#endWatches(object);
  }

  #endWatches(object: StoredObject): void {
    const [info] = resourcesOf(object);
    if (info !== undefined) this.#options.endWatches(resourceKey(info));
  }

  /** Deletes the objects of a definition, and then the definition itself. */
  #deleteObjects(key: string): void {
    const { store, objects } = this.#options;
    const definition = store.get(key);
    const [info] = definition === undefined ? [] : resourcesOf(definition);
    if (definition === undefined || info === undefined) return;
    for (const [, object] of store.entries(`${resourceKey(info)}/`) ?? []) {
      const { name = "", namespace, deletionTimestamp } = object.metadata ?? {};
      if (deletionTimestamp !== undefined) continue;
      objects.delete({ info, namespace, name });
    }
    const left = store.entries(`${resourceKey(info)}/`) ?? [];
    if (left.length > 0) this.#waitFor(key, `${resourceKey(info)}/`);
    else this.#update(key, withoutCleanup);
  }

  /** Tries again when an object of a definition is gone. */
  #waitFor(key: string, prefix: string): void {
    const unsubscribe = this.#options.store.subscribe((change) => {
      if (change.type !== "DELETED" || !change.key.startsWith(prefix)) return;
      unsubscribe();
      queueMicrotask(() => this.#deleteObjects(key));
    });
  }

  #update(
    key: string,
    change: (current: StoredObject) => StoredObject,
  ): void {
    const { store, objects, resources } = this.#options;
    const current = store.get(key);
    const info = resources.byPlural(
      "apiextensions.k8s.io",
      "v1",
      "customresourcedefinitions",
    );
    if (current === undefined || info === undefined) return;
    const name = key.slice(DEFINITIONS.length);
    const address: ObjectAddress = { info, namespace: undefined, name };
    objects.update(address, change(current));
  }
}

function withoutCleanup(object: StoredObject): StoredObject {
  const { finalizers = [], ...metadata } = object.metadata ?? {};
  const left = finalizers.filter((finalizer) => finalizer !== CLEANUP);
  return {
    ...object,
    metadata: left.length === 0 ? metadata : { ...metadata, finalizers: left },
  };
}

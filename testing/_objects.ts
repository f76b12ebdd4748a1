/**
 * Writes objects with the bookkeeping of a kube-apiserver: identity (UID and
 * timestamps), generation, the `status` subresource, finalizers and conflicts.
 * A write that changes nothing creates no new version and no event.
 *
 * @module
 */

import type { ObjectMeta } from "../api/types.ts";
import type { FakeStore } from "./_fake_store.ts";
import { sameJson } from "./_merge_patch.ts";
import type { ResourceInfo } from "./_resources.ts";
import { alreadyExists, conflict, notFound } from "./_statuses.ts";
import type { StoredObject } from "./stored_object.ts";

/** The address of an object: its resource, namespace and name. */
export interface ObjectAddress {
  /** The resource. */
  readonly info: ResourceInfo;
  /** The namespace, if the object is namespaced. */
  readonly namespace: string | undefined;
  /** The name. */
  readonly name: string;
}

/** The preconditions of a deletion. */
export interface Preconditions {
  /** The UID that the object must have. */
  readonly uid?: string | undefined;
  /** The resource version that the object must have. */
  readonly resourceVersion?: string | undefined;
}

/**
 * Returns the key of an object, or without a name the prefix of the keys of all
 * objects of a resource.
 */
export function keyOf(
  { group, resource }: ResourceInfo,
  namespace: string | undefined,
  name = "",
): string {
  const inside = namespace === undefined ? "" : `${namespace}/`;
  return `${group}/${resource}/${inside}${name}`;
}

/** The objects of a server. */
export class Objects {
  readonly #store: FakeStore<StoredObject>;

  constructor(store: FakeStore<StoredObject>) {
    this.#store = store;
  }

  /** Returns an object, or `undefined` if it does not exist. */
  find({ info, namespace, name }: ObjectAddress): StoredObject | undefined {
    return this.#store.get(keyOf(info, namespace, name));
  }

  /** Returns an object. Throws a 404 if it does not exist. */
  get(address: ObjectAddress): StoredObject {
    const object = this.find(address);
    if (object === undefined) throw notFound(address.info, address.name);
    return object;
  }

  /** Creates an object. Throws a 409 if it already exists. */
  create(address: ObjectAddress, object: StoredObject): StoredObject {
    if (this.find(address) !== undefined) {
      throw alreadyExists(address.info, address.name);
    }
    const metadata: ObjectMeta = {
      ...object.metadata,
      uid: crypto.randomUUID(),
      creationTimestamp: now(),
      ...(Object.hasOwn(object, "spec") ? { generation: 1 } : {}),
    };
    return this.#put(address, { ...object, metadata });
  }

  /**
   * Replaces an object. Its resource version, if any, must be the current one.
   */
  update(address: ObjectAddress, object: StoredObject): StoredObject {
    const current = this.get(address);
    const { uid, resourceVersion } = object.metadata ?? {};
    checkUid(address, current, uid);
    if (
      resourceVersion && resourceVersion !== current.metadata?.resourceVersion
    ) {
      throw conflict(address.info, address.name);
    }
    const updated = { ...object, metadata: updatedMetadata(current, object) };
    if (sameJson(updated, current)) return current;
    const done = current.metadata?.deletionTimestamp !== undefined &&
      (updated.metadata.finalizers ?? []).length === 0;
    return done
      ? this.#remove(address) ?? updated
      : this.#put(address, updated);
  }

  /** Deletes an object, or marks it for deletion if it has finalizers. */
  delete(
    address: ObjectAddress,
    preconditions: Preconditions = {},
  ): { readonly object: StoredObject; readonly gone: boolean } {
    const current = this.get(address);
    const { metadata = {} } = current;
    checkUid(address, current, preconditions.uid);
    const { resourceVersion: wanted } = preconditions;
    if (wanted !== undefined && wanted !== metadata.resourceVersion) {
      throw conflict(
        address.info,
        address.name,
        `Precondition failed: ResourceVersion in precondition: ${wanted}, ` +
          `ResourceVersion in object meta: ${metadata.resourceVersion}`,
      );
    }
    if ((metadata.finalizers ?? []).length === 0) {
      return { object: this.#remove(address) ?? current, gone: true };
    }
    if (metadata.deletionTimestamp !== undefined) {
      return { object: current, gone: false };
    }
    const marked = {
      ...metadata,
      deletionTimestamp: now(),
      deletionGracePeriodSeconds: 0,
      ...(metadata.generation === undefined
        ? {}
        : { generation: metadata.generation + 1 }),
    };
    const object = this.#put(address, { ...current, metadata: marked });
    return { object, gone: false };
  }

  #put(address: ObjectAddress, object: StoredObject): StoredObject {
    return this.#store.put(this.#key(address), object);
  }

  #remove(address: ObjectAddress): StoredObject | undefined {
    return this.#store.remove(this.#key(address));
  }

  #key({ info, namespace, name }: ObjectAddress): string {
    return keyOf(info, namespace, name);
  }
}

/**
 * Returns the metadata of an updated object, with its immutable fields
 * preserved.
 */
function updatedMetadata(
  current: StoredObject,
  object: StoredObject,
): ObjectMeta {
  const { uid, creationTimestamp, resourceVersion, generation } =
    current.metadata ?? {};
  const { deletionTimestamp, deletionGracePeriodSeconds } = current.metadata ??
    {};
  const respecified = !sameJson(current.spec, object.spec);
  const metadata: ObjectMeta = {
    ...object.metadata,
    uid,
    creationTimestamp,
    resourceVersion,
    deletionTimestamp,
    deletionGracePeriodSeconds,
    generation: respecified ? (generation ?? 0) + 1 : generation,
  };
  return Object.fromEntries(
    Object.entries(metadata).filter(([, value]) => value !== undefined),
  );
}

function checkUid(
  address: ObjectAddress,
  current: StoredObject,
  uid: string | undefined,
): void {
  if (!uid || uid === current.metadata?.uid) return;
  throw conflict(
    address.info,
    address.name,
    `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${current.metadata?.uid}`,
  );
}

/** Returns the current time in whole seconds, as servers format it. */
function now(): string {
  return new Date().toISOString().replace(/\.[0-9]+Z$/, "Z");
}

/**
 * Writes objects with the bookkeeping of a kube-apiserver: identity (UID and
 * timestamps), generation, managed fields, finalizers and conflicts. A write
 * that changes nothing creates no new version and no event.
 *
 * @module
 */

import { isSameJson } from "../internal/same_json.ts";
import type { ObjectMeta } from "../api/types.ts";
import type { DeleteOptions, ObjectAddress } from "./_object_address.ts";
import { WITHOUT_GENERATION } from "./_built_in_table.ts";
import {
  CLEANUP,
  isDefinition,
  isEstablished,
  terminatingDefinition,
} from "./_definition_objects.ts";
import type { FakeStore } from "./_fake_store.ts";
import { type FieldWriter, manageFields } from "./_managed_fields.ts";
import {
  checkFinalizers,
  checkPreconditions,
  checkUid,
} from "./_object_checks.ts";
import { terminatingNamespace } from "./_namespace_objects.ts";
import {
  apiVersionOf,
  type ResourceInfo,
  resourceKey,
} from "./_resource_info.ts";
import { alreadyExists, conflict, notFound } from "./_statuses.ts";
import type { StoredObject } from "./stored_object.ts";

/** How an object is written. */
export interface WriteOptions {
  /** Whether nothing is stored. */
  readonly dryRun?: boolean | undefined;
  /** Who writes; `undefined` for the test itself. */
  readonly writer?: FieldWriter | undefined;
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
  create(
    address: ObjectAddress,
    object: StoredObject,
    options: WriteOptions = {},
  ): StoredObject {
    if (this.find(address) !== undefined) {
      throw alreadyExists(address.info, address.name);
    }
    const created = {
      ...withoutEmptyData(address.info, object),
      metadata: {
        ...compactMetadata(object.metadata ?? {}),
        uid: crypto.randomUUID(),
        creationTimestamp: now(),
        ...(startsGeneration(address.info, object) ? { generation: 1 } : {}),
      },
    };
    const managed = manageFields(undefined, created, options.writer);
    return options.dryRun ? managed : this.#put(address, managed);
  }

  /**
   * Replaces an object. Its resource version, if any, must be the current one.
   */
  update(
    address: ObjectAddress,
    object: StoredObject,
    options: WriteOptions = {},
  ): StoredObject {
    const current = this.get(address);
    const { uid, resourceVersion } = object.metadata ?? {};
    checkUid(address, current, uid);
    if (
      resourceVersion && resourceVersion !== current.metadata?.resourceVersion
    ) {
      throw conflict(address.info, address.name);
    }
    checkFinalizers(address, current, object);
    const metadata = updatedMetadata(address.info, current, object);
    const managed = manageFields(
      current,
      { ...withoutEmptyData(address.info, object), metadata },
      options.writer,
    );
    if (isSameJson(managed, current)) return current;
    const done = current.metadata?.deletionTimestamp !== undefined &&
      isFinalized(managed);
    if (options.dryRun) return managed;
    if (!done) return this.#put(address, managed);
    this.#remove(address);
    return managed;
  }

  /** Deletes an object, or marks it for deletion if it has finalizers. */
  delete(
    address: ObjectAddress,
    options: DeleteOptions = {},
  ): { readonly object: StoredObject; readonly gone: boolean } {
    const current = this.get(address);
    const { metadata = {} } = current;
    checkPreconditions(address, current, options);
    const finalizers = withPolicy(
      metadata.finalizers ?? [],
      options.propagationPolicy,
    );
    const kept = isDefinition(address.info) && isEstablished(current)
      ? [...new Set([...finalizers, CLEANUP])]
      : finalizers;
    const last = { ...current, metadata: withFinalizers(metadata, kept) };
    if (isFinalized(last)) {
      if (options.dryRun) return { object: current, gone: true };
      return { object: this.#remove(address) ?? current, gone: true };
    }
    const marked = metadata.deletionTimestamp === undefined
      ? markedForDeletion(address.info, last)
      : last;
    if (options.dryRun || isSameJson(marked, current)) {
      return { object: marked, gone: false };
    }
    return { object: this.#put(address, marked), gone: false };
  }

  #put(address: ObjectAddress, object: StoredObject): StoredObject {
    const { group, storageVersion: version } = address.info;
    const stored = version === undefined
      ? object
      : { ...object, apiVersion: apiVersionOf({ group, version }) };
    return this.#store.put(this.#key(address), stored);
  }

  #remove(address: ObjectAddress): StoredObject | undefined {
    return this.#store.remove(this.#key(address));
  }

  #key({ info, namespace, name }: ObjectAddress): string {
    return keyOf(info, namespace, name);
  }
}

function startsGeneration(info: ResourceInfo, object: StoredObject): boolean {
  if (WITHOUT_GENERATION.has(resourceKey(info))) return false;
  return !info.builtIn || Object.hasOwn(object, "spec");
}

/** Whether nothing keeps an object that is to be deleted. */
function isFinalized({ metadata, spec }: StoredObject): boolean {
  if ((metadata?.finalizers ?? []).length > 0) return false;
  return finalizersOf(spec).length === 0;
}

/** The finalizers in a spec, which only namespaces have. */
function finalizersOf(spec: unknown): readonly unknown[] {
  const isNamespace = typeof spec === "object" && spec !== null &&
    Object.keys(spec).join() === "finalizers" && "finalizers" in spec;
  return isNamespace && Array.isArray(spec.finalizers) ? spec.finalizers : [];
}

const FOREGROUND = "foregroundDeletion";
const ORPHAN = "orphan";

function withPolicy(
  finalizers: readonly string[],
  policy: string | undefined,
): string[] {
  if (policy === undefined) return [...finalizers];
  const others = finalizers.filter((finalizer) =>
    finalizer !== FOREGROUND && finalizer !== ORPHAN
  );
  const added = policy === "Foreground"
    ? [FOREGROUND]
    : policy === "Orphan"
    ? [ORPHAN]
    : [];
  return [...others, ...added];
}

function withFinalizers(
  metadata: ObjectMeta,
  finalizers: readonly string[],
): ObjectMeta {
  const { finalizers: _finalizers, ...rest } = metadata;
  return finalizers.length === 0
    ? rest
    : { ...rest, finalizers: [...finalizers] };
}

function markedForDeletion(
  info: ResourceInfo,
  object: StoredObject,
): StoredObject {
  const { metadata = {} } = object;
  const { generation } = metadata;
  if (isDefinition(info)) return terminatingDefinition(object, now());
  const isNamespace = resourceKey(info) === "/namespaces";
  const marked = {
    ...object,
    metadata: {
      ...metadata,
      deletionTimestamp: now(),
      ...(isNamespace ? {} : { deletionGracePeriodSeconds: 0 }),
      ...(generation === undefined ? {} : { generation: generation + 1 }),
    },
  };
  return isNamespace ? terminatingNamespace(marked) : marked;
}

/**
 * Returns the metadata of an updated object, with its immutable fields
 * preserved.
 */
function updatedMetadata(
  info: ResourceInfo,
  current: StoredObject,
  object: StoredObject,
): ObjectMeta {
  const {
    uid,
    creationTimestamp,
    resourceVersion,
    generation,
    deletionTimestamp,
    deletionGracePeriodSeconds,
  } = current.metadata ?? {};
  const respecified = info.builtIn
    ? !isSameJson(current.spec, object.spec)
    : !isSameJson(contentOf(info, current), contentOf(info, object));
  const counts = generation !== undefined || !WITHOUT_GENERATION.has(
    resourceKey(info),
  );
  const metadata: ObjectMeta = {
    ...object.metadata,
    uid,
    creationTimestamp,
    resourceVersion,
    deletionTimestamp,
    deletionGracePeriodSeconds,
    generation: respecified && counts ? (generation ?? 0) + 1 : generation,
  };
  return compactMetadata(metadata);
}

/** Leaves out empty data of ConfigMaps and Secrets, as servers do. */
function withoutEmptyData(
  info: ResourceInfo,
  object: StoredObject,
): StoredObject {
  const key = resourceKey(info);
  if (key !== "/configmaps" && key !== "/secrets") return object;
  const { data, binaryData, ...rest } = object;
  return {
    ...rest,
    ...(isEmpty(data) ? {} : { data }),
    ...(isEmpty(binaryData) ? {} : { binaryData }),
  };
}

/** Leaves out what is empty, as servers do. */
function compactMetadata(metadata: ObjectMeta): ObjectMeta {
  return Object.fromEntries(
    Object.entries(metadata).filter(([, value]) => !isEmpty(value)),
  );
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === "" ||
    typeof value === "object" && !(value instanceof Date) &&
      Object.keys(value).length === 0;
}

/** What the generation of a custom resource counts the changes of. */
function contentOf(info: ResourceInfo, object: StoredObject): StoredObject {
  const { metadata: _metadata, apiVersion: _version, ...content } = object;
  if (!info.status) return content;
  const { status: _status, ...rest } = content;
  return rest;
}

/** Returns the current time in whole seconds, as servers format it. */
export function now(): string {
  return new Date().toISOString().replace(/\.[0-9]+Z$/, "Z");
}

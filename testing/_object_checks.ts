/**
 * What is checked before an object is written: its UID, its version, its
 * finalizers, and the preconditions of a deletion.
 *
 * @module
 */

import { CONDITIONAL_UPDATES } from "./_built_in_table.ts";
import type { DeleteOptions, ObjectAddress } from "./_object_address.ts";
import { type ResourceInfo, resourceKey } from "./_resource_info.ts";
import { conflict, type FieldError, invalid } from "./_statuses.ts";
import type { StoredObject } from "./stored_object.ts";

/** Throws if a replacement has no resource version but needs one. */
export function checkUnconditional(
  { info, name }: ObjectAddress,
  { metadata }: StoredObject,
  isForced: boolean,
): void {
  if (metadata?.resourceVersion || !isForced) return;
  throw invalid({ group: info.group, resource: info.resource }, name, [{
    field: "metadata.resourceVersion",
    reason: "FieldValueInvalid",
    message: "Invalid value: 0: must be specified for an update",
  }]);
}

/** Returns whether objects of a resource are only replaced by version. */
export function needsVersion(info: ResourceInfo): boolean {
  return !info.builtIn || CONDITIONAL_UPDATES.has(resourceKey(info));
}

/** Throws if a finalizer is added to an object that is being deleted. */
export function checkFinalizers(
  { info, name }: ObjectAddress,
  current: StoredObject,
  object: StoredObject,
): void {
  if (current.metadata?.deletionTimestamp === undefined) return;
  const known = new Set(current.metadata.finalizers);
  const added = (object.metadata?.finalizers ?? []).filter((finalizer) =>
    !known.has(finalizer)
  );
  if (added.length === 0) return;
  const list = added.map((finalizer) => JSON.stringify(finalizer)).join(", ");
  const error: FieldError = {
    field: "metadata.finalizers",
    reason: "FieldValueForbidden",
    message: "Forbidden: no new finalizers can be added if the object is " +
      `being deleted, found new finalizers []string{${list}}`,
  };
  // Servers check the metadata twice.
  throw invalid({ group: info.group, resource: info.kind }, name, [
    error,
    error,
  ]);
}

/** Throws if an object does not meet the preconditions of its deletion. */
export function checkPreconditions(
  { info, name }: ObjectAddress,
  { metadata }: StoredObject,
  { uid, resourceVersion }: DeleteOptions,
): void {
  const kind = { group: info.group, resource: info.kind };
  if (uid !== undefined && uid !== metadata?.uid) {
    throw conflict(
      kind,
      name,
      `the UID in the precondition (${uid}) does not match the UID in record ` +
        `(${metadata?.uid}). The object might have been deleted and then ` +
        "recreated",
    );
  }
  const current = metadata?.resourceVersion;
  if (resourceVersion === undefined || resourceVersion === current) return;
  throw conflict(
    kind,
    name,
    `the ResourceVersion in the precondition (${resourceVersion}) does not ` +
      `match the ResourceVersion in record (${current}). The object might ` +
      "have been modified",
  );
}

/** Throws if a patch changes the UID of an object. */
export function checkSameUid(
  { info, name }: ObjectAddress,
  current: StoredObject,
  { metadata }: StoredObject,
): void {
  if (!metadata?.uid || metadata.uid === current.metadata?.uid) return;
  const error: FieldError = {
    field: "metadata.uid",
    reason: "FieldValueInvalid",
    message: `Invalid value: ${JSON.stringify(metadata.uid)}: ` +
      "field is immutable",
  };
  throw invalid({ group: info.group, resource: info.kind }, name, [
    error,
    error,
  ]);
}

/** Throws if a replacement has the UID of another object, or of one that is gone. */
export function checkUid(
  address: ObjectAddress,
  current: StoredObject | undefined,
  uid: string | undefined,
): void {
  const currentUid = current?.metadata?.uid ?? "";
  if (!uid || uid === currentUid) return;
  const { info, namespace, name } = address;
  // The keys of most built-in resources are older than groups.
  const group = info.builtIn ? "" : info.group;
  const path = [group, info.resource, namespace, name].filter(Boolean);
  throw conflict(
    info,
    name,
    "StorageError: invalid object, Code: 4, Key: /registry/" +
      `${path.join("/")}, ResourceVersion: 0, AdditionalErrorMsg: ` +
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ` +
      currentUid,
  );
}

/**
 * `metadata.managedFields`: who has written an object. The entries are opaque:
 * they name the writers and when they wrote, and of their fields only those at
 * the top.
 *
 * @module
 */

import { isRecord } from "../internal/json_fields.ts";
import { isSameJson } from "../internal/same_json.ts";
import type { ManagedFieldsEntry } from "../api/types.ts";
import type { StoredObject } from "./stored_object.ts";

/** Who writes an object. */
export interface FieldWriter {
  /** The name, from the request or its `User-Agent`. */
  readonly manager: string;
  /** The subresource that is written. */
  readonly subresource?: string | undefined;
  /** The current time. */
  readonly time: string;
}

/** The metadata that counts as written. */
const OWNED = [
  "annotations",
  "finalizers",
  "generateName",
  "labels",
  "ownerReferences",
] as const;

/** Returns an object with the managed fields after a write. */
export function manageFields(
  current: StoredObject | undefined,
  written: StoredObject,
  writer: FieldWriter | undefined,
): StoredObject {
  if (writer === undefined) return written;
  const given = written.metadata?.managedFields;
  const isReset = Array.isArray(given) && given.length > 0 &&
    given.every((entry) => isRecord(entry) && Object.keys(entry).length === 0);
  const kept = isReset ? [] : entriesOf(current);
  const bare = withEntries(written, kept);
  if (current !== undefined && isSameJson(bare, current)) return bare;
  if (isReset) return bare;
  const entry = entryOf(written, writer);
  const others = kept.filter((other) => !isOf(other, writer));
  return withEntries(
    written,
    entry === undefined ? others : [...others, entry],
  );
}

function withEntries(
  object: StoredObject,
  entries: readonly ManagedFieldsEntry[],
): StoredObject {
  const { managedFields: _fields, ...metadata } = object.metadata ?? {};
  return entries.length === 0
    ? { ...object, metadata }
    : { ...object, metadata: { ...metadata, managedFields: [...entries] } };
}

function entriesOf(
  object: StoredObject | undefined,
): readonly ManagedFieldsEntry[] {
  const entries = object?.metadata?.managedFields;
  return Array.isArray(entries) ? entries : [];
}

function isOf(
  entry: ManagedFieldsEntry,
  { manager, subresource }: FieldWriter,
): boolean {
  return entry.manager === manager && entry.subresource === subresource;
}

function entryOf(
  object: StoredObject,
  { manager, subresource, time }: FieldWriter,
): ManagedFieldsEntry | undefined {
  const { metadata = {}, kind: _kind, apiVersion, ...content } = object;
  const owned = OWNED.filter((name) => metadata[name] !== undefined);
  const names = subresource === undefined
    ? [...Object.keys(content), ...(owned.length === 0 ? [] : ["metadata"])]
    : [subresource];
  if (names.length === 0) return undefined;
  return {
    manager,
    operation: "Update",
    apiVersion,
    time,
    fieldsType: "FieldsV1",
    fieldsV1: Object.fromEntries(names.map((name) => [`f:${name}`, {}])),
    ...(subresource === undefined ? {} : { subresource }),
  };
}

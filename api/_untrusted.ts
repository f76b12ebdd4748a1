/**
 * The one place that knows what a server, or a lister and watcher of any
 * origin, may have sent: any JSON value in any place. Everything that looks
 * into a Status, a list or an object before it knows what that is does so
 * through here; what is not of the type that the API promises counts as absent.
 *
 * Objects themselves are never changed: their shape beyond the metadata is the
 * caller's knowledge, as the type parameter `T` says.
 *
 * @module
 */

import { clip } from "../internal/error_text.ts";
import {
  isRecord,
  type JsonRecord,
  listField,
} from "../internal/json_fields.ts";
import { KnownIdentity, KnownItems } from "./_known_identity.ts";
import type {
  ChangeEvent,
  KubernetesList,
  KubernetesObject,
  ObjectIdentity,
  Status,
} from "./types.ts";

/** How many characters of a text of a Status are kept. */
const MAX_TEXT_LENGTH = 4096;

/** How many of the causes of a Status are kept. */
const MAX_CAUSES = 100;

/**
 * A value as a Status whose fields have the types that `metav1.Status`
 * promises. Those of another type are left out, and texts longer than 4 KiB are
 * cut; fields that are not a Status's stay as they are.
 *
 * @param value The object of an ERROR event, or the body of a failed answer.
 * @returns The Status: the value itself where nothing is wrong with it; an
 *   empty one where it is not an object.
 */
export function statusOf(value: unknown): Status {
  if (!isRecord(value)) return {};
  const status: Status = checked(value, STATUS_FIELDS);
  return isUnchanged(value, status) ? value : status;
}

/** What a field has to be; undefined where it is not. */
type Check = (value: unknown) => unknown;

const text: Check = (value) =>
  typeof value === "string" ? clip(value, MAX_TEXT_LENGTH) : undefined;

const number: Check = (value) => isFiniteNumber(value) ? value : undefined;

const wholeSeconds: Check = (value) =>
  isWholeSeconds(value) ? value : undefined;

function record(fields: Readonly<Record<string, Check>>): Check {
  return (value) => isRecord(value) ? checked(value, fields) : undefined;
}

function list(item: Check): Check {
  return (value) =>
    Array.isArray(value)
      ? value.slice(0, MAX_CAUSES).map(item)
        .filter((element) => element !== undefined)
      : undefined;
}

const STATUS_FIELDS: Readonly<Record<string, Check>> = {
  apiVersion: text,
  kind: text,
  status: text,
  message: text,
  reason: text,
  code: number,
  metadata: record({
    continue: text,
    resourceVersion: text,
    selfLink: text,
    remainingItemCount: number,
  }),
  details: record({
    group: text,
    kind: text,
    name: text,
    uid: text,
    retryAfterSeconds: wholeSeconds,
    causes: list(record({ field: text, message: text, reason: text })),
  }),
};

/** A copy with the fields that are what they have to be. */
function checked(
  value: JsonRecord,
  fields: Readonly<Record<string, Check>>,
): JsonRecord {
  const copy = Object.entries(value).map(([name, given]) => {
    const check = Object.hasOwn(fields, name) ? fields[name] : undefined;
    return [name, check === undefined ? given : check(given)] as const;
  });
  // Assigning "__proto__" would add fields that have not been checked.
  return Object.fromEntries(copy.filter(([, field]) => field !== undefined));
}

/** Whether a value is what its checked copy says. */
function isUnchanged(value: unknown, copy: Status): value is Status {
  return hasSameFields(value, copy);
}

/** The copy is shallow but for what it shares with the value. */
function hasSameFields(value: unknown, copy: unknown): boolean {
  if (value === copy) return true;
  if (typeof copy !== "object" || copy === null) return false;
  if (typeof value !== "object" || value === null) return false;
  const entries = Object.entries(copy);
  return Object.keys(value).length === entries.length &&
    entries.every(([name, field]) =>
      hasSameFields(Reflect.get(value, name), field)
    );
}

function isFiniteNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function isWholeSeconds(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

/**
 * Which object a value is about, as far as its metadata tells.
 *
 * @param object The object of an event, or an item of a list.
 * @returns Its name, namespace, uid and resource version, where those are
 *   texts that are not empty.
 */
export function identityOfObject(object: unknown): Partial<ObjectIdentity> {
  const metadata = isRecord(object) ? object.metadata : undefined;
  if (!isRecord(metadata)) return {};
  const identity: Partial<ObjectIdentity> = {};
  for (const name of IDENTITY_FIELDS) {
    const value = metadata[name];
    if (typeof value === "string" && value !== "") identity[name] = value;
  }
  return identity;
}

const IDENTITY_FIELDS = [
  "name",
  "namespace",
  "uid",
  "resourceVersion",
] as const;

/**
 * The version that an event moves a watch to, or that an object was read at.
 *
 * @param object The object.
 * @returns Its resource version; undefined where it has none.
 */
export function versionOf(object: unknown): string | undefined {
  const metadata = isRecord(object) ? object.metadata : undefined;
  const version = isRecord(metadata) ? metadata.resourceVersion : undefined;
  return typeof version === "string" && version !== "" ? version : undefined;
}

/**
 * Which object an event is about. Its object is not parsed for it.
 *
 * @param event The event, or anything else that holds an object.
 * @returns What {@linkcode identityOfObject} returns for its object.
 */
export function identityOfEvent(
  event: { readonly object: unknown },
): Readonly<Partial<ObjectIdentity>> {
  return KnownIdentity.of(event) ?? identityOfObject(event.object);
}

/**
 * Whether what an event is about is an object. It is not parsed for it.
 *
 * @param event The event.
 * @returns Whether it is.
 */
export function isAboutObject(event: { readonly object: unknown }): boolean {
  return KnownIdentity.unparsed(event) !== undefined || isRecord(event.object);
}

/**
 * The version that an event moves a watch to. Its object is not parsed for it.
 *
 * @param event The event.
 * @returns The resource version of its object; undefined where it has none.
 */
export function versionOfEvent(
  event: { readonly object: unknown },
): string | undefined {
  const known = KnownIdentity.unparsed(event);
  return known === undefined ? versionOf(event.object) : known.version;
}

/**
 * The uid of an object.
 *
 * @param object The object.
 * @returns Its uid; undefined where it has none.
 */
export function uidOf(object: unknown): string | undefined {
  const metadata = isRecord(object) ? object.metadata : undefined;
  const uid = isRecord(metadata) ? metadata.uid : undefined;
  return typeof uid === "string" && uid !== "" ? uid : undefined;
}

/**
 * The uid of the object of an event. The object is not parsed for it.
 *
 * @param event The event, or anything else that holds an object.
 * @returns Its uid, to be compared; undefined where it has none.
 */
export function uidOfEvent(
  event: { readonly object: unknown },
): string | undefined {
  const known = KnownIdentity.unparsed(event);
  return known === undefined ? uidOf(event.object) : known.uid;
}

/** What a list says beside its items. */
export interface CheckedListMeta {
  /** The version that it shows; empty where it has none. */
  readonly resourceVersion: string;
  /** The token of the next page; empty where there is none. */
  readonly continue: string;
  /** The selector of the shard that it shows; undefined where it shows all. */
  readonly shardSelector: string | undefined;
}

/**
 * Checks what a lister gave.
 *
 * @param list The answer.
 * @returns What it says beside its items.
 * @throws {TypeError} If it has no items, an item or the metadata is not an
 *   object, or a text of the metadata is not one: nothing of such a list can be
 *   relied on, least of all that what it does not hold is gone.
 */
export function checkList(list: unknown): CheckedListMeta {
  checkItems(list);
  const metadata = (isRecord(list) ? list.metadata : undefined) ?? EMPTY;
  if (!isRecord(metadata)) {
    throw new TypeError("Cannot use the list: its metadata is not an object");
  }
  const { shardInfo } = metadata;
  const selector = isRecord(shardInfo) ? shardInfo.selector : undefined;
  return {
    resourceVersion: textOfList(metadata, "resourceVersion"),
    continue: textOfList(metadata, "continue"),
    shardSelector: typeof selector === "string" ? selector : undefined,
  };
}

/** As in Go, null is as good as nothing. */
function textOfList(metadata: JsonRecord, name: string): string {
  const text = metadata[name] ?? "";
  if (typeof text === "string") return text;
  throw new TypeError(`Cannot use the list: its ${name} is not a string`);
}

function checkItems(list: unknown): void {
  if (isRecord(list) && KnownItems.of(list) !== undefined) return;
  const items = isRecord(list) ? list.items : undefined;
  // Go writes an empty list as null.
  if (items !== null && !Array.isArray(items)) {
    throw new TypeError("Cannot use the list: it has no items");
  }
  const bad = items?.findIndex((item: unknown) => !isRecord(item)) ?? -1;
  if (bad >= 0) {
    throw new TypeError(`Cannot use the list: item ${bad} is not an object`);
  }
}

/**
 * The items of a list as events, as they would come at the beginning of a watch.
 * Those that have not been parsed are not parsed for it.
 *
 * @typeParam T Type of the items.
 * @param list The list, which has been checked.
 * @returns An event for each item.
 */
export function itemEventsOf<T extends KubernetesObject>(
  list: KubernetesList<T>,
): readonly ChangeEvent<T>[] {
  const known = KnownItems.of<T>(list);
  if (known !== undefined) return known;
  // Go writes an empty list as null.
  const items: T[] | null = list.items;
  return items?.map((object) => ({ type: "ADDED", object })) ?? [];
}

/**
 * How many items a list has. They are not parsed for it.
 *
 * @param list What a lister gave.
 * @returns The number; undefined if it is not a list.
 */
export function itemCountOf(list: unknown): number | undefined {
  if (!isRecord(list)) return undefined;
  const { length } = KnownItems.of(list) ?? listField(list, "items");
  return length;
}

const EMPTY: JsonRecord = {};

/**
 * Which values are lists, and the types that a list tells of its items.
 *
 * @module
 */

import { isRecord, textField } from "../internal/json_fields.ts";
import type { KubernetesList, KubernetesObject } from "../api/types.ts";

/** What items have that do not say it themselves. */
export interface ItemTypes {
  /** The `apiVersion` of the list. */
  readonly apiVersion: string | undefined;
  /** Its kind less `List`; empty if it does not end in that. */
  readonly kind: string;
}

/**
 * Sets the missing `apiVersion` and `kind` of the items of a list, which an API
 * server leaves out: to those of the list, without the suffix `List`.
 *
 * @param list The list, whose items are modified.
 */
export function setItemTypes(list: KubernetesList): void {
  const types = itemTypes(list);
  for (const item of list.items) setTypes(item, types);
}

/**
 * Returns what the items of a list have that do not say it themselves.
 *
 * @param list The list.
 * @returns Their `apiVersion` and `kind`.
 */
export function itemTypes(list: KubernetesList): ItemTypes {
  const listKind = textField(list, "kind") ?? "";
  return {
    apiVersion: textField(list, "apiVersion"),
    kind: listKind.endsWith("List") ? listKind.slice(0, -4) : "",
  };
}

/**
 * Sets the missing `apiVersion` and `kind` of an item.
 *
 * @param item The item, which is modified.
 * @param types What to set.
 */
export function setTypes(
  item: KubernetesObject,
  { apiVersion, kind }: ItemTypes,
): void {
  if (apiVersion) item.apiVersion ??= apiVersion;
  if (kind) item.kind ??= kind;
}

/**
 * Reports whether a value is a list of objects. `items` may be null, as Go
 * encodes a nil slice.
 *
 * @typeParam T Type of the items, of which it is checked that they are objects.
 * @param value The parsed body.
 * @returns Whether it has `items`, all of them objects.
 */
export function isList<T extends KubernetesObject>(
  value: unknown,
): value is KubernetesList<T> {
  return isRecord(value) &&
    (value.items === null ||
      Array.isArray(value.items) && value.items.every(isRecord));
}

/**
 * Parses the body of a list response.
 *
 * @module
 */

import { isRecord, textField } from "../internal/json_fields.ts";
import { cutManagedFields, deleteManagedFields } from "./_managed_fields.ts";
import { parseBody, type ResponseBody } from "./_response_body.ts";
import type { KubernetesList, KubernetesObject } from "../api/types.ts";

/** Options for {@linkcode parseList}. */
export interface ParseListOptions {
  /** Whether items come without `metadata.managedFields`. */
  dropManagedFields?: boolean | undefined;
}

/**
 * Parses the body of a list response, and sets the `apiVersion` and `kind` of
 * its items with `setItemTypes`.
 *
 * @typeParam T Type of the items.
 * @param body The body.
 * @param options What to leave out.
 * @returns The list.
 * @throws {SyntaxError} If the body is not JSON.
 * @throws {TypeError} If it is not a list.
 */
export function parseList<T extends KubernetesObject>(
  body: ResponseBody,
  { dropManagedFields = false }: ParseListOptions = {},
): KubernetesList<T> {
  const trimmed = dropManagedFields ? cutManagedFields(body.bytes) : undefined;
  const bytes = trimmed ?? body.bytes;
  const list = parseBody({ ...body, bytes }, isList<T>, "list");
  list.items ??= [];
  if (dropManagedFields && trimmed === undefined) {
    list.items.forEach(deleteManagedFields);
  }
  setItemTypes(list);
  return list;
}

/**
 * Sets the missing `apiVersion` and `kind` of the items of a list, which an API
 * server leaves out: to those of the list, without the suffix `List`.
 *
 * @param list The list, whose items are modified.
 */
export function setItemTypes(list: KubernetesList): void {
  const apiVersion = textField(list, "apiVersion");
  const listKind = textField(list, "kind") ?? "";
  const kind = listKind.endsWith("List") ? listKind.slice(0, -4) : "";
  for (const item of list.items) {
    if (apiVersion) item.apiVersion ??= apiVersion;
    if (kind) item.kind ??= kind;
  }
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

/**
 * Parses the body of a list response.
 *
 * @module
 */

import { isRecord, textField } from "../internal/json_fields.ts";
import { lazyList } from "../api/_lazy_event.ts";
import { takeTrimmed, takeUnparsed } from "./_list_items.ts";
import { deleteManagedFields } from "./_managed_fields.ts";
import { badItem, parseBody, type ResponseBody } from "./_response_body.ts";
import type { KubernetesList, KubernetesObject } from "../api/types.ts";

/** Options for {@linkcode parseList}. */
export interface ParseListOptions {
  /** Whether items come without `metadata.managedFields`. */
  dropManagedFields?: boolean | undefined;
  /**
   * Whether items are only parsed when they are looked at. What is wrong deep
   * inside one of them is then found out at the look.
   */
  lazyItems?: boolean | undefined;
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
  options: ParseListOptions = {},
): KubernetesList<T> {
  const { dropManagedFields = false, lazyItems = false } = options;
  const quick = (lazyItems ? lazily<T>(body, dropManagedFields) : undefined) ??
    (dropManagedFields ? trimmed<T>(body) : undefined);
  if (quick !== undefined) {
    body.bytes.discard();
    return quick;
  }
  const list = parseBody(body, isList<T>, "list");
  list.items ??= [];
  if (dropManagedFields) list.items.forEach(deleteManagedFields);
  setItemTypes(list);
  return list;
}

function lazily<T extends KubernetesObject>(
  body: ResponseBody,
  dropManagedFields: boolean,
): KubernetesList<T> | undefined {
  const types: ItemTypes = { apiVersion: undefined, kind: "" };
  const taken = takeUnparsed<T>(body.bytes, {
    parse: body.parse,
    onParsed: (item) => setTypes(item, types),
    error: (text, identity) => badItem(body, text, identity),
  }, dropManagedFields);
  const list = taken && parsedRest<T>(body, taken.rest);
  if (taken === undefined || list === undefined) return undefined;
  Object.assign(types, itemTypes(list));
  return lazyList(list, taken.items);
}

function trimmed<T extends KubernetesObject>(
  body: ResponseBody,
): KubernetesList<T> | undefined {
  const taken = takeTrimmed(body.bytes, body.parse);
  const list = taken && parsedRest<T>(body, taken.rest);
  if (taken === undefined || list === undefined) return undefined;
  const whole: unknown = Object.assign(list, { items: taken.items });
  if (!isList<T>(whole)) return undefined;
  setItemTypes(whole);
  return whole;
}

/** A list without its items. */
function parsedRest<T extends KubernetesObject>(
  { parse }: ResponseBody,
  rest: string,
): KubernetesList<T> | undefined {
  try {
    const list = parse(rest);
    return isList<T>(list) && list.items !== null ? list : undefined;
  } catch {
    return undefined;
  }
}

/** What items have that do not say it themselves. */
interface ItemTypes {
  readonly apiVersion: string | undefined;
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

function itemTypes(list: KubernetesList): ItemTypes {
  const listKind = textField(list, "kind") ?? "";
  return {
    apiVersion: textField(list, "apiVersion"),
    kind: listKind.endsWith("List") ? listKind.slice(0, -4) : "",
  };
}

function setTypes(
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

/**
 * The body of a list response as a list.
 *
 * @module
 */

import { isRecord } from "../internal/json_fields.ts";
import { parseBody, type ResponseBody } from "./_response_body.ts";
import type { KubernetesList, KubernetesObject } from "../api/types.ts";

/**
 * Parses the body of a list response. The items are given the list's
 * `apiVersion` and `kind` where they have none, as an apiserver leaves them.
 *
 * @typeParam T Type of the items.
 * @param body The body.
 * @returns The list.
 * @throws {SyntaxError} If the body is not JSON.
 * @throws {TypeError} If it is no list.
 */
export function parseList<T extends KubernetesObject>(
  body: ResponseBody,
): KubernetesList<T> {
  const list = parseBody(body, isList<T>, "list");
  list.items ??= [];
  nameItems(list);
  return list;
}

/**
 * Gives the items of a list its `apiVersion` and `kind`, its kind less `List`,
 * where they have none: an apiserver leaves them out.
 *
 * @param list The list, which is changed.
 */
export function nameItems(list: KubernetesList): void {
  const { apiVersion } = list;
  const kind = list.kind?.endsWith("List") ? list.kind.slice(0, -4) : "";
  for (const item of list.items) {
    if (apiVersion) item.apiVersion ??= apiVersion;
    if (kind) item.kind ??= kind;
  }
}

/**
 * Whether a value is a list. Go writes one that was never filled as null.
 *
 * @typeParam T Type of the items.
 * @param value Whatever came.
 * @returns Whether it is a list, as far as one can tell.
 */
export function isList<T extends KubernetesObject>(
  value: unknown,
): value is KubernetesList<T> {
  return isRecord(value) &&
    (Array.isArray(value.items) || value.items === null);
}

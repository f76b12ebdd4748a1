/**
 * The body of a list response as a list.
 *
 * @module
 */

import { parseBody, type ResponseBody } from "./_response_body.ts";
import type { KubernetesList, KubernetesObject } from "./types.ts";

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

function nameItems(list: KubernetesList): void {
  const { apiVersion } = list;
  const kind = list.kind?.endsWith("List") ? list.kind.slice(0, -4) : "";
  for (const item of list.items) {
    if (apiVersion) item.apiVersion ??= apiVersion;
    if (kind) item.kind ??= kind;
  }
}

/** Go writes a list that was never filled as null. */
function isList<T extends KubernetesObject>(
  value: unknown,
): value is KubernetesList<T> {
  return typeof value === "object" && value !== null && "items" in value &&
    (Array.isArray(value.items) || value.items === null);
}

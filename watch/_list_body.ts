/**
 * The body of a list response as a list.
 *
 * @module
 */

import { clip } from "./_error_text.ts";
import type { Redactor } from "./_redactor.ts";
import type { KubernetesList, KubernetesObject } from "./types.ts";

/** How much of a body that is no list an error shows, in characters. */
const SHOWN_CHARACTERS = 80;

/**
 * Parses the body of a list response. The items are given the list's
 * `apiVersion` and `kind` where they have none, as an apiserver leaves them.
 *
 * @typeParam T Type of the items.
 * @param body The body.
 * @param request What was asked, for the error.
 * @param redactor Takes credentials out of what an error shows.
 * @returns The list.
 * @throws {SyntaxError} If the body is not JSON.
 * @throws {TypeError} If it is no list.
 */
export function parseList<T extends KubernetesObject>(
  body: Uint8Array,
  request: string,
  redactor: Redactor,
): KubernetesList<T> {
  const text = new TextDecoder().decode(body);
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    // The parser's own words may quote a part of a credential.
    throw new SyntaxError(
      `Cannot read the answer to ${request}: it is not JSON, so that this is no Kubernetes API server: '${
        start(text, redactor)
      }'`,
    );
  }
  if (!isList<T>(list)) {
    throw new TypeError(
      `Cannot read the answer to ${request}: it is no list: '${
        start(text, redactor)
      }'`,
    );
  }
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

function start(text: string, redactor: Redactor): string {
  const shown = redactor.redact(text.slice(0, 4096)).replace(/\s+/g, " ");
  return clip(shown, SHOWN_CHARACTERS);
}

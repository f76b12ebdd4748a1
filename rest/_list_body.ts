/**
 * Parses the body of a list response, where it can while the body comes.
 *
 * @module
 */

import { isRecord, textField } from "../internal/json_fields.ts";
import { lazyList } from "../api/_lazy_event.ts";
import { KnownIdentity } from "../api/_known_identity.ts";
import {
  type NotTaken,
  type Reading,
  takeTrimmed,
  takeUnparsed,
} from "./_list_items.ts";
import { deleteManagedFields } from "./_managed_fields.ts";
import {
  badItem,
  notExpected,
  notJson,
  parseBody,
  type ResponseBody,
  tooLongToDecode,
} from "./_response_body.ts";
import { ResponseTooLargeError } from "../api/response_too_large_error.ts";
import type { ObjectDecoder } from "./_unparsed_object.ts";
import type { KubernetesList, KubernetesObject } from "../api/types.ts";

/** Options for {@linkcode ListParser}. */
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
 * Parses the body of one list response, and sets the `apiVersion` and `kind` of
 * its items with `setItemTypes`.
 *
 * The items are taken while the body comes, if they are to be parsed one by one
 * or later, and the bytes of what has been taken are released.
 *
 * @typeParam T Type of the items.
 */
export class ListParser<T extends KubernetesObject> {
  readonly #options: ParseListOptions;
  #reading: Reading<KubernetesList<T> | NotTaken> | undefined;
  /** How many bytes do not suffice to go on. */
  #tooFew = 0;
  #outcome: KubernetesList<T> | NotTaken | ResponseTooLargeError | undefined;

  /**
   * Prepares for a body.
   *
   * @param options What to leave out.
   */
  constructor(options: ParseListOptions = {}) {
    this.#options = options;
  }

  /**
   * Takes the items that have come. What is wrong with them is found out at the
   * end.
   *
   * @param body What there is of the body.
   */
  take(body: ResponseBody): void {
    while (this.#outcome === undefined && this.#tooFew < body.bytes.length) {
      this.#step(body);
    }
  }

  /**
   * Parses what is left.
   *
   * @param body The complete body. Its bytes are those which `take` was called
   *   with, if it was.
   * @returns The list.
   * @throws {SyntaxError} If the body is not JSON.
   * @throws {ResponseTooLargeError} If what has to be decoded at once is longer
   *   than a string can be.
   * @throws {TypeError} If it is not a list.
   */
  finish(body: ResponseBody): KubernetesList<T> {
    while (this.#outcome === undefined) this.#step(body);
    switch (this.#outcome) {
      case "whole":
        return completed(parseBody(body, isList<T>, "list"), this.#options);
      case "malformed":
        throw notJson(body);
      case "unexpected":
        throw notExpected(body, "list");
    }
    body.bytes.discard();
    if (this.#outcome instanceof ResponseTooLargeError) throw this.#outcome;
    return this.#outcome;
  }

  #step(body: ResponseBody): void {
    const reading = this.#reading ??= takeList<T>(body, this.#options);
    try {
      const { done, value } = reading.next();
      if (done) this.#outcome = value;
      else this.#tooFew = value;
    } catch (cause) {
      // Only a runtime's limit on the length of a string can be the reason.
      this.#outcome = tooLongToDecode(body, cause);
    }
  }
}

function* takeList<T extends KubernetesObject>(
  body: ResponseBody,
  options: ParseListOptions,
): Reading<KubernetesList<T> | NotTaken> {
  if (options.lazyItems) return yield* lazily(body, options);
  if (options.dropManagedFields) return yield* trimmed(body, options);
  return "whole";
}

function* lazily<T extends KubernetesObject>(
  body: ResponseBody,
  options: ParseListOptions,
): Reading<KubernetesList<T> | NotTaken> {
  const types: ItemTypes = { apiVersion: undefined, kind: "" };
  const objects: ObjectDecoder = {
    parse: body.parse,
    onParsed: (item) => setTypes(item, types),
    error: (text, identity) => badItem(body, text, identity),
  };
  const { dropManagedFields = false } = options;
  const taken = yield* takeUnparsed<T>(body.bytes, objects, dropManagedFields);
  if (typeof taken === "string") return taken;
  const { rest, items } = taken;
  const list = parsedRest<T>(body, rest);
  if (typeof list === "string") return list;
  if (items === undefined) return completed(list, options);
  Object.assign(types, itemTypes(list));
  for (const item of items) {
    if (KnownIdentity.unparsed(item) === undefined) {
      setTypes(item.object, types);
    }
  }
  return lazyList(list, items);
}

function* trimmed<T extends KubernetesObject>(
  body: ResponseBody,
  options: ParseListOptions,
): Reading<KubernetesList<T> | NotTaken> {
  const taken = yield* takeTrimmed<T>(body.bytes, body.parse);
  if (typeof taken === "string") return taken;
  const { rest, items } = taken;
  const list = parsedRest<T>(body, rest);
  if (typeof list === "string") return list;
  return completed(items === undefined ? list : { ...list, items }, options);
}

/** A list without its items, unless it has others. */
function parsedRest<T extends KubernetesObject>(
  { parse }: ResponseBody,
  rest: string,
): KubernetesList<T> | NotTaken {
  try {
    const list = parse(rest);
    return isList<T>(list) ? list : "unexpected";
  } catch {
    // The parser's message may quote a part of a credential.
    return "malformed";
  }
}

/** A list whose items were parsed with it, or without their types. */
function completed<T extends KubernetesObject>(
  list: KubernetesList<T>,
  { dropManagedFields }: ParseListOptions,
): KubernetesList<T> {
  list.items ??= [];
  if (dropManagedFields) list.items.forEach(deleteManagedFields);
  setItemTypes(list);
  return list;
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

/**
 * Parses the body of a list response, where it can while the body comes.
 *
 * @module
 */

import { isRecord, textField } from "../internal/json_fields.ts";
import { lazyList } from "../api/_lazy_event.ts";
import { type Reading, takeTrimmed, takeUnparsed } from "./_list_items.ts";
import { deleteManagedFields } from "./_managed_fields.ts";
import { badItem, parseBody, type ResponseBody } from "./_response_body.ts";
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
 * or later. All bytes are kept until the end nevertheless: only then it is known
 * that they need not be parsed as a whole.
 *
 * @typeParam T Type of the items.
 */
export class ListParser<T extends KubernetesObject> {
  readonly #options: ParseListOptions;
  #reading: Reading<KubernetesList<T> | undefined> | undefined;
  /** How many bytes do not suffice to go on, or what was read in the end. */
  #step: IteratorResult<number, KubernetesList<T> | undefined> = {
    done: false,
    value: 0,
  };

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
    this.#read(body, body.bytes.length);
  }

  /**
   * Parses what is left.
   *
   * @param body The complete body. Its bytes are those which `take` was called
   *   with, if it was.
   * @returns The list.
   * @throws {SyntaxError} If the body is not JSON.
   * @throws {TypeError} If it is not a list.
   */
  finish(body: ResponseBody): KubernetesList<T> {
    const taken = this.#read(body);
    if (taken !== undefined) {
      body.bytes.discard();
      return taken;
    }
    const list = parseBody(body, isList<T>, "list");
    list.items ??= [];
    if (this.#options.dropManagedFields) {
      list.items.forEach(deleteManagedFields);
    }
    setItemTypes(list);
    return list;
  }

  /** Returns the list, if its items could be taken out of it. */
  #read(body: ResponseBody, length?: number): KubernetesList<T> | undefined {
    const reading = this.#reading ??= takeList(body, this.#options);
    while (!this.#step.done) {
      if (length !== undefined && this.#step.value >= length) return undefined;
      this.#step = reading.next();
    }
    return this.#step.value;
  }
}

function* takeList<T extends KubernetesObject>(
  body: ResponseBody,
  { dropManagedFields = false, lazyItems = false }: ParseListOptions,
): Reading<KubernetesList<T> | undefined> {
  return (lazyItems ? yield* lazily<T>(body, dropManagedFields) : undefined) ??
    (dropManagedFields ? yield* trimmed<T>(body) : undefined);
}

function* lazily<T extends KubernetesObject>(
  body: ResponseBody,
  dropManagedFields: boolean,
): Reading<KubernetesList<T> | undefined> {
  const types: ItemTypes = { apiVersion: undefined, kind: "" };
  const taken = yield* takeUnparsed<T>(body.bytes, {
    parse: body.parse,
    onParsed: (item) => setTypes(item, types),
    error: (text, identity) => badItem(body, text, identity),
  }, dropManagedFields);
  const list = taken && parsedRest<T>(body, taken.rest);
  if (taken === undefined || list === undefined) return undefined;
  Object.assign(types, itemTypes(list));
  return lazyList(list, taken.items);
}

function* trimmed<T extends KubernetesObject>(
  body: ResponseBody,
): Reading<KubernetesList<T> | undefined> {
  const taken = yield* takeTrimmed(body.bytes, body.parse);
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

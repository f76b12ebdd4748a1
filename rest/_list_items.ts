/**
 * The items of a list: parsed one by one, or not before they are looked at.
 *
 * They may be taken ahead of the list, while the rest of it comes. What is done
 * with each of many is then spread over the time that they take to come.
 *
 * @module
 */

import type { ItemsAhead } from "../api/_lazy_items_option.ts";
import { isRecord } from "../internal/json_fields.ts";
import type { ItemPlace, ItemTaker, Window } from "./_item_walk.ts";
import { deleteManagedFields } from "./_managed_fields.ts";
import {
  isList,
  type ItemTypes,
  itemTypes,
  setItemTypes,
  setTypes,
} from "./_item_types.ts";
import { lazyList, pendingEvent } from "../api/_lazy_event.ts";
import {
  type Extent,
  scanItem,
  type ScannedItem,
  scanProbableItem,
} from "./_scanner.ts";
import {
  type JsonParser,
  type ObjectDecoder,
  partWithout,
  UnparsedObject,
} from "./_unparsed_object.ts";
import { versionOf } from "../api/_untrusted.ts";
import type {
  ChangeEvent,
  KubernetesList,
  KubernetesObject,
} from "../api/types.ts";

/**
 * How items are made.
 *
 * @typeParam T Type of the items.
 */
export interface ItemOptions<T extends KubernetesObject> {
  /** Parses JSON. */
  readonly parse: JsonParser;
  /** The error for an item that turns out not to be JSON at the look at it. */
  readonly error: ObjectDecoder["error"];
  /** Whether they are only parsed when they are looked at. */
  readonly lazily: boolean;
  /** Whether they come without `metadata.managedFields`. */
  readonly dropManagedFields: boolean;
  /** Takes them ahead of the list. */
  readonly ahead: ItemsAhead<T> | undefined;
}

/**
 * The items of one list.
 *
 * @typeParam T Type of the items.
 */
export class ListItems<T extends KubernetesObject> implements ItemTaker {
  readonly #options: ItemOptions<T>;
  /** An event for each item, if they are parsed lazily. */
  readonly #events: ChangeEvent<T>[] = [];
  /** The items themselves, if not. */
  readonly #objects: T[] = [];
  readonly #types: ItemTypes = { apiVersion: undefined, kind: "" };
  #areTypesKnown = false;
  /** The version of the list, if its types are known before its items. */
  #version: string | undefined;
  readonly #decoder: ObjectDecoder;
  #takeAhead: ((item: ChangeEvent<T>) => void) | undefined;

  /**
   * Prepares for a list.
   *
   * @param options How its items are made.
   */
  constructor(options: ItemOptions<T>) {
    this.#options = options;
    const types = this.#types;
    this.#decoder = {
      parse: options.parse,
      onParsed: (item) => setTypes(item, types),
      error: options.error,
    };
  }

  /** Whether anyone has taken items ahead of the list. */
  get wereTakenAhead(): boolean {
    return this.#takeAhead !== undefined;
  }

  /** See `ItemTaker.start`. */
  start(head: string): void {
    const list = parsedHead<T>(head, this.#options.parse);
    if (list === undefined) return;
    const types = itemTypes(list);
    this.#version = versionOf(list);
    if (!types.apiVersion || !types.kind || !this.#version) return;
    Object.assign(this.#types, types);
    this.#areTypesKnown = true;
    this.#takeAhead = this.#options.ahead?.start(list);
  }

  /** See `ItemTaker.take`. */
  take(window: Window, at: number): ItemPlace | undefined {
    if (!this.#options.lazily) return this.#parseText(window, at);
    const item = scanItem(window, at, window.end);
    if (item === undefined) return undefined;
    const { object, next } = item;
    const cut = this.#cutOf(item);
    const scanned = { source: window, object, cut };
    const unparsed = new UnparsedObject<T>(scanned, this.#decoder, 0);
    this.#addEvent(pendingEvent("ADDED", unparsed));
    return { end: object.end, next };
  }

  /** See `ItemTaker.takeParsed`. */
  takeParsed(object: object): void {
    if (isItem<T>(object)) this.#addObject(object);
  }

  /**
   * Returns the whole list.
   *
   * @param rest What is left of it without its items, which is modified.
   * @returns The list; undefined if what follows the items contradicts what comes
   *   before them.
   */
  of(rest: object): KubernetesList<T> | undefined {
    const items = this.#objects;
    const list: KubernetesList<T> = Object.assign(rest, { items });
    const types = itemTypes(list);
    if (!this.#areTypesKnown) {
      Object.assign(this.#types, types);
      setItemTypes(list);
    } else if (
      types.apiVersion !== this.#types.apiVersion ||
      types.kind !== this.#types.kind ||
      this.wereTakenAhead && versionOf(list) !== this.#version
    ) return undefined;
    return this.#options.lazily ? lazyList(list, this.#events) : list;
  }

  #parseText(window: Window, at: number): ItemPlace | undefined {
    for (const scan of [scanProbableItem, scanItem]) {
      const item = scan(window, at, window.end);
      const object = item && this.#parsed(window, item);
      if (item === undefined || object === undefined) continue;
      this.#addObject(object);
      return { end: item.object.end, next: item.next };
    }
    return undefined;
  }

  /** What the scanner only thinks to be an item may not be one. */
  #parsed(window: Window, item: ScannedItem): T | undefined {
    const text = partWithout(window, item.object, this.#cutOf(item));
    try {
      const value = this.#options.parse(text);
      return isItem<T>(value) ? value : undefined;
    } catch {
      return undefined;
    }
  }

  #cutOf({ object }: ScannedItem): Extent | undefined {
    return this.#options.dropManagedFields ? object.managedFields : undefined;
  }

  #addObject(object: T): void {
    // Of metadata that comes twice, only the first one may have been cut.
    if (this.#options.dropManagedFields) deleteManagedFields(object);
    this.#objects.push(object);
    if (this.#areTypesKnown) setTypes(object, this.#types);
    if (this.#options.lazily || this.#takeAhead !== undefined) {
      this.#addEvent({ type: "ADDED", object });
    }
  }

  #addEvent(event: ChangeEvent<T>): void {
    if (this.#options.lazily) this.#events.push(event);
    try {
      this.#takeAhead?.(event);
    } catch {
      // Who takes it from the list will see why.
      this.#takeAhead = () => {};
    }
  }
}

/** A list without its items. */
function parsedHead<T extends KubernetesObject>(
  head: string,
  parse: JsonParser,
): KubernetesList<T> | undefined {
  try {
    const list = parse(`${head}]}`);
    return isList<T>(list) ? list : undefined;
  } catch {
    // It will turn out to be malformed at the end.
    return undefined;
  }
}

/** The caller vouches for the rest of `T`. */
function isItem<T extends KubernetesObject>(value: unknown): value is T {
  return isRecord(value);
}

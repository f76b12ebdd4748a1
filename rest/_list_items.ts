/**
 * The items of a list, taken out of its body one by one: parsed without their
 * `managedFields`, or not parsed before they are looked at.
 *
 * The body is decoded in windows, so that next to it there is never a second
 * copy of all of it. An item that a window does not hold to its end starts the
 * next one. What comes before a window is not needed any more, whatever follows:
 * an item that the scanner declines is parsed by itself.
 *
 * Items are taken while the rest of the body comes, so that a large list does
 * not hold the event loop. Where the windows begin and end does not depend on
 * how much has come when: a window is waited for until all of it is there.
 *
 * @module
 */

import type { BodyBytes } from "./_body_bytes.ts";
import { isRecord } from "../internal/json_fields.ts";
import { deleteManagedFields } from "./_managed_fields.ts";
import { pendingEvent } from "../api/_lazy_event.ts";
import {
  type Extent,
  scanItem,
  scanListEnd,
  scanListStart,
  type ScannedItem,
  scanProbableItem,
  scanUnknownItem,
} from "./_scanner.ts";
import {
  type JsonParser,
  type ObjectDecoder,
  type TextSource,
  UnparsedObject,
} from "./_unparsed_object.ts";
import { Utf8Decoder } from "./_utf8_decoder.ts";
import type { ChangeEvent, KubernetesObject } from "../api/types.ts";

/** How many bytes are decoded at once: V8 allocates longer strings slowly. */
const WINDOW = 64 * 1024;

/** How many bytes of a window are left to the next one. */
const MARGIN = 16;

/** How many items show whether leaving `managedFields` out is worth it. */
const SAMPLE = 8;

/** The least share of it in them: finding it takes as long as parsing that. */
const LEAST_SHARE = 1 / 8;

/**
 * Something that is read from a body which may be incomplete: it yields to wait
 * until there are more bytes than a number, or all.
 *
 * @typeParam R Type of what is read.
 */
export type Reading<R> = Generator<number, R, void>;

/**
 * A list whose items were taken out of it.
 *
 * @typeParam I Type of the items.
 */
export interface TakenItems<I> {
  /** What is left of the list, with no items. */
  readonly rest: string;
  /** The items; undefined if the rest has others, which count instead. */
  readonly items: I[] | undefined;
}

/**
 * What else may come of it: a list that is to be parsed as a whole, of which
 * nothing has been released; a body that is not JSON; or one that is, but not a
 * list of objects.
 */
export type NotTaken = "whole" | "malformed" | "unexpected";

/** Where an item was, and what follows it. */
interface ItemPlace {
  /** Where it ends. */
  readonly end: number;
  /** Where the next one starts; undefined after the last one. */
  readonly next: number | undefined;
}

/** Makes items of what the scanner finds. */
interface ItemTaker<I> {
  /** The items so far. */
  readonly items: I[];
  /** Whether the list will not be parsed as a whole any more. */
  readonly isSure: boolean;
  /** Takes an item, unless the scanner declines. */
  take(window: Window, at: number): ItemPlace | "whole" | undefined;
  /** Takes an object that was parsed, since the scanner has declined. */
  takeParsed(object: object): void;
}

/**
 * Takes the items out of the body of a list without parsing them.
 *
 * @typeParam T Type of the items.
 * @param bytes The body, as much of it as there is. What has been taken of it is
 *   released.
 * @param objects Parses an item when it is looked at.
 * @param dropManagedFields Whether they come without `managedFields`.
 * @returns An event for each item, and the rest.
 */
export function takeUnparsed<T extends KubernetesObject>(
  bytes: BodyBytes,
  objects: ObjectDecoder,
  dropManagedFields: boolean,
): Reading<TakenItems<ChangeEvent<T>> | NotTaken> {
  return new ItemWalk(
    bytes,
    objects.parse,
    new UnparsedItems<T>(objects, dropManagedFields),
  ).run();
}

/**
 * Parses the items of the body of a list one by one, without the
 * `managedFields` of each.
 *
 * @typeParam T Type of the items.
 * @param bytes The body, as much of it as there is. What has been taken of it is
 *   released.
 * @param parse Parses JSON.
 * @returns The items, and the rest; "whole" also where that is faster as
 *   `managedFields` are small.
 */
export function takeTrimmed<T extends KubernetesObject>(
  bytes: BodyBytes,
  parse: JsonParser,
): Reading<TakenItems<T> | NotTaken> {
  return new ItemWalk(bytes, parse, new TrimmedItems<T>(parse)).run();
}

class UnparsedItems<T extends KubernetesObject>
  implements ItemTaker<ChangeEvent<T>> {
  readonly items: ChangeEvent<T>[] = [];
  readonly isSure = true;
  readonly #objects: ObjectDecoder;
  readonly #dropManagedFields: boolean;

  constructor(objects: ObjectDecoder, dropManagedFields: boolean) {
    this.#objects = objects;
    this.#dropManagedFields = dropManagedFields;
  }

  take(window: Window, at: number): ItemPlace | undefined {
    const item = scanItem(window, at, window.end);
    if (item === undefined) return undefined;
    const { object, next } = item;
    const cut = this.#dropManagedFields ? object.managedFields : undefined;
    const scanned = { source: window, object, cut };
    const unparsed = new UnparsedObject<T>(scanned, this.#objects, 0);
    this.items.push(pendingEvent("ADDED", unparsed));
    return { end: object.end, next };
  }

  takeParsed(object: object): void {
    if (!isItem<T>(object)) return;
    if (this.#dropManagedFields) deleteManagedFields(object);
    this.items.push({ type: "ADDED", object });
  }
}

class TrimmedItems<T extends KubernetesObject> implements ItemTaker<T> {
  readonly items: T[] = [];
  readonly #parse: JsonParser;
  #left = 0;
  #total = 0;

  constructor(parse: JsonParser) {
    this.#parse = parse;
  }

  get isSure(): boolean {
    return this.items.length > SAMPLE;
  }

  take(window: Window, at: number): ItemPlace | "whole" | undefined {
    for (const scan of [scanProbableItem, scanItem]) {
      const item = scan(window, at, window.end);
      const object = item && this.#parsed(window, item);
      if (item === undefined || object === undefined) continue;
      this.#left += lengthOf(item.object.managedFields);
      this.#total += lengthOf(item.object);
      this.items.push(object);
      const isWorthIt = this.items.length !== SAMPLE ||
        this.#left >= this.#total * LEAST_SHARE;
      return isWorthIt ? { end: item.object.end, next: item.next } : "whole";
    }
    return undefined;
  }

  takeParsed(object: object): void {
    if (isItem<T>(object)) this.items.push(object);
  }

  /** What the scanner only thinks to be an item may not be one. */
  #parsed(window: Window, { object }: ScannedItem): T | undefined {
    const { start, end, managedFields: cut = { start: end, end } } = object;
    const text = window.part({ start, end: cut.start }) +
      window.part({ start: cut.end, end });
    try {
      const value = this.#parse(text);
      return isItem<T>(value) ? value : undefined;
    } catch {
      return undefined;
    }
  }
}

function lengthOf(extent: Extent | undefined): number {
  return extent === undefined ? 0 : extent.end - extent.start;
}

/** The caller vouches for the rest of `T`. */
function isItem<T extends KubernetesObject>(value: unknown): value is T {
  return isRecord(value);
}

/** Takes one item after the other. */
class ItemWalk<I> {
  readonly #bytes: BodyBytes;
  readonly #parse: JsonParser;
  readonly #taker: ItemTaker<I>;
  #areObjects = true;

  constructor(bytes: BodyBytes, parse: JsonParser, taker: ItemTaker<I>) {
    this.#bytes = bytes;
    this.#parse = parse;
    this.#taker = taker;
  }

  *run(): Reading<TakenItems<I> | NotTaken> {
    yield WINDOW;
    const head = this.#bytes.part(0, WINDOW);
    const start = scanListStart(head);
    if (start === undefined) return "whole";
    const decoder = new TextDecoder();
    const before = decoder.decode(head.subarray(0, start.at));
    const end = start.isEmpty ? start.at : yield* this.#afterItems(start.at);
    if (typeof end === "string") return end;
    yield Infinity;
    const tail = this.#bytes.part(end, this.#bytes.length);
    const after = decoder.decode(tail);
    const hasOthers = scanListEnd(tail)
      ? false
      : this.#hasOtherItems(before, after);
    if (hasOthers === undefined) return "malformed";
    if (!hasOthers && !this.#areObjects) return "unexpected";
    const items = hasOthers ? undefined : this.#taker.items;
    return { rest: before + after, items };
  }

  /** Takes all items, up to the closing bracket. */
  *#afterItems(first: number): Reading<number | NotTaken> {
    let start = first;
    for (let size = WINDOW;;) {
      // With one more byte, it is known whether the window is the last one.
      yield start + size;
      if (this.#taker.isSure) this.#bytes.release(start);
      const window = new Window(this.#bytes, start, size);
      const { at, outcome } = this.#takeFrom(window);
      start += at;
      if (outcome === "complete") return start;
      if (outcome !== "incomplete") return outcome;
      if (window.isLast) return "malformed";
      // Not even its first item fits.
      size = at === 0 ? size * 2 : WINDOW;
    }
  }

  /** Takes the items that a window holds to their ends. */
  #takeFrom(
    window: Window,
  ): { at: number; outcome: "complete" | "incomplete" | NotTaken } {
    for (let at = 0;;) {
      const item = this.#taker.take(window, at) ??
        this.#takeUnknown(window, at);
      if (item === undefined) return { at, outcome: "incomplete" };
      if (typeof item === "string") return { at, outcome: item };
      if (item.next === undefined) return { at: item.end, outcome: "complete" };
      at = item.next;
    }
  }

  #takeUnknown(
    window: Window,
    start: number,
  ): ItemPlace | "malformed" | undefined {
    const item = scanUnknownItem(window, start, window.end);
    if (typeof item !== "object") return item;
    const { value: extent, next, end } = item;
    const text = window.part(extent);
    try {
      const value = this.#parse(text);
      if (isRecord(value)) this.#taker.takeParsed(value);
      else this.#areObjects = false;
    } catch {
      // The parser's message may quote a part of a credential.
      return "malformed";
    }
    return { end, next };
  }

  /** Of members with the same key, the last one counts. */
  #hasOtherItems(before: string, after: string): boolean | undefined {
    try {
      return [0, 1].some((item) => {
        const list = this.#parse(before + item + after);
        const items = isRecord(list) ? list.items : undefined;
        return !Array.isArray(items) || items[0] !== item;
      });
    } catch {
      return undefined;
    }
  }
}

/** A part of the body. */
class Window implements TextSource {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly ascii: string | undefined;
  /** Up to where to scan it: see `scanItem`. */
  readonly end: number;
  /** Whether nothing follows it. */
  readonly isLast: boolean;

  constructor(body: BodyBytes, start: number, size: number) {
    this.bytes = body.part(start, start + size);
    this.isLast = start + size >= body.length;
    this.end = this.bytes.length - (this.isLast ? 0 : MARGIN);
    const text = new Utf8Decoder().decode(this.bytes);
    // No other character has as few bytes as it has code units.
    this.ascii = text?.length === this.bytes.length ? text : undefined;
  }

  part(part: Extent): string {
    return this.ascii?.slice(part.start, part.end) ?? this.kept(part);
  }

  kept({ start, end }: Extent): string {
    return LENIENT.decode(this.bytes.subarray(start, end));
  }
}

/** As for a list that is decoded as a whole. */
const LENIENT = new TextDecoder("utf-8", { ignoreBOM: true });

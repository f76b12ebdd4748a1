/**
 * The items of a list, taken out of its body one by one: parsed without their
 * `managedFields`, or not parsed before they are looked at.
 *
 * The body is decoded in windows, so that next to it there is never a second
 * copy of all of it. An item that a window does not hold to its end starts the
 * next one.
 *
 * Items are taken while the rest of the body comes, so that a large list does
 * not hold the event loop. Where the windows begin and end does not depend on
 * how much has come when: a window is waited for until all of it is there.
 *
 * @module
 */

import type { BodyBytes } from "./_body_bytes.ts";
import { isRecord } from "../internal/json_fields.ts";
import { pendingEvent } from "../api/_lazy_event.ts";
import {
  type Extent,
  scanItem,
  scanListEnd,
  scanListStart,
  type ScannedItem,
  scanProbableItem,
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

/** Nor are they unlimited: a list with larger items is parsed as a whole. */
const MAX_WINDOW = 64 * 1024 * 1024;

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

/** A list whose items were taken out of it. */
export interface TakenItems<I> {
  /** What is left of the list, with no items. */
  readonly rest: string;
  /** The items. */
  readonly items: I[];
}

/**
 * Takes the items out of the body of a list without parsing them.
 *
 * @typeParam T Type of the items.
 * @param bytes The body, as much of it as there is.
 * @param objects Parses an item when it is looked at.
 * @param dropManagedFields Whether they come without `managedFields`.
 * @returns An event for each item, and the rest; undefined if the list has to be
 *   parsed.
 */
export function takeUnparsed<T extends KubernetesObject>(
  bytes: BodyBytes,
  objects: ObjectDecoder,
  dropManagedFields: boolean,
): Reading<TakenItems<ChangeEvent<T>> | undefined> {
  const items: ChangeEvent<T>[] = [];
  return takeItems(bytes, items, (window, at) => {
    const item = scanItem(window, at, window.end);
    if (item === undefined) return "incomplete";
    const { object } = item;
    const cut = dropManagedFields ? object.managedFields : undefined;
    const scanned = { source: window, object, cut };
    const unparsed = new UnparsedObject<T>(scanned, objects, 0);
    items.push(pendingEvent("ADDED", unparsed));
    return item;
  });
}

/**
 * Parses the items of the body of a list one by one, without the
 * `managedFields` of each.
 *
 * @param bytes The body, as much of it as there is.
 * @param parse Parses JSON.
 * @returns The items, and the rest; undefined if the list has to be parsed as a
 *   whole, also where that is faster as `managedFields` are small.
 */
export function takeTrimmed(
  bytes: BodyBytes,
  parse: JsonParser,
): Reading<TakenItems<Record<string, unknown>> | undefined> {
  const items: Record<string, unknown>[] = [];
  let left = 0;
  let total = 0;
  return takeItems(bytes, items, (window, at) => {
    for (const scan of [scanProbableItem, scanItem]) {
      const item = scan(window, at, window.end);
      const object = item && parsedWithoutManagedFields(window, item, parse);
      if (object === undefined) continue;
      items.push(object);
      left += lengthOf(item?.object.managedFields);
      total += lengthOf(item?.object);
      const isWorthIt = items.length !== SAMPLE || left >= total * LEAST_SHARE;
      return isWorthIt && item !== undefined ? item : "declined";
    }
    return "incomplete";
  });
}

function lengthOf(extent: Extent | undefined): number {
  return extent === undefined ? 0 : extent.end - extent.start;
}

/** What the scanner only thinks to be an item may not be one. */
function parsedWithoutManagedFields(
  window: Window,
  { object }: ScannedItem,
  parse: JsonParser,
): Record<string, unknown> | undefined {
  try {
    const { start, end, managedFields: cut = { start: end, end } } = object;
    const value = parse(
      window.part({ start, end: cut.start }) +
        window.part({ start: cut.end, end }),
    );
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Takes an item, unless the window seems to end before that. */
type Take = (
  window: Window,
  at: number,
) => ScannedItem | "incomplete" | "declined";

function* takeItems<I>(
  bytes: BodyBytes,
  items: I[],
  take: Take,
): Reading<TakenItems<I> | undefined> {
  yield WINDOW;
  const head = bytes.part(0, WINDOW);
  const start = scanListStart(head);
  if (start === undefined) return undefined;
  const end = start.isEmpty
    ? start.at
    : yield* afterItems(bytes, start.at, take);
  if (end === undefined) return undefined;
  yield Infinity;
  const tail = bytes.part(end, bytes.length);
  if (!scanListEnd(tail)) return undefined;
  const decoder = new TextDecoder();
  const rest = decoder.decode(head.subarray(0, start.at)) +
    decoder.decode(tail);
  return { rest, items };
}

/** Takes all items, up to the closing bracket. */
function* afterItems(
  bytes: BodyBytes,
  first: number,
  take: Take,
): Reading<number | undefined> {
  let start = first;
  for (let size = WINDOW; size <= MAX_WINDOW;) {
    // With one more byte, it is known whether the window is the last one.
    yield start + size;
    const window = new Window(bytes, start, size);
    const { at, outcome } = takeFrom(window, take);
    start += at;
    if (outcome === "complete") return start;
    if (outcome === "declined" || window.isLast) return undefined;
    // Not even its first item fits.
    if (at === 0) size *= 2;
  }
  return undefined;
}

/** Takes the items that a window holds to their ends. */
function takeFrom(
  window: Window,
  take: Take,
): { at: number; outcome: "complete" | "incomplete" | "declined" } {
  for (let at = 0;;) {
    const item = take(window, at);
    if (typeof item !== "object") return { at, outcome: item };
    if (item.next === undefined) {
      return { at: item.object.end, outcome: "complete" };
    }
    at = item.next;
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

/**
 * Walks through the items of a list while its body comes.
 *
 * The body is decoded in windows, so that next to it there is never a second
 * copy of all of it. An item that a window does not hold to its end starts the
 * next one. What comes before a window is not needed any more, whatever follows:
 * an item that the scanner declines is parsed by itself.
 *
 * Where the windows begin and end does not depend on how much has come when: a
 * window is waited for until all of it is there.
 *
 * @module
 */

import type { BodyBytes } from "./_body_bytes.ts";
import { isRecord, type JsonRecord } from "../internal/json_fields.ts";
import { type Extent, scanListStart, scanUnknownItem } from "./_scanner.ts";
import type { JsonParser, TextSource } from "./_unparsed_object.ts";
import { Utf8Decoder } from "./_utf8_decoder.ts";

/** How many bytes are decoded at once: V8 allocates longer strings slowly. */
const WINDOW = 64 * 1024;

/** How many bytes of a window are left to the next one. */
const MARGIN = 16;

/**
 * Something that is read from a body which may be incomplete: it yields to wait
 * until there are more bytes than a number, or all.
 *
 * @typeParam R Type of what is read.
 */
export type Reading<R> = Generator<number, R, void>;

/** Where an item was, and what follows it. */
export interface ItemPlace {
  /** Where it ends. */
  readonly end: number;
  /** Where the next one starts; undefined after the last one. */
  readonly next: number | undefined;
}

/** Takes the items that are walked through. */
export interface ItemTaker {
  /**
   * Called before the first item.
   *
   * @param head What comes before the items, and no more.
   */
  start(head: string): void;
  /**
   * Takes an item, unless the scanner declines.
   *
   * @param window What holds it.
   * @param at Where it starts.
   * @returns Where it was; undefined if the scanner has declined, or the window
   *   ends before it.
   */
  take(window: Window, at: number): ItemPlace | undefined;
  /**
   * Takes an item that was parsed, since the scanner has declined.
   *
   * @param object The item.
   */
  takeParsed(object: object): void;
}

/** A list whose items were taken out of it. */
export interface WalkedList {
  /** The list without the items that were taken. */
  readonly list: JsonRecord;
  /** Whether it has other items, which count instead. */
  readonly hasOtherItems: boolean;
}

/**
 * What else a body may be: a list that is to be parsed as a whole, of which
 * nothing has been taken; not JSON; or JSON, but not a list of objects.
 */
export type NotWalked = "whole" | "malformed" | "unexpected";

/** Takes one item after the other. */
export class ItemWalk {
  readonly #bytes: BodyBytes;
  readonly #parse: JsonParser;
  readonly #taker: ItemTaker;
  #areObjects = true;

  /**
   * Prepares for a body.
   *
   * @param bytes The body, as much of it as there is.
   * @param parse Parses JSON.
   * @param taker Takes the items.
   */
  constructor(bytes: BodyBytes, parse: JsonParser, taker: ItemTaker) {
    this.#bytes = bytes;
    this.#parse = parse;
    this.#taker = taker;
  }

  /** Takes all items, and releases what has been taken of the body. */
  *run(): Reading<WalkedList | NotWalked> {
    yield WINDOW;
    const head = this.#bytes.part(0, WINDOW);
    const start = scanListStart(head);
    if (start === undefined) return "whole";
    const decoder = new TextDecoder();
    const before = decoder.decode(head.subarray(0, start.at));
    this.#taker.start(before);
    const end = start.isEmpty ? start.at : yield* this.#afterItems(start.at);
    if (end === "malformed") return end;
    yield Infinity;
    const after = decoder.decode(this.#bytes.part(end, this.#bytes.length));
    return this.#withoutItems(before, after);
  }

  /** Takes all items, up to the closing bracket. */
  *#afterItems(first: number): Reading<number | "malformed"> {
    let start = first;
    for (let size = WINDOW;;) {
      // With one more byte, it is known whether the window is the last one.
      yield start + size;
      const window = new Window(this.#bytes, start, size);
      const { at, outcome } = this.#takeFrom(window);
      start += at;
      this.#bytes.release(start);
      if (outcome === "complete") return start;
      if (outcome === "malformed" || window.isLast) return "malformed";
      // Not even its first item fits.
      size = at === 0 ? size * 2 : WINDOW;
    }
  }

  /** Takes the items that a window holds to their ends. */
  #takeFrom(
    window: Window,
  ): { at: number; outcome: "complete" | "incomplete" | "malformed" } {
    for (let at = 0;;) {
      const item = this.#taker.take(window, at) ??
        this.#takeUnknown(window, at);
      if (item === undefined) return { at, outcome: "incomplete" };
      if (item === "malformed") return { at, outcome: "malformed" };
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
    const text = window.part(item.value);
    let value: unknown;
    try {
      value = this.#parse(text);
    } catch {
      // The parser's message may quote a part of a credential.
      return "malformed";
    }
    if (isRecord(value)) this.#taker.takeParsed(value);
    else this.#areObjects = false;
    return item;
  }

  /**
   * Of members with the same key, the last one counts: the items that were taken
   * are those of the list if another item in their place is.
   */
  #withoutItems(before: string, after: string): WalkedList | NotWalked {
    const withItem = (item: number) => this.#parse(before + item + after);
    const itemOf = (list: unknown) =>
      isRecord(list) && Array.isArray(list.items) ? list.items[0] : undefined;
    try {
      const list = withItem(0);
      const hasOtherItems = itemOf(list) !== 0 || itemOf(withItem(1)) !== 1;
      return isRecord(list) && (hasOtherItems || this.#areObjects)
        ? { list, hasOtherItems }
        : "unexpected";
    } catch {
      // The parser's message may quote a part of a credential.
      return "malformed";
    }
  }
}

/** A part of the body. */
export class Window implements TextSource {
  /** See `Source.bytes`. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** See `Source.ascii`. */
  readonly ascii: string | undefined;
  /** Up to where to scan it: see `scanItem`. */
  readonly end: number;
  /** Whether nothing follows it. */
  readonly isLast: boolean;

  /**
   * Decodes a part of a body.
   *
   * @param body The body.
   * @param start Where the part starts.
   * @param size How many bytes it has, unless the body ends before.
   */
  constructor(body: BodyBytes, start: number, size: number) {
    this.bytes = body.part(start, start + size);
    this.isLast = start + size >= body.length;
    this.end = this.bytes.length - (this.isLast ? 0 : MARGIN);
    const text = STRICT.decode(this.bytes);
    // No other character has as few bytes as it has code units.
    this.ascii = text?.length === this.bytes.length ? text : undefined;
  }

  /** See `TextSource.part`. */
  part(part: Extent): string {
    return this.ascii?.slice(part.start, part.end) ?? this.kept(part);
  }

  /** See `TextSource.kept`. */
  kept({ start, end }: Extent): string {
    return LENIENT.decode(this.bytes.subarray(start, end));
  }
}

/** Tells whether a window is ASCII. */
const STRICT = new Utf8Decoder();

/** As for a list that is decoded as a whole. */
const LENIENT = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Finds in the bytes of a watch event, without parsing it, what has to be known
 * of each event: its type, whose object it is, and where the object and its
 * `managedFields` begin and end; and those of the items of a list.
 *
 * It is exact or it declines. It reads the members of the event, of the object
 * and of its metadata one by one, and everything below them only to find where
 * it ends. Where one of those members is written in a way that it is not certain
 * of (white space between them, an escape in a key, a key that comes twice, a
 * name that is not a string), it finds nothing, and the event is for
 * `JSON.parse`. What is wrong further down is left for the parser to find: of
 * what is not JSON, it may find anything.
 *
 * It reads bytes, as reading the characters of a string takes several times as
 * long. Whole UTF-8 characters are no concern of it, as none of their bytes is
 * one that JSON is made of. But runtimes search a string many times as fast as
 * anything can be read byte by byte. So where each byte is a character, long
 * strings and `managedFields` are searched for their ends, and what follows the
 * metadata of an event only for keys that would change what was found.
 *
 * @module
 */

const TAB = 0x09;
const NEWLINE = 0x0a;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

const CARRIAGE_RETURN = 0x0d;

/** The bit in which brackets and braces differ. */
const BRACE_BIT = 0x20;

/** The first character that a string may hold unescaped. */
const SPACE = 0x20;

/** A place in the bytes where there is not what was expected. */
const NOWHERE = -1;

/** Up to so many bytes of a string are read before its end is searched for. */
const NEAR = 64;

/** Where something is: from its first byte to after its last. */
export interface Extent {
  /** The first byte. */
  readonly start: number;
  /** The one after the last byte. */
  readonly end: number;
}

/** What is scanned. */
export interface Source {
  /** The bytes. */
  readonly bytes: Uint8Array;
  /** The same as text, if each of them is one character. */
  readonly ascii: string | undefined;
}

/** What the scanner has found of an object. */
export interface ScannedObject extends Extent {
  /** The name, without its quotes. */
  readonly name: Extent | undefined;
  /** The namespace, without its quotes. */
  readonly namespace: Extent | undefined;
  /** The uid, without its quotes. */
  readonly uid: Extent | undefined;
  /** The resource version, without its quotes. */
  readonly resourceVersion: Extent | undefined;
  /** What to leave out for an object without `managedFields`. */
  readonly managedFields: Extent | undefined;
  /** Where its metadata starts. */
  readonly metadataStart: number;
  /** The byte after the end of its metadata. */
  readonly metadataEnd: number;
}

/** What the scanner has found of a watch event. */
export interface ScannedEvent {
  /** What the event says of the object. */
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  /** The object. */
  readonly object: ScannedObject;
}

/** How an API server begins the events that change an object. */
const BEGINNINGS = (["ADDED", "MODIFIED", "DELETED"] as const).map((type) => ({
  type,
  bytes: encode(`{"type":"${type}","object":`),
}));

/**
 * Scans a watch event. What it finds to be the object may be followed by other
 * members of the event, which no API server sends: then it is not JSON by itself.
 *
 * @param source What holds the line.
 * @param start Where the line starts.
 * @param end Where it ends, without its line end; a `\r` may be before that.
 * @returns What was found; undefined if the line has to be parsed, since it is
 *   not a change of an object, or not written in the way of an API server.
 */
export function scanEvent(
  source: Source,
  start: number,
  end: number,
): ScannedEvent | undefined {
  const { bytes } = source;
  const last = bytes[end - 1] === CARRIAGE_RETURN ? end - 2 : end - 1;
  if (bytes[last] !== CLOSE_BRACE) return undefined;
  for (const { type, bytes: beginning } of BEGINNINGS) {
    if (!matches(bytes, start, beginning)) continue;
    const at = start + beginning.length;
    const object = scanObject(source, at, last, endOfOnlyObject);
    return object?.end === last ? { type, object } : undefined;
  }
  return undefined;
}

/**
 * Finds the first `managedFields` of a watch event, and does not scan what comes
 * after it: there may be others where keys come twice.
 *
 * @param source What holds the line.
 * @param start Where the line starts.
 * @param end Where it ends.
 * @returns What to leave out; undefined if nothing was found.
 */
export function scanEventForManagedFields(
  source: Source,
  start: number,
  end: number,
): Extent | undefined {
  const { bytes } = source;
  const beginning = BEGINNINGS.find(({ bytes: beginning }) =>
    matches(bytes, start, beginning)
  );
  if (beginning === undefined) return undefined;
  let at = start + beginning.bytes.length;
  if (bytes[at] !== OPEN_BRACE) return undefined;
  do {
    const value = afterKey(bytes, at + 1, end);
    if (value === NOWHERE) return undefined;
    if (isKey(bytes, at + 1, value, METADATA)) {
      const metadata = new Metadata();
      metadata.scan(source, value, end, true);
      return metadata.managedFields;
    }
    at = afterValue(source, value, end);
  } while (bytes[at] === COMMA);
  return undefined;
}

const ITEMS = encode("items");

/** Where the items of a list start. */
export interface ItemsStart {
  /** The place of the first one, or of the closing bracket. */
  readonly at: number;
  /** Whether there are none. */
  readonly isEmpty: boolean;
}

/**
 * Finds where the items of a list start.
 *
 * @param bytes The body of the list, or the first part of it.
 * @returns The place; undefined if the list has to be parsed, since it is not
 *   written in the way of an API server.
 */
export function scanListStart(bytes: Uint8Array): ItemsStart | undefined {
  const source = { bytes, ascii: undefined };
  if (bytes[0] !== OPEN_BRACE) return undefined;
  for (let at = 0;;) {
    const value = afterKey(bytes, at + 1, bytes.length);
    if (value === NOWHERE) return undefined;
    if (isKey(bytes, at + 1, value, ITEMS)) {
      if (bytes[value] !== OPEN_BRACKET) return undefined;
      const first = afterSpace(bytes, value + 1);
      // Whether there is one cannot be told.
      if (first >= bytes.length) return undefined;
      return { at: first, isEmpty: bytes[first] === CLOSE_BRACKET };
    }
    at = afterValue(source, value, bytes.length);
    if (bytes[at] !== COMMA) return undefined;
  }
}

/** What the scanner has found of an item of a list. */
export interface ScannedItem {
  /** The item. */
  readonly object: ScannedObject;
  /** Where the next one starts; undefined after the last one. */
  readonly next: number | undefined;
}

/** Where an item of a list is that has to be parsed. */
export interface UnknownItem {
  /** The item: any JSON value, if it is one. */
  readonly value: Extent;
  /** The comma or bracket that follows it. */
  readonly end: number;
  /** Where the next one starts; undefined after the last one. */
  readonly next: number | undefined;
}

/**
 * Finds where any item of a list ends, also one that is not written in the way
 * of an API server.
 *
 * @param source What holds the item, and what follows it.
 * @param start Where it starts; white space may come first.
 * @param end Up to where to scan. Some bytes should follow.
 * @returns Where it is; undefined if the end comes before that of the item, or
 *   no item starts there; "malformed" if neither another item nor the end of the
 *   list follows it.
 */
export function scanUnknownItem(
  source: Source,
  start: number,
  end: number,
): UnknownItem | "malformed" | undefined {
  const { bytes } = source;
  const first = afterSpace(bytes, start);
  const after = afterValue(source, first, end);
  if (after === NOWHERE) return undefined;
  const value = { start: first, end: after };
  const following = afterSpace(bytes, after);
  switch (bytes[following]) {
    case COMMA:
      return { value, end: following, next: following + 1 };
    case CLOSE_BRACKET:
      return { value, end: following, next: undefined };
    case undefined:
      return undefined;
    default:
      return "malformed";
  }
}

/**
 * Scans an item of a list.
 *
 * @param source What holds the item, and what follows it.
 * @param start Where it starts.
 * @param end Up to where to scan. Some bytes should follow.
 * @returns What was found; undefined if the item has to be parsed, or the end
 *   comes before that of the item.
 */
export function scanItem(
  source: Source,
  start: number,
  end: number,
): ScannedItem | undefined {
  return itemOf(source, scanObject(source, start, end));
}

/**
 * Scans an item of a list up to where the next one seems to start. It ends there
 * if what was found is JSON, since no JSON object is the beginning of another.
 *
 * @param source What holds the item, and what follows it.
 * @param start Where it starts.
 * @param end Up to where to scan. Some bytes should follow.
 * @returns What {@linkcode scanItem} returns, if it ends there.
 */
export function scanProbableItem(
  source: Source,
  start: number,
  end: number,
): ScannedItem | undefined {
  return itemOf(source, scanObject(source, start, end, startOfSimilarObject));
}

function itemOf(
  { bytes }: Source,
  object: ScannedObject | undefined,
): ScannedItem | undefined {
  if (object === undefined) return undefined;
  switch (bytes[object.end]) {
    case COMMA:
      return { object, next: object.end + 1 };
    case CLOSE_BRACKET:
      return { object, next: undefined };
    default:
      return undefined;
  }
}

const METADATA = encode("metadata");

/**
 * Where an object ends, if that can be told without scanning the rest of it:
 * whose `metadata` has its key at `key` and ends at `at`.
 */
type Shortcut = (
  source: Source,
  object: Extent,
  key: number,
  at: number,
) => number;

/** Scans an object up to its last brace. */
function scanObject(
  source: Source,
  start: number,
  end: number,
  shortcut?: Shortcut,
): ScannedObject | undefined {
  const { bytes } = source;
  let metadata: Metadata | undefined;
  let at = start;
  if (bytes[at] !== OPEN_BRACE) return undefined;
  do {
    const key = at + 1;
    const value = afterKey(bytes, key, end);
    if (value === NOWHERE) return undefined;
    if (isKey(bytes, key, value, METADATA)) {
      if (metadata !== undefined) return undefined;
      metadata = new Metadata();
      at = metadata.scan(source, value, end);
      if (at === NOWHERE) return undefined;
      const known = shortcut?.(source, { start, end }, key, at) ?? NOWHERE;
      if (known !== NOWHERE) return metadata.of(start, known);
    } else {
      at = afterValue(source, value, end);
    }
    if (at === NOWHERE) return undefined;
  } while (bytes[at] === COMMA);
  if (bytes[at] !== CLOSE_BRACE || metadata === undefined) return undefined;
  return metadata.of(start, at + 1);
}

/**
 * Keys, and by what part of them they are searched for: what is short, and begins
 * with a rare letter, is found faster.
 */
const DECISIVE_KEYS = [
  { key: '"type"', part: 'ype"' },
  { key: '"object"', part: 'ject"' },
  { key: '"metadata"', part: 'data"' },
].map(({ key, part }) => ({ key, part, before: key.indexOf(part) }));

/** How the escape of any letter of them begins, and goes on. */
const ESCAPE = "\\u00";
const LETTER = /[67]/;

/**
 * The object of an event ends before the last brace of the line, if no key comes
 * that the event or the object has already. Other members may follow it.
 */
function endOfOnlyObject(
  { bytes, ascii }: Source,
  { end }: Extent,
  _key: number,
  at: number,
): number {
  if (ascii === undefined || bytes[end - 1] !== CLOSE_BRACE) return NOWHERE;
  const rest = ascii.slice(at, end);
  return DECISIVE_KEYS.some((key) => mayBeAnotherMember(rest, key)) ||
      hasEscapedLetter(rest)
    ? NOWHERE
    : end;
}

function hasEscapedLetter(text: string): boolean {
  let found = text.indexOf(ESCAPE);
  while (found >= 0) {
    if (LETTER.test(text.charAt(found + ESCAPE.length))) return true;
    found = text.indexOf(ESCAPE, found + ESCAPE.length);
  }
  return false;
}

/** Only a key after a comma, or after white space, is not the first one. */
function mayBeAnotherMember(
  text: string,
  { key, part, before }: typeof DECISIVE_KEYS[number],
): boolean {
  let found = text.indexOf(part);
  while (found >= 0) {
    const at = found - before;
    if (!isFirst(text.charCodeAt(at - 1)) && text.startsWith(key, at)) {
      return true;
    }
    found = text.indexOf(part, found + part.length);
  }
  return false;
}

/** Whether a string after it is a first key, a first item or a value. */
function isFirst(byte: number): boolean {
  return byte === OPEN_BRACE || byte === COLON || byte === OPEN_BRACKET;
}

/** A part of `metadata":{`: what is short is found faster. */
const PART_OF_METADATA = "metada";
const METADATA_START = 'metadata":{';

/**
 * So many of them are looked at: if no similar object follows, each item would
 * otherwise be searched for to the end of what holds them.
 */
const LOOKED_AT = 64;

/** Where the next object starts that begins in the same way, less the comma. */
function startOfSimilarObject(
  { ascii }: Source,
  { start }: Extent,
  key: number,
  at: number,
): number {
  if (ascii === undefined) return NOWHERE;
  const before = key + 1 - start;
  const beginning = ascii.slice(start, key + 1) + METADATA_START;
  let found = ascii.indexOf(PART_OF_METADATA, at);
  for (let looks = 0; found >= 0 && looks < LOOKED_AT; looks++) {
    const comma = found - before - 1;
    if (
      comma > at && ascii.charCodeAt(comma) === COMMA &&
      ascii.charCodeAt(comma - 1) === CLOSE_BRACE &&
      ascii.startsWith(beginning, comma + 1)
    ) return comma;
    found = ascii.indexOf(PART_OF_METADATA, found + PART_OF_METADATA.length);
  }
  return NOWHERE;
}

const NAME = encode("name");
const NAMESPACE = encode("namespace");
const UID = encode("uid");
const RESOURCE_VERSION = encode("resourceVersion");
const MANAGED_FIELDS = encode("managedFields");

/** What the scanner looks for in the metadata of an object. */
class Metadata {
  #name: Extent | undefined;
  #namespace: Extent | undefined;
  #uid: Extent | undefined;
  #resourceVersion: Extent | undefined;
  #managedFields: Extent | undefined;
  #start = 0;
  #end = 0;

  get managedFields(): Extent | undefined {
    return this.#managedFields;
  }

  /** Scans up to after the last brace, or only up to `managedFields`. */
  scan(
    source: Source,
    start: number,
    end: number,
    stopsThere = false,
  ): number {
    const { bytes } = source;
    let at = start;
    if (bytes[at] !== OPEN_BRACE) return NOWHERE;
    do {
      const value = afterKey(bytes, at + 1, end);
      if (value === NOWHERE) return NOWHERE;
      at = this.#take(source, at, value, end);
      if (at === NOWHERE) return NOWHERE;
      if (stopsThere && this.#managedFields !== undefined) return at;
    } while (bytes[at] === COMMA);
    if (bytes[at] !== CLOSE_BRACE) return NOWHERE;
    this.#start = start;
    return this.#end = at + 1;
  }

  /** Returns what was found, as part of the object that it belongs to. */
  of(start: number, end: number): ScannedObject {
    return {
      start,
      end,
      name: this.#name,
      namespace: this.#namespace,
      uid: this.#uid,
      resourceVersion: this.#resourceVersion,
      managedFields: this.#managedFields,
      metadataStart: this.#start,
      metadataEnd: this.#end,
    };
  }

  /**
   * Where a member ends; nowhere if it is one that is needed, and cannot be
   * relied on.
   */
  #take(source: Source, at: number, value: number, end: number): number {
    const { bytes } = source;
    const key = at + 1;
    if (isKey(bytes, key, value, NAME)) {
      if (this.#name !== undefined) return NOWHERE;
      return after(this.#name = plainString(bytes, value, end));
    }
    if (isKey(bytes, key, value, NAMESPACE)) {
      if (this.#namespace !== undefined) return NOWHERE;
      return after(this.#namespace = plainString(bytes, value, end));
    }
    if (isKey(bytes, key, value, UID)) {
      if (this.#uid !== undefined) return NOWHERE;
      return after(this.#uid = plainString(bytes, value, end));
    }
    if (isKey(bytes, key, value, RESOURCE_VERSION)) {
      if (this.#resourceVersion !== undefined) return NOWHERE;
      return after(this.#resourceVersion = plainString(bytes, value, end));
    }
    if (!isKey(bytes, key, value, MANAGED_FIELDS)) {
      return afterValue(source, value, end);
    }
    if (this.#managedFields !== undefined) return NOWHERE;
    const last = afterManagedFields(source, value, end);
    if (last !== NOWHERE) this.#managedFields = memberExtent(bytes, at, last);
    return last;
  }
}

/** A member and one of the commas around it, so that it can be left out. */
function memberExtent(bytes: Uint8Array, at: number, end: number): Extent {
  if (bytes[at] === COMMA) return { start: at, end };
  return { start: at + 1, end: bytes[end] === COMMA ? end + 1 : end };
}

/** What is between quotes and stands for itself; undefined for anything else. */
function plainString(
  bytes: Uint8Array,
  quote: number,
  end: number,
): Extent | undefined {
  const last = lastQuote(bytes, quote, end);
  return last === NOWHERE ? undefined : { start: quote + 1, end: last };
}

function after(text: Extent | undefined): number {
  return text === undefined ? NOWHERE : text.end + 1;
}

/** Where the value of a key begins; nowhere if the key has an escape. */
function afterKey(bytes: Uint8Array, quote: number, end: number): number {
  const last = lastQuote(bytes, quote, end);
  return last !== NOWHERE && bytes[last + 1] === COLON ? last + 2 : NOWHERE;
}

/** The quote at the end of a string without an escape. */
function lastQuote(bytes: Uint8Array, quote: number, end: number): number {
  if (bytes[quote] !== QUOTE) return NOWHERE;
  for (let at = quote + 1; at < end; at++) {
    const byte = bytes[at] ?? 0;
    // So are most of them, and small letters follow it.
    if (byte > BACKSLASH) continue;
    if (byte === QUOTE) return at;
    if (byte < SPACE || byte === BACKSLASH) return NOWHERE;
  }
  return NOWHERE;
}

/** Compares a key, from its quote to where its value begins. */
function isKey(
  bytes: Uint8Array,
  quote: number,
  value: number,
  key: Uint8Array,
): boolean {
  return value - quote === key.length + 3 && matches(bytes, quote + 1, key);
}

function matches(bytes: Uint8Array, at: number, what: Uint8Array): boolean {
  for (let place = 0; place < what.length; place++) {
    if (bytes[at + place] !== what[place]) return false;
  }
  return true;
}

/**
 * What ends with the first bracket that is followed by the next member of the
 * object, where no other list begins before that, is the list: in a string, the
 * quote would be its end, and a letter cannot follow that.
 */
function afterManagedFields(
  source: Source,
  start: number,
  end: number,
): number {
  const { bytes, ascii } = source;
  if (ascii !== undefined && bytes[start] === OPEN_BRACKET) {
    const last = ascii.indexOf("]", start);
    const isFollowed = last >= 0 && last + 4 < end &&
      bytes[last + 1] === CLOSE_BRACE && bytes[last + 2] === COMMA &&
      bytes[last + 3] === QUOTE && isSmallLetter(bytes[last + 4] ?? 0);
    if (isFollowed) {
      const another = ascii.indexOf("[", start + 1);
      if (another < 0 || another > last) return last + 1;
    }
  }
  return afterValue(source, start, end);
}

function isSmallLetter(byte: number): boolean {
  return byte >= 0x61 && byte <= 0x7a;
}

function afterSpace(bytes: Uint8Array, start: number): number {
  let at = start;
  while (isSpace(bytes[at])) at++;
  return at;
}

function isSpace(byte: number | undefined): boolean {
  return byte === SPACE || byte === NEWLINE || byte === CARRIAGE_RETURN ||
    byte === TAB;
}

/** Where a value ends; one that is not nested is not checked. */
function afterValue(source: Source, start: number, end: number): number {
  const { bytes } = source;
  const first = bytes[start];
  if (first === QUOTE) return afterString(source, start, end);
  if (first === OPEN_BRACE || first === OPEN_BRACKET) {
    return afterNested(source, start, end);
  }
  let at = start;
  while (at < end && isOfNumberOrWord(bytes[at] ?? 0)) at++;
  return at > start && at < end ? at : NOWHERE;
}

/** Numbers, `true`, `false` and `null` consist of them. */
function isOfNumberOrWord(byte: number): boolean {
  return byte > SPACE && byte !== COMMA && byte !== QUOTE &&
    (byte | BRACE_BIT) !== OPEN_BRACE && (byte | BRACE_BIT) !== CLOSE_BRACE;
}

function afterString(source: Source, quote: number, end: number): number {
  const { bytes } = source;
  const near = Math.min(quote + NEAR, end);
  let at = quote + 1;
  while (at < near) {
    const byte = bytes[at++];
    if (byte === QUOTE) return at;
    if (byte === BACKSLASH) at++;
  }
  return afterLongString(source, at, end);
}

/** The end of a string, from a place in it where no escape is cut in two. */
function afterLongString(source: Source, start: number, end: number): number {
  const { bytes, ascii } = source;
  let at = start;
  while (at < end) {
    if (ascii !== undefined) {
      const quote = ascii.indexOf('"', at);
      if (quote < 0 || quote >= end) return NOWHERE;
      let escapes = quote;
      while (escapes > at && bytes[escapes - 1] === BACKSLASH) escapes--;
      at = quote + 1;
      if ((quote - escapes) % 2 === 0) return at;
    }
    // Where one quote is escaped, there are others.
    const near = ascii === undefined ? end : Math.min(at + NEAR, end);
    while (at < near) {
      const byte = bytes[at++];
      if (byte === QUOTE) return at;
      if (byte === BACKSLASH) at++;
    }
  }
  return NOWHERE;
}

/**
 * Most of a scan is spent here: less than a nanosecond for each byte, as long as
 * not a single read is beyond the last one, after which V8 expects that each may
 * be.
 */
function afterNested(source: Source, start: number, end: number): number {
  const { bytes } = source;
  let depth = 0;
  let at = start;
  while (at < end) {
    const byte = bytes[at++] ?? 0;
    if (byte === QUOTE) {
      const near = Math.min(at + NEAR, end);
      for (;;) {
        if (at >= near) {
          at = afterLongString(source, at, end);
          if (at === NOWHERE) return NOWHERE;
          break;
        }
        const inside = bytes[at++];
        if (inside === QUOTE) break;
        if (inside === BACKSLASH) at++;
      }
    } else if (byte >= OPEN_BRACKET) {
      const kind = byte | BRACE_BIT;
      if (kind === OPEN_BRACE) depth++;
      else if (kind === CLOSE_BRACE && --depth === 0) return at;
    }
  }
  return NOWHERE;
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

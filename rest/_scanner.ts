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
 * `JSON.parse`. What is wrong further down is left for the parser to find.
 *
 * It works on bytes: reading characters of a string one by one takes twice as
 * long, and so does searching it for the few keys that matter, since `"type"`
 * and `"metadata"` may occur anywhere in an object. Whole UTF-8 characters are
 * no concern of it, as none of their bytes is one that JSON is made of.
 *
 * @module
 */

const NEWLINE = 0x0a;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** The bit in which brackets and braces differ. */
const BRACE_BIT = 0x20;

/** The first character that a string may hold unescaped. */
const SPACE = 0x20;

/** A place in the bytes where there is not what was expected. */
const NOWHERE = -1;

/** Where something is: from its first byte to after its last. */
export interface Extent {
  /** The first byte. */
  readonly start: number;
  /** The one after the last byte. */
  readonly end: number;
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
  bytes: ascii(`{"type":"${type}","object":`),
}));

/**
 * Scans a watch event.
 *
 * @param bytes Bytes that hold the line.
 * @param start Where the line starts.
 * @param end Where it ends, without its line end; a `\r` may be before that.
 * @returns What was found; undefined if the line has to be parsed, since it is
 *   not a change of an object, or not written in the way of an API server.
 */
export function scanEvent(
  bytes: Uint8Array,
  start: number,
  end: number,
): ScannedEvent | undefined {
  for (const { type, bytes: beginning } of BEGINNINGS) {
    if (!matches(bytes, start, beginning)) continue;
    const object = scanObject(bytes, start + beginning.length, end);
    return object !== undefined && endsEvent(bytes, object.end, end)
      ? { type, object }
      : undefined;
  }
  return undefined;
}

/**
 * Finds the first `managedFields` of a watch event, and does not scan what comes
 * after it: there may be others where keys come twice.
 *
 * @param bytes Bytes that hold the line.
 * @param start Where the line starts.
 * @param end Where it ends.
 * @returns What to leave out; undefined if nothing was found.
 */
export function scanEventForManagedFields(
  bytes: Uint8Array,
  start: number,
  end: number,
): Extent | undefined {
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
      metadata.scan(bytes, value, end, true);
      return metadata.managedFields;
    }
    at = afterValue(bytes, value, end);
  } while (bytes[at] === COMMA);
  return undefined;
}

/** Whether the event has no other member than its type and its object. */
function endsEvent(bytes: Uint8Array, at: number, end: number): boolean {
  if (bytes[at] !== CLOSE_BRACE) return false;
  return at + 1 === end || (at + 2 === end && bytes[at + 1] === 0x0d);
}

const ITEMS = ascii("items");

/**
 * Scans the body of a list for what to leave out for items without
 * `managedFields`.
 *
 * @param bytes The body.
 * @returns The parts, in order; undefined if the list has to be parsed, since it
 *   is not written in the way of an API server.
 */
export function scanListForManagedFields(
  bytes: Uint8Array,
): Extent[] | undefined {
  let found: Extent[] | undefined;
  let at = 0;
  const end = bytes.length;
  if (bytes[at] !== OPEN_BRACE) return undefined;
  do {
    const key = at + 1;
    const value = afterKey(bytes, key, end);
    if (value === NOWHERE) return undefined;
    if (isKey(bytes, key, value, ITEMS) && bytes[value] === OPEN_BRACKET) {
      if (found !== undefined) return undefined;
      found = [];
      at = scanItems(bytes, value, found);
    } else {
      at = afterValue(bytes, value, end);
    }
    if (at === NOWHERE) return undefined;
  } while (bytes[at] === COMMA);
  const isWhole = bytes[at] === CLOSE_BRACE &&
    (at + 1 === end || (at + 2 === end && bytes[at + 1] === NEWLINE));
  return isWhole ? found : undefined;
}

/** Scans up to after the last bracket. */
function scanItems(bytes: Uint8Array, start: number, found: Extent[]): number {
  if (bytes[start + 1] === CLOSE_BRACKET) return start + 2;
  let at = start;
  do {
    const item = scanObject(bytes, at + 1, bytes.length);
    if (item === undefined) return NOWHERE;
    if (item.managedFields !== undefined) found.push(item.managedFields);
    at = item.end;
  } while (bytes[at] === COMMA);
  return bytes[at] === CLOSE_BRACKET ? at + 1 : NOWHERE;
}

const METADATA = ascii("metadata");

/** Scans an object up to its last brace. */
function scanObject(
  bytes: Uint8Array,
  start: number,
  end: number,
): ScannedObject | undefined {
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
      at = metadata.scan(bytes, value, end);
    } else {
      at = afterValue(bytes, value, end);
    }
    if (at === NOWHERE) return undefined;
  } while (bytes[at] === COMMA);
  if (bytes[at] !== CLOSE_BRACE || metadata === undefined) return undefined;
  return metadata.of(start, at + 1);
}

const NAME = ascii("name");
const NAMESPACE = ascii("namespace");
const UID = ascii("uid");
const RESOURCE_VERSION = ascii("resourceVersion");
const MANAGED_FIELDS = ascii("managedFields");

/** What the scanner looks for in the metadata of an object. */
class Metadata {
  #name: Extent | undefined;
  #namespace: Extent | undefined;
  #uid: Extent | undefined;
  #resourceVersion: Extent | undefined;
  #managedFields: Extent | undefined;

  get managedFields(): Extent | undefined {
    return this.#managedFields;
  }

  /** Scans up to after the last brace, or only up to `managedFields`. */
  scan(
    bytes: Uint8Array,
    start: number,
    end: number,
    stopsThere = false,
  ): number {
    let at = start;
    if (bytes[at] !== OPEN_BRACE) return NOWHERE;
    do {
      const member = at;
      const value = afterKey(bytes, at + 1, end);
      if (value === NOWHERE) return NOWHERE;
      at = afterValue(bytes, value, end);
      if (at === NOWHERE) return NOWHERE;
      if (!this.#take(bytes, member, value, at)) return NOWHERE;
      if (stopsThere && this.#managedFields !== undefined) return at;
    } while (bytes[at] === COMMA);
    return bytes[at] === CLOSE_BRACE ? at + 1 : NOWHERE;
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
    };
  }

  /** False if it is one that is needed, and cannot be relied on. */
  #take(bytes: Uint8Array, at: number, value: number, end: number): boolean {
    const key = at + 1;
    if (isKey(bytes, key, value, NAME)) {
      return this.#name === undefined &&
        (this.#name = plainString(bytes, value, end)) !== undefined;
    }
    if (isKey(bytes, key, value, NAMESPACE)) {
      return this.#namespace === undefined &&
        (this.#namespace = plainString(bytes, value, end)) !== undefined;
    }
    if (isKey(bytes, key, value, UID)) {
      return this.#uid === undefined &&
        (this.#uid = plainString(bytes, value, end)) !== undefined;
    }
    if (isKey(bytes, key, value, RESOURCE_VERSION)) {
      return this.#resourceVersion === undefined &&
        (this.#resourceVersion = plainString(bytes, value, end)) !== undefined;
    }
    if (isKey(bytes, key, value, MANAGED_FIELDS)) {
      if (this.#managedFields !== undefined) return false;
      this.#managedFields = memberExtent(bytes, at, end);
    }
    return true;
  }
}

/** A member and one of the commas around it, so that it can be left out. */
function memberExtent(bytes: Uint8Array, at: number, end: number): Extent {
  if (bytes[at] === COMMA) return { start: at, end };
  return { start: at + 1, end: bytes[end] === COMMA ? end + 1 : end };
}

/** A string that stands for itself; undefined for any other value. */
function plainString(
  bytes: Uint8Array,
  start: number,
  end: number,
): Extent | undefined {
  if (bytes[start] !== QUOTE) return undefined;
  for (let at = start + 1; at < end - 1; at++) {
    const byte = bytes[at] ?? 0;
    if (byte < SPACE || byte === BACKSLASH) return undefined;
  }
  return { start: start + 1, end: end - 1 };
}

/** Where the value of a key begins; nowhere if the key has an escape. */
function afterKey(bytes: Uint8Array, quote: number, end: number): number {
  if (bytes[quote] !== QUOTE) return NOWHERE;
  for (let at = quote + 1; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === QUOTE) return bytes[at + 1] === COLON ? at + 2 : NOWHERE;
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

/** Where a value ends; one that is not nested is not checked. */
function afterValue(bytes: Uint8Array, start: number, end: number): number {
  const first = bytes[start];
  if (first === QUOTE) return afterString(bytes, start, end);
  if (first === OPEN_BRACE || first === OPEN_BRACKET) {
    return afterNested(bytes, start, end);
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

function afterString(bytes: Uint8Array, quote: number, end: number): number {
  let at = quote + 1;
  while (at < end) {
    const byte = bytes[at++];
    if (byte === QUOTE) return at;
    if (byte === BACKSLASH) at++;
  }
  return NOWHERE;
}

/** Most of a scan is spent here: about a nanosecond for each byte. */
function afterNested(bytes: Uint8Array, start: number, end: number): number {
  let depth = 0;
  let at = start;
  while (at < end) {
    const byte = bytes[at++] ?? 0;
    if (byte === QUOTE) {
      let inside = bytes[at++];
      while (inside !== QUOTE) {
        if (inside === BACKSLASH) at++;
        if (at >= end) return NOWHERE;
        inside = bytes[at++];
      }
    } else if (byte >= OPEN_BRACKET) {
      const kind = byte | BRACE_BIT;
      if (kind === OPEN_BRACE) depth++;
      else if (kind === CLOSE_BRACE && --depth === 0) return at;
    }
  }
  return NOWHERE;
}

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

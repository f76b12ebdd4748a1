/**
 * How keys, UIDs and versions are written into the texts of an index: ASCII
 * without characters that JSON escapes, and without the two separators, a comma
 * and a space.
 *
 * @module
 */

const SMALL_DECIMAL = /^[1-9][0-9]{0,14}$/;
const UNSAFE = /[^\w.:/~-]/;
const ALL_UNSAFE = new RegExp(UNSAFE, "g");
const ALPHABET =
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** Every three hexadecimal digits as two characters, and the way back. */
const PAIRS: string[] = [];
const TRIPLES = new Map<string, string>();
for (let value = 0; value < 4096; value++) {
  const pair = ALPHABET.charAt(value >> 6) + ALPHABET.charAt(value & 63);
  PAIRS.push(pair);
  TRIPLES.set(pair, value.toString(16).padStart(3, "0"));
}

/** The value of each hexadecimal digit, as lists write them. */
const DIGITS = new Int8Array(128).fill(-1);
for (let value = 0; value < 16; value++) {
  DIGITS[value.toString(16).charCodeAt(0)] = value;
}

/**
 * Escapes a text.
 *
 * @param text Any text.
 * @returns It, without separators.
 */
export function escapeText(text: string): string {
  if (!UNSAFE.test(text)) return text;
  return text.replace(
    ALL_UNSAFE,
    (unit) => `%${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/**
 * The way back from {@linkcode escapeText}.
 *
 * @param text The escaped text.
 * @returns The text.
 */
export function unescapeText(text: string): string {
  if (!text.includes("%")) return text;
  return text.replace(
    /%([0-9a-f]{4})/g,
    (_, hex: string) => String.fromCharCode(parseInt(hex, 16)),
  );
}

/**
 * Packs a UID: a UUID takes 22 characters.
 *
 * @param uid The UID; may be empty.
 * @returns The packed UID.
 */
export function packUid(uid: string): string {
  return packUuid(uid) ?? `=${escapeText(uid)}`;
}

/** Undefined if it is not a UUID in the usual form. A list has thousands. */
function packUuid(uid: string): string | undefined {
  if (uid.length !== 36) return undefined;
  let packed = "";
  let value = 0;
  let digits = 0;
  for (let at = 0; at < 36; at++) {
    const code = uid.charCodeAt(at);
    if (at === 8 || at === 13 || at === 18 || at === 23) {
      if (code !== 45) return undefined;
      continue;
    }
    const digit = DIGITS[code] ?? -1;
    if (digit < 0) return undefined;
    value = value << 4 | digit;
    if (++digits % 3 !== 0) continue;
    packed += PAIRS[value];
    value = 0;
  }
  return packed + PAIRS[value << 4];
}

/**
 * The way back from {@linkcode packUid}.
 *
 * @param packed The packed UID.
 * @returns The UID; undefined if it is damaged.
 */
export function unpackUid(packed: string): string | undefined {
  if (packed.startsWith("=")) return unescapeText(packed.slice(1));
  if (packed.length !== 22) return undefined;
  let hex = "";
  for (let at = 0; at < 22; at += 2) {
    const triple = TRIPLES.get(packed.slice(at, at + 2));
    if (triple === undefined) return undefined;
    hex += triple;
  }
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${
    hex.slice(16, 20)
  }-${hex.slice(20, 32)}`;
}

/**
 * Packs a version.
 *
 * @param version The version; may be empty.
 * @returns The packed version.
 */
export function packVersion(version: string): string {
  return SMALL_DECIMAL.test(version)
    ? Number(version).toString(36)
    : `=${escapeText(version)}`;
}

/**
 * Adds a text to a checksum (FNV-1a, 32 bits).
 *
 * @param text The text.
 * @param checksum The checksum so far.
 * @returns The checksum.
 */
export function addToChecksum(text: string, checksum: number): number {
  let hash = checksum;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return hash >>> 0;
}

/** The checksum of nothing. */
export const EMPTY_CHECKSUM = 0x811c9dc5;

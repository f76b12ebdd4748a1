/**
 * Formats objects as YAML exactly like `kubectl -o yaml`: in block style, with
 * keys in natural order, long strings folded at 80 columns, and quotes only
 * around strings that YAML 1.1 would otherwise resolve to another type.
 * Libraries quote and fold differently, and scripts compare the output.
 *
 * @module
 */

import { isRecord, type JsonRecord } from "../../internal/json_fields.ts";
import { goText } from "../../internal/go_value.ts";

/** After this column, the next space becomes a line break. */
const BEST_WIDTH = 80;

const INDENT = 2;

/** The length of a key that stands before a colon, in bytes. */
const MAX_SIMPLE_KEY = 128;

/** The position of a scalar. */
interface Place {
  /** The indentation of its parent. */
  readonly indent: number;
  /** The column that it starts at. */
  readonly column: number;
  /** Whether it is a key, which is not folded. */
  readonly isKey: boolean;
}

/**
 * Formats a JSON value as YAML.
 *
 * @param value The value.
 * @returns The document, with a final line feed.
 */
export function toYaml(value: unknown): string {
  if (isList(value)) return `${sequence(value, 0)}\n`;
  if (isMap(value)) return `${mapping(value, 0)}\n`;
  return `${scalar(value, { indent: -INDENT, column: 0, isKey: false })}\n`;
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.length > 0;
}

function isMap(value: unknown): value is JsonRecord {
  return isRecord(value) && Object.keys(value).length > 0;
}

function mapping(
  map: Readonly<Record<string, unknown>>,
  indent: number,
): string {
  return Object.keys(map).sort(compareNaturally).map((name) => {
    if (!isSimpleKey(name)) return explicitEntry(name, map[name], indent);
    const key = scalar(name, { indent, column: indent, isKey: true });
    const value = map[name];
    // Lists are not indented relative to their key.
    if (isList(value)) {
      return `${key}:${line(indent)}${sequence(value, indent)}`;
    }
    if (isMap(value)) {
      return `${key}:${line(indent + INDENT)}${
        mapping(value, indent + INDENT)
      }`;
    }
    const column = indent + [...key].length + ": ".length;
    return `${key}: ${scalar(value, { indent, column, isKey: false })}`;
  }).join(line(indent));
}

/** A longer key, or one with several lines, stands after a question mark. */
function isSimpleKey(name: string): boolean {
  return !name.includes("\n") &&
    (name.length <= MAX_SIMPLE_KEY / 3 ||
      new TextEncoder().encode(name).length <= MAX_SIMPLE_KEY);
}

function explicitEntry(name: string, value: unknown, indent: number): string {
  const within = indent + INDENT;
  const place = { indent, column: within, isKey: false };
  const text = isList(value)
    ? sequence(value, within)
    : isMap(value)
    ? mapping(value, within)
    : scalar(value, place);
  return `? ${scalar(name, place)}${line(indent)}: ${text}`;
}

function sequence(list: readonly unknown[], indent: number): string {
  const within = indent + INDENT;
  return list.map((value) => {
    if (isList(value)) return `- ${sequence(value, within)}`;
    if (isMap(value)) return `- ${mapping(value, within)}`;
    return `- ${scalar(value, { indent, column: within, isKey: false })}`;
  }).join(line(indent));
}

function line(indent: number): string {
  return `\n${" ".repeat(indent)}`;
}

function scalar(value: unknown, place: Place): string {
  if (typeof value === "string") return text(value, place);
  if (value === null || value === undefined) return "null";
  if (Array.isArray(value)) return "[]";
  if (typeof value === "object") return "{}";
  return typeof value === "number" || typeof value === "bigint"
    ? number(value)
    : String(value);
}

/** An integer of 64 bits, with or without a sign, or a float as Go's `%g`. */
function number(value: number | bigint): string {
  const isInteger = typeof value === "bigint" || Number.isInteger(value);
  return isInteger && value >= -(2 ** 63) && value < 2 ** 64
    ? String(value)
    : goText(value);
}

function text(value: string, place: Place): string {
  const { plain, single, block } = analyze(value);
  if (value.includes("\n")) {
    return block && !place.isKey
      ? literalBlock(value, place)
      : doubleQuoted(value, place);
  }
  if (resolvesToOtherType(value)) return doubleQuoted(value, place);
  if (plain && !(value === "" && place.isKey)) {
    return folded(value, place);
  }
  return single
    ? `'${folded(value.replaceAll("'", "''"), afterQuote(place), true)}'`
    : doubleQuoted(value, place);
}

function afterQuote({ column, ...others }: Place): Place {
  return { ...others, column: column + 1 };
}

/** The styles that are valid for a string. */
interface Styles {
  readonly plain: boolean;
  readonly single: boolean;
  readonly block: boolean;
}

const SPECIAL = /[^\n\u0020-\u007e\u00a0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/u;

function analyze(value: string): Styles {
  const special = SPECIAL.test(value) || / \n/.test(value);
  const breakSpace = /\n /.test(value);
  const edges = /^[ \n]|[ \n]$/.test(value);
  return {
    plain: !special && !breakSpace && !edges && !value.includes("\n") &&
      !hasIndicator(value),
    single: !special && !breakSpace,
    block: !special && !value.endsWith(" "),
  };
}

function hasIndicator(value: string): boolean {
  return /^(---|[.]{3}|[#,[\]{}&*!|>'"%@`]|[?:-](?=\s|$))/.test(value) ||
    /:(?=\s|$)|\s#/.test(value);
}

const RESOLVED_WORDS: ReadonlySet<string> = new Set(
  "y Y yes Yes YES true True TRUE on On ON n N no No NO false False FALSE off Off OFF ~ null Null NULL .nan .NaN .NAN .inf .Inf .INF +.inf +.Inf +.INF -.inf -.Inf -.INF"
    .split(" "),
);
const NUMBER_PATTERNS: readonly RegExp[] = [
  /^[-+]?(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+)$/,
  /^[-+]?([.][0-9]+|[0-9]+([.][0-9]*)?)([eE][-+]?[0-9]+)?$/,
];
const TIMESTAMP =
  /^\d{4}-\d{1,2}-\d{1,2}([Tt]\d{1,2}:\d{1,2}:\d{1,2}([.]\d+)?(Z|[-+]\d{2}:\d{2})| \d{1,2}:\d{1,2}:\d{1,2}([.]\d+)?)?$/;
const BASE_60 = /^[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+([.][0-9_]*)?$/;

/** Whether YAML 1.1 would resolve the plain string to another type. */
function resolvesToOtherType(value: string): boolean {
  if (value === "" || RESOLVED_WORDS.has(value)) return true;
  if (!/^[-+.0-9]/.test(value)) return false;
  // Digits may be separated by underscores, except after a leading point.
  const digits = value.startsWith(".") ? value : value.replaceAll("_", "");
  return NUMBER_PATTERNS.some((pattern) => pattern.test(digits)) ||
    TIMESTAMP.test(value) || BASE_60.test(value);
}

/** Folds a string at single spaces after {@linkcode BEST_WIDTH}. */
function folded(
  value: string,
  { indent, column, isKey }: Place,
  isQuoted = false,
): string {
  if (isKey) return value;
  const characters = [...value];
  let written = "";
  let at = column;
  let spaces = false;
  for (const [index, character] of characters.entries()) {
    const isSpace = character === " ";
    const mayBreak = isSpace && !spaces && at > BEST_WIDTH &&
      characters[index + 1] !== " " &&
      !(isQuoted && (index === 0 || index === characters.length - 1));
    written += mayBreak ? line(indent + INDENT) : character;
    at = mayBreak ? indent + INDENT : at + 1;
    spaces = isSpace;
  }
  return written;
}

const ESCAPES: Readonly<Record<string, string>> = {
  "\0": "0",
  "\x07": "a",
  "\b": "b",
  "\t": "t",
  "\n": "n",
  "\v": "v",
  "\f": "f",
  "\r": "r",
  "\x1b": "e",
  '"': '"',
  "\\": "\\",
  "\x85": "N",
  "\u2028": "L",
  "\u2029": "P",
};

function doubleQuoted(value: string, { indent, column, isKey }: Place): string {
  const characters = [...value];
  let written = '"';
  let at = column + 1;
  let spaces = false;
  for (const [index, character] of characters.entries()) {
    if (character === " ") {
      const mayBreak = !isKey && !spaces && at > BEST_WIDTH && index > 0 &&
        index < characters.length - 1;
      const next = characters[index + 1] === " " ? "\\" : "";
      const piece = mayBreak ? `${line(indent + INDENT)}${next}` : character;
      written += piece;
      at = mayBreak ? indent + INDENT + next.length : at + 1;
      spaces = true;
      continue;
    }
    const piece = escaped(character);
    written += piece;
    at += piece.length;
    spaces = false;
  }
  return `${written}"`;
}

function escaped(character: string): string {
  const escape = ESCAPES[character];
  if (escape !== undefined) return `\\${escape}`;
  if (!SPECIAL.test(character)) return character;
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16).toUpperCase();
  if (code <= 0xff) return `\\x${hex.padStart(2, "0")}`;
  return code <= 0xffff
    ? `\\u${hex.padStart(4, "0")}`
    : `\\U${hex.padStart(8, "0")}`;
}

function literalBlock(value: string, { indent }: Place): string {
  const hint = /^[ \n]/.test(value) ? String(INDENT) : "";
  const chomp = !value.endsWith("\n")
    ? "-"
    : value === "\n" || value.endsWith("\n\n")
    ? "+"
    : "";
  const lines = value.replace(/\n$/, "").split("\n").map((text) =>
    text === "" ? "" : `${" ".repeat(indent + INDENT)}${text}`
  );
  return `|${hint}${chomp}\n${lines.join("\n")}`;
}

/**
 * Compares numbers in names by value, and sorts letters after everything else.
 */
function compareNaturally(a: string, b: string): number {
  const left = [...a];
  const right = [...b];
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const [x = "", y = ""] = [left[index], right[index]];
    if (x === y) continue;
    const [isLeft, isRight] = [isLetter(x), isLetter(y)];
    if (isLeft !== isRight) return isLeft ? 1 : -1;
    if (isLeft) return x < y ? -1 : 1;
    return compareDigits(left, right, index) || (x < y ? -1 : 1);
  }
  return left.length - right.length;
}

function compareDigits(
  left: readonly string[],
  right: readonly string[],
  index: number,
): number {
  // A zero within a number is significant.
  const lead = left[index] === "0" || right[index] === "0"
    ? /[1-9]\d*$/.test(left.slice(0, index).join("")) ? "1" : ""
    : "";
  const [x, y] = [left, right].map((characters) =>
    /^\d*/.exec(characters.slice(index).join(""))?.[0] ?? ""
  );
  const difference = Number(`${lead}${x}` || 0) - Number(`${lead}${y}` || 0);
  return difference || (x?.length ?? 0) - (y?.length ?? 0);
}

function isLetter(character: string): boolean {
  return /^\p{L}$/u.test(character);
}

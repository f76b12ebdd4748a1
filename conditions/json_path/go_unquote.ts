/**
 * Unquotes Go strings in double or single quotes.
 *
 * @module
 */

const SIMPLE: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
};

const ESCAPE =
  /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))|([^\\])|\\/gsu;

const HIGHEST_CODE_POINT = 0x10ffff;

/**
 * Returns the text that a quoted string represents.
 *
 * @param quoted The string with its quotes.
 * @returns The text; `undefined` if the string is not valid.
 */
export function unquote(quoted: string): string | undefined {
  const quote = quoted.charAt(0);
  const inner = quoted.slice(1, -1);
  if (!inner.includes("\\") && !inner.includes(quote)) return inner;
  let text = "";
  for (const match of inner.matchAll(ESCAPE)) {
    const character = unescape(match, quote);
    if (character === undefined) return undefined;
    text += character;
  }
  return text;
}

function unescape(match: RegExpMatchArray, quote: string): string | undefined {
  const [, hex, short, long, octal, simple, plain] = match;
  if (plain !== undefined) return plain === quote ? undefined : plain;
  if (simple !== undefined) {
    return simple === quote ? quote : SIMPLE[simple];
  }
  const digits = hex ?? short ?? long;
  if (digits === undefined && octal === undefined) return undefined;
  const code = digits === undefined
    ? Number.parseInt(octal ?? "", 8)
    : Number.parseInt(digits, 16);
  const isSurrogate = code >= 0xd800 && code <= 0xdfff;
  if (isSurrogate || code > HIGHEST_CODE_POINT) return undefined;
  return octal !== undefined && code > 0xff
    ? undefined
    : String.fromCodePoint(code);
}

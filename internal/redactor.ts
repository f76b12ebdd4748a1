/**
 * Keeps credentials out of what is shown. An error repeats what a server said,
 * and a server may repeat what it was sent.
 *
 * A redactor is created for each request, from the headers of that request:
 * that is all a server can repeat, and no credential has to be remembered for
 * longer.
 *
 * Servers escape what they repeat, for JSON, HTML or a URL, and truncate what
 * is long. So a credential is matched character by character, each in any of
 * its spellings, and a prefix of one is redacted as well.
 *
 * @module
 */

import { MAX_JSON_DEPTH } from "./clip_json.ts";
import { errorChainText, errorText } from "./error_text.ts";

const REPLACEMENT = "[redacted]";

/** A shorter prefix of a credential gives nothing away. */
const LEAST_TELLING = 8;

/** A shorter part from its middle or end gives nothing away. */
const PART_LENGTH = 16;

/** A shorter value is taken for a setting, except in `Authorization`. */
const LEAST_SECRET = 6;

const CREDENTIAL_HEADER = /authorization$/i;

const SECRET_HEADER =
  /assertion|auth|bearer|cookie|credential|jwt|key|pass|secret|session|signature|token/i;

/** A credential: for each character, its possible spellings. */
type Secret = readonly (readonly string[])[];

/** The start and the end of a part of a text. */
type Span = readonly [start: number, end: number];

/** Redacts the credentials of one request. */
export class Redactor {
  readonly #seen = new Set<string>();
  readonly #secrets: Secret[] = [];
  /** All parts of that length of all credentials. */
  readonly #parts = new Set<string>();

  /**
   * Creates a redactor for the credentials in a request's headers.
   *
   * @param headers The headers of the request.
   */
  constructor(headers: Headers = new Headers()) {
    this.add(headers);
  }

  /**
   * Adds the credentials of another set of headers, as when a request is
   * repeated with a new token.
   *
   * @param headers The headers of the request.
   */
  add(headers: Headers): void {
    for (const [name, value] of headers) {
      for (const secret of secretsIn(name, value)) this.addSecret(secret);
    }
  }

  /**
   * Adds a credential that is not sent in a header.
   *
   * @param secret The credential.
   */
  addSecret(secret: string): void {
    if (secret === "" || this.#seen.has(secret)) return;
    this.#seen.add(secret);
    this.#secrets.push([...secret].map(spellings));
    for (let at = 0; at + PART_LENGTH <= secret.length; at++) {
      this.#parts.add(secret.slice(at, at + PART_LENGTH));
    }
  }

  /**
   * Redacts credentials in a text, and parts of them: prefixes of at least 8
   * characters, other parts of at least 16.
   *
   * @param text The text.
   * @returns The text to show.
   */
  redact(text: string): string {
    let shown = "";
    let from = 0;
    for (const [start, end] of merged(this.#spansIn(text))) {
      shown += text.slice(from, start) + REPLACEMENT;
      from = end;
    }
    return shown + text.slice(from);
  }

  #spansIn(text: string): Span[] {
    if (this.#secrets.length === 0) return [];
    const spans: Span[] = [];
    for (let at = 0; at < text.length;) {
      const length = this.#lengthOfSecret(text, at);
      if (length > 0) spans.push([at, at + length]);
      at += Math.max(1, length);
    }
    const unescaped = unescape(text);
    return [
      ...spans,
      ...this.#partsOf(text),
      ...this.#partsOf(unescaped.text).map(([start, end]): Span => [
        unescaped.starts[start] ?? 0,
        unescaped.starts[end] ?? text.length,
      ]),
    ];
  }

  #partsOf(text: string): Span[] {
    const spans: Span[] = [];
    for (let at = 0; at + PART_LENGTH <= text.length; at++) {
      if (this.#parts.has(text.slice(at, at + PART_LENGTH))) {
        spans.push([at, at + PART_LENGTH]);
      }
    }
    return spans;
  }

  /**
   * Redacts every string and key in a JSON value. Values nested more than a
   * hundred levels deep are left out.
   *
   * @param value The value; not changed.
   * @returns A redacted copy.
   */
  redactAll(value: unknown): unknown {
    return this.#redactTo(MAX_JSON_DEPTH, value);
  }

  #redactTo(depth: number, value: unknown): unknown {
    if (typeof value === "string") return this.redact(value);
    if (typeof value !== "object" || value === null) return value;
    if (depth === 0) return undefined;
    if (Array.isArray(value)) {
      return value.map((item) => this.#redactTo(depth - 1, item));
    }
    const entries = Object.entries(value).map(([key, item]) => [
      this.redact(key),
      this.#redactTo(depth - 1, item),
    ]);
    return Object.fromEntries(entries);
  }

  /**
   * Redacts an error. Its causes are searched too: Node's `fetch` puts the
   * bytes that it could not parse on the cause of its error.
   *
   * @param error The thrown value; not changed.
   * @returns The error itself if it contains no credential, else a new error
   *   with its redacted message.
   */
  redactError(error: unknown): unknown {
    const seen = new Set<unknown>();
    let current = error;
    while (current !== undefined && !seen.has(current)) {
      seen.add(current);
      if (this.#isRepeatedBy(current)) {
        return new Error(this.redact(errorChainText(error)));
      }
      current = current instanceof Error ? current.cause : undefined;
    }
    return error;
  }

  #isRepeatedBy(error: unknown): boolean {
    const texts: unknown[] = [errorText(error)];
    if (error instanceof Error) texts.push(...Object.values(error));
    return texts.some((text) =>
      typeof text === "string" && this.redact(text) !== text
    );
  }

  /** The length of the credential that starts at an index; 0 if none does. */
  #lengthOfSecret(text: string, at: number): number {
    let longest = 0;
    for (const secret of this.#secrets) {
      longest = Math.max(longest, lengthOf(secret, text, at));
    }
    return longest;
  }
}

/** The credentials in a header, if it can carry any. */
function secretsIn(name: string, value: string): string[] {
  if (CREDENTIAL_HEADER.test(name)) {
    const [, scheme = "", credential = value] = /^(\S+)\s+(.*)$/.exec(value) ??
      [];
    return scheme.toLowerCase() === "basic"
      ? [credential, ...decodeBasic(credential)]
      : [credential];
  }
  if (!SECRET_HEADER.test(name)) return [];
  const secrets = /cookie/i.test(name)
    ? value.split(/;\s*/).map((pair) => pair.replace(/^[^=]*=/, ""))
    : [value];
  return secrets.filter((secret) => secret.length >= LEAST_SECRET);
}

function decodeBasic(credential: string): string[] {
  try {
    const bytes = Uint8Array.from(atob(credential), (c) => c.charCodeAt(0));
    const text = new TextDecoder().decode(bytes);
    const [, password = ""] = /^[^:]*:(.*)$/s.exec(text) ?? [];
    return [password];
  } catch {
    // Not base64: it can only be repeated as it is.
    return [];
  }
}

/** How servers write a character: as it is, or escaped. */
function spellings(character: string): readonly string[] {
  if (/[A-Za-z0-9]/.test(character)) return [character];
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  const unicode = hex.padStart(4, "0");
  const percent = encodeURIComponent(character);
  const ascii = `%${hex.padStart(2, "0")}`;
  return [
    ...new Set([
      character,
      `\\${character}`,
      `\\u${unicode}`,
      `\\u${unicode.toUpperCase()}`,
      percent,
      percent.toLowerCase(),
      ...(code < 0x80 ? [ascii, ascii.toUpperCase()] : []),
      `&#${code};`,
      `&#x${hex};`,
      `&#x${hex.toUpperCase()};`,
    ]),
  ];
}

/** The length of the secret, or of a telling prefix, at an index; else 0. */
function lengthOf(secret: Secret, text: string, start: number): number {
  let ends = [start];
  let spelled = 0;
  for (const spellings of secret) {
    const next = ends.flatMap((end) =>
      spellings.filter((spelling) => text.startsWith(spelling, end))
        .map((spelling) => end + spelling.length)
    );
    if (next.length === 0) break;
    ends = next;
    spelled++;
  }
  return spelled >= Math.min(secret.length, LEAST_TELLING)
    ? Math.max(...ends) - start
    : 0;
}

/** Spans in order, those that touch each other made one. */
function merged(spans: Span[]): Span[] {
  const result: [number, number][] = [];
  for (const [start, end] of spans.sort(([a], [b]) => a - b)) {
    const last = result.at(-1);
    if (last !== undefined && start <= last[1]) {
      last[1] = Math.max(last[1], end);
    } else result.push([start, end]);
  }
  return result;
}

/** The escapes of JSON, URLs and HTML. */
const ESCAPE =
  /\\u([0-9a-f]{4})|\\([^u])|%([0-9a-f]{2})|&#x([0-9a-f]{1,6});|&#(\d{1,7});/gi;

/** A text without escapes, and where each of its characters starts in it. */
function unescape(text: string): { text: string; starts: number[] } {
  let unescaped = "";
  const starts: number[] = [];
  let from = 0;
  const copy = (to: number) => {
    for (; from < to; from++) starts.push(from);
  };
  for (const match of text.matchAll(ESCAPE)) {
    const [escape, json, character, percent, hex, decimal] = match;
    unescaped += text.slice(from, match.index);
    copy(match.index);
    const code = decimal === undefined
      ? parseInt(json ?? percent ?? hex ?? "", 16)
      : Number(decimal);
    const plain = character ?? String.fromCharCode(code);
    unescaped += plain;
    starts.push(match.index);
    from = match.index + escape.length;
  }
  unescaped += text.slice(from);
  copy(text.length);
  return { text: unescaped, starts };
}

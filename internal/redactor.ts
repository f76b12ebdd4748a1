/**
 * Keeps credentials out of what is shown. An error repeats what a server said,
 * and a server may repeat what it was sent.
 *
 * One is made for each request, from what that request carries: a server can
 * give back nothing else, and nothing has to be remembered for longer.
 *
 * A server escapes what it repeats, for JSON, HTML or a URL, and cuts it off
 * where it gets long. So a credential is sought character by character, each
 * in any of its spellings, and the beginning of one is taken out as well.
 *
 * @module
 */

import { isRecord } from "./json_fields.ts";
import { errorChainText, errorText } from "./error_text.ts";

const REPLACEMENT = "[redacted]";

/** Less than so many characters of a credential give nothing away. */
const LEAST_TELLING = 8;

/** What is shorter is a setting, unless it stands where only credentials do. */
const LEAST_SECRET = 6;

const CREDENTIAL_HEADER = /authorization$/i;

const SECRET_HEADER =
  /assertion|auth|bearer|cookie|credential|jwt|key|pass|secret|session|signature|token/i;

/** How each character of a credential may be written. */
type Secret = readonly (readonly string[])[];

/** Takes credentials out of texts. */
export class Redactor {
  readonly #secrets: readonly Secret[];

  /**
   * Learns what must not be shown.
   *
   * @param headers The headers of the request, the credential among them.
   */
  constructor(headers: Headers) {
    const secrets = new Set<string>();
    for (const [name, value] of headers) {
      for (const secret of secretsIn(name, value)) secrets.add(secret);
    }
    this.#secrets = [...secrets].map((secret) => [...secret].map(spellings));
  }

  /**
   * A text without credentials, nor the beginning of one that was cut off.
   *
   * @param text The text.
   * @returns The text to show.
   */
  redact(text: string): string {
    let shown = "";
    let from = 0;
    let at = 0;
    while (at < text.length) {
      const length = this.#lengthOfSecret(text, at);
      if (length === 0) {
        at++;
        continue;
      }
      shown += text.slice(from, at) + REPLACEMENT;
      at += length;
      from = at;
    }
    return shown + text.slice(from);
  }

  /**
   * A JSON value with the same done to each text in it, and to each key.
   *
   * @param value The value; not changed.
   * @returns The value to show.
   */
  redactAll(value: unknown): unknown {
    if (typeof value === "string") return this.redact(value);
    if (Array.isArray(value)) return value.map((item) => this.redactAll(item));
    if (!isRecord(value)) return value;
    const entries = Object.entries(value);
    return Object.fromEntries(
      entries.map(([key, item]) => [this.redact(key), this.redactAll(item)]),
    );
  }

  /**
   * An error that can be shown. Node's `fetch` hangs the bytes that it could
   * not parse on the cause of what it throws.
   *
   * @param error Whatever was thrown; not changed.
   * @returns The error itself, or what it says where it repeats a credential.
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

  /** How many characters of a text are a credential, from a place on. */
  #lengthOfSecret(text: string, at: number): number {
    let longest = 0;
    for (const secret of this.#secrets) {
      longest = Math.max(longest, lengthOf(secret, text, at));
    }
    return longest;
  }
}

/** The credentials in a header, if that is what it carries. */
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
    // Not base64, and so nothing but itself can be repeated.
    return [];
  }
}

/** How servers write a character: as it is, or escaped in one of their ways. */
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

/** How many characters of a text spell a secret, or enough of one. */
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

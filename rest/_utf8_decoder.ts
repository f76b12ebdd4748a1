/**
 * A strict and fast UTF-8 decoder.
 *
 * A `TextDecoder` with `fatal: true` would be the obvious choice. But in Deno
 * it creates two-byte strings even for plain ASCII, which take `JSON.parse`
 * markedly longer; a lenient decoder creates one-byte strings where it can. So
 * the lenient decoder runs first, and only if its result contains the
 * replacement character does the fatal one check whether that was in the input.
 * Searching a one-byte string for it is practically free.
 *
 * @module
 */

const REPLACEMENT = "\uFFFD";

/** Decodes complete UTF-8 texts. */
export class Utf8Decoder {
  readonly #lenient = new TextDecoder("utf-8", { ignoreBOM: true });
  readonly #fatal = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

  /**
   * Decodes a text.
   *
   * @param bytes The encoded text.
   * @returns The text, or undefined if the bytes are not valid UTF-8.
   */
  decode(bytes: Uint8Array<ArrayBuffer>): string | undefined {
    const text = this.#lenient.decode(bytes);
    if (!text.includes(REPLACEMENT)) return text;
    try {
      return this.#fatal.decode(bytes);
    } catch {
      return undefined;
    }
  }
}

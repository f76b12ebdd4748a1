/**
 * UTF-8 to text, strictly and fast.
 *
 * A `TextDecoder` that is told to be fatal would be the plain way. But Deno's
 * makes two-byte strings then, also of plain ASCII, which `JSON.parse` takes
 * markedly longer for; one that is lenient makes one-byte strings where it
 * can. So the lenient one decodes, and where what it puts in the place of bad
 * bytes turns up, the fatal one says whether it was there before: looking for
 * that in a one-byte string costs nothing.
 *
 * @module
 */

const REPLACEMENT = "\uFFFD";

/** Decodes whole texts of UTF-8. */
export class Utf8Decoder {
  readonly #lenient = new TextDecoder("utf-8", { ignoreBOM: true });
  readonly #fatal = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

  /**
   * Decodes a text.
   *
   * @param bytes The text as UTF-8.
   * @returns The text; undefined where the bytes are no UTF-8.
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

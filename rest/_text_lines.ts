/**
 * Whole lines of UTF-8, as bytes and as text.
 *
 * All of them are decoded at once where they are ASCII, as each byte is one
 * character then. Otherwise each is decoded when its turn comes, so that those
 * before a line that is not UTF-8 are delivered.
 *
 * @module
 */

import type { Extent } from "./_scanner.ts";
import type { TextSource } from "./_unparsed_object.ts";
import { Utf8Decoder } from "./_utf8_decoder.ts";

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** Lines that are taken one after the other. */
export class TextLines implements Extent, TextSource {
  readonly #decoder = new Utf8Decoder();
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array();
  #ascii: string | undefined = "";
  /** The current line, if it has been decoded by itself. */
  #line: string | undefined;
  #next = 0;
  #start = 0;
  #end = 0;

  /** The bytes in which the current line is. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes;
  }

  /** The same as text; undefined if they are not ASCII. */
  get ascii(): string | undefined {
    return this.#ascii;
  }

  /** Where the current line starts. */
  get start(): number {
    return this.#start;
  }

  /** Where it ends, without its line end. */
  get end(): number {
    return this.#end;
  }

  /**
   * Goes on with other lines.
   *
   * @param bytes The lines, without the line end of the last one; they must not
   *   change until the last one has been taken.
   */
  replace(bytes: Uint8Array<ArrayBuffer>): void {
    const text = this.#decoder.decode(bytes);
    this.#bytes = bytes;
    this.#ascii = isAscii(text, bytes.length) ? text : undefined;
    this.#next = 0;
  }

  /**
   * Goes to the next line that is not empty.
   *
   * @returns Whether there is one.
   */
  next(): boolean {
    while (this.#next < this.#bytes.length) {
      this.#start = this.#next;
      const end = this.#ascii === undefined
        ? this.#bytes.indexOf(NEWLINE, this.#start)
        : this.#ascii.indexOf("\n", this.#start);
      this.#end = end < 0 ? this.#bytes.length : end;
      this.#next = this.#end + 1;
      this.#line = undefined;
      if (!this.#isEmpty()) return true;
    }
    return false;
  }

  /** Lines may end with `\r\n`: JSON treats the `\r` as white space. */
  #isEmpty(): boolean {
    const length = this.#end - this.#start;
    return length === 0 ||
      (length === 1 && this.#bytes[this.#start] === CARRIAGE_RETURN);
  }

  /**
   * Returns the current line.
   *
   * @returns The text; undefined if it is not UTF-8.
   */
  text(): string | undefined {
    if (this.#ascii !== undefined) {
      return this.#ascii.slice(this.#start, this.#end);
    }
    return this.#line ??= this.#decode(this);
  }

  /** See `TextSource.part`; the current line is known to be UTF-8. */
  part(part: Extent): string {
    const { start, end } = part;
    if (this.#ascii !== undefined) return this.#ascii.slice(start, end);
    const line = this.text();
    return isAscii(line, this.#end - this.#start)
      ? line.slice(start - this.#start, end - this.#start)
      : this.#decode(part) ?? "";
  }

  /** See `TextSource.kept`; the current line is known to be UTF-8. */
  kept(part: Extent): string {
    return 2 * (part.end - part.start) < this.#bytes.length
      ? this.#decode(part) ?? ""
      : this.part(part);
  }

  #decode({ start, end }: Extent): string | undefined {
    return this.#decoder.decode(this.#bytes.subarray(start, end));
  }
}

/** No other character has as few bytes as it has code units. */
function isAscii(text: string | undefined, bytes: number): text is string {
  return text?.length === bytes;
}

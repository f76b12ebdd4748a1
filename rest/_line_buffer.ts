/**
 * Splits bytes into lines in one reusable buffer.
 *
 * The bytes that have not been taken lie between `start` and `end`. Taking a
 * line advances `start`; the rest is moved to the front only when space is
 * needed, so each chunk costs one short move and a line costs none. Where there
 * is no rest, the same bytes are filled again, while they are in the processor's
 * cache. No byte is searched twice, so a line of any length is found in linear
 * time, and the buffer doubles when a line fills it.
 *
 * A BYOB read transfers the buffer and returns it: `lend` and `giveBack` are
 * the two sides of that.
 *
 * @module
 */

const NEWLINE = 0x0a;

/** What Deno delivers per read; a larger buffer was not measurably faster. */
const INITIAL_CAPACITY = 64 * 1024;

/** With less free space than this, the buffer is compacted before a read. */
const MIN_FREE_BYTES = 16 * 1024;

/** A buffer of bytes that are taken out line by line. */
export class LineBuffer {
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(INITIAL_CAPACITY);
  #start = 0;
  #end = 0;
  #searched = 0;
  #isTooLong = false;
  /** How many bytes a line may have. */
  readonly maxLineBytes: number;

  /**
   * Creates an empty buffer.
   *
   * @param maxLineBytes How many bytes a line may have.
   */
  constructor(maxLineBytes = Infinity) {
    this.maxLineBytes = maxLineBytes;
  }

  /**
   * Returns the complete lines in the buffer without taking them.
   *
   * @returns The lines without the line end of the last one, valid until the
   *   next read; undefined if no line is complete, or the first one is too long.
   */
  peekLines(): Uint8Array<ArrayBuffer> | undefined {
    const end = this.#lastLineEnd();
    if (end === undefined) {
      this.#searched = this.#end;
      this.#isTooLong = this.#end - this.#start > this.maxLineBytes;
      return undefined;
    }
    const lines = this.#bytes.subarray(this.#start, end);
    if (lines.length <= this.maxLineBytes) return lines;
    // One of them may be too long: those before it are taken one by one.
    const line = LineBuffer.firstLine(lines);
    this.#isTooLong = line.length > this.maxLineBytes;
    return this.#isTooLong ? undefined : line;
  }

  #lastLineEnd(): number | undefined {
    if (this.#searched === this.#end) return undefined;
    // A server writes whole lines, and most of them are read whole.
    if (this.#bytes[this.#end - 1] === NEWLINE) return this.#end - 1;
    const found = this.#bytes.subarray(this.#searched, this.#end)
      .lastIndexOf(NEWLINE);
    return found < 0 ? undefined : this.#searched + found;
  }

  /** Whether it holds bytes that have not been taken. */
  get hasRest(): boolean {
    return this.#end > this.#start;
  }

  /** Whether the first line is longer than a line may be. */
  get isTooLong(): boolean {
    return this.#isTooLong;
  }

  /**
   * Returns the first line of several.
   *
   * @param lines The result of `peekLines`.
   * @returns The line without its line end.
   */
  static firstLine(
    lines: Uint8Array<ArrayBuffer>,
  ): Uint8Array<ArrayBuffer> {
    const end = lines.indexOf(NEWLINE);
    return end < 0 ? lines : lines.subarray(0, end);
  }

  /**
   * Takes lines out of the buffer.
   *
   * @param lines The result of `peekLines` or `firstLine`.
   */
  take(lines: Uint8Array<ArrayBuffer>): void {
    this.#start = this.#searched = this.#start + lines.length + 1;
  }

  /**
   * Takes the remaining bytes at the end of the input.
   *
   * @returns The last line, which has no line end; empty if there is none.
   */
  takeRest(): Uint8Array<ArrayBuffer> {
    const rest = this.#bytes.subarray(this.#start, this.#end);
    this.#start = this.#searched = this.#end;
    return rest;
  }

  /**
   * Appends a copy of bytes that were read into another buffer.
   *
   * @param chunk The bytes.
   */
  append(chunk: Uint8Array): void {
    this.#reserve(chunk.length);
    this.#bytes.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /**
   * Lends the free space of the buffer to a BYOB read. The buffer must not be
   * used until `giveBack`.
   *
   * @returns The space to read into.
   */
  lend(): Uint8Array<ArrayBuffer> {
    this.#reserve(MIN_FREE_BYTES);
    return this.#end === 0 ? this.#bytes : this.#bytes.subarray(this.#end);
  }

  /**
   * Takes the buffer back from a BYOB read.
   *
   * @param filled The bytes that were read, at the start of the lent space.
   */
  giveBack(filled: Uint8Array<ArrayBuffer>): void {
    this.#bytes = new Uint8Array(filled.buffer);
    this.#end += filled.length;
  }

  #reserve(needed: number): void {
    const length = this.#end - this.#start;
    if (length === 0) this.#start = this.#end = this.#searched = 0;
    if (this.#bytes.length - this.#end >= needed) return;
    let capacity = this.#bytes.length;
    while (capacity - length < needed) capacity *= 2;
    if (capacity === this.#bytes.length) {
      this.#bytes.copyWithin(0, this.#start, this.#end);
    } else {
      const larger = new Uint8Array(capacity);
      larger.set(this.#bytes.subarray(this.#start, this.#end));
      this.#bytes = larger;
    }
    this.#searched -= this.#start;
    this.#start = 0;
    this.#end = length;
  }
}

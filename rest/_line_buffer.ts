/**
 * Bytes in, lines out, in one buffer that is used again and again.
 *
 * What has been read lies between `start` and `end`. Taking a line moves
 * `start`; only when room is needed is the unread rest moved to the front, so
 * that each chunk costs one short move and no line costs any. What has been
 * searched is not searched again, so that a line of any length is found in
 * linear time, and the buffer doubles when a line fills it.
 *
 * A BYOB read takes the buffer away and brings it back; `lend` and `giveBack`
 * are the two ends of that.
 *
 * @module
 */

const NEWLINE = 0x0a;

/**
 * As much as Deno hands over at a time; more brought nothing when measured.
 */
const INITIAL_CAPACITY = 64 * 1024;

/** Less room than this is not worth a read: the rest is moved first. */
const LEAST_ROOM = 16 * 1024;

/** A buffer of bytes that are taken out by whole lines. */
export class LineBuffer {
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(INITIAL_CAPACITY);
  #start = 0;
  #end = 0;
  #searched = 0;

  /**
   * The whole lines that have been read, without taking them.
   *
   * @returns The lines without the end of the last one, valid until the next
   *   read; undefined where there is no whole one.
   */
  peekLines(): Uint8Array<ArrayBuffer> | undefined {
    const found = this.#bytes.subarray(this.#searched, this.#end)
      .lastIndexOf(NEWLINE);
    if (found >= 0) {
      return this.#bytes.subarray(this.#start, this.#searched + found);
    }
    this.#searched = this.#end;
    return undefined;
  }

  /**
   * The first of the whole lines.
   *
   * @param lines What `peekLines` gave.
   * @returns The line without its end.
   */
  static firstLine(
    lines: Uint8Array<ArrayBuffer>,
  ): Uint8Array<ArrayBuffer> {
    const end = lines.indexOf(NEWLINE);
    return end < 0 ? lines : lines.subarray(0, end);
  }

  /**
   * Takes lines out.
   *
   * @param lines What `peekLines` or `firstLine` gave.
   */
  take(lines: Uint8Array<ArrayBuffer>): void {
    this.#start = this.#searched = this.#start + lines.length + 1;
  }

  /**
   * Takes what is left when nothing more will come.
   *
   * @returns The last line, which had no end; empty where there is none.
   */
  takeRest(): Uint8Array<ArrayBuffer> {
    const rest = this.#bytes.subarray(this.#start, this.#end);
    this.#start = this.#searched = this.#end;
    return rest;
  }

  /**
   * Adds bytes that were read elsewhere.
   *
   * @param chunk The bytes; copied.
   */
  append(chunk: Uint8Array): void {
    this.#makeRoom(chunk.length);
    this.#bytes.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /**
   * Lends the free end of the buffer to a BYOB read. Until it is given back
   * there is nothing to take.
   *
   * @returns The room to read into.
   */
  lend(): Uint8Array<ArrayBuffer> {
    this.#makeRoom(LEAST_ROOM);
    return this.#bytes.subarray(this.#end);
  }

  /**
   * Takes the buffer back from a BYOB read.
   *
   * @param filled The bytes that were read, where they were lent to be.
   */
  giveBack(filled: Uint8Array<ArrayBuffer>): void {
    this.#bytes = new Uint8Array(filled.buffer);
    this.#end += filled.length;
  }

  #makeRoom(needed: number): void {
    const length = this.#end - this.#start;
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

/**
 * The bytes of a body, in the blocks that they were read into. Joining them
 * would take as long as reading them did, and twice their memory, so they are
 * used block by block; and a block that is not needed any more is filled again.
 *
 * @module
 */

/** How many of the first bytes are kept, for messages. */
export const KEPT_BYTES = 16 * 1024;

/** Bytes in blocks. */
export class BodyBytes {
  readonly #blocks: Uint8Array<ArrayBuffer>[] = [];
  /** Where each block starts. */
  readonly #starts: number[] = [];
  #length = 0;
  /** Blocks that are not needed any more. */
  readonly #spare: Uint8Array<ArrayBuffer>[] = [];
  /** How many blocks have been released, or belong to what is kept. */
  #released = 0;
  /** The block in which the last part started: parts are mostly in order. */
  #current = 0;

  /**
   * Takes over blocks.
   *
   * @param blocks The blocks, in order.
   */
  constructor(blocks: readonly Uint8Array<ArrayBuffer>[] = []) {
    for (const block of blocks) this.append(block);
  }

  /** How many bytes there are so far. */
  get length(): number {
    return this.#length;
  }

  /**
   * Takes over the next block.
   *
   * @param block The block.
   */
  append(block: Uint8Array<ArrayBuffer>): void {
    if (block.length === 0) return;
    this.#blocks.push(block);
    this.#starts.push(this.#length);
    this.#length += block.length;
  }

  /**
   * Returns a part of the bytes. It is copied only where it is in several
   * blocks.
   *
   * @param start The first byte.
   * @param end The one after the last byte; may be after all of them.
   * @returns The part.
   */
  part(start: number, end: number): Uint8Array<ArrayBuffer> {
    const last = Math.min(end, this.length);
    let index = this.#blockOf(start);
    const first = this.#blocks[index];
    const from = start - this.#startOf(index);
    if (first === undefined || start >= last) return new Uint8Array();
    if (from + last - start <= first.length) {
      return first.subarray(from, from + last - start);
    }
    const copy = new Uint8Array(last - start);
    copy.set(first.subarray(from));
    let at = first.length - from;
    while (at < copy.length) {
      const block = this.#blocks[++index];
      if (block === undefined) throw new RangeError("Cannot read what is gone");
      copy.set(block.subarray(0, copy.length - at), at);
      at += block.length;
    }
    return copy;
  }

  /**
   * Gives away the blocks that end before a place, except for what is kept for
   * messages. What was in them must not be used any more.
   *
   * @param place The first byte that is still needed.
   */
  release(place: number): void {
    while (this.#startOf(this.#released + 1) <= place) {
      const index = this.#released++;
      const block = this.#blocks[index];
      if (block === undefined || this.#startOf(index) < KEPT_BYTES) continue;
      this.#spare.push(block);
      this.#blocks[index] = new Uint8Array();
    }
  }

  /**
   * Takes a block that was released, to fill it again.
   *
   * @param length How many bytes it has to have.
   * @returns The block; undefined if there is none.
   */
  reuse(length: number): Uint8Array<ArrayBuffer> | undefined {
    const index = this.#spare.findIndex((block) => block.length === length);
    return index < 0 ? undefined : this.#spare.splice(index, 1)[0];
  }

  /**
   * Decodes all bytes. Each block is let go of as soon as it has been decoded, so
   * that there is never a second copy of all of them beside the text.
   *
   * @returns The text; the bytes must not be used any more.
   * @throws {RangeError} If the text is longer than a string can be.
   */
  decode(): string {
    const decoder = new TextDecoder();
    let text = "";
    this.#blocks.forEach((block, index) => {
      text += decoder.decode(block, { stream: true });
      this.#blocks[index] = new Uint8Array();
    });
    return text + decoder.decode();
  }

  #blockOf(place: number): number {
    if (place < this.#startOf(this.#current)) this.#current = 0;
    while (place >= this.#startOf(this.#current + 1)) this.#current++;
    return this.#current;
  }

  #startOf(block: number): number {
    return this.#starts[block] ?? Infinity;
  }
}

/**
 * Reads the body of an answer as a whole.
 *
 * Runtimes hand out a body in small pieces, and some of them are views of
 * buffers many times their size (Deno gives 4 KiB of a 64 KiB buffer for each
 * piece of a gzipped body), so that keeping the pieces until the last has come
 * takes many times the memory of the body. Here a BYOB reader fills larger
 * blocks itself, several pieces in one read; without one, each piece is copied
 * into them and let go. One buffer that doubles when it is full took twice as
 * long: it is cleared and copied each time.
 *
 * @module
 */

import { BodyBytes } from "./_body_bytes.ts";
import { cancelQuietly } from "../internal/abort.ts";

/** How a body is read. */
export interface ReadBodyOptions {
  /** Reading stops once so many bytes have come. */
  readonly maxBytes: number;
  /**
   * How many bytes one read of a BYOB reader may wait for. Fewer reads are
   * faster, but nothing tells how much has come while one is pending, and where
   * one fails all that has come is lost. Undefined: a default reader is used.
   */
  readonly bytesPerRead: number | undefined;
  /** Called with the number of bytes so far, each time that some have come. */
  readonly onProgress: (bytes: number) => void;
  /**
   * Called with the bytes of the full blocks, each time that there is one more,
   * so that they can be looked through while the rest comes. What is released of
   * them is filled again. It must not throw.
   */
  readonly onBlock?: ((bytes: BodyBytes) => void) | undefined;
  /** Waits for a read, unless what the body belongs to is aborted before. */
  readonly wait: <V>(promise: Promise<V>) => Promise<V>;
}

/** What has been read of a body. */
export interface ReadBody {
  /** The bytes, at most `maxBytes`. */
  readonly bytes: BodyBytes;
  /** What the body errored with, or the wait ended with, if either did. */
  readonly failure: { readonly error: unknown } | undefined;
}

/** Most answers are small. */
const FIRST_BLOCK = 16 * 1024;

/** Larger blocks brought nothing when measured, smaller ones cost reads. */
const BLOCK = 256 * 1024;

/**
 * Reads a body to its end, or as far as it may be read. What is left of it is
 * cancelled.
 *
 * @param body The body.
 * @param options How to read it.
 * @returns What was read; without a BYOB reader also where reading failed in
 *   between.
 */
export async function readBody(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  options: ReadBodyOptions,
): Promise<ReadBody> {
  const blocks = new Blocks(options.onBlock);
  let failure: { error: unknown } | undefined;
  try {
    const { bytesPerRead } = options;
    const reader = bytesPerRead === undefined ? undefined : byobReaderOf(body);
    if (reader === undefined || bytesPerRead === undefined) {
      await copyInto(body.getReader(), blocks, options);
    } else {
      await readInto(reader, blocks, { ...options, bytesPerRead });
    }
  } catch (error) {
    failure = { error };
  }
  return {
    bytes: blocks.take(options.maxBytes),
    failure,
  };
}

async function readInto(
  reader: ReadableStreamBYOBReader,
  blocks: Blocks,
  { maxBytes, bytesPerRead, onProgress, wait }: ReadBodyOptions & {
    readonly bytesPerRead: number;
  },
): Promise<void> {
  try {
    while (blocks.length < maxBytes) {
      const view = blocks.lend();
      const min = Math.max(1, Math.min(bytesPerRead, view.length));
      const { done, value } = await wait(reader.read(view, { min }));
      if (value !== undefined) {
        blocks.giveBack(value);
        if (value.length > 0) onProgress(blocks.length);
      }
      if (done) return;
    }
  } finally {
    cancelQuietly(reader);
    reader.releaseLock();
  }
}

async function copyInto(
  reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>,
  blocks: Blocks,
  { maxBytes, onProgress, wait }: ReadBodyOptions,
): Promise<void> {
  try {
    while (blocks.length < maxBytes) {
      const { done, value } = await wait(reader.read());
      if (done) return;
      blocks.append(value.subarray(0, maxBytes - blocks.length));
      if (value.length > 0) onProgress(blocks.length);
    }
  } finally {
    cancelQuietly(reader);
    reader.releaseLock();
  }
}

/** Only streams of bytes have BYOB readers, and only where implemented. */
function byobReaderOf(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
): ReadableStreamBYOBReader | undefined {
  try {
    return body.getReader({ mode: "byob" });
  } catch {
    return undefined;
  }
}

/** Bytes in blocks that are filled one after the other. */
class Blocks {
  readonly #full = new BodyBytes();
  readonly #onBlock: ((bytes: BodyBytes) => void) | undefined;
  #last: Uint8Array<ArrayBuffer> = new Uint8Array(FIRST_BLOCK);
  /** How many bytes of the last block are filled. */
  #filled = 0;
  #length = 0;
  #isLent = false;

  constructor(onBlock: ((bytes: BodyBytes) => void) | undefined) {
    this.#onBlock = onBlock;
  }

  /** How many bytes they hold. */
  get length(): number {
    return this.#length;
  }

  /** Lends the free end of the last block to a BYOB read, which returns it. */
  lend(): Uint8Array<ArrayBuffer> {
    this.#makeRoom();
    this.#isLent = true;
    return this.#last.subarray(this.#filled);
  }

  /** Takes the block back, filled further. */
  giveBack(filled: Uint8Array<ArrayBuffer>): void {
    this.#isLent = false;
    this.#last = new Uint8Array(filled.buffer);
    this.#grow(filled.length);
  }

  append(chunk: Uint8Array): void {
    let rest = chunk;
    while (rest.length > 0) {
      this.#makeRoom();
      const part = rest.subarray(0, this.#last.length - this.#filled);
      this.#last.set(part, this.#filled);
      this.#grow(part.length);
      rest = rest.subarray(part.length);
    }
  }

  /** Takes them out, or as many bytes of them as may be taken. */
  take(atMost: number): BodyBytes {
    // A BYOB read that failed has taken the last block with it.
    if (this.#isLent) return new BodyBytes();
    // Reading goes on only below the limit, so all full blocks are below it.
    const left = Math.min(this.#filled, atMost - this.#full.length);
    this.#full.append(this.#last.subarray(0, left));
    return this.#full;
  }

  #grow(by: number): void {
    this.#filled += by;
    this.#length += by;
  }

  #makeRoom(): void {
    if (this.#filled < this.#last.length) return;
    this.#full.append(this.#last);
    this.#filled = 0;
    this.#onBlock?.(this.#full);
    this.#last = this.#full.reuse(BLOCK) ?? new Uint8Array(BLOCK);
  }
}

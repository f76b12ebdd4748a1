/**
 * Reads the body of an answer into one buffer.
 *
 * Runtimes hand out a body in small pieces, and some of them are views of
 * buffers many times their size (Deno gives 4 KiB of a 64 KiB buffer for each
 * piece of a gzipped body), so that keeping the pieces until the last has come
 * takes many times the memory of the body. Here a BYOB reader fills the one
 * buffer itself, several pieces in one read; without one, each piece is copied
 * and let go. The buffer doubles when it is full, without a second copy where
 * the runtime can move it (`ArrayBuffer.prototype.transfer`).
 *
 * @module
 */

import { cancelQuietly } from "../internal/abort.ts";

/** How a body is read. */
export interface ReadBodyOptions {
  /** Reading stops once so many bytes have come. */
  readonly maxBytes: number;
  /** How many bytes are expected, if that is known. */
  readonly expectedBytes?: number | undefined;
  /**
   * How many bytes one read of a BYOB reader may wait for. Fewer reads are
   * faster, but nothing tells how much has come while one is pending, and where
   * one fails all that has come is lost. Undefined: a default reader is used.
   */
  readonly bytesPerRead: number | undefined;
  /** Called with the number of bytes so far, each time that some have come. */
  readonly onProgress: (bytes: number) => void;
  /** Waits for a read, unless what the body belongs to is aborted before. */
  readonly wait: <V>(promise: Promise<V>) => Promise<V>;
}

/** What has been read of a body. */
export interface BodyBytes {
  /** The bytes, at most `maxBytes`. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What the body errored with, or the wait ended with, if either did. */
  readonly failure: { readonly error: unknown } | undefined;
}

/** A server may announce more than it sends: more than this is not believed. */
const MOST_EXPECTED = 64 * 1024 * 1024;

/** The first size of the buffer, and the least room for a read. */
const LEAST_ROOM = 64 * 1024;

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
): Promise<BodyBytes> {
  const { expectedBytes = 0, maxBytes } = options;
  const buffer = new GrowingBuffer(
    Math.min(expectedBytes, maxBytes, MOST_EXPECTED) + LEAST_ROOM,
  );
  let failure: { error: unknown } | undefined;
  try {
    const { bytesPerRead } = options;
    const reader = bytesPerRead === undefined ? undefined : byobReaderOf(body);
    if (reader === undefined || bytesPerRead === undefined) {
      await copyInto(body.getReader(), buffer, options);
    } else {
      await readInto(reader, buffer, { ...options, bytesPerRead });
    }
  } catch (error) {
    failure = { error };
  }
  return {
    bytes: buffer.bytes(maxBytes),
    failure,
  };
}

async function readInto(
  reader: ReadableStreamBYOBReader,
  buffer: GrowingBuffer,
  { maxBytes, bytesPerRead, onProgress, wait }: ReadBodyOptions & {
    readonly bytesPerRead: number;
  },
): Promise<void> {
  try {
    while (buffer.length < maxBytes) {
      const view = buffer.lend();
      const min = Math.max(1, Math.min(bytesPerRead, view.length));
      const { done, value } = await wait(reader.read(view, { min }));
      if (value !== undefined) {
        buffer.giveBack(value);
        if (value.length > 0) onProgress(buffer.length);
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
  buffer: GrowingBuffer,
  { maxBytes, onProgress, wait }: ReadBodyOptions,
): Promise<void> {
  try {
    while (buffer.length < maxBytes) {
      const { done, value } = await wait(reader.read());
      if (done) return;
      buffer.append(value.subarray(0, maxBytes - buffer.length));
      if (value.length > 0) onProgress(buffer.length);
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

/** A buffer that grows as it is filled. */
class GrowingBuffer {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;
  #isLent = false;

  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity);
  }

  /** How many bytes it holds. */
  get length(): number {
    return this.#length;
  }

  /** The bytes, as many of them as are wanted. */
  bytes(atMost: number): Uint8Array<ArrayBuffer> {
    // A BYOB read that failed has taken the buffer with it.
    if (this.#isLent) return new Uint8Array();
    return this.#bytes.subarray(0, Math.min(this.#length, atMost));
  }

  /** Lends its free end to a BYOB read, which gives it back. */
  lend(): Uint8Array<ArrayBuffer> {
    this.#makeRoom(LEAST_ROOM);
    this.#isLent = true;
    return this.#bytes.subarray(this.#length);
  }

  /** Takes the buffer back, filled further. */
  giveBack(filled: Uint8Array<ArrayBuffer>): void {
    this.#isLent = false;
    this.#bytes = new Uint8Array(filled.buffer);
    this.#length = filled.byteOffset + filled.length;
  }

  append(chunk: Uint8Array): void {
    this.#makeRoom(chunk.length);
    this.#bytes.set(chunk, this.#length);
    this.#length += chunk.length;
  }

  #makeRoom(needed: number): void {
    if (this.#bytes.length - this.#length >= needed) return;
    let capacity = this.#bytes.length;
    while (capacity - this.#length < needed) capacity *= 2;
    this.#bytes = moved(this.#bytes, capacity);
  }
}

function moved(
  bytes: Uint8Array<ArrayBuffer>,
  capacity: number,
): Uint8Array<ArrayBuffer> {
  if (canTransfer(bytes.buffer)) {
    return new Uint8Array(bytes.buffer.transfer(capacity));
  }
  const larger = new Uint8Array(capacity);
  larger.set(bytes);
  return larger;
}

/**
 * Lets go of the memory of bytes that are not needed any more at once, and not
 * when they are collected: what is parsed from them needs room beside them.
 *
 * @param bytes The bytes, which are empty afterwards where the runtime can.
 */
export function discardBytes(bytes: Uint8Array<ArrayBuffer>): void {
  if (canTransfer(bytes.buffer)) bytes.buffer.transfer(0);
}

/** Node before 21 cannot. */
function canTransfer(buffer: ArrayBuffer): boolean {
  return "transfer" in buffer;
}

/**
 * Reads the output of another process line by line.
 *
 * @module
 */

import { createInterface } from "node:readline";
import { Readable } from "node:stream";

/**
 * Returns the lines of a stream.
 *
 * @param stream The output of the process.
 * @returns The lines, without line breaks.
 */
export function linesOf(
  stream: ReadableStream<Uint8Array>,
): AsyncIterable<string> {
  return createInterface({ input: Readable.from(stream) });
}

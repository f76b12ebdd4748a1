/**
 * The lines of another process, as they come.
 *
 * @module
 */

import { createInterface } from "node:readline";
import { Readable } from "node:stream";

/**
 * Reads line by line.
 *
 * @param stream What the process writes.
 * @returns The lines, without their ends.
 */
export function linesOf(
  stream: ReadableStream<Uint8Array>,
): AsyncIterable<string> {
  return createInterface({ input: Readable.from(stream) });
}

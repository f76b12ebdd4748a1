/**
 * Reads files that are specified on the command line.
 *
 * @module
 */

import { readTextFile, UnreadableFileError } from "../../internal/runtime.ts";

/**
 * Reads a text file.
 *
 * @param path The path of the file.
 * @param option The option that specifies it, for the error message.
 * @returns The content.
 * @throws {Error} If the file cannot be read.
 */
export function readFileText(path: string, option: string): string {
  try {
    return readTextFile(path);
  } catch (cause) {
    if (!(cause instanceof UnreadableFileError)) throw cause;
    throw new Error(
      `Cannot read ${path}: ${cause.message}: check ${option}`,
      { cause },
    );
  }
}

/**
 * Files that a command line names.
 *
 * @module
 */

import { readTextFile, UnreadableFileError } from "../../internal/runtime.ts";

/**
 * Reads a file.
 *
 * @param path Where it is.
 * @param option The option that names it, for the error.
 * @returns Its text.
 * @throws {Error} If it cannot be read.
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

/**
 * Lists the files in directories. On Deno, `node:fs` is slow to load, so that
 * nothing else uses it.
 *
 * @module
 */

import { type Dirent, readdirSync, statSync } from "node:fs";
import { errorText } from "../../internal/error_text.ts";

/**
 * Lists the files in a directory. As by kubectl, links to directories are not
 * followed: they may lead back.
 *
 * @param path The path of the directory.
 * @param recursive Whether to include the files in its subdirectories.
 * @returns The sorted paths of the files; undefined if the path is not that of a
 *   directory.
 * @throws {Error} If a directory cannot be read.
 */
export function filesIn(
  path: string,
  recursive: boolean,
): string[] | undefined {
  return isDirectory(path) ? filesBelow(path, recursive) : undefined;
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    // Reading it as a file reports what is wrong.
    return false;
  }
}

function filesBelow(directory: string, recursive: boolean): string[] {
  return entriesOf(directory).flatMap((entry) => {
    const path = `${directory.replace(/[/]$/, "")}/${entry.name}`;
    if (!entry.isDirectory()) return [path];
    return recursive ? filesBelow(path, recursive) : [];
  });
}

function entriesOf(directory: string): Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .sort((a, b) => a.name < b.name ? -1 : 1);
  } catch (cause) {
    throw new Error(
      `Cannot read the directory ${directory}: ${errorText(cause)}: check -f`,
      { cause },
    );
  }
}

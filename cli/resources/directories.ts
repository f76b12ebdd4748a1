/**
 * Lists the files in directories. On Deno, `node:fs` is slow to load, so that
 * nothing else uses it.
 *
 * @module
 */

import { readdirSync, statSync } from "node:fs";

/**
 * Lists the files in a directory.
 *
 * @param path The path of the directory.
 * @param recursive Whether to include the files in its subdirectories.
 * @returns The sorted paths of the files; undefined if the path is not a
 *   readable directory.
 */
export function filesIn(
  path: string,
  recursive: boolean,
): string[] | undefined {
  try {
    return statSync(path).isDirectory()
      ? filesBelow(path, recursive)
      : undefined;
  } catch {
    // Reading it as a file reports what is wrong.
    return undefined;
  }
}

function filesBelow(directory: string, recursive: boolean): string[] {
  return readdirSync(directory).sort().flatMap((name) => {
    const path = `${directory.replace(/[/]$/, "")}/${name}`;
    if (!statSync(path).isDirectory()) return [path];
    return recursive ? filesBelow(path, recursive) : [];
  });
}

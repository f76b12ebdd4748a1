/**
 * Folders that a command line names. On Deno, `node:fs` takes long to load: it
 * is used for nothing else.
 *
 * @module
 */

import { readdirSync, statSync } from "node:fs";

/**
 * Finds the files in a folder.
 *
 * @param path Where it is.
 * @param recursive Whether the folders in it are looked into as well.
 * @returns The paths of the files, in order; undefined where it is no folder
 *   that can be read.
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
    // To read it as a file will tell what is wrong with it.
    return undefined;
  }
}

function filesBelow(folder: string, recursive: boolean): string[] {
  return readdirSync(folder).sort().flatMap((name) => {
    const path = `${folder.replace(/[/]$/, "")}/${name}`;
    if (!statSync(path).isDirectory()) return [path];
    return recursive ? filesBelow(path, recursive) : [];
  });
}

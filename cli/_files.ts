/**
 * Files and folders that a command line names.
 *
 * @module
 */

import { readdirSync, readFileSync, statSync } from "node:fs";
import { errorText } from "../watch/_error_text.ts";

/**
 * Reads a file.
 *
 * @param path Where it is.
 * @param option The option that names it, for the error.
 * @returns Its text.
 * @throws {Error} If it cannot be read.
 */
export function readFileText(path: string, option: string): string {
  return orFail(path, option, () => readFileSync(path, "utf8"));
}

/**
 * Finds the files in a folder.
 *
 * @param path Where it is.
 * @param options Whether the folders in it are looked into as well, and the
 *   option that names it.
 * @returns The paths of the files, in order; undefined where it is no folder.
 * @throws {Error} If it cannot be read.
 */
export function filesIn(
  path: string,
  options: { recursive: boolean; option: string },
): string[] | undefined {
  return orFail(
    path,
    options.option,
    () =>
      statSync(path).isDirectory()
        ? filesBelow(path, options.recursive)
        : undefined,
  );
}

function filesBelow(folder: string, recursive: boolean): string[] {
  return readdirSync(folder).sort().flatMap((name) => {
    const path = `${folder.replace(/[/]$/, "")}/${name}`;
    if (!statSync(path).isDirectory()) return [path];
    return recursive ? filesBelow(path, recursive) : [];
  });
}

function orFail<V>(path: string, option: string, read: () => V): V {
  try {
    return read();
  } catch (cause) {
    throw new Error(
      `Cannot read ${path}: ${reason(cause)}: check ${option}`,
      { cause },
    );
  }
}

function reason(error: unknown): string {
  const code = error instanceof Error && "code" in error
    ? error.code
    : undefined;
  if (code === "ENOENT") return "there is no such file";
  if (code === "EISDIR") return "it is a folder";
  return code === "EACCES" ? "permission denied" : errorText(error);
}

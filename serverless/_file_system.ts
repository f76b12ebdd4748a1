/**
 * The file system of Deno, Node and Bun, which all have Node's. Nothing is
 * imported, so that bundles for runtimes without files stay free of it.
 *
 * @module
 */

/** What is used of an open file. */
export interface OpenFile {
  /** Writes a text. */
  writeFile(text: string): Promise<void>;
  /** Makes sure that it is on the disk. */
  sync(): Promise<void>;
  /** Closes it. */
  close(): Promise<void>;
}

/** What is used of `node:fs/promises`. */
export interface FileSystem {
  /** Opens a file: `"w"`, or `"wx"` where it must not exist. */
  open(path: string, flags: string, mode?: number): Promise<OpenFile>;
  /** Reads a text. */
  readFile(path: string, encoding: "utf8"): Promise<string>;
  /** Renames a file, over one that may exist. */
  rename(from: string, to: string): Promise<void>;
  /** Tells when a file was changed. */
  stat(path: string): Promise<{ mtimeMs: number }>;
  /** Deletes a file. */
  unlink(path: string): Promise<void>;
}

interface Process {
  getBuiltinModule(name: "node:fs"): { promises: FileSystem } | undefined;
}

/**
 * Returns the file system.
 *
 * @returns It.
 * @throws {TypeError} If this runtime has none.
 */
export function fileSystem(): FileSystem {
  const process: unknown = Reflect.get(globalThis, "process");
  const fs = isProcess(process)
    ? process.getBuiltinModule("node:fs")
    : undefined;
  if (fs !== undefined) return fs.promises;
  throw new TypeError("Cannot use files: this runtime has none");
}

function isProcess(value: unknown): value is Process {
  return typeof value === "object" && value !== null &&
    "getBuiltinModule" in value;
}

/**
 * Returns the code of a file system's error.
 *
 * @param error What was thrown.
 * @returns The code: `"ENOENT"`; empty where there is none.
 */
export function errorCode(error: unknown): string {
  return error instanceof Error && "code" in error &&
      typeof error.code === "string"
    ? error.code
    : "";
}

/**
 * Files, paths and the environment on Deno, Node and Bun, without a `node:`
 * import: on Deno the first one of those costs more than all the rest of a
 * start.
 *
 * @module
 */

import { isRecord } from "./json_fields.ts";
import { errorText } from "./error_text.ts";

/** The part of Node's `process` that is used here. */
interface NodeProcess {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
  getBuiltinModule(id: "node:fs"): {
    readFileSync(path: string, encoding: "utf8"): string;
  };
}

/** Why a file cannot be read, in a few words, for an error that names it. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  ENOTDIR: "there is no such file",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EISDIR: "it is a folder",
};

/** A file cannot be read. The message is why, without its name. */
export class UnreadableFileError extends Error {
  /** Whether there is no such file. */
  readonly isMissing: boolean;

  /**
   * Says why.
   *
   * @param cause What the runtime threw.
   */
  constructor(cause: unknown) {
    const code = codeOf(cause);
    super(REASONS[code] ?? errorText(cause), { cause });
    this.isMissing = code === "ENOENT" || code === "ENOTDIR";
  }
}

/**
 * Whether this is Deno itself, and not a stand-in for it.
 *
 * @returns Whether it is.
 */
export function isDeno(): boolean {
  return typeof Deno !== "undefined" && "createHttpClient" in Deno;
}

/**
 * Whether this is Bun.
 *
 * @returns Whether it is.
 */
export function isBun(): boolean {
  return "Bun" in globalThis;
}

/**
 * Whether this is Node, or does as it does.
 *
 * @returns Whether it is.
 */
export function isNode(): boolean {
  return nodeProcess() !== undefined;
}

/**
 * Reads a file.
 *
 * @param path Where it is.
 * @returns Its text.
 * @throws {UnreadableFileError} If it cannot be read.
 */
export function readTextFile(path: string): string {
  try {
    if (isDeno()) return Deno.readTextFileSync(path);
    const fs = nodeProcess()?.getBuiltinModule("node:fs");
    if (fs !== undefined) return fs.readFileSync(path, "utf8");
  } catch (cause) {
    throw new UnreadableFileError(cause);
  }
  throw new UnreadableFileError("this runtime has no files");
}

/**
 * A variable of the environment.
 *
 * @param name Its name.
 * @returns Its value; undefined where it is not set, or empty.
 */
export function environmentVariable(name: string): string | undefined {
  const value = isDeno() ? Deno.env.get(name) : nodeProcess()?.env[name];
  return value === "" ? undefined : value;
}

/**
 * Whether paths are those of Windows.
 *
 * @returns Whether they are.
 */
export function isWindows(): boolean {
  return isDeno()
    ? Deno.build.os === "windows"
    : nodeProcess()?.platform === "win32";
}

/**
 * The user's own folder.
 *
 * @returns Its path; undefined where nothing says it.
 */
export function homeFolder(): string | undefined {
  const home = environmentVariable("HOME");
  return isWindows() ? home ?? environmentVariable("USERPROFILE") : home;
}

/**
 * The folder that a file is in.
 *
 * @param path The file's path.
 * @returns The folder's path.
 */
export function folderOf(path: string): string {
  const end = path.search(isWindows() ? /[\\/][^\\/]*$/ : /\/[^/]*$/);
  if (end < 0) return ".";
  return path.slice(0, end) || "/";
}

/**
 * A path as seen from a folder.
 *
 * @param folder The folder.
 * @param path The path; an absolute one stays as it is.
 * @returns The path from here.
 */
export function resolvePath(folder: string, path: string): string {
  const isAbsolute = isWindows()
    ? /^(?:[a-z]:)?[\\/]/i.test(path)
    : path.startsWith("/");
  return isAbsolute || folder === "." ? path : `${folder}/${path}`;
}

function nodeProcess(): NodeProcess | undefined {
  const process: unknown = Reflect.get(globalThis, "process");
  return isNodeProcess(process) ? process : undefined;
}

function isNodeProcess(value: unknown): value is NodeProcess {
  return isRecord(value) && "env" in value && "getBuiltinModule" in value;
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error &&
      typeof error.code === "string"
    ? error.code
    : "";
}

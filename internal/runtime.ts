/**
 * Files, paths and the environment on Deno, Node and Bun, without a `node:`
 * import: on Deno the first of those costs more than the rest of the startup.
 *
 * @module
 */

import { isRecord } from "./json_fields.ts";
import { errorText } from "./error_text.ts";

/** The members of Node's `process` that are used here. */
interface NodeProcess {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
  getBuiltinModule(id: "node:fs"): {
    readFileSync(path: string, encoding: "utf8"): string;
  };
}

/** Why a file cannot be read, by error code. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  ENOTDIR: "there is no such file",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EISDIR: "it is a directory",
};

/** A file cannot be read. The message says why, without the path. */
export class UnreadableFileError extends Error {
  /** Whether the file does not exist. */
  readonly isMissing: boolean;

  /**
   * Creates an error from what the runtime threw.
   *
   * @param cause What the runtime threw; determines the message.
   */
  constructor(cause: unknown) {
    const code = codeOf(cause);
    super(REASONS[code] ?? errorText(cause), { cause });
    this.isMissing = code === "ENOENT" || code === "ENOTDIR";
  }
}

/**
 * Tests whether this is Deno itself, not a shim of its namespace.
 *
 * @returns Whether it is.
 */
export function isDeno(): boolean {
  return typeof Deno !== "undefined" && "createHttpClient" in Deno;
}

/**
 * Tests whether this is Bun.
 *
 * @returns Whether it is.
 */
export function isBun(): boolean {
  return "Bun" in globalThis;
}

/**
 * Tests whether this is workerd, the runtime of Cloudflare's workers. It has
 * many of Node's modules, and none of its sockets, files or processes.
 *
 * @returns Whether it is.
 */
export function isWorkerd(): boolean {
  return globalThis.navigator?.userAgent === "Cloudflare-Workers";
}

/**
 * Tests whether this is Node or a runtime that is compatible with it.
 *
 * @returns Whether it is.
 */
export function isNode(): boolean {
  return nodeProcess() !== undefined;
}

/**
 * Reads a text file.
 *
 * @param path The path of the file.
 * @returns Its contents.
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
  throw new UnreadableFileError("this runtime cannot read files");
}

/**
 * Reads an environment variable.
 *
 * @param name The name of the variable.
 * @returns Its value, or undefined if it is unset or empty.
 */
export function environmentVariable(name: string): string | undefined {
  const value = isDeno() ? Deno.env.get(name) : nodeProcess()?.env[name];
  return value === "" ? undefined : value;
}

/**
 * Reads all environment variables.
 *
 * @returns The values of those that are set, by name.
 */
export function environment(): Readonly<Record<string, string>> {
  const variables = isDeno() ? Deno.env.toObject() : nodeProcess()?.env ?? {};
  const set: Record<string, string> = {};
  for (const [name, value] of Object.entries(variables)) {
    if (value) set[name] = value;
  }
  return set;
}

/**
 * Tests whether this is Windows.
 *
 * @returns Whether it is.
 */
export function isWindows(): boolean {
  return isDeno()
    ? Deno.build.os === "windows"
    : nodeProcess()?.platform === "win32";
}

/**
 * The user's home directory.
 *
 * @returns Its path, or undefined if the environment does not say.
 */
export function homeDirectory(): string | undefined {
  const home = environmentVariable("HOME");
  return isWindows() ? home ?? environmentVariable("USERPROFILE") : home;
}

/**
 * The directory that contains a file.
 *
 * @param path The path of the file.
 * @returns The path of the directory.
 */
export function directoryOf(path: string): string {
  const end = path.search(isWindows() ? /[\\/][^\\/]*$/ : /\/[^/]*$/);
  if (end < 0) return ".";
  return path.slice(0, end) || "/";
}

/**
 * Resolves a path relative to a directory.
 *
 * @param directory The directory.
 * @param path The path; an absolute one is returned unchanged.
 * @returns The resolved path.
 */
export function resolvePath(directory: string, path: string): string {
  const isAbsolute = isWindows()
    ? /^(?:[a-z]:)?[\\/]/i.test(path)
    : path.startsWith("/");
  return isAbsolute || directory === "." ? path : `${directory}/${path}`;
}

function nodeProcess(): NodeProcess | undefined {
  if (isWorkerd()) return undefined;
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

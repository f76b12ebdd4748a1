/**
 * A checkpoint in a file.
 *
 * The file is written beside and renamed, so that a reader finds the old one or
 * the new one. Comparing and renaming need a lock: a second file, which only
 * one process can create. A lock that is older than ten seconds belongs to a
 * process that has been killed, since it is held for milliseconds.
 *
 * @module
 */

import { pause } from "../internal/pause.ts";
import {
  type Checkpoint,
  type CheckpointStore,
  isSameCheckpoint,
} from "./checkpoint.ts";
import { checkpointText, parseCheckpoint } from "./_checkpoint_text.ts";
import { errorCode, type FileSystem, fileSystem } from "./_file_system.ts";

/** After so long, the holder of a lock is not alive any more. */
const STALE_LOCK_MS = 10_000;

/** How long a lock is waited for, and how often it is tried. */
const LOCK_ATTEMPTS = 600;
const LOCK_PAUSE_MS = 20;

/** Only its owner reads it: names of objects are nobody else's business. */
const MODE = 0o600;

/**
 * Keeps a checkpoint in a file, on Deno, Node and Bun. Its directory must
 * exist, and be on a local disk: network file systems do not lock.
 *
 * @param path The path of the file. Beside it, there are files with `.lock` and
 *   `.new` added for a moment.
 * @returns The store.
 *
 * @example The steps of a CI job
 * ```ts
 * import { fileCheckpoints, resumeWatch } from "@watchtools/kube/serverless";
 * import { FakeListerWatcher } from "@watchtools/kube/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempFile();
 * await Deno.remove(path);
 * const pods = new FakeListerWatcher();
 * pods.add({ metadata: { name: "web" } });
 * const step = () =>
 *   resumeWatch(pods, fileCheckpoints(path), () => {}, { budgetMs: 1_000 });
 * assertEquals((await step()).handled, 1);
 * assertEquals((await step()).handled, 0);
 * await Deno.remove(path);
 * ```
 */
export function fileCheckpoints(path: string): CheckpointStore {
  if (path === "") throw new TypeError("path must not be empty");
  return new FileCheckpoints(path);
}

class FileCheckpoints implements CheckpointStore {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  async load(): Promise<Checkpoint | undefined> {
    try {
      const text = await fileSystem().readFile(this.#path, "utf8");
      return parseCheckpoint(text);
    } catch (error) {
      if (errorCode(error) === "ENOENT") return undefined;
      throw error;
    }
  }

  async save(
    next: Checkpoint,
    previous: Checkpoint | undefined,
  ): Promise<boolean> {
    const fs = fileSystem();
    await using lock = await Lock.acquire(fs, `${this.#path}.lock`);
    if (!isSameCheckpoint(await this.load(), previous)) return false;
    const beside = `${this.#path}.new`;
    await writeFile(fs, beside, checkpointText(next));
    // It was taken away if this process stood still for too long.
    if (!await lock.isHeld()) return false;
    await fs.rename(beside, this.#path);
    return true;
  }
}

class Lock implements AsyncDisposable {
  readonly #fs: FileSystem;
  readonly #path: string;
  readonly #owner: string;

  private constructor(fs: FileSystem, path: string, owner: string) {
    this.#fs = fs;
    this.#path = path;
    this.#owner = owner;
  }

  static async acquire(fs: FileSystem, path: string): Promise<Lock> {
    const owner = crypto.randomUUID();
    const { signal } = new AbortController();
    for (let attempt = 1; attempt <= LOCK_ATTEMPTS; attempt++) {
      if (await create(fs, path, owner)) return new Lock(fs, path, owner);
      await removeStale(fs, path, owner);
      await pause(LOCK_PAUSE_MS, signal);
    }
    throw new Error(`Cannot lock the checkpoint: ${path} exists all the time`);
  }

  async isHeld(): Promise<boolean> {
    return await read(this.#fs, this.#path) === this.#owner;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (await this.isHeld()) await this.#fs.unlink(this.#path);
  }
}

async function create(
  fs: FileSystem,
  path: string,
  text: string,
): Promise<boolean> {
  try {
    await writeFile(fs, path, text, "wx");
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  }
}

/** Only one process can rename a file: the others find it gone. */
async function removeStale(
  fs: FileSystem,
  path: string,
  owner: string,
): Promise<void> {
  try {
    const { mtimeMs } = await fs.stat(path);
    // One of the future is from before the clock was set back.
    if (Math.abs(Date.now() - mtimeMs) < STALE_LOCK_MS) return;
    const aside = `${path}.${owner}`;
    await fs.rename(path, aside);
    await fs.unlink(aside);
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
  }
}

async function read(
  fs: FileSystem,
  path: string,
): Promise<string | undefined> {
  try {
    return await fs.readFile(path, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

async function writeFile(
  fs: FileSystem,
  path: string,
  text: string,
  flags = "w",
): Promise<void> {
  const file = await fs.open(path, flags, MODE);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

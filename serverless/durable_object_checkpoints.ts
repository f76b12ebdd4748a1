/**
 * A checkpoint in the storage of a Durable Object.
 *
 * A value takes 128 KiB where the storage is a key-value store, so the text is
 * cut into slices. They are read and written in a transaction: the requests of
 * one Durable Object interleave wherever one waits.
 *
 * @module
 */

import { isRecord } from "../internal/json_fields.ts";
import {
  type Checkpoint,
  type CheckpointStore,
  damaged,
  isSameCheckpoint,
} from "./checkpoint.ts";
import {
  checkpointText,
  KnownVersions,
  parseCheckpoint,
  slicesOf,
} from "./_checkpoint_text.ts";

/** What is used in a transaction of a {@linkcode DurableObjectStorageLike}. */
export interface DurableObjectTransactionLike {
  /** Reads a value; undefined where there is none. */
  get(key: string): Promise<unknown>;
  /** Sets a value. */
  put(key: string, value: unknown): Promise<void>;
  /** Deletes a value. */
  delete(key: string): Promise<boolean>;
}

/** What is used of a `DurableObjectStorage`, which fits. */
export interface DurableObjectStorageLike {
  /** Runs a function whose reads and writes happen in one step. */
  transaction<R>(
    closure: (transaction: DurableObjectTransactionLike) => Promise<R>,
  ): Promise<R>;
}

const SLICE_LENGTH = 120_000;

/** So much a Durable Object keeps at ease; its storage would take more. */
const MOST_SLICES = 64;

/** What is stored under the key itself. */
interface Head {
  readonly version: number;
  readonly slices: number;
  readonly text: string;
}

/**
 * Keeps a checkpoint in the storage of a Durable Object, whichever of the two
 * kinds it is.
 *
 * @param storage The storage: `this.ctx.storage`.
 * @param key The key, and the start of some more keys.
 * @returns The store.
 *
 * @example In a Durable Object
 * ```ts ignore
 * export class PodWatch extends DurableObject {
 *   async run() {
 *     const store = durableObjectCheckpoints(this.ctx.storage, "pods");
 *     return await resumeWatch(pods, store, handler, { budgetMs: 20_000 });
 *   }
 * }
 * ```
 */
export function durableObjectCheckpoints(
  storage: DurableObjectStorageLike,
  key = "checkpoint",
): CheckpointStore {
  return new DurableObjectCheckpoints(storage, key);
}

class DurableObjectCheckpoints implements CheckpointStore {
  readonly #storage: DurableObjectStorageLike;
  readonly #key: string;
  readonly #known = new KnownVersions<number>();

  constructor(storage: DurableObjectStorageLike, key: string) {
    this.#storage = storage;
    this.#key = key;
  }

  async load(): Promise<Checkpoint | undefined> {
    return await this.#storage.transaction(async (transaction) => {
      const head = await this.#head(transaction);
      return head && await this.#read(transaction, head);
    });
  }

  async save(
    next: Checkpoint,
    previous: Checkpoint | undefined,
  ): Promise<boolean> {
    const text = checkpointText(next);
    const [first = "", ...others] = slicesOf(text, SLICE_LENGTH);
    if (others.length > MOST_SLICES) {
      throw new RangeError(
        `Cannot save the checkpoint in a Durable Object: it has ${text.length} bytes; watch fewer objects, or use index: false`,
      );
    }
    return await this.#storage.transaction(async (transaction) => {
      const head = await this.#head(transaction);
      if (!await this.#isExpected(transaction, head, previous)) return false;
      const version = (head?.version ?? 0) + 1;
      const stored: Head = { version, slices: others.length, text: first };
      await transaction.put(this.#key, stored);
      for (const [at, slice] of others.entries()) {
        await transaction.put(this.#sliceKey(at), slice);
      }
      for (let at = others.length; at < (head?.slices ?? 0); at++) {
        await transaction.delete(this.#sliceKey(at));
      }
      this.#known.set(next, version);
      return true;
    });
  }

  async #head(
    transaction: DurableObjectTransactionLike,
  ): Promise<Head | undefined> {
    const value = await transaction.get(this.#key);
    if (value === undefined) return undefined;
    if (isHead(value)) return value;
    throw damaged("it is not a checkpoint");
  }

  async #isExpected(
    transaction: DurableObjectTransactionLike,
    head: Head | undefined,
    previous: Checkpoint | undefined,
  ): Promise<boolean> {
    if (head === undefined || previous === undefined) {
      return head === undefined && previous === undefined;
    }
    const known = this.#known.get(previous);
    if (known !== undefined) return known === head.version;
    return isSameCheckpoint(await this.#read(transaction, head), previous);
  }

  async #read(
    transaction: DurableObjectTransactionLike,
    head: Head,
  ): Promise<Checkpoint> {
    let text = head.text;
    for (let at = 0; at < head.slices; at++) {
      text += String(await transaction.get(this.#sliceKey(at)));
    }
    const checkpoint = parseCheckpoint(text);
    if (isRecord(checkpoint)) this.#known.set(checkpoint, head.version);
    return checkpoint;
  }

  #sliceKey(at: number): string {
    return `${this.#key}:${at}`;
  }
}

function isHead(value: unknown): value is Head {
  return isRecord(value) && typeof value.text === "string" &&
    typeof value.version === "number" && typeof value.slices === "number" &&
    value.slices >= 0 && value.slices <= MOST_SLICES;
}

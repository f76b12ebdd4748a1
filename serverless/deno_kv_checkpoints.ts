/**
 * A checkpoint in Deno KV.
 *
 * Deno KV takes values of 64 KiB and 800 KiB in one atomic write. A checkpoint
 * is a text in as many slices as it takes; all of them are written in the same
 * write, and so have the same versionstamp. A reader that finds another one has
 * read across a write, and reads again.
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

/** An entry of a {@linkcode KvLike}. */
export interface KvEntryLike {
  /** The value; null where there is none. */
  readonly value: unknown;
  /** Changes with each write; null where there is no value. */
  readonly versionstamp: string | null;
}

/** An atomic write of a {@linkcode KvLike}. */
export interface KvAtomicLike {
  /** Makes the write depend on the version of a key. */
  check(
    check: { key: readonly unknown[]; versionstamp: string | null },
  ): KvAtomicLike;
  /** Sets a value. */
  set(key: readonly unknown[], value: unknown): KvAtomicLike;
  /** Deletes a value. */
  delete(key: readonly unknown[]): KvAtomicLike;
  /** Writes everything, or nothing. */
  commit(): Promise<{ ok: boolean; versionstamp?: string }>;
}

/** What is used of `Deno.Kv`, which fits. */
export interface KvLike {
  /** Reads a value. */
  get(key: readonly unknown[]): Promise<KvEntryLike>;
  /** Begins an atomic write. */
  atomic(): KvAtomicLike;
}

/** A little less than the 65,536 bytes of a value, for what it is packed in. */
const SLICE_LENGTH = 60_000;

/** 13 values of that length fit into the 819,200 bytes of an atomic write. */
const MOST_LENGTH = 13 * SLICE_LENGTH;

/** How often a checkpoint that is being written is read again. */
const READ_ATTEMPTS = 5;

/** What is stored under the key itself. */
interface Head {
  readonly slices: number;
  readonly text: string;
}

/**
 * Keeps a checkpoint in Deno KV, under a key and keys below it. A checkpoint
 * with an index of some 15,000 objects fits; a larger one is refused in words,
 * as it would not fit into one atomic write.
 *
 * @param kv The database: `await Deno.openKv()`.
 * @param key The key.
 * @returns The store.
 *
 * @example A script that is run by `Deno.cron`
 * ```ts ignore
 * import { denoKvCheckpoints, resumeWatch } from "@watchtools/kube/serverless";
 *
 * const kv = await Deno.openKv();
 * Deno.cron("pods", "* * * * *", async () => {
 *   const store = denoKvCheckpoints(kv, ["checkpoints", "pods"]);
 *   await resumeWatch(pods, store, handler, { budgetMs: 50_000 });
 * });
 * ```
 */
export function denoKvCheckpoints(
  kv: KvLike,
  key: readonly unknown[],
): CheckpointStore {
  return new KvCheckpoints(kv, key);
}

/** What is known of a stored checkpoint. */
interface Stored {
  readonly versionstamp: string;
  readonly slices: number;
}

class KvCheckpoints implements CheckpointStore {
  readonly #kv: KvLike;
  readonly #key: readonly unknown[];
  readonly #known = new KnownVersions<Stored>();

  constructor(kv: KvLike, key: readonly unknown[]) {
    this.#kv = kv;
    this.#key = key;
  }

  async load(): Promise<Checkpoint | undefined> {
    for (let attempt = 1; attempt <= READ_ATTEMPTS; attempt++) {
      const { value, versionstamp } = await this.#kv.get(this.#key);
      if (versionstamp === null) return undefined;
      if (!isHead(value)) throw damaged("it is not a checkpoint");
      const text = await this.#text(value, versionstamp);
      if (text === undefined) continue;
      const checkpoint = parseCheckpoint(text);
      if (isRecord(checkpoint)) {
        this.#known.set(checkpoint, { versionstamp, slices: value.slices });
      }
      return checkpoint;
    }
    throw new Error(
      "Cannot read the checkpoint from Deno KV: it was written again each time; is it shared by too many?",
    );
  }

  async save(
    next: Checkpoint,
    previous: Checkpoint | undefined,
  ): Promise<boolean> {
    const stored = await this.#expected(previous);
    if (stored === undefined) return false;
    const text = checkpointText(next);
    if (text.length > MOST_LENGTH) {
      throw new RangeError(
        `Cannot save the checkpoint in Deno KV: it has ${text.length} bytes, and one atomic write takes ${MOST_LENGTH}; watch fewer objects, or use index: false`,
      );
    }
    const [first = "", ...others] = slicesOf(text, SLICE_LENGTH);
    const head: Head = { slices: others.length, text: first };
    const atomic = this.#kv.atomic()
      .check({ key: this.#key, versionstamp: stored.versionstamp })
      .set(this.#key, head);
    others.forEach((slice, at) => atomic.set([...this.#key, at], slice));
    for (let at = others.length; at < stored.slices; at++) {
      atomic.delete([...this.#key, at]);
    }
    const { ok, versionstamp } = await atomic.commit();
    if (ok && versionstamp !== undefined) {
      this.#known.set(next, { versionstamp, slices: others.length });
    }
    return ok;
  }

  /** Undefined where another checkpoint is stored. */
  async #expected(
    previous: Checkpoint | undefined,
  ): Promise<{ versionstamp: string | null; slices: number } | undefined> {
    if (previous === undefined) return { versionstamp: null, slices: 0 };
    const known = this.#known.get(previous);
    if (known !== undefined) return known;
    const current = await this.load();
    return current !== undefined && isSameCheckpoint(current, previous)
      ? this.#known.get(current)
      : undefined;
  }

  /** Undefined where it was written while it was read. */
  async #text(head: Head, versionstamp: string): Promise<string | undefined> {
    const keys = Array.from({ length: head.slices }, (_, at) => at);
    const slices = await Promise.all(
      keys.map((at) => this.#kv.get([...this.#key, at])),
    );
    let text = head.text;
    for (const slice of slices) {
      if (slice.versionstamp !== versionstamp) return undefined;
      if (typeof slice.value !== "string") throw damaged("a slice is not text");
      text += slice.value;
    }
    return text;
  }
}

function isHead(value: unknown): value is Head {
  return isRecord(value) && typeof value.text === "string" &&
    typeof value.slices === "number" && value.slices >= 0 &&
    value.slices <= MOST_LENGTH / SLICE_LENGTH;
}

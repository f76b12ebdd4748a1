/**
 * Deno KV and the storage of a Durable Object, as far as checkpoints use them,
 * with their limits.
 *
 * @module
 */

import type {
  DurableObjectStorageLike,
  DurableObjectTransactionLike,
  KvAtomicLike,
  KvEntryLike,
  KvLike,
} from "../../serverless/mod.ts";

/** The most bytes of a value of Deno KV, and of an atomic write. */
const KV_VALUE_BYTES = 65_536;
const KV_WRITE_BYTES = 819_200;

/** Deno KV in memory. */
export class FakeKv implements KvLike {
  /** Called before each read. */
  onGet: () => Promise<void> = () => Promise.resolve();
  readonly #entries = new Map<string, { value: unknown; version: number }>();
  #version = 0;

  async get(key: readonly unknown[]): Promise<KvEntryLike> {
    await this.onGet();
    const entry = this.#entries.get(JSON.stringify(key));
    return entry === undefined
      ? { value: null, versionstamp: null }
      : { value: entry.value, versionstamp: String(entry.version) };
  }

  atomic(): KvAtomicLike {
    const checks: [string, string | null][] = [];
    const writes: [string, unknown][] = [];
    const atomic: KvAtomicLike = {
      check: ({ key, versionstamp }) => {
        checks.push([JSON.stringify(key), versionstamp]);
        return atomic;
      },
      set: (key, value) => {
        writes.push([JSON.stringify(key), structuredClone(value)]);
        return atomic;
      },
      delete: (key) => {
        writes.push([JSON.stringify(key), undefined]);
        return atomic;
      },
      commit: () => Promise.resolve().then(() => this.#commit(checks, writes)),
    };
    return atomic;
  }

  #commit(
    checks: readonly [string, string | null][],
    writes: readonly [string, unknown][],
  ): { ok: boolean; versionstamp?: string } {
    for (const [key, expected] of checks) {
      const version = this.#entries.get(key)?.version;
      const found = version === undefined ? null : String(version);
      if (found !== expected) return { ok: false };
    }
    const sizes = writes.map(([, value]) => JSON.stringify(value ?? "").length);
    if (sizes.some((size) => size > KV_VALUE_BYTES)) {
      throw new TypeError("Value too large (max 65536 bytes)");
    }
    if (sizes.reduce((sum, size) => sum + size, 0) > KV_WRITE_BYTES) {
      throw new TypeError("Total mutation size too large (max 819200 bytes)");
    }
    const version = ++this.#version;
    for (const [key, value] of writes) {
      if (value === undefined) this.#entries.delete(key);
      else this.#entries.set(key, { value, version });
    }
    return { ok: true, versionstamp: String(version) };
  }
}

/** The most bytes of a value of a Durable Object's key-value storage. */
const OBJECT_VALUE_BYTES = 131_072;

/** The storage of a Durable Object, in which transactions wait in line. */
export class FakeDurableObjectStorage implements DurableObjectStorageLike {
  #values = new Map<string, unknown>();
  #last: Promise<unknown> = Promise.resolve();

  transaction<R>(
    closure: (transaction: DurableObjectTransactionLike) => Promise<R>,
  ): Promise<R> {
    const run = this.#last.then(() => this.#run(closure));
    this.#last = run.catch(() => {});
    return run;
  }

  async #run<R>(
    closure: (transaction: DurableObjectTransactionLike) => Promise<R>,
  ): Promise<R> {
    const values = new Map(this.#values);
    const result = await closure({
      get: (key) => Promise.resolve(structuredClone(values.get(key))),
      put: (key, value) => {
        if (JSON.stringify(value).length > OBJECT_VALUE_BYTES) {
          throw new RangeError("Values cannot be larger than 131072 bytes");
        }
        values.set(key, structuredClone(value));
        return Promise.resolve();
      },
      delete: (key) => Promise.resolve(values.delete(key)),
    });
    this.#values = values;
    return result;
  }
}

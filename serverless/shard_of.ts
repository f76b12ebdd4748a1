/**
 * One share of a resource, for invocations that divide it among themselves.
 *
 * What the server does by a `shardSelector` is done here as well, by the same
 * hash: a server that does not know the selector ignores it in a watch without a
 * word, and an invocation that resumes has no list that would tell.
 *
 * @module
 */

import { cancelQuietly } from "../internal/abort.ts";
import { pullStream } from "../internal/pull_stream.ts";
import { checkSource } from "../api/_check_source.ts";
import { ShardingUnsupportedError } from "../api/sharding_unsupported_error.ts";
import { uidOf, uidOfEvent } from "../api/_untrusted.ts";
import type {
  KubernetesList,
  KubernetesObject,
  ListerWatcher,
  ListOptions,
  WatchEvent,
  WatchOptions,
} from "../api/types.ts";
import { fnv1a64 } from "../internal/fnv1a.ts";

/** Which share of a resource. */
export interface Shard {
  /** Its number, from 0. */
  readonly index: number;
  /** How many there are. */
  readonly count: number;
}

/** Lists and watches one share of a resource; see {@linkcode shardOf}. */
export interface ShardListerWatcher<
  T extends KubernetesObject = KubernetesObject,
> extends ListerWatcher<T> {
  /** What is listed and watched, for checkpoints. */
  readonly resource: string;
  /** The field selector of the source, for waits that add to it. */
  readonly fieldSelector: string | undefined;
  /** Returns the UID of the cluster; undefined where the source cannot tell. */
  clusterUid(
    options: { signal?: AbortSignal | undefined },
  ): Promise<string | undefined>;
}

/** One more than the highest hash. */
const HASHES = 2n ** 64n;

/**
 * Narrows a source to one share of its objects, by the hash of their UIDs: each
 * object is in exactly one. Use a checkpoint of its own for each.
 *
 * A server that supports sharding (`ShardedListAndWatch`, on by default from
 * 1.38 on) sends only that share. From any other, everything is received, and
 * the rest is dropped here. Both ways agree on which object is in which share.
 *
 * Who handles which share is up to the caller. Nothing keeps two processes from
 * handling the same one, except that only one of them can save its checkpoint.
 *
 * @typeParam T Type of the objects.
 * @param source Lists and watches the resource.
 * @param shard Which share.
 * @returns What lists and watches that share.
 * @throws {TypeError} If `source` cannot list or watch.
 * @throws {RangeError} If `count` is not a positive integer, or `index` is not
 *   one of 0 to `count` - 1.
 *
 * @example Three functions that share the work
 * ```ts
 * import {
 *   MemoryCheckpointStore,
 *   resumeWatch,
 *   shardOf,
 * } from "@watchtools/kube/serverless";
 * import { FakeListerWatcher } from "@watchtools/kube/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const pods = new FakeListerWatcher();
 * for (const name of ["a", "b", "c", "d"]) pods.add({ metadata: { name } });
 * const names: unknown[] = [];
 * for (const index of [0, 1, 2]) {
 *   const share = shardOf(pods, { index, count: 3 });
 *   await resumeWatch(share, new MemoryCheckpointStore(), ({ object }) => {
 *     names.push(object.metadata?.name);
 *   }, { budgetMs: 500 });
 * }
 * assertEquals(names.sort(), ["a", "b", "c", "d"]);
 * ```
 */
export function shardOf<T extends KubernetesObject = KubernetesObject>(
  source: ListerWatcher<T>,
  shard: Shard,
): ShardListerWatcher<T> {
  checkSource(source, "list", "watch");
  const { index, count } = shard;
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new RangeError(
      `Cannot use ${count} as count: expected a positive integer`,
    );
  }
  if (!Number.isSafeInteger(index) || index < 0 || index >= count) {
    throw new RangeError(
      `Cannot use ${index} as index: expected one of 0 to ${count - 1}`,
    );
  }
  return new SourceShard(source, shard);
}

class SourceShard<T extends KubernetesObject> implements ShardListerWatcher<T> {
  readonly resource: string;
  readonly fieldSelector: string | undefined;
  readonly #source: ListerWatcher<T>;
  readonly #from: bigint;
  readonly #to: bigint;
  /** Undefined once the server has turned out not to support it. */
  #shardSelector: string | undefined;

  constructor(source: ListerWatcher<T>, { index, count }: Shard) {
    this.#source = source;
    this.#from = HASHES * BigInt(index) / BigInt(count);
    this.#to = HASHES * BigInt(index + 1) / BigInt(count);
    this.#shardSelector = `shardRange(object.metadata.uid, '${
      hex(this.#from)
    }', '${hex(this.#to)}')`;
    const { resource, fieldSelector } = textsOf(source);
    this.resource = `${resource ?? ""}#${index}/${count}`;
    this.fieldSelector = fieldSelector;
  }

  async list(options: ListOptions): Promise<KubernetesList<T>> {
    const list = await this.#list(options);
    return {
      ...list,
      items: list.items.filter((item) => this.#has(uidOf(item))),
    };
  }

  async watch(options: WatchOptions): Promise<ReadableStream<WatchEvent<T>>> {
    const events = await this.#source.watch(this.#narrowed(options));
    const reader = events.getReader();
    const { stream, controller } = pullStream<WatchEvent<T>>({
      pull: async (): Promise<void> => {
        for (;;) {
          const { done, value } = await reader.read();
          if (done) return controller.close();
          const isAboutAll = value.type === "BOOKMARK" ||
            value.type === "ERROR";
          // What is dropped need not be parsed.
          if (isAboutAll || this.#has(uidOfEvent(value))) {
            return controller.enqueue(value);
          }
        }
      },
      cancel: (reason) => cancelQuietly(reader, reason),
    });
    return stream;
  }

  async clusterUid(
    options: { signal?: AbortSignal | undefined },
  ): Promise<string | undefined> {
    const source: object = this.#source;
    return canTellCluster(source)
      ? await source.clusterUid(options)
      : undefined;
  }

  async #list(options: ListOptions): Promise<KubernetesList<T>> {
    try {
      return await this.#source.list(this.#narrowed(options));
    } catch (error) {
      if (!(error instanceof ShardingUnsupportedError)) throw error;
      this.#shardSelector = undefined;
      return await this.#source.list(options);
    }
  }

  #narrowed<O extends ListOptions | WatchOptions>(options: O): O {
    const shardSelector = this.#shardSelector;
    return shardSelector === undefined
      ? options
      : { ...options, shardSelector };
  }

  #has(uid = ""): boolean {
    const hash = fnv1a64(uid);
    return this.#from <= hash && hash < this.#to;
  }
}

function hex(bound: bigint): string {
  return `0x${bound.toString(16).padStart(16, "0")}`;
}

function textsOf(source: object): {
  resource: string | undefined;
  fieldSelector: string | undefined;
} {
  const text = (name: string) => {
    const value: unknown = Reflect.get(source, name);
    return typeof value === "string" ? value : undefined;
  };
  return { resource: text("resource"), fieldSelector: text("fieldSelector") };
}

function canTellCluster(
  source: object,
): source is Pick<ShardListerWatcher, "clusterUid"> {
  return typeof Reflect.get(source, "clusterUid") === "function";
}

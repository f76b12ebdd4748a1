/**
 * What `sharedWatch` takes, and what it returns.
 *
 * @module
 */

import type { ChangeEvent, KubernetesObject } from "../api/types.ts";
import type { InformerOptions } from "../watch/indexer_informer_watcher.ts";
import type { CheckpointStore } from "./checkpoint.ts";
import type { CheckpointClient } from "./config_map_checkpoints.ts";
import type { HeldShard } from "./held_shard.ts";
import type { ResumeWatchOptions } from "./resume_watch.ts";
import type { Shard } from "./shard_of.ts";

/**
 * Options for `sharedWatch`.
 *
 * @typeParam T Type of the objects.
 */
export interface SharedWatchOptions<
  T extends KubernetesObject = KubernetesObject,
> {
  /**
   * How the API server is reached that keeps the Leases: `cluster.restOptions`.
   * It needs the permission to get, list, watch, create, update and delete
   * `leases` (`coordination.k8s.io`) in the namespace of `name`.
   */
  client: CheckpointClient;
  /**
   * What replicas that share the resource have in common, and nothing else has:
   * `"namespace/name"`, or a name in `default`. The Leases are named after it.
   */
  name: string;
  /**
   * In how many shards the resource is divided: the most replicas that can work
   * at once. A few times as many as there are replicas divides the work evenly.
   * It must be the same for all of them.
   */
  shards: number;
  /** Stops, as {@linkcode SharedWatch.stop} does. */
  signal?: AbortSignal | undefined;
  /**
   * What the holder of a Lease is called, for those who look at it: the name of
   * the pod, say. A random UUID is added, so that it is unique.
   */
  identity?: string | undefined;
  /**
   * Returns where the checkpoint of a shard is kept. Each shard is then watched
   * with `resumeWatch`, so that no change is skipped when it moves. Without, an
   * informer runs on each shard. Another number of shards needs other
   * checkpoints: have `index` and `count` in their names.
   */
  checkpoints?: ((shard: Shard) => CheckpointStore) | undefined;
  /** Options for the `resumeWatch` on each shard, with `checkpoints`. */
  resume?: Omit<ResumeWatchOptions, "signal" | "budgetMs"> | undefined;
  /** Options for the informer on each shard, without `checkpoints`. */
  informer?: Omit<InformerOptions<T>, "signal"> | undefined;
  /**
   * How long the other replicas wait for a sign of life of the one that holds a
   * Lease, in milliseconds: whole seconds.
   *
   * @default {15000}
   */
  leaseDurationMs?: number | undefined;
  /**
   * How long the one that holds a Lease goes on without having renewed it, in
   * milliseconds. Less than `leaseDurationMs`.
   *
   * @default {10000}
   */
  renewDeadlineMs?: number | undefined;
  /**
   * How often a Lease is renewed, in milliseconds. Less than `renewDeadlineMs`
   * divided by 1.2.
   *
   * @default {2000}
   */
  retryPeriodMs?: number | undefined;
  /** Called when the shards that are held here have changed. */
  onShards?: ((held: readonly number[]) => void) | undefined;
  /**
   * Called with each failure; everything is tried again. By default a warning is
   * written, the same one at most once a minute.
   */
  onError?: ((failure: SharedWatchFailure) => void) | undefined;
}

/** A failure of a shared watch, which goes on. */
export interface SharedWatchFailure {
  /** What has failed. */
  readonly error: unknown;
  /** The shard; undefined where it is not about one. */
  readonly shard: number | undefined;
}

/**
 * Handles an event of a shared watch.
 *
 * @typeParam T Type of the objects.
 */
export type SharedWatchHandler<T extends KubernetesObject = KubernetesObject> =
  (event: ChangeEvent<T>, shard: HeldShard<T>) => void | Promise<void>;

/** A replica of a shared watch. */
export interface SharedWatch extends AsyncDisposable {
  /** What the Leases that it holds say. */
  readonly identity: string;
  /** The shards that it holds at this very moment. */
  readonly shards: readonly number[];
  /**
   * Resolves when it has stopped: no handler runs any more, and all Leases are
   * released. A handler that goes on for `renewDeadlineMs` after its signal was
   * aborted is not waited for; the Lease of its shard then runs out.
   */
  readonly done: Promise<void>;
  /**
   * Stops: the signals of all shards are aborted, and their Leases released when
   * the handlers are done.
   */
  stop(): void;
}

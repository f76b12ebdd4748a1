/**
 * What a handler of a shared watch is given beside an event.
 *
 * @module
 */

import type { KubernetesObject } from "../api/types.ts";
import type { Indexer } from "../cache/store.ts";
import type { Shard } from "./shard_of.ts";

/**
 * A shard that is held by this replica.
 *
 * @typeParam T Type of the objects.
 */
export interface HeldShard<T extends KubernetesObject = KubernetesObject>
  extends Shard {
  /**
   * Aborted with a `ShardLostError` when the shard is lost or moves. The handler
   * has to be done soon after.
   */
  readonly signal: AbortSignal;
  /**
   * A number that grows whenever another replica acquires the shard: a fencing
   * token. What accepts writes can refuse those with a lower number than it has
   * seen.
   */
  readonly leaseTransitions: number;
  /** The objects of the shard; undefined with `checkpoints`. */
  readonly indexer: Indexer<T> | undefined;
  /**
   * Tests whether the shard is held at this very moment, by the clock: also
   * right after the process was stopped and continued, when no timer has fired
   * yet that would abort the signal.
   *
   * @returns Whether it is.
   */
  isHeld(): boolean;
}

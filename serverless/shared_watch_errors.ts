/**
 * The errors about shared watches.
 *
 * @module
 */

/**
 * The replicas do not agree: under the same name, others share another
 * resource, or the same one in another number of shards. The replica that
 * reports it takes no part until the last of the others has stopped.
 *
 * @example Tell it from other failures
 * ```ts
 * import { SharingMismatchError } from "@watchtools/kube/serverless";
 * import { assert } from "@std/assert";
 *
 * const error: unknown = new SharingMismatchError("8 shards, not 4");
 * assert(error instanceof SharingMismatchError);
 * ```
 */
export class SharingMismatchError extends Error {
  /** The name of the class. */
  override readonly name = "SharingMismatchError";
}

/**
 * Why a shard is not held any more:
 *
 * - `"deadline"`: its Lease could not be renewed in time.
 * - `"taken"`: another replica holds its Lease.
 * - `"deleted"`: its Lease has been deleted.
 * - `"moved"`: it is another replica's turn; its Lease is released once the
 *   handler is done.
 * - `"stopped"`: the sharing was stopped here.
 */
export type ShardEnd = "deadline" | "taken" | "deleted" | "moved" | "stopped";

/**
 * The reason with which the signal of a shard is aborted.
 *
 * @example A handler that wants to know why
 * ```ts
 * import { ShardLostError } from "@watchtools/kube/serverless";
 * import { assertEquals } from "@std/assert";
 *
 * const abort = new AbortController();
 * const shard = { signal: abort.signal };
 * abort.abort(new ShardLostError(3, "moved"));
 * const reason: unknown = shard.signal.reason;
 * if (reason instanceof ShardLostError) assertEquals(reason.why, "moved");
 * ```
 */
export class ShardLostError extends Error {
  /** The name of the class. */
  override readonly name = "ShardLostError";
  /** The number of the shard. */
  readonly index: number;
  /** Why it is not held any more. */
  readonly why: ShardEnd;

  /**
   * Creates the error.
   *
   * @param index The number of the shard.
   * @param why Why it is not held any more.
   */
  constructor(index: number, why: ShardEnd) {
    super(`Shard ${index} is not held any more: ${TEXTS[why]}`);
    this.index = index;
    this.why = why;
  }
}

const TEXTS: Readonly<Record<ShardEnd, string>> = {
  deadline: "its Lease could not be renewed in time",
  taken: "another replica holds its Lease",
  deleted: "its Lease has been deleted",
  moved: "it is another replica's turn",
  stopped: "the sharing was stopped",
};

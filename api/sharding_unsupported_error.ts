/**
 * The failure of a server that does not know shards.
 *
 * @module
 */

/**
 * A list was asked for one shard with a `shardSelector`, and the server
 * answered with everything: it does not know the parameter and ignores it.
 * Going on would make every shard do all the work, so that nothing is
 * delivered.
 *
 * A server that knows shards repeats the selector in the list's
 * `metadata.shardInfo.selector`. Kubernetes 1.36 and 1.37 do only where the
 * feature gate `ShardedListAndWatch` is on.
 *
 * @example A server without shards
 * ```ts
 * import {
 *   RestListerWatcher,
 *   ShardingUnsupportedError,
 * } from "@watchtools/kube";
 * import { assertRejects } from "@std/assert";
 *
 * const pods = new RestListerWatcher({
 *   server: "http://127.0.0.1:8001",
 *   path: "/api/v1/pods",
 *   shardSelector: "shardRange(object.metadata.uid, '0x0', '0x8000000000000000')",
 *   fetch: () =>
 *     Promise.resolve(Response.json({ kind: "PodList", metadata: {}, items: [] })),
 * });
 * await assertRejects(() => pods.list({}), ShardingUnsupportedError);
 * ```
 */
export class ShardingUnsupportedError extends Error {
  /** `"ShardingUnsupportedError"`. */
  override readonly name: string = "ShardingUnsupportedError";
}

/**
 * One resource, shared by several replicas.
 *
 * Each shard of it is held by a Lease in the cluster, by the rules of client-go's
 * leader election: `_held_lease.ts` renews it, `_lease_view.ts` knows when one
 * has run out, `_fair_shares.ts` decides who should hold what, `_membership.ts`
 * who takes part, and `_shard_tenure.ts` works on a shard.
 *
 * @module
 */

import type { KubernetesObject, ListerWatcher } from "../api/types.ts";
import { RUNTIME_CLOCK } from "./_lease_clock.ts";
import { SharedReplica } from "./_shared_replica.ts";
import type {
  SharedWatch,
  SharedWatchHandler,
  SharedWatchOptions,
} from "./shared_watch_options.ts";

/**
 * Shares a resource among replicas: each runs this function with the same
 * `name`, and the objects are divided among them.
 *
 * - The resource is divided by the hash of the UIDs, see `shardOf`.
 *   Each shard is held by a Lease, by the rules of client-go's leader election.
 * - Each replica holds its share: the numbers of shards that two of them hold
 *   differ by one at most. One that comes gets shards from the others, each as
 *   soon as its handler is done; the shards of one that stops are taken at once,
 *   those of one that dies within `leaseDurationMs`.
 * - The events of a shard are handed on one at a time. Without `checkpoints`
 *   they are those of an informer: whoever acquires a shard gets each of its
 *   objects as ADDED. With `checkpoints`, whoever acquires a shard carries on
 *   where the last one stopped, as `resumeWatch` does.
 * - A replica that cannot renew a Lease gives the shard up before another one
 *   may acquire it: as long as processes are not stopped and clocks run at
 *   nearly the same rate, no two handlers ever work on the same object.
 * - A process that was stopped for longer may find that its handler was
 *   overtaken: see `HeldShard` for how it protects itself.
 *
 * A handler that fails: with `checkpoints`, its event comes again after a pause;
 * without, the next one comes. Either way `onError` is called.
 *
 * @typeParam T Type of the objects.
 * @param listerWatcher Lists and watches the whole resource.
 * @param handler Called with each event, and the shard.
 * @param options The name, the number of shards, and where the Leases are.
 * @returns The replica.
 * @throws {TypeError} If `name`, `identity` or an option of `client` is
 *   malformed, or `listerWatcher` cannot list or watch.
 * @throws {RangeError} If `shards` is not a positive integer, or the durations
 *   do not go together.
 *
 * @example Two replicas
 * ```ts
 * import { sharedWatch } from "@watchtools/kube/serverless";
 * import { RestListerWatcher } from "@watchtools/kube";
 * import { FakeApiServer } from "@watchtools/kube/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = new FakeApiServer();
 * const client = {
 *   server: "https://kubernetes.default.svc",
 *   fetch: server.fetch,
 * };
 * const metadata = { name: "web", namespace: "default" };
 * server.create({ apiVersion: "v1", kind: "Pod", metadata });
 * const pods = new RestListerWatcher({ ...client, path: "/api/v1/pods" });
 *
 * const names: (string | undefined)[] = [];
 * const { promise, resolve } = Promise.withResolvers<void>();
 * const replica = () =>
 *   sharedWatch(pods, ({ object }) => {
 *     names.push(object.metadata?.name);
 *     resolve();
 *   }, { client, name: "jobs/pods", shards: 2 });
 * await using _a = replica();
 * await using _b = replica();
 * await promise;
 * assertEquals(names, ["web"]);
 * ```
 */
export function sharedWatch<T extends KubernetesObject = KubernetesObject>(
  listerWatcher: ListerWatcher<T>,
  handler: SharedWatchHandler<T>,
  options: SharedWatchOptions<T>,
): SharedWatch {
  return new SharedReplica(listerWatcher, handler, {
    ...options,
    clock: RUNTIME_CLOCK,
  });
}

/**
 * Watching where processes do not live long: edge workers, scheduled functions,
 * CI jobs. Each invocation carries on exactly where the last one stopped.
 *
 * - {@linkcode resumeWatch} hands on every change since the last invocation.
 * - {@linkcode resumeWait} waits for a condition that takes longer than an
 *   invocation.
 * - {@linkcode shardOf} divides a resource among several of them;
 *   {@linkcode sharedWatch} shares it among processes that live long.
 * - A {@linkcode CheckpointStore} keeps how far it has come: in memory, in Deno
 *   KV, in a Durable Object, in a ConfigMap or in a file.
 *
 * @example A function that is invoked now and then
 * ```ts
 * import {
 *   MemoryCheckpointStore,
 *   resumeWatch,
 * } from "@watchtools/kube/serverless";
 * import { FakeListerWatcher } from "@watchtools/kube/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const pods = new FakeListerWatcher();
 * const checkpoints = new MemoryCheckpointStore();
 * const names: unknown[] = [];
 * const invocation = () =>
 *   resumeWatch(pods, checkpoints, (event) => {
 *     names.push(event.object.metadata?.name);
 *   }, { budgetMs: 1_000 });
 *
 * pods.add({ metadata: { name: "web" } });
 * await invocation();
 * pods.add({ metadata: { name: "api" } });
 * await invocation();
 * assertEquals(names, ["web", "api"]);
 * ```
 *
 * @module
 */

export type {
  Checkpoint,
  CheckpointIndex,
  CheckpointStore,
} from "./checkpoint.ts";
export * from "./checkpoint_errors.ts";
export * from "./config_map_checkpoints.ts";
export * from "./deno_kv_checkpoints.ts";
export * from "./durable_object_checkpoints.ts";
export * from "./file_checkpoints.ts";
export { HandlerError } from "./handler_error.ts";
export type { HeldShard } from "./held_shard.ts";
export * from "./memory_checkpoint_store.ts";
export * from "./resume_wait.ts";
export * from "./resume_watch.ts";
export * from "./shard_of.ts";
export * from "./shared_watch.ts";
export * from "./shared_watch_errors.ts";
export type {
  SharedWatch,
  SharedWatchFailure,
  SharedWatchHandler,
  SharedWatchOptions,
} from "./shared_watch_options.ts";

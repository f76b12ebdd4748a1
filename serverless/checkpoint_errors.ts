/**
 * The errors about checkpoints.
 *
 * @module
 */

/**
 * Another invocation has saved the checkpoint in the meantime. Nothing has been
 * handed on since that was noticed; the other one carries on.
 *
 * @example Leave it to the other invocation
 * ```ts
 * import {
 *   CheckpointConflictError,
 *   MemoryCheckpointStore,
 *   resumeWatch,
 * } from "@watchtools/kube/serverless";
 * import { FakeListerWatcher } from "@watchtools/kube/testing";
 * import { assertRejects } from "@std/assert";
 *
 * const pods = new FakeListerWatcher();
 * pods.add({ metadata: { name: "web" } });
 * const store = new MemoryCheckpointStore();
 * const run = () => resumeWatch(pods, store, () => {}, { budgetMs: 1_000 });
 * const [a, b] = [run(), run()];
 * await assertRejects(() => Promise.all([a, b]), CheckpointConflictError);
 * await Promise.allSettled([a, b]);
 * ```
 */
export class CheckpointConflictError extends Error {
  /** The name of the class. */
  override readonly name = "CheckpointConflictError";
}

/**
 * The version of the checkpoint cannot be continued from: it has expired (410),
 * or the server has been restored from a backup and is behind it. Without an
 * index, what has happened since is not known.
 *
 * @example Without an index
 * ```ts
 * import {
 *   CheckpointExpiredError,
 *   MemoryCheckpointStore,
 *   resumeWatch,
 * } from "@watchtools/kube/serverless";
 * import { FakeListerWatcher } from "@watchtools/kube/testing";
 * import { assertRejects } from "@std/assert";
 *
 * const pods = new FakeListerWatcher();
 * const store = new MemoryCheckpointStore();
 * const run = () =>
 *   resumeWatch(pods, store, () => {}, { budgetMs: 1_000, index: false });
 * await run();
 * pods.add({ metadata: { name: "web" } });
 * pods.compact();
 * await assertRejects(run, CheckpointExpiredError);
 * ```
 */
export class CheckpointExpiredError extends Error {
  /** The name of the class. */
  override readonly name = "CheckpointExpiredError";
}

/**
 * The checkpoint is about another resource or another cluster, has a newer
 * format, or is damaged. Nothing has been handed on.
 *
 * @example A checkpoint of another resource
 * ```ts
 * import {
 *   CheckpointMismatchError,
 *   MemoryCheckpointStore,
 *   resumeWatch,
 * } from "@watchtools/kube/serverless";
 * import { RestListerWatcher } from "@watchtools/kube";
 * import { FakeApiServer } from "@watchtools/kube/testing";
 * import { assertRejects } from "@std/assert";
 *
 * await using server = new FakeApiServer();
 * const store = new MemoryCheckpointStore();
 * const run = (plural: string) => {
 *   const source = new RestListerWatcher({
 *     server: "https://kubernetes.default.svc",
 *     path: `/api/v1/${plural}`,
 *     fetch: server.fetch,
 *   });
 *   return resumeWatch(source, store, () => {}, { budgetMs: 1_000 });
 * };
 * await run("pods");
 * await assertRejects(() => run("nodes"), CheckpointMismatchError);
 * ```
 */
export class CheckpointMismatchError extends Error {
  /** The name of the class. */
  override readonly name = "CheckpointMismatchError";
}

/**
 * The store could not load or save the checkpoint, or not in time. What has
 * been handled since the last save is handed on again next time.
 *
 * @example A store that is down
 * ```ts
 * import {
 *   CheckpointStoreError,
 *   resumeWatch,
 * } from "@watchtools/kube/serverless";
 * import { FakeListerWatcher } from "@watchtools/kube/testing";
 * import { assertRejects } from "@std/assert";
 *
 * const down = {
 *   load: () => Promise.reject(new Error("connection refused")),
 *   save: () => Promise.reject(new Error("connection refused")),
 * };
 * await assertRejects(
 *   () => resumeWatch(new FakeListerWatcher(), down, () => {}),
 *   CheckpointStoreError,
 *   "connection refused",
 * );
 * ```
 */
export class CheckpointStoreError extends Error {
  /** The name of the class. */
  override readonly name = "CheckpointStoreError";
}

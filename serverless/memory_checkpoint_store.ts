/**
 * A checkpoint in memory.
 *
 * @module
 */

import {
  type Checkpoint,
  type CheckpointStore,
  isSameCheckpoint,
} from "./checkpoint.ts";

/**
 * Keeps a checkpoint in memory: for tests, and for invocations that share a
 * process.
 *
 * @example Two invocations
 * ```ts
 * import {
 *   MemoryCheckpointStore,
 *   resumeWatch,
 * } from "@watchtools/kube/serverless";
 * import { FakeListerWatcher } from "@watchtools/kube/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const pods = new FakeListerWatcher();
 * const store = new MemoryCheckpointStore();
 * const names: unknown[] = [];
 * const run = () =>
 *   resumeWatch(pods, store, ({ object }) => {
 *     names.push(object.metadata?.name);
 *   }, { budgetMs: 1_000 });
 *
 * pods.add({ metadata: { name: "a" } });
 * await run();
 * pods.add({ metadata: { name: "b" } });
 * await run();
 * assertEquals(names, ["a", "b"]);
 * ```
 */
export class MemoryCheckpointStore implements CheckpointStore {
  #checkpoint: Checkpoint | undefined;

  /**
   * Reads the checkpoint.
   *
   * @returns It; undefined where none has been saved.
   */
  load(): Promise<Checkpoint | undefined> {
    return Promise.resolve(this.#checkpoint);
  }

  /**
   * Replaces the checkpoint, if it is still the expected one.
   *
   * @param next The new checkpoint.
   * @param previous The expected one.
   * @returns Whether it has been saved.
   */
  save(
    next: Checkpoint,
    previous: Checkpoint | undefined,
  ): Promise<boolean> {
    if (!isSameCheckpoint(this.#checkpoint, previous)) {
      return Promise.resolve(false);
    }
    this.#checkpoint = structuredClone(next);
    return Promise.resolve(true);
  }
}

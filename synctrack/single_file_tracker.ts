// A counter of pending keys, and the gate that both trackers share. It keeps
// counting after the sync, so that a `finished()` too many is always detected.

import { SyncGate } from "./_sync_gate.ts";

/**
 * Tracks whether every key of an initial list has been processed, when keys are
 * processed one at a time, in the order of a queue.
 *
 * It has synced once {@linkcode SingleFileTracker.upstreamHasSynced} has been
 * called **and** {@linkcode SingleFileTracker.finished} has been called once
 * for each {@linkcode SingleFileTracker.start}.
 *
 * - Once synced, it stays synced, even if more keys are started.
 * - It counts, and does not know keys: each `start()` needs its own
 *   `finished()`.
 * - A `finished()` without its `start()` is a bug in the caller that could make
 *   the tracker sync too early: it throws, and changes nothing.
 *
 * It cannot tell by itself that upstream has synced: `upstreamHasSynced()` must
 * not be called before `start()` has been called for the last key of the
 * initial list.
 *
 * Use {@linkcode AsyncTracker} if several workers process keys concurrently, or
 * if a worker cannot tell whether its key was part of the initial list.
 *
 * The counterpart of client-go's
 * {@link https://pkg.go.dev/k8s.io/client-go/tools/cache/synctrack#SingleFileTracker | synctrack.SingleFileTracker}.
 *
 * @example A queue of two keys
 * ```ts
 * import { SingleFileTracker } from "@watchtools/kube/synctrack";
 * import { assert, assertFalse } from "@std/assert";
 *
 * const tracker = new SingleFileTracker("pods");
 * const queue = ["default/web-1", "default/web-2"];
 * for (const _key of queue) tracker.start();
 * tracker.upstreamHasSynced();
 *
 * for (const _key of queue) {
 *   assertFalse(tracker.hasSynced());
 *   tracker.finished();
 * }
 * assert(tracker.hasSynced());
 * await tracker.done;
 * ```
 */
export class SingleFileTracker {
  /** The name of the tracker, for logs and error messages. */
  readonly name: string;

  /**
   * Resolves when {@linkcode SingleFileTracker.hasSynced} becomes true. Never
   * rejects.
   *
   * The counterpart of
   * {@link https://pkg.go.dev/k8s.io/client-go/tools/cache/synctrack#SingleFileTracker.Done | SingleFileTracker.Done}.
   *
   * @example Wait for the sync
   * ```ts
   * import { SingleFileTracker } from "@watchtools/kube/synctrack";
   * import { assert } from "@std/assert";
   *
   * const tracker = new SingleFileTracker("pods");
   * queueMicrotask(() => tracker.upstreamHasSynced());
   *
   * await tracker.done;
   * assert(tracker.hasSynced());
   * ```
   */
  readonly done: Promise<void>;

  readonly #gate = new SyncGate();
  #pending = 0;

  /**
   * Creates a tracker that has not synced and has no pending keys.
   *
   * @param name The name of the tracker, for logs and error messages.
   */
  constructor(name: string) {
    this.name = name;
    this.done = this.#gate.done;
  }

  /**
   * Counts one more pending key. Call it for each key of the initial list,
   * before the key is put into the queue.
   */
  start(): void {
    this.#pending++;
  }

  /**
   * Counts one pending key less.
   *
   * @throws {RangeError} If there was no `start()` for this call. The count
   *   stays at zero, and a tracker that has synced stays synced.
   *
   * @example One `finished()` too many
   * ```ts
   * import { SingleFileTracker } from "@watchtools/kube/synctrack";
   * import { assertThrows } from "@std/assert";
   *
   * const tracker = new SingleFileTracker("pods");
   * assertThrows(() => tracker.finished(), RangeError, '"pods"');
   * ```
   */
  finished(): void {
    if (this.#pending === 0) {
      throw new RangeError(
        `Cannot finish a key in tracker "${this.name}": ` +
          "each finished() needs a start() before it",
      );
    }
    this.#pending--;
    this.#gate.update(this.#pending);
  }

  /**
   * Notes that upstream has delivered its whole initial list. Call it after
   * `start()` has been called for the last key of the list. Calling it again
   * does nothing.
   */
  upstreamHasSynced(): void {
    this.#gate.upstreamHasSynced(this.#pending);
  }

  /**
   * Tests whether upstream has synced and every key that was started before the
   * sync has been finished.
   *
   * @returns Whether it has synced. Once true, it stays true.
   */
  hasSynced(): boolean {
    return this.#gate.isOpen;
  }
}

// A counter of what waits, beside the gate that both trackers share. It goes on
// counting after the sync, so that a `finished()` too many is always noticed.

import { SyncGate } from "./_sync_gate.ts";

/**
 * Tells when every key of an initial list has been processed, where keys are
 * processed one after another, in the order of a queue.
 *
 * It counts as synced once {@linkcode SingleFileTracker.upstreamHasSynced} has
 * been called **and** there was one {@linkcode SingleFileTracker.finished} for
 * each {@linkcode SingleFileTracker.start}.
 *
 * - Once synced it stays synced for ever, whatever is started later.
 * - It counts, and does not know keys: each `start()` needs its own
 *   `finished()`.
 * - A `finished()` without its `start()` is a mistake of the caller's that
 *   could make the tracker sync too early: it throws, and changes nothing.
 *
 * It does not find out by itself that upstream has synced, and it relies on
 * upstream not to say so before `start()` was called for the last key of the
 * initial list.
 *
 * Use {@linkcode AsyncTracker} where several workers process keys at the same
 * time, or where a worker cannot tell whether its key was part of the initial
 * list.
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
  /** What the tracker is called, for logs and error messages. */
  readonly name: string;

  /**
   * Resolves at the moment at which {@linkcode SingleFileTracker.hasSynced}
   * first becomes true. It never rejects, and stays pending if that never
   * happens.
   *
   * The counterpart of
   * {@link https://pkg.go.dev/k8s.io/client-go/tools/cache/synctrack#SingleFileTracker.Done | SingleFileTracker.Done}.
   *
   * @example Waiting for the sync
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
  #waiting = 0;

  /**
   * Makes a tracker that is not synced and that nothing waits for.
   *
   * @param name What the tracker is called, for logs and error messages.
   */
  constructor(name: string) {
    this.name = name;
    this.done = this.#gate.done;
  }

  /**
   * Counts one key more that has to be finished before the sync. Call it for
   * each key of the initial list before that key is put into the queue.
   */
  start(): void {
    this.#waiting++;
  }

  /**
   * Counts one key less that has to be finished before the sync.
   *
   * @throws {RangeError} If there was no `start()` for this call. The count
   * stays at zero, and a tracker that is synced stays so.
   *
   * @example A mistake is noticed
   * ```ts
   * import { SingleFileTracker } from "@watchtools/kube/synctrack";
   * import { assertThrows } from "@std/assert";
   *
   * const tracker = new SingleFileTracker("pods");
   * assertThrows(() => tracker.finished(), RangeError, '"pods"');
   * ```
   */
  finished(): void {
    if (this.#waiting === 0) {
      throw new RangeError(
        `Cannot finish a key in tracker "${this.name}": ` +
          "each finished() needs a start() before it",
      );
    }
    this.#waiting--;
    this.#gate.update(this.#waiting);
  }

  /**
   * Tells the tracker that upstream has handed over its whole initial list.
   * Call it after `start()` was called for the last key of that list. More
   * than one call does no harm.
   */
  upstreamHasSynced(): void {
    this.#gate.upstreamHasSynced(this.#waiting);
  }

  /**
   * Tells whether upstream has synced and every key that was started before
   * the sync has been finished.
   *
   * @returns `true` from the moment of the sync on, for ever.
   */
  hasSynced(): boolean {
    return this.#gate.isOpen;
  }
}

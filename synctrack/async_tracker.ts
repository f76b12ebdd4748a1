// The set of pending keys, and the gate that both trackers share. Once the gate
// is open the answer can no longer change, so keys that are started later are
// not tracked and take no memory.

import { SyncGate } from "./_sync_gate.ts";

/**
 * Tracks whether every key of an initial list has been processed, when several
 * workers process keys concurrently and in any order.
 *
 * It has synced once {@linkcode AsyncTracker.upstreamHasSynced} has been called
 * **and** no key is pending: every key passed to {@linkcode AsyncTracker.start}
 * has also been passed to {@linkcode AsyncTracker.finished}.
 *
 * - Once synced, it stays synced, even if more keys are started.
 * - Keys are a set: a key that is started twice needs one `finished()`.
 * - Finishing a key that was never started does nothing, so a worker need not
 *   know whether its key was part of the initial list.
 * - Keys are compared as in a `Set`: strings and numbers by value, objects by
 *   identity. (Go compares structs by value: use a string such as
 *   `"namespace/name"` instead.)
 *
 * It cannot tell by itself that upstream has synced: `upstreamHasSynced()` must
 * not be called before `start()` has been called for the last key of the
 * initial list.
 *
 * Use {@linkcode SingleFileTracker} if keys are processed one at a time, in the
 * order of a queue: a counter suffices then.
 *
 * The counterpart of client-go's
 * {@link https://pkg.go.dev/k8s.io/client-go/tools/cache/synctrack#AsyncTracker | synctrack.AsyncTracker}.
 *
 * @example Two workers finish out of order
 * ```ts
 * import { AsyncTracker } from "@watchtools/kube/synctrack";
 * import { assert, assertFalse } from "@std/assert";
 *
 * const tracker = new AsyncTracker<string>("pods");
 * tracker.start("default/web-1");
 * tracker.start("default/web-2");
 * tracker.upstreamHasSynced();
 *
 * tracker.finished("default/web-2");
 * assertFalse(tracker.hasSynced());
 *
 * tracker.finished("default/web-1");
 * assert(tracker.hasSynced());
 * await tracker.done;
 * ```
 *
 * @typeParam T Type of a key.
 */
export class AsyncTracker<T> {
  /** The name of the tracker, for logs. */
  readonly name: string;

  /**
   * Resolves when {@linkcode AsyncTracker.hasSynced} becomes true. Never
   * rejects.
   *
   * The counterpart of
   * {@link https://pkg.go.dev/k8s.io/client-go/tools/cache/synctrack#AsyncTracker.Done | AsyncTracker.Done}.
   *
   * @example Wait for the sync
   * ```ts
   * import { AsyncTracker } from "@watchtools/kube/synctrack";
   * import { assert } from "@std/assert";
   *
   * const tracker = new AsyncTracker<string>("pods");
   * queueMicrotask(() => tracker.upstreamHasSynced());
   *
   * await tracker.done;
   * assert(tracker.hasSynced());
   * ```
   */
  readonly done: Promise<void>;

  readonly #gate = new SyncGate();
  readonly #pending = new Set<T>();

  /**
   * Creates a tracker that has not synced and has no pending keys.
   *
   * @param name The name of the tracker, for logs.
   */
  constructor(name: string) {
    this.name = name;
    this.done = this.#gate.done;
  }

  /**
   * Adds a pending key. Call it for each key of the initial list, before the
   * key is handed to a worker.
   *
   * @param key The key that is about to be processed.
   */
  start(key: T): void {
    if (!this.#gate.isOpen) this.#pending.add(key);
  }

  /**
   * Removes a pending key. A key that is not pending is ignored.
   *
   * @param key The key that has been processed.
   */
  finished(key: T): void {
    this.#pending.delete(key);
    this.#gate.update(this.#pending.size);
  }

  /**
   * Notes that upstream has delivered its whole initial list. Call it after
   * `start()` has been called for the last key of the list. Calling it again
   * does nothing.
   */
  upstreamHasSynced(): void {
    this.#gate.upstreamHasSynced(this.#pending.size);
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

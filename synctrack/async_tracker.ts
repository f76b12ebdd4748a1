// A set of the keys that wait, beside the gate that both trackers share. Once
// the gate is open the answer can no more change, so nothing is tracked then:
// a key that is started later takes no memory.

import { SyncGate } from "./_sync_gate.ts";

/**
 * Tells when every key of an initial list has been processed, where several
 * workers process keys at the same time and in any order.
 *
 * It counts as synced once {@linkcode AsyncTracker.upstreamHasSynced} has been
 * called **and** no key waits, that is, each key given to
 * {@linkcode AsyncTracker.start} has been given to
 * {@linkcode AsyncTracker.finished}.
 *
 * - Once synced it stays synced for ever, whatever is started later.
 * - Keys are a set: a key that was started twice needs one `finished()`.
 * - Finishing a key that was never started is harmless, so that a worker need
 *   not know whether its key was part of the initial list.
 * - Keys compare as in a `Set`: strings and numbers by value, objects by
 *   identity. (Go compares structs by value: use a string such as
 *   `"namespace/name"` instead.)
 *
 * It does not find out by itself that upstream has synced, and it relies on
 * upstream not to say so before `start()` was called for the last key of the
 * initial list.
 *
 * Use {@linkcode SingleFileTracker} where keys are processed one after another
 * in the order of a queue: a counter is enough there.
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
 * @typeParam T The type of a key.
 */
export class AsyncTracker<T> {
  /** What the tracker is called, for logs. */
  readonly name: string;

  /**
   * Resolves at the moment at which {@linkcode AsyncTracker.hasSynced} first
   * becomes true. It never rejects, and stays pending if that never happens.
   *
   * The counterpart of
   * {@link https://pkg.go.dev/k8s.io/client-go/tools/cache/synctrack#AsyncTracker.Done | AsyncTracker.Done}.
   *
   * @example Waiting for the sync
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
  readonly #waiting = new Set<T>();

  /**
   * Makes a tracker that is not synced and that nothing waits for.
   *
   * @param name What the tracker is called, for logs.
   */
  constructor(name: string) {
    this.name = name;
    this.done = this.#gate.done;
  }

  /**
   * Adds a key to those that have to be finished before the sync. Call it for
   * each key of the initial list before that key is handed to a worker.
   *
   * @param key The key that is about to be processed.
   */
  start(key: T): void {
    if (!this.#gate.isOpen) this.#waiting.add(key);
  }

  /**
   * Takes a key from those that have to be finished before the sync. A key
   * that does not wait is ignored.
   *
   * @param key The key that has been processed.
   */
  finished(key: T): void {
    this.#waiting.delete(key);
    this.#gate.update(this.#waiting.size);
  }

  /**
   * Tells the tracker that upstream has handed over its whole initial list.
   * Call it after `start()` was called for the last key of that list. More
   * than one call does no harm.
   */
  upstreamHasSynced(): void {
    this.#gate.upstreamHasSynced(this.#waiting.size);
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

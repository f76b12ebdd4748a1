// The part that both trackers share: whether upstream has synced, and the
// promise of the sync. A gate opens once and never closes. Each tracker counts
// pending keys in its own way and passes the count to the gate after every
// change that could open it, so that the two conditions meet in one place.

import { deferred } from "./_deferred.ts";

/** Opens once upstream has synced and no key is pending, and never closes. */
export class SyncGate {
  readonly #done = deferred<void>();
  #upstreamSynced = false;
  #open = false;

  /** Whether the gate has opened. */
  get isOpen(): boolean {
    return this.#open;
  }

  /** Resolves when the gate opens; never rejects. */
  get done(): Promise<void> {
    return this.#done.promise;
  }

  /**
   * Notes that upstream has synced, and opens the gate if no key is pending.
   *
   * @param pending The number of keys that are started and not finished.
   */
  upstreamHasSynced(pending: number): void {
    this.#upstreamSynced = true;
    this.update(pending);
  }

  /**
   * Opens the gate if upstream has synced and no key is pending.
   *
   * @param pending The number of keys that are started and not finished.
   */
  update(pending: number): void {
    if (!this.#upstreamSynced || pending > 0) return;
    this.#open = true;
    this.#done.resolve();
  }
}

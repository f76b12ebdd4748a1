// What both trackers share: upstream's word, the moment of the sync, and its
// promise. A gate opens once and never closes. How work is counted is each
// tracker's own affair: it tells the gate how much waits after every change
// that could open it, so that the two conditions are joined in one place.

import { deferred } from "./_deferred.ts";

/** Opens for ever once upstream has synced and nothing waits. */
export class SyncGate {
  readonly #done = deferred<void>();
  #upstreamSynced = false;
  #open = false;

  /** Whether the gate has opened. */
  get isOpen(): boolean {
    return this.#open;
  }

  /** Resolves in the same step in which the gate opens; never rejects. */
  get done(): Promise<void> {
    return this.#done.promise;
  }

  /**
   * Takes note that upstream has synced, and opens the gate if nothing waits.
   *
   * @param waiting How many keys are started and not finished.
   */
  upstreamHasSynced(waiting: number): void {
    this.#upstreamSynced = true;
    this.update(waiting);
  }

  /**
   * Opens the gate if upstream has synced and nothing waits.
   *
   * @param waiting How many keys are started and not finished.
   */
  update(waiting: number): void {
    if (!this.#upstreamSynced || waiting > 0) return;
    this.#open = true;
    this.#done.resolve();
  }
}

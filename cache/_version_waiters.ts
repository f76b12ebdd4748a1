/**
 * Waiting until a store has reached a resource version.
 *
 * @module
 */

import { compareResourceVersions } from "../api/resource_version.ts";

interface Waiter {
  readonly version: string;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** The version of a store, and the waits for later ones. */
export class VersionWaiters {
  readonly #waiters = new Set<Waiter>();
  #current = "";

  /**
   * Waits until the store has reached a version.
   *
   * @param version The version.
   * @param signal Ends the wait; the promise rejects with its reason.
   * @returns Resolves once the store is at that version or a later one.
   * @throws {TypeError} If it cannot be compared with the version of the store.
   */
  wait(version: string, signal: AbortSignal | undefined): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      signal?.throwIfAborted();
      if (this.#hasReached(version)) return resolve();
      const onAbort = () => waiter.reject(signal?.reason);
      const leave = () => {
        this.#waiters.delete(waiter);
        signal?.removeEventListener("abort", onAbort);
      };
      const waiter: Waiter = {
        version,
        resolve: () => {
          leave();
          resolve();
        },
        reject: (error) => {
          leave();
          reject(error);
        },
      };
      this.#waiters.add(waiter);
      signal?.addEventListener("abort", onAbort, { once: true });
    });
  }

  /**
   * Notes that the store has reached a version, and resolves the waits for it.
   *
   * @param version The version.
   */
  reached(version: string): void {
    this.#current = version;
    for (const waiter of this.#waiters) {
      try {
        if (this.#hasReached(waiter.version)) waiter.resolve();
      } catch (error) {
        waiter.reject(error);
      }
    }
  }

  /**
   * Ends all waits, since no later version will be reached.
   *
   * @param makeError Creates the error that the wait for a version rejects
   *   with.
   */
  end(makeError: (version: string) => unknown): void {
    for (const waiter of this.#waiters) {
      waiter.reject(makeError(waiter.version));
    }
  }

  #hasReached(version: string): boolean {
    return this.#current !== "" &&
      compareResourceVersions(this.#current, version) >= 0;
  }
}

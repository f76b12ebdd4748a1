/**
 * Those who wait until a cache has reached a version.
 *
 * @module
 */

import { compareResourceVersions } from "../api/resource_version.ts";

interface Waiter {
  readonly version: string;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Waits for versions, and whoever waits for them. */
export class VersionWaiters {
  readonly #waiters = new Set<Waiter>();
  #current = "";

  /**
   * Waits until a version has been reached.
   *
   * @param version The version.
   * @param signal Ends the wait with its reason.
   * @returns Resolves at once where it has been reached already.
   * @throws {TypeError} If it cannot be compared with what has been reached.
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
   * The cache has reached a version.
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
   * Nothing more will be reached.
   *
   * @param makeError What each waiter is told.
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

/**
 * Timers that can be owned. `setTimeout` holds 31 bits of milliseconds, not
 * quite 25 days, and fires at once beyond that; `AbortSignal.timeout` cannot
 * be cleared. This one waits as long as it is told and is gone when told.
 *
 * @module
 */

const LONGEST_MS = 2 ** 31 - 1;

/** A timer that has been started. */
export interface Timer {
  /** Stops it. Harmless when it has fired or was cleared before. */
  clear(): void;
}

/**
 * Calls a function once, after a delay of any length.
 *
 * @param callback What to call.
 * @param delayMs How long to wait; `Infinity` never fires.
 * @returns The running timer.
 */
export function startTimer(callback: () => void, delayMs: number): Timer {
  let id: ReturnType<typeof setTimeout> | undefined;
  const wait = (remainingMs: number): void => {
    if (remainingMs === Infinity) return;
    id = remainingMs > LONGEST_MS
      ? setTimeout(() => wait(remainingMs - LONGEST_MS), LONGEST_MS)
      : setTimeout(callback, remainingMs);
  };
  wait(delayMs);
  return { clear: () => clearTimeout(id) };
}

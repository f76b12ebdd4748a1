/**
 * Timers with an owner. `setTimeout` takes 31 bits of milliseconds, not quite
 * 25 days, and fires at once beyond that; `AbortSignal.timeout` cannot be
 * cleared. This one waits for any delay and can be cleared.
 *
 * @module
 */

const LONGEST_MS = 2 ** 31 - 1;

/** A running timer. */
export interface Timer {
  /** Clears the timer. Does nothing once it has fired or been cleared. */
  clear(): void;
}

/**
 * Calls a function once, after a delay of any length.
 *
 * @param callback The function.
 * @param delayMs The delay in milliseconds; `Infinity` never fires.
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

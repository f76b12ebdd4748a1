/**
 * The clock by which a replica measures how long it has held a Lease.
 *
 * client-go's rule: the times in a Lease are never compared with one's own
 * clock; only how long one has seen it unchanged counts. So clocks may be set
 * to anything, as long as they run at nearly the same rate.
 *
 * @module
 */

import { startTimer, type Timer } from "../internal/timer.ts";

/** Measures time, and wakes. */
export interface LeaseClock {
  /** Milliseconds on a clock that no one can set. */
  now(): number;
  /** Milliseconds since 1970. */
  wallTime(): number;
  /** Calls a function once so many milliseconds have passed. */
  startTimer(callback: () => void, delayMs: number): Timer;
}

/** The clocks of the runtime. */
export const RUNTIME_CLOCK: LeaseClock = {
  now: () => performance.now(),
  wallTime: () => Date.now(),
  startTimer,
};

/** A moment, on both clocks. */
export interface Moment {
  /** On the clock that no one can set. */
  readonly at: number;
  /** Since 1970. */
  readonly wallTime: number;
}

/**
 * Notes the present moment.
 *
 * @param clock The clock.
 * @returns The moment.
 */
export function momentOf(clock: LeaseClock): Moment {
  return { at: clock.now(), wallTime: clock.wallTime() };
}

/**
 * How much time may have passed since a moment: what the clock says that is
 * ahead. The one that no one can set stands still while a machine sleeps.
 *
 * @param moment The moment.
 * @param clock The clock.
 * @returns Milliseconds.
 */
export function mostTimeSince(moment: Moment, clock: LeaseClock): number {
  return Math.max(
    clock.now() - moment.at,
    clock.wallTime() - moment.wallTime,
  );
}

/**
 * Waits, unless aborted first.
 *
 * @param clock The clock.
 * @param delayMs Milliseconds.
 * @param signal Ends the wait early.
 */
export function pauseOn(
  clock: LeaseClock,
  delayMs: number,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      timer.clear();
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = clock.startTimer(end, delayMs);
    signal.addEventListener("abort", end, { once: true });
  });
}

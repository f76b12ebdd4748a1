/**
 * The longest time for which the event loop was held.
 *
 * @module
 */

/** A measurement that goes on until it is stopped. */
export interface GapMeasurement {
  /** Ends it, and returns the longest gap in milliseconds. */
  stop(): number;
}

/**
 * Measures the gaps between the turns of the event loop: how late a timer is
 * that is due immediately.
 *
 * @returns The measurement.
 */
export function measureGaps(): GapMeasurement {
  let last = performance.now();
  let longest = 0;
  let timer = setTimeout(look);
  function look(): void {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    timer = setTimeout(look);
  }
  return {
    stop: () => {
      clearTimeout(timer);
      return Math.max(longest, performance.now() - last);
    },
  };
}

/**
 * Letting a faked clock run until something has settled.
 *
 * @module
 */

import { assert } from "@std/assert";
import type { FakeTime } from "@std/testing/time";

/** How far the clock is advanced at a time, in milliseconds. */
export const STEP_MS = 25;

/** More microtasks than anything takes that waits for no timer. */
const TURNS = 200;

/**
 * Advances a faked clock until a promise has settled.
 *
 * @param time The clock.
 * @param promise The promise.
 * @returns Its value.
 */
export async function settleInTime<V>(
  time: FakeTime,
  promise: Promise<V>,
): Promise<V> {
  let isSettled = false;
  const settled = () => isSettled = true;
  promise.then(settled, settled);
  for (let steps = 0; !isSettled; steps++) {
    assert(steps < 2_000, "has not settled");
    for (let turn = 0; turn < TURNS; turn++) await Promise.resolve();
    if (!isSettled) time.tick(STEP_MS);
  }
  return await promise;
}

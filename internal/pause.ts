/**
 * A delay that a signal can end.
 *
 * @module
 */

import { unlessAborted } from "./abort.ts";
import { startTimer } from "./timer.ts";

/**
 * Waits for a delay. The event loop turns at least once, even if the delay is
 * zero.
 *
 * @param delayMs The delay in milliseconds; `Infinity` waits for the signal.
 * @param signal Ends the delay.
 * @throws The signal's reason if it is aborted first.
 */
export async function pause(
  delayMs: number,
  signal: AbortSignal,
): Promise<void> {
  let end = () => {};
  const passed = new Promise<void>((resolve) => end = resolve);
  const timer = startTimer(end, delayMs);
  try {
    await unlessAborted(passed, signal);
  } finally {
    timer.clear();
  }
}

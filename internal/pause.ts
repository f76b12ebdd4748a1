/**
 * Letting time pass, for as long as it takes or until a signal says no.
 *
 * @module
 */

import { unlessAborted } from "./abort.ts";
import { startTimer } from "./timer.ts";

/**
 * Waits. The event loop turns at least once, also where there is no time to
 * pass.
 *
 * @param delayMs How long, in milliseconds; `Infinity` until the signal.
 * @param signal Ends the wait.
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

/**
 * Ends processes that may just have ended by themselves.
 *
 * @module
 */

/**
 * Sends a signal to a process, unless it has ended, which may not be known yet.
 *
 * @param child The process.
 * @param signal The signal.
 */
export function killIfRunning(
  child: Pick<Deno.ChildProcess, "kill">,
  signal: Deno.Signal,
): void {
  try {
    child.kill(signal);
  } catch (error) {
    // What Deno throws for a process that has ended.
    if (!(error instanceof TypeError)) throw error;
  }
}

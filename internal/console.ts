/**
 * The one module that writes to the console, and so the one place where what
 * nobody can catch still comes to light: a callback of the caller's that
 * throws must not break the watch that calls it, and must not vanish either.
 * `reportError` would end a Deno process, and Node has none.
 *
 * @module
 */

/**
 * Writes a warning.
 *
 * @param message What the caller should know.
 */
export function warn(message: string): void {
  // deno-lint-ignore no-console
  console.error(`watchtools: ${message}`);
}

/**
 * Calls a callback of the caller's. What it throws, or what its promise
 * rejects with, is written once to the console and goes no further.
 *
 * @param name What the caller knows the callback as.
 * @param callback The callback, if there is one.
 * @param argument What it is called with.
 */
export function callSafely<A>(
  name: string,
  callback: ((argument: A) => unknown) | undefined,
  argument: A,
): void {
  if (callback === undefined) return;
  try {
    const result = callback(argument);
    if (result instanceof Promise) {
      result.catch((error: unknown) => reportThrown(name, error));
    }
  } catch (error) {
    reportThrown(name, error);
  }
}

function reportThrown(name: string, error: unknown): void {
  // deno-lint-ignore no-console
  console.error(`watchtools: ${name} threw, and was ignored:`, error);
}

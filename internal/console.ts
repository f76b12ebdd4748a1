/**
 * The only module that writes to the console. A user's callback that throws
 * must not break the watch that calls it, and the error must not vanish
 * either: it is written here. `reportError` is not an option: it would end a
 * Deno process, and Node does not have it.
 *
 * @module
 */

import { errorText } from "./error_text.ts";

/**
 * Writes a warning to the console.
 *
 * @param message The warning.
 */
export function warn(message: string): void {
  // deno-lint-ignore no-console
  console.error(`watchtools: ${message}`);
}

/**
 * Creates a function that writes failures to the console which are retried, and
 * which no one else would hear of. The same one is written once in a row.
 *
 * @param subject What fails: `"An informer"`.
 * @param advice How to hear of it.
 * @returns The function.
 */
export function failureWarner(
  subject: string,
  advice: string,
): (error: unknown) => void {
  let last: string | undefined;
  return (error) => {
    const text = errorText(error);
    if (text !== last) warn(`${subject} goes on after: ${text}; ${advice}`);
    last = text;
  };
}

/**
 * Calls a user's callback. If it throws, or returns a promise that rejects,
 * the error is written to the console once and goes no further.
 *
 * @param name The name of the callback, for the message.
 * @param callback The callback, if there is one.
 * @param argument The argument of the callback.
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
  const what = `watchtools: ${name} threw, and was ignored:`;
  try {
    // deno-lint-ignore no-console
    console.error(what, error);
  } catch {
    // What was thrown cannot even be shown.
    warn(`${name} threw, and was ignored: ${errorText(error)}`);
  }
}

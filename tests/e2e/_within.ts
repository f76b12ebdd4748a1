/**
 * Limits for everything that an end-to-end test waits for. They are generous,
 * since they only matter to a test that fails: a test must not depend on the
 * speed of the machine.
 */

import { setTimeout as delay } from "node:timers/promises";

const pollMs = 50;

/** Options for {@linkcode within}. */
export interface WithinOptions {
  /** How long to wait. @default {180_000} */
  timeoutMs?: number | undefined;
  /** Returns the progress so far, for the error message. */
  state?: (() => string) | undefined;
}

/**
 * Waits for a promise with a time limit.
 *
 * @param what A description of the promise, for the error message.
 * @param promise The promise.
 * @param options The limit, and what to add to the message.
 * @returns The value of the promise.
 * @throws {Error} If the promise does not settle in time.
 */
export async function within<T>(
  what: string,
  promise: Promise<T>,
  options: WithinOptions = {},
): Promise<T> {
  const { timeoutMs = 180_000, state } = options;
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const end = state === undefined ? "" : `: ${state()}`;
    late.reject(
      new Error(`Timed out after ${timeoutMs} ms waiting for ${what}${end}`),
    );
  }, timeoutMs);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Polls until a condition holds, where there is no event to wait for.
 *
 * @param what A description of the condition, for the error message.
 * @param holds Returns whether the condition holds.
 * @param timeoutMs How long to wait.
 * @throws {Error} If the condition does not hold in time.
 */
export async function poll(
  what: string,
  holds: () => Promise<boolean>,
  timeoutMs = 180_000,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!await holds()) {
    if (performance.now() > deadline) {
      throw new Error(`Timed out after ${timeoutMs} ms waiting for ${what}`);
    }
    await delay(pollMs);
  }
}

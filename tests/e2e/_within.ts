/** A bound for everything that an end-to-end test waits for. */

import { setTimeout as delay } from "node:timers/promises";

const pollMs = 50;

/** Options of {@linkcode within}. */
export interface WithinOptions {
  /** For how long. @default {180_000} */
  timeoutMs?: number | undefined;
  /** Said in the error: how far things had got. */
  state?: (() => string) | undefined;
}

/**
 * Waits for a promise, but not for ever.
 *
 * @param what What is waited for, for the message.
 * @param promise It.
 * @param options For how long, what to say.
 * @returns What it resolves with.
 * @throws {Error} If it has not settled in time.
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
    late.reject(new Error(`Waited ${timeoutMs} ms in vain for ${what}${end}`));
  }, timeoutMs);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Waits until something holds that nobody tells of.
 *
 * @param what What is to hold, for the message.
 * @param holds Asked again and again.
 * @param timeoutMs For how long.
 * @throws {Error} If it does not hold in time.
 */
export async function poll(
  what: string,
  holds: () => Promise<boolean>,
  timeoutMs = 180_000,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!await holds()) {
    if (performance.now() > deadline) {
      throw new Error(`Waited ${timeoutMs} ms in vain for ${what}`);
    }
    await delay(pollMs);
  }
}

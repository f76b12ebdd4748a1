/**
 * Listening for the signals that ask a process to end.
 *
 * @module
 */

import type { CliSignal } from "./io.ts";

/** The part of a process that tells of signals. */
export interface SignalSource {
  /** Adds a listener. */
  add(signal: CliSignal, listener: () => void): void;
  /** Removes it. */
  remove(signal: CliSignal, listener: () => void): void;
}

/**
 * Listens until the first signal.
 *
 * @param source Tells of signals.
 * @param signals Which of them.
 * @param listener Called with the signal, once.
 * @returns What stops listening.
 */
export function listenOnce(
  source: SignalSource,
  signals: readonly CliSignal[],
  listener: (signal: CliSignal) => void,
): Disposable {
  const listeners = signals.map((signal) => ({
    signal,
    // The second signal finds no listener, and ends a process that hangs.
    listen: () => {
      remove();
      listener(signal);
    },
  }));
  const remove = () => {
    for (const { signal, listen } of listeners) source.remove(signal, listen);
  };
  for (const { signal, listen } of listeners) source.add(signal, listen);
  return { [Symbol.dispose]: remove };
}

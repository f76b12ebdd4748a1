/**
 * Listens for the signals that ask a process to terminate.
 *
 * @module
 */

import type { CliSignal } from "./io.ts";

/** Adds and removes the signal listeners of a process. */
export interface SignalSource {
  /** Adds a listener. */
  add(signal: CliSignal, listener: () => void): void;
  /** Removes it. */
  remove(signal: CliSignal, listener: () => void): void;
}

/**
 * Listens for the first of several signals.
 *
 * @param source Adds and removes listeners.
 * @param signals The signals.
 * @param listener Called once, with the signal.
 * @returns Removes the listeners when disposed.
 */
export function listenOnce(
  source: SignalSource,
  signals: readonly CliSignal[],
  listener: (signal: CliSignal) => void,
): Disposable {
  const listeners = signals.map((signal) => ({
    signal,
    // A second signal terminates the process, which may hang.
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

/**
 * Detects a stream that should begin with the whole list and does not.
 *
 * A server that does not know the parameters of WatchList answers with an
 * ordinary watch, and never marks the end of a list. Where little changes, its
 * silence gives it away. Where much changes, its events do: they come as they
 * happen, and not as fast as the server can send.
 *
 * @module
 */

import { startTimer, type Timer } from "../internal/timer.ts";

/** A list has at least so many events … */
const LEAST_EVENTS = 20;

/** … in any so many milliseconds. */
const WINDOW_MS = 20_000;

/** How long a list may take, however fast it comes. */
const LONGEST_MS = 120_000;

/** Watches over the events of a list, from construction until it is stopped. */
export class ListPace {
  readonly #onSlow: (error: Error) => void;
  /** When the last events came, as a ring. */
  readonly #times: number[];
  readonly #longest: Timer;
  /** Where the oldest of them is, which the next event replaces. */
  #oldest = 0;
  #window: Timer;

  /**
   * Starts counting.
   *
   * @param onSlow Called when the stream is not a list. Both timers may still
   *   run: call {@linkcode ListPace.stop}.
   */
  constructor(onSlow: (error: Error) => void) {
    this.#onSlow = onSlow;
    this.#times = Array.from({ length: LEAST_EVENTS }, () => Date.now());
    this.#longest = startTimer(
      () => onSlow(new Error(`it was not complete after ${LONGEST_MS} ms`)),
      LONGEST_MS,
    );
    this.#window = this.#startWindow(WINDOW_MS);
  }

  /** An event has arrived. */
  received(): void {
    this.#times[this.#oldest] = Date.now();
    this.#oldest = (this.#oldest + 1) % LEAST_EVENTS;
  }

  /** Clears both timers: nothing is called any more. */
  stop(): void {
    this.#longest.clear();
    this.#window.clear();
  }

  /**
   * Looks at the clock when the events could have become too few, and waits for
   * what is left, so that an event costs no timer.
   */
  #startWindow(waitMs: number): Timer {
    return startTimer(() => {
      const now = Date.now();
      const since = this.#times[this.#oldest] ?? now;
      // If the clock was set back, the window starts over.
      if (since > now) this.#times.fill(now);
      const passedMs = Math.max(0, now - since);
      if (passedMs < WINDOW_MS) {
        this.#window = this.#startWindow(WINDOW_MS - passedMs);
        return;
      }
      this.#onSlow(
        new Error(
          `the watch delivered fewer than ${LEAST_EVENTS} events in ${WINDOW_MS} ms`,
        ),
      );
    }, waitMs);
  }
}

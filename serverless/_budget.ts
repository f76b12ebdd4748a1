/**
 * How long an invocation may take, and what still fits.
 *
 * @module
 */

import { startTimer, type Timer } from "../internal/timer.ts";

/** What saving and asking are expected to take before they have been measured. */
const LEAST_RESERVE_MS = 10;

/** How long a handler may go on after the caller's signal has been aborted. */
const ABORT_GRACE_MS = 5_000;

/** The average of some durations. */
class Average {
  #sumMs = 0;
  #count = 0;

  add(ms: number): void {
    this.#sumMs += Math.max(0, ms);
    this.#count++;
  }

  get ms(): number {
    return this.#count === 0 ? 0 : this.#sumMs / this.#count;
  }
}

/**
 * The time of one invocation. It ends in two steps: at `stopAt` nothing more is
 * begun and {@linkcode Budget.signal} is aborted; what is left until `deadline`
 * is for saving.
 */
export class Budget implements Disposable {
  /** Aborted when it is time to stop, or by the caller. */
  readonly signal: AbortSignal;
  /** Durations of the handler. */
  readonly handler: Average = new Average();
  /** Durations of the store. */
  readonly store: Average = new Average();
  /** Durations of requests until their answer. */
  readonly request: Average = new Average();

  readonly #budgetMs: number;
  #deadline: number;
  readonly #caller: AbortSignal | undefined;
  readonly #stop = new AbortController();
  readonly #onAbort = () => this.#end(this.#caller?.reason);
  #endedAt: number | undefined;
  #timer: Timer | undefined;

  /**
   * Starts.
   *
   * @param budgetMs The whole time; `Infinity` for no end.
   * @param caller The caller's signal.
   */
  constructor(budgetMs: number, caller: AbortSignal | undefined) {
    this.#budgetMs = budgetMs;
    this.#deadline = Date.now() + budgetMs;
    this.#caller = caller;
    this.signal = this.#stop.signal;
    if (caller?.aborted) {
      this.#end(caller.reason);
      return;
    }
    caller?.addEventListener("abort", this.#onAbort, { once: true });
    this.#startTimer();
  }

  /** Whether the caller has aborted. */
  get isAborted(): boolean {
    return this.#caller?.aborted ?? false;
  }

  /** Milliseconds until nothing more is begun. */
  get remainingMs(): number {
    return this.#deadline - this.#reserveMs - Date.now();
  }

  /** Milliseconds until everything has to be over. */
  get untilDeadlineMs(): number {
    const ended = this.#endedAt;
    const untilDeadline = this.#deadline - Date.now();
    if (ended === undefined || !this.isAborted) return untilDeadline;
    return Math.min(untilDeadline, ended + ABORT_GRACE_MS - Date.now());
  }

  /** What is kept for saving; the rest of the reserve is for a request. */
  get savingMs(): number {
    return Math.min(this.#budgetMs / 4, LEAST_RESERVE_MS / 2 + this.store.ms);
  }

  /** Whether another event can be finished, by the average so far. */
  hasTimeForAnother(): boolean {
    return !this.signal.aborted && this.remainingMs > this.handler.ms;
  }

  /**
   * Waits for something that may take longer than there is time.
   *
   * @typeParam V Type of the value.
   * @param promise What to wait for.
   * @param timedOut Creates the error for when the time is over.
   * @param spareMs How much of the time has to be left.
   * @returns The value.
   */
  within<V>(
    promise: PromiseLike<V>,
    timedOut: () => unknown,
    spareMs = 0,
  ): Promise<V> {
    return new Promise<V>((resolve, reject) => {
      let timer: Timer | undefined;
      const settled = () => {
        timer?.clear();
        this.signal.removeEventListener("abort", start);
      };
      // The time that is left is only known once the end has begun.
      const start = () => {
        const leftMs = Math.max(0, this.untilDeadlineMs - spareMs);
        timer = startTimer(() => {
          settled();
          reject(timedOut());
        }, leftMs);
      };
      if (this.signal.aborted) start();
      else this.signal.addEventListener("abort", start, { once: true });
      promise.then((value) => {
        settled();
        resolve(value);
      }, (error: unknown) => {
        settled();
        reject(error);
      });
    });
  }

  /** Releases the timer and the listener on the caller's signal. */
  [Symbol.dispose](): void {
    this.#timer?.clear();
    this.#caller?.removeEventListener("abort", this.#onAbort);
  }

  /** Twice what a save has taken, and a request, but never most of the time. */
  get #reserveMs(): number {
    if (this.#budgetMs === Infinity) return 0;
    const reserveMs = LEAST_RESERVE_MS + 2 * this.store.ms + this.request.ms;
    return Math.min(this.#budgetMs / 2, reserveMs);
  }

  /** The reserve may have grown or shrunk when the timer fires. */
  #startTimer(): void {
    if (this.#budgetMs === Infinity) return;
    const waitMs = Math.max(0, this.remainingMs);
    const startedAt = Date.now();
    this.#timer = startTimer(() => {
      // A clock that was set back must not make the budget longer.
      this.#deadline -= Math.max(0, startedAt + waitMs - Date.now());
      if (this.remainingMs > 1) return this.#startTimer();
      this.#end(new DOMException("The budget is used up", "TimeoutError"));
    }, waitMs);
  }

  #end(reason: unknown): void {
    if (this.signal.aborted) return;
    this.#endedAt = Date.now();
    this.#timer?.clear();
    this.#stop.abort(reason);
  }
}

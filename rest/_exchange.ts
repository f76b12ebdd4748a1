/**
 * One request and its answer, from the first byte sent to the last one wanted.
 *
 * Everything that lasts as long as that hangs here (the listener on the
 * caller's signal, the timer, the right to use the HTTP client) and is let go
 * of in one place, `end`, which aborts whatever is still under way.
 *
 * @module
 */

import { leaseHttp } from "./_http_client.ts";
import { startTimer, type Timer } from "../internal/timer.ts";
import { unlessAborted } from "../internal/abort.ts";
import { ConnectionError } from "../api/connection_error.ts";

/** Sends a request: a runtime's `fetch`, or what stands in for it. */
type Send = (url: string, init: RequestInit) => Promise<Response>;

/** One request and its answer. */
export class Exchange {
  /** Sends a request that belongs to this exchange. */
  readonly send: Send;
  readonly #abort = new AbortController();
  readonly #callerSignal: AbortSignal | undefined;
  readonly #release: () => void;
  readonly #onCallerAbort = () => this.#abort.abort(this.#callerSignal?.reason);
  #timer: Timer | undefined;
  #ended = false;

  /**
   * Begins an exchange.
   *
   * @param callerSignal Aborts it.
   * @param send What to send requests with instead of the runtime's `fetch`.
   */
  constructor(callerSignal: AbortSignal | undefined, send: Send | undefined) {
    this.#callerSignal = callerSignal;
    if (send === undefined) {
      const lease = leaseHttp();
      this.send = lease.fetch;
      this.#release = lease.release;
    } else {
      // Not as a method: a browser's `fetch` refuses any other `this`.
      this.send = (url, init) => send(url, init);
      this.#release = () => {};
    }
    if (callerSignal?.aborted) this.#onCallerAbort();
    callerSignal?.addEventListener("abort", this.#onCallerAbort, {
      once: true,
    });
  }

  /** Aborts with the caller's reason, or with the error of the timeout. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /**
   * Waits, unless the exchange is aborted before.
   *
   * @typeParam V Type of the value.
   * @param promise What to wait for.
   * @param discard What to do with a value that comes too late.
   * @returns The value.
   * @throws The reason of the abort, or what the promise rejects with.
   */
  wait<V>(promise: PromiseLike<V>, discard?: (value: V) => void): Promise<V> {
    return unlessAborted(promise, this.signal, discard);
  }

  /** Throws the caller's reason if it was the caller who aborted. */
  throwIfCallerAborted(): void {
    this.#callerSignal?.throwIfAborted();
  }

  /**
   * Starts the time anew that the server has to show a sign of life.
   *
   * @param timeoutMs How long it has.
   * @param missing What the error says is missing.
   */
  expectWithin(timeoutMs: number, missing: string): void {
    this.#timer?.clear();
    this.#timer = startTimer(() => {
      const cause = new DOMException(`${timeoutMs} ms passed`, "TimeoutError");
      this.#abort.abort(
        new ConnectionError(`${missing} for ${timeoutMs} ms`, { cause }),
      );
    }, timeoutMs);
  }

  /** Stops the time: nothing more is expected by when. */
  expectNothing(): void {
    this.#timer?.clear();
  }

  /** Ends it: aborts what is under way and lets go of everything. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#timer?.clear();
    this.#callerSignal?.removeEventListener("abort", this.#onCallerAbort);
    this.#abort.abort();
    this.#release();
  }
}

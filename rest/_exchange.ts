/**
 * One request and its response, from the first byte sent to the last byte read.
 *
 * It owns everything with that lifetime (the listener on the caller's signal,
 * the timer, the lease of the HTTP client) and releases it in one place, `end`,
 * which also aborts what is still in progress.
 *
 * @module
 */

import { leaseHttp } from "./_http_client.ts";
import { openRequests } from "./_request_limit.ts";
import { startTimer, type Timer } from "../internal/timer.ts";
import { unlessAborted } from "../internal/abort.ts";
import { ConnectionError } from "../api/connection_error.ts";

/** Sends a request: the runtime's `fetch` or a replacement. */
type Send = (url: string, init: RequestInit) => Promise<Response>;

/** One request and its response. */
export class Exchange {
  /** Sends a request that belongs to this exchange. */
  readonly send: Send;
  readonly #abort = new AbortController();
  readonly #callerSignal: AbortSignal | undefined;
  readonly #release: () => void;
  readonly #onCallerAbort = () => this.#abort.abort(this.#callerSignal?.reason);
  #timer: Timer | undefined;
  #renewedAt = 0;
  #ended = false;
  #uncount: (() => void) | undefined;

  /**
   * Starts an exchange. Call {@linkcode Exchange.end} when it is over.
   *
   * @param callerSignal Aborts the exchange.
   * @param send Sends requests instead of the runtime's `fetch`.
   */
  constructor(callerSignal: AbortSignal | undefined, send: Send | undefined) {
    this.#callerSignal = callerSignal;
    if (send === undefined) {
      const lease = leaseHttp();
      this.send = (url, init) => {
        this.#count(url);
        return lease.fetch(url, init);
      };
      this.#release = lease.release;
    } else {
      // Not called as a method: a browser's `fetch` rejects any other `this`.
      this.send = (url, init) => {
        this.#count(url);
        return send(url, init);
      };
      this.#release = () => {};
    }
    if (callerSignal?.aborted) this.#onCallerAbort();
    callerSignal?.addEventListener("abort", this.#onCallerAbort, {
      once: true,
    });
  }

  /** Aborted with the caller's reason, with a timeout error, or by `end`. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /**
   * Waits for a promise, but no longer than until the exchange is aborted.
   *
   * @typeParam V Type of the value.
   * @param promise The promise to wait for.
   * @param discard Called with the value if it arrives after the abort.
   * @returns The value.
   * @throws The reason of the abort, or what the promise rejects with.
   */
  wait<V>(promise: PromiseLike<V>, discard?: (value: V) => void): Promise<V> {
    return unlessAborted(promise, this.signal, discard);
  }

  /** Throws the caller's reason if the caller has aborted. */
  throwIfCallerAborted(): void {
    this.#callerSignal?.throwIfAborted();
  }

  /**
   * Starts or restarts the timer that aborts the exchange with a
   * `ConnectionError`.
   *
   * @param timeoutMs Milliseconds until it fires.
   * @param awaited What the error says it was waiting for.
   * @param Timeout The class of the error.
   */
  startTimeout(
    timeoutMs: number,
    awaited: string,
    Timeout: new (message: string, options: ErrorOptions) => ConnectionError =
      ConnectionError,
  ): void {
    this.#timer?.clear();
    this.#renewedAt = Date.now();
    this.#arm(timeoutMs, timeoutMs, () => {
      const cause = new DOMException(`${timeoutMs} ms passed`, "TimeoutError");
      const message = `Timed out after ${timeoutMs} ms waiting for ${awaited}`;
      this.fail(new Timeout(message, { cause }));
    });
  }

  /** Starts the time over: there has been a sign of life. */
  renewTimeout(): void {
    this.#renewedAt = Date.now();
  }

  /**
   * Looks at the clock when the time could be up and waits for what is left, so
   * that a sign of life costs no timer.
   */
  #arm(timeoutMs: number, waitMs: number, onTimeout: () => void): void {
    this.#timer = startTimer(() => {
      const now = Date.now();
      // If the clock was set back, the time starts over.
      this.#renewedAt = Math.min(this.#renewedAt, now);
      const remainingMs = timeoutMs - (now - this.#renewedAt);
      if (remainingMs > 0) return this.#arm(timeoutMs, remainingMs, onTimeout);
      onTimeout();
    }, waitMs);
  }

  /** A repeated request takes the place of the first one. */
  #count(url: string): void {
    this.#uncount ??= openRequests.add(url);
  }

  /**
   * Aborts the exchange.
   *
   * @param error What everything that waits for it rejects with.
   */
  fail(error: ConnectionError): void {
    this.#abort.abort(error);
  }

  /** Stops the timer. */
  stopTimeout(): void {
    this.#timer?.clear();
  }

  /** Aborts what is in progress and releases everything; idempotent. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#timer?.clear();
    this.#callerSignal?.removeEventListener("abort", this.#onCallerAbort);
    this.#abort.abort();
    this.#uncount?.();
    this.#release();
  }
}

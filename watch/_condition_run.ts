/**
 * The loop behind every wait: reads events and tries conditions in sequence.
 *
 * The stream, a condition or the signal can end it, each while another is being
 * awaited. So there is one `settle`, which only the first caller gets through
 * and which releases everything (the stream, its lock, the listener on the
 * signal) before the promise settles. The loop itself holds nothing that needs
 * cleaning up: when it resumes after the end, it sees `settled` and returns. A
 * read costs the one promise that `read()` creates; a synchronous condition
 * costs none.
 *
 * @module
 */

import { cancelQuietly, releaseQuietly } from "../internal/abort.ts";
import { type StatusError, statusError } from "../api/status_error.ts";
import type { WatchEvent } from "../api/types.ts";
import {
  ConditionError,
  UntilError,
  type UntilErrorOptions,
  WaitInterruptedError,
  WatchClosedError,
} from "./until_error.ts";

/** A condition on events of type `E`. */
export type EventCondition<E> = (event: E) => boolean | PromiseLike<boolean>;

/** Options for {@linkcode runConditions}. */
export interface ConditionRunOptions {
  /** Ends the run with a `WaitInterruptedError`. */
  signal?: AbortSignal | undefined;
  /**
   * Returns the last failure underneath the stream; called if the wait fails.
   */
  lastError?: (() => unknown) | undefined;
}

/**
 * Normalizes one condition or several to a list.
 *
 * @param conditions The caller's argument.
 * @returns The list.
 */
export function conditionList<C>(conditions: C | readonly C[]): readonly C[] {
  return isList(conditions) ? conditions : [conditions];
}

function isList<C>(conditions: C | readonly C[]): conditions is readonly C[] {
  return Array.isArray(conditions);
}

/**
 * Waits until all conditions have been met, one after the other.
 *
 * @param events The events; the stream is cancelled when the wait settles.
 * @param conditions The conditions, in order.
 * @param options The signal, and the last failure underneath.
 * @returns The event that met the last condition; undefined, at once, if there
 *   are no conditions.
 * @throws {UntilError} If the wait ends before that.
 */
export function runConditions<E extends WatchEvent>(
  events: ReadableStream<E>,
  conditions: readonly EventCondition<E>[],
  options: ConditionRunOptions = {},
): Promise<E | undefined> {
  if (conditions.length === 0) {
    cancelQuietly(events);
    return Promise.resolve(undefined);
  }
  return new Promise((resolve, reject) => {
    new ConditionRun(events, conditions, options, resolve, reject).start();
  });
}

class ConditionRun<E extends WatchEvent> {
  readonly #reader: ReadableStreamDefaultReader<E>;
  readonly #conditions: readonly EventCondition<E>[];
  readonly #signal: AbortSignal | undefined;
  readonly #lastError: (() => unknown) | undefined;
  readonly #resolve: (event: E) => void;
  readonly #reject: (error: UntilError) => void;
  readonly #onAbort = () => this.#interrupt();
  #lastEvent: E | undefined;
  #eventError: StatusError | undefined;
  #next = 0;
  #settled = false;

  constructor(
    events: ReadableStream<E>,
    conditions: readonly EventCondition<E>[],
    options: ConditionRunOptions,
    resolve: (event: E) => void,
    reject: (error: UntilError) => void,
  ) {
    this.#reader = events.getReader();
    this.#conditions = conditions;
    this.#signal = options.signal;
    this.#lastError = options.lastError;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  start(): void {
    if (this.#signal?.aborted) return this.#interrupt();
    this.#signal?.addEventListener("abort", this.#onAbort, { once: true });
    this.#run().catch((error: unknown) => this.#failed(error));
  }

  /** Rejects if the stream fails, or is not what it should be. */
  async #run(): Promise<void> {
    while (!this.#settled) {
      const result = await this.#reader.read();
      if (this.#settled) return;
      if (result.done) return this.#closed();
      const event = result.value;
      this.#lastEvent = event;
      // A stream may hold anything, and what is not an event as well.
      if (event?.type === "ERROR") this.#eventError = statusError(event.object);
      try {
        const met = this.#tryConditions(event);
        if (met === true || (met !== false && await met)) {
          return this.#settle(() => this.#resolve(event));
        }
      } catch (cause) {
        return this.#fail(() => new ConditionError(this.#context({ cause })));
      }
    }
  }

  /**
   * Whether the last condition is met; a promise only if a condition is async.
   */
  #tryConditions(event: E): boolean | Promise<boolean> {
    let condition = this.#conditions[this.#next];
    while (condition !== undefined) {
      const met = condition(event);
      if (typeof met === "object") return this.#finishTrying(event, met);
      if (!met || this.#settled) return false;
      condition = this.#conditions[++this.#next];
    }
    return true;
  }

  async #finishTrying(
    event: E,
    pending: PromiseLike<boolean>,
  ): Promise<boolean> {
    if (!await pending || this.#settled) return false;
    this.#next++;
    return this.#tryConditions(event);
  }

  #interrupt(): void {
    const cause: unknown = this.#signal?.reason;
    this.#fail(() => new WaitInterruptedError(this.#context({ cause })));
  }

  #closed(): void {
    if (this.#signal?.aborted) return this.#interrupt();
    const last: WatchEvent | undefined = this.#lastEvent;
    const cause = last?.type === "ERROR" ? this.#eventError : undefined;
    this.#fail(() =>
      new WatchClosedError(this.#context(cause === undefined ? {} : { cause }))
    );
  }

  #failed(cause: unknown): void {
    if (this.#signal?.aborted) return this.#interrupt();
    const message = "watch failed before the condition was met";
    this.#fail(() =>
      new UntilError(message, {
        cause,
        lastEvent: this.#lastEvent,
        lastError: cause,
      })
    );
  }

  #context(cause: ErrorOptions): UntilErrorOptions {
    const lastError = this.#eventError ?? this.#lastError?.();
    return { ...cause, lastEvent: this.#lastEvent, lastError };
  }

  #fail(makeError: () => UntilError): void {
    this.#settle(() => this.#reject(makeError()));
  }

  #settle(finish: () => void): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#signal?.removeEventListener("abort", this.#onAbort);
    releaseQuietly(this.#reader, this.#signal?.reason);
    finish();
  }
}

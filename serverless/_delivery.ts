/**
 * Hands an event to the caller's handler: whether there is time for it, how
 * often it is tried, and what its failure means.
 *
 * @module
 */

import { warn } from "../internal/console.ts";
import { errorText } from "../internal/error_text.ts";
import type { ChangeEvent, KubernetesObject } from "../api/types.ts";
import type { Budget } from "./_budget.ts";
import { eventText, HandlerError } from "./handler_error.ts";

/** What became of an event. */
export type Outcome = "handled" | "skipped" | "unhandled";

/** How the handler is called. */
export interface DeliveryOptions {
  /** What to do with an event at which the handler fails. */
  readonly onPoison?: "stop" | "skip" | undefined;
  /** How often it is called for an event. */
  readonly attempts?: number | undefined;
}

const ATTEMPTS_BEFORE_SKIPPING = 3;

/** Calls the handler. */
export class Delivery<T extends KubernetesObject> {
  readonly #handler: (
    event: ChangeEvent<T>,
    signal: AbortSignal,
  ) => void | Promise<void>;
  readonly #budget: Budget;
  readonly #skips: boolean;
  readonly #attempts: number;

  /**
   * Takes a handler.
   *
   * @param handler The caller's handler.
   * @param budget The time of the invocation.
   * @param options How it is called.
   */
  constructor(
    handler: (
      event: ChangeEvent<T>,
      signal: AbortSignal,
    ) => void | Promise<void>,
    budget: Budget,
    options: DeliveryOptions,
  ) {
    this.#handler = handler;
    this.#budget = budget;
    this.#skips = options.onPoison === "skip";
    this.#attempts = options.attempts ??
      (this.#skips ? ATTEMPTS_BEFORE_SKIPPING : 1);
  }

  /**
   * Hands on an event, if there is time.
   *
   * @param event The event.
   * @returns What became of it.
   * @throws {HandlerError} If the handler fails, and the event is not skipped.
   */
  async handOn(event: ChangeEvent<T>): Promise<Outcome> {
    let failure: unknown;
    for (let attempt = 1; attempt <= this.#attempts; attempt++) {
      if (!this.#budget.hasTimeForAnother()) return "unhandled";
      try {
        return await this.#call(event) ? "handled" : "unhandled";
      } catch (error) {
        // It has most likely given up because it was asked to.
        if (this.#budget.signal.aborted) return "unhandled";
        failure = error;
      }
    }
    if (!this.#skips) throw new HandlerError(event, { cause: failure });
    warn(
      `resumeWatch passes over ${
        eventText(event)
      }: the handler failed ${this.#attempts} times: ${errorText(failure)}`,
    );
    return "skipped";
  }

  /** Returns whether the handler has finished. */
  async #call(event: ChangeEvent<T>): Promise<boolean> {
    const { signal, handler } = this.#budget;
    const startedAt = Date.now();
    const result = this.#handler(event, signal);
    // Most handlers are quick, and timers are not free.
    if (result === undefined) {
      handler.add(Date.now() - startedAt);
      return true;
    }
    const late = {};
    try {
      // It may be any thenable, or what a handler without types returns.
      const settled = Promise.resolve(result);
      await this.#budget.within(settled, () => late, this.#budget.savingMs);
      return true;
    } catch (error) {
      if (error !== late) throw error;
      return false;
    } finally {
      handler.add(Date.now() - startedAt);
    }
  }
}

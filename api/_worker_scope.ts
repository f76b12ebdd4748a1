/**
 * The rules of workerd, the runtime of Cloudflare's workers, about where a watch
 * may live, in words.
 *
 * There are no timers and no requests outside of a handler. A watch that is
 * created at the top level of a module would try again for ever without ever
 * waiting, since the wait fails at once as well. And what one request has opened
 * belongs to it: once that request is over, its watch gets neither events nor
 * errors, and another request cannot even stop it.
 *
 * @module
 */

import { warn } from "../internal/console.ts";
import { isWorkerd } from "../internal/runtime.ts";
import { startTimer, type Timer } from "../internal/timer.ts";
import { ConfigurationError } from "./configuration_error.ts";

const WAY_OUT =
  "create it in a handler and keep the handler open with waitUntil, or in a Durable Object";

let hasWarned = false;

/**
 * Refuses to start where nothing can be awaited.
 *
 * @param what What is being created: `"an informer"`.
 * @throws {ConfigurationError} If this is the top level of a worker's module.
 */
export function refuseWorkerTopLevel(what: string): void {
  if (!isWorkerd()) return;
  try {
    clearTimeout(setTimeout(() => {}, 0));
  } catch (cause) {
    throw new ConfigurationError(
      `Cannot create ${what} at the top level of a worker's module, where there are no timers and no requests: ${WAY_OUT}`,
      { cause },
    );
  }
}

/**
 * Aborts, also from another request than the one that has opened what is
 * aborted: a worker's runtime forbids that, which is written to the console once.
 *
 * @param controller The controller.
 * @param reason The reason of the abort.
 */
export function abortFromAnyRequest(
  controller: AbortController,
  reason: unknown,
): void {
  if (!isWorkerd()) return controller.abort(reason);
  try {
    controller.abort(reason);
  } catch (error) {
    if (hasWarned) return;
    hasWarned = true;
    warn(
      `a watch was stopped by another request than the one that had created it: it has been stale since that one was over: ${WAY_OUT} (${error})`,
    );
  }
}

/** How often an informer in a worker shows that its request is not over. */
const BEAT_MS = 1_000;

/** A request that has not shown it for so long is over. */
const OVER_AFTER_MS = 5_000;

/**
 * The request of a worker in which something was created. Another request
 * cannot ask whether that one is over, but sees that its timers have stopped.
 */
export class OwnerRequest {
  readonly #isElsewhere: () => boolean;
  #aliveAt = Date.now();
  #beat: Timer;
  #isOver = false;
  #ended = false;
  #step: (() => void) | undefined;

  /**
   * Belongs to the current request.
   *
   * @param isElsewhere Whether the code runs in another request than this one.
   */
  constructor(isElsewhere: () => boolean) {
    this.#isElsewhere = isElsewhere;
    this.#beat = this.#startBeat();
  }

  /** Whether it is over, as seen from another request. */
  get isOver(): boolean {
    if (this.#isOver || this.#ended) return this.#isOver;
    const silentMs = Date.now() - this.#aliveAt;
    return this.#isOver = silentMs >= OVER_AFTER_MS && this.#isElsewhere();
  }

  /**
   * Runs the last step in this request: at once, soon where the code runs in
   * another request, or never where this one is over.
   *
   * @param step What is to be done; it must not throw.
   */
  end(step: () => void): void {
    if (this.isOver || this.#ended) return;
    if (this.#isElsewhere()) {
      this.#step ??= step;
      return;
    }
    this.#ended = true;
    this.#beat.clear();
    step();
  }

  #startBeat(): Timer {
    return startTimer(() => {
      this.#aliveAt = Date.now();
      if (this.#step !== undefined) return this.end(this.#step);
      this.#beat = this.#startBeat();
    }, BEAT_MS);
  }
}

/**
 * The current request of a worker.
 *
 * @param signal Any signal that has been created in it.
 * @returns The request; undefined on runtimes that do not end what a request has
 *   opened.
 */
export function currentRequest(
  signal: AbortSignal,
): OwnerRequest | undefined {
  if (!isWorkerd()) return undefined;
  return new OwnerRequest(() => {
    try {
      // It may be read only in the request that has created it.
      void signal.aborted;
      return false;
    } catch {
      return true;
    }
  });
}

/**
 * The error for what outlives the request that has created it.
 *
 * @param what What was created: `"informer"`.
 * @returns The error.
 */
export function staleError(what: string): ConfigurationError {
  return new ConfigurationError(
    `The ${what} has been stale since the request that created it was over, which ended its watch: ${WAY_OUT}`,
  );
}

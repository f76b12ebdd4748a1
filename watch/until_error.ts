/**
 * What a wait that did not succeed rejects with. Each tells what it saw last
 * and what went wrong underneath last, so that no timeout hides the reason.
 *
 * @module
 */

import { errorText } from "../internal/error_text.ts";
import type { WatchEvent } from "../api/types.ts";

/** What an {@linkcode UntilError} knows beyond its message. */
export interface UntilErrorOptions extends ErrorOptions {
  /** The last event that the wait has seen. */
  lastEvent?: WatchEvent | undefined;
  /** The last failure of a list or watch underneath. */
  lastError?: unknown;
  /** What stood in the way, for the message. */
  detail?: string | undefined;
}

/**
 * A wait that ended without its conditions being met; `cause` says what went
 * wrong. An `UntilError` of none of the classes below is a stream that failed.
 *
 * @example What a wait on a broken stream rejects with
 * ```ts
 * import { UntilError, untilWithoutRetry } from "@watchtools/kube";
 * import { assertRejects } from "@std/assert";
 *
 * const broken = new ReadableStream({
 *   pull: () => Promise.reject(new Error("connection reset")),
 * });
 * await assertRejects(
 *   () => untilWithoutRetry(broken, () => true),
 *   UntilError,
 *   "connection reset",
 * );
 * ```
 */
export class UntilError extends Error {
  /** Name of the class. */
  override readonly name: string = "UntilError";
  /** The last event that the wait has seen, if any. */
  readonly lastEvent: WatchEvent | undefined;
  /** The last failure of a list or watch underneath, if any. */
  readonly lastError: unknown;

  /**
   * Makes the error; `detail` and `lastError` are added to the message.
   *
   * @param message What happened.
   * @param options What was seen, and why.
   */
  constructor(message: string, options: UntilErrorOptions = {}) {
    const { lastEvent, lastError, detail, ...errorOptions } = options;
    const whole = detail ? `${message}: ${detail}` : message;
    super(withLastError(whole, lastError), errorOptions);
    this.lastEvent = lastEvent;
    this.lastError = lastError;
  }
}

function withLastError(message: string, lastError: unknown): string {
  if (lastError === undefined) return message;
  const text = errorText(lastError);
  return message.endsWith(text) ? message : `${message}: last error: ${text}`;
}

/**
 * The watch ended before the conditions were met, as client-go's
 * [`watch.ErrWatchClosed`](https://pkg.go.dev/k8s.io/client-go/tools/watch#ErrWatchClosed).
 * Where the last event was an ERROR, `cause` is its `StatusError`.
 *
 * @example A stream that ends early
 * ```ts
 * import { untilWithoutRetry, WatchClosedError } from "@watchtools/kube";
 * import { assertRejects } from "@std/assert";
 *
 * await assertRejects(
 *   () => untilWithoutRetry(ReadableStream.from([]), () => true),
 *   WatchClosedError,
 * );
 * ```
 */
export class WatchClosedError extends UntilError {
  /** `"WatchClosedError"`. */
  override readonly name: string = "WatchClosedError";

  /**
   * Makes the error, with client-go's message.
   *
   * @param options What was seen, and why.
   */
  constructor(options: UntilErrorOptions = {}) {
    super("watch closed before UntilWithoutRetry timeout", options);
  }
}

/**
 * The signal ended the wait, as an error for which client-go's
 * [`wait.Interrupted`](https://pkg.go.dev/k8s.io/apimachinery/pkg/util/wait#Interrupted)
 * is true. `cause` is the signal's reason.
 *
 * @example A wait that times out
 * ```ts
 * import { untilWithoutRetry, WaitInterruptedError } from "@watchtools/kube";
 * import { assert, assertRejects } from "@std/assert";
 *
 * const silent = new ReadableStream();
 * const signal = AbortSignal.abort(new DOMException("5 s", "TimeoutError"));
 * const error = await assertRejects(
 *   () => untilWithoutRetry(silent, () => true, { signal }),
 *   WaitInterruptedError,
 * );
 * assert(error.timedOut);
 * ```
 */
export class WaitInterruptedError extends UntilError {
  /** `"WaitInterruptedError"`. */
  override readonly name: string = "WaitInterruptedError";
  /** Whether the signal's reason was a `TimeoutError`. */
  readonly timedOut: boolean;

  /**
   * Makes the error; `options.cause` is the signal's reason.
   *
   * @param options What was seen, and why.
   * @param during What was being done, where it was not the waiting itself.
   */
  constructor(options: UntilErrorOptions = {}, during?: string) {
    const { cause } = options;
    const timedOut = cause instanceof Error && cause.name === "TimeoutError";
    const what = timedOut
      ? "timed out waiting for the condition"
      : `interrupted while waiting for the condition: ${errorText(cause)}`;
    super(during === undefined ? what : `${during}: ${what}`, options);
    this.timedOut = timedOut;
  }
}

/**
 * A condition or precondition threw or rejected; `cause` is what with.
 *
 * @example A condition that gives up
 * ```ts
 * import { ConditionError, untilWithoutRetry } from "@watchtools/kube";
 * import { assertRejects } from "@std/assert";
 *
 * const events = ReadableStream.from([
 *   { type: "ADDED" as const, object: { kind: "Pod" } },
 * ]);
 * await assertRejects(
 *   () =>
 *     untilWithoutRetry(events, () => {
 *       throw new Error("the pod has failed");
 *     }),
 *   ConditionError,
 *   "the pod has failed",
 * );
 * ```
 */
export class ConditionError extends UntilError {
  /** `"ConditionError"`. */
  override readonly name: string = "ConditionError";

  /**
   * Makes the error; `options.cause` is what the condition threw.
   *
   * @param options What was seen, and why.
   */
  constructor(options: UntilErrorOptions = {}) {
    super(`the condition threw: ${errorText(options.cause)}`, options);
  }
}

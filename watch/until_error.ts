/**
 * The errors of waits that do not succeed. Each carries the last event and the
 * last failure underneath, so that no timeout hides the reason.
 *
 * @module
 */

import { errorText } from "../internal/error_text.ts";
import type { WatchEvent } from "../api/types.ts";

/** Options for {@linkcode UntilError}. */
export interface UntilErrorOptions extends ErrorOptions {
  /** The last event that the wait has received. */
  lastEvent?: WatchEvent | undefined;
  /** The last failure of a list or watch underneath. */
  lastError?: unknown;
  /** Added to the message: what the wait was still waiting for. */
  detail?: string | undefined;
}

/**
 * A wait ended before its conditions were met; `cause` is what ended it. An
 * `UntilError` that is not of one of its subclasses means that the stream
 * errored.
 *
 * @example A wait on a stream that errors
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
  /** `"UntilError"`, or the name of the subclass. */
  override readonly name: string = "UntilError";
  /** The last event that the wait has received, if any. */
  readonly lastEvent: WatchEvent | undefined;
  /** The last failure of a list or watch underneath, if any. */
  readonly lastError: unknown;

  /**
   * Creates the error; `detail` and `lastError` are added to the message.
   *
   * @param message What ended the wait.
   * @param options The cause, and what the wait knows beyond its message.
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
 * If the last event was an ERROR, `cause` is its `StatusError`.
 *
 * @example A stream that ends too early
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
   * Creates the error with client-go's message.
   *
   * @param options The cause, and what the wait knows beyond its message.
   */
  constructor(options: UntilErrorOptions = {}) {
    super("watch closed before UntilWithoutRetry timeout", options);
  }
}

/**
 * The signal was aborted before the conditions were met: an error for which
 * client-go's
 * [`wait.Interrupted`](https://pkg.go.dev/k8s.io/apimachinery/pkg/util/wait#Interrupted)
 * would be true. `cause` is the signal's reason.
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
   * Creates the error; `options.cause` is the signal's reason.
   *
   * @param options The cause, and what the wait knows beyond its message.
   * @param during The step that was interrupted, if it was not the wait itself;
   *   the message begins with it.
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
 * A condition or precondition threw or rejected; `cause` is what it threw.
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
   * Creates the error; `options.cause` is what the condition threw.
   *
   * @param options The cause, and what the wait knows beyond its message.
   */
  constructor(options: UntilErrorOptions = {}) {
    super(`the condition threw: ${errorText(options.cause)}`, options);
  }
}

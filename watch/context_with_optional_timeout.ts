/**
 * An abort signal with an optional timeout.
 *
 * `AbortSignal.any([parent, AbortSignal.timeout(ms)])` would do, except that
 * its timer cannot be released, that it fires at once beyond 2^31 ms, and that
 * it cannot be aborted by hand. So this module owns the timer and the listener,
 * and one function releases both.
 *
 * @module
 */

import { warn } from "../internal/console.ts";
import { startTimer, type Timer } from "../internal/timer.ts";

/** A signal and its cancel function: Go's `(context.Context, CancelFunc)`. */
export interface OptionalTimeoutContext {
  /** Aborts with the parent, at the timeout, or when `cancel` is called. */
  readonly signal: AbortSignal;
  /**
   * Aborts the signal if it is not aborted yet, and releases the timer and the
   * listener on the parent. Calling it again does nothing.
   *
   * @param reason The signal's reason; an `AbortError` by default.
   */
  cancel(reason?: unknown): void;
  /** Same as `cancel()`, for `using`. */
  [Symbol.dispose](): void;
}

/**
 * Creates a signal that aborts with its parent or after a timeout, as
 * client-go's
 * [`watch.ContextWithOptionalTimeout`](https://pkg.go.dev/k8s.io/client-go/tools/watch#ContextWithOptionalTimeout).
 *
 * Call `cancel` when the work is done, or declare the context with `using`:
 * until then a timer is running and a listener is attached to the parent.
 *
 * @param parent The signal to abort with, if there is one.
 * @param timeoutMs Milliseconds until the signal aborts with a `TimeoutError`;
 *   0 and `Infinity` mean never. A negative timeout logs a warning and means
 *   never.
 * @returns The signal, and the function that releases it.
 * @throws {RangeError} If `timeoutMs` is NaN.
 *
 * @example Wait for at most thirty seconds
 * ```ts
 * import { contextWithOptionalTimeout } from "@watchtools/kube";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const context = contextWithOptionalTimeout(undefined, 30_000);
 * {
 *   using _ = context;
 *   assertEquals(context.signal.aborted, false);
 * }
 * assert(context.signal.aborted);
 * ```
 */
export function contextWithOptionalTimeout(
  parent: AbortSignal | undefined,
  timeoutMs: number,
): OptionalTimeoutContext {
  if (Number.isNaN(timeoutMs)) {
    throw new RangeError(
      "Cannot use NaN as timeoutMs: expected a number of milliseconds, or 0 for no timeout",
    );
  }
  if (timeoutMs < 0) {
    warn(
      `contextWithOptionalTimeout: a negative timeout (${timeoutMs} ms) means no timeout, like 0`,
    );
  }
  const controller = new AbortController();
  let timer: Timer | undefined;
  const cancel = (reason?: unknown): void => {
    timer?.clear();
    parent?.removeEventListener("abort", onParentAbort);
    controller.abort(reason);
  };
  const onParentAbort = () => cancel(parent?.reason);

  if (parent?.aborted) {
    cancel(parent.reason);
  } else {
    parent?.addEventListener("abort", onParentAbort, { once: true });
    if (timeoutMs > 0) {
      timer = startTimer(() => cancel(timeoutError(timeoutMs)), timeoutMs);
    }
  }
  return {
    signal: controller.signal,
    cancel,
    [Symbol.dispose]: () => cancel(),
  };
}

function timeoutError(timeoutMs: number): DOMException {
  return new DOMException(
    `The timeout of ${timeoutMs} ms has passed`,
    "TimeoutError",
  );
}

/**
 * An abort signal with a timeout that may be absent.
 *
 * `AbortSignal.any([parent, AbortSignal.timeout(ms)])` would do, but for three
 * things: its timer cannot be released, it fires at once beyond 2^31 ms, and
 * it cannot be aborted by hand. So the timer and the listener are owned here,
 * and one function lets go of both.
 *
 * @module
 */

import { warn } from "../internal/console.ts";
import { startTimer, type Timer } from "../internal/timer.ts";

/** A signal and the means to end it: Go's `(context.Context, CancelFunc)`. */
export interface OptionalTimeoutContext {
  /** Aborts with the parent, at the timeout, or by `cancel`. */
  readonly signal: AbortSignal;
  /**
   * Aborts the signal if it is not aborted yet, and releases the timer and the
   * listener on the parent. May be called again.
   *
   * @param reason The signal's reason; an `AbortError` by default.
   */
  cancel(reason?: unknown): void;
  /** As `cancel()`, for `using`. */
  [Symbol.dispose](): void;
}

/**
 * A signal that aborts with its parent or after a timeout, as client-go's
 * [`watch.ContextWithOptionalTimeout`](https://pkg.go.dev/k8s.io/client-go/tools/watch#ContextWithOptionalTimeout).
 *
 * Call `cancel`, or declare it with `using`, when the work is done: until then
 * a timer runs and a listener hangs on the parent.
 *
 * @param parent The signal to abort with, if there is one.
 * @param timeoutMs Milliseconds until it aborts with a `TimeoutError`; 0 and
 *   `Infinity` mean never. A negative one is warned about and means never.
 * @returns The signal, and what releases it.
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
    throw new RangeError("Cannot use NaN as timeoutMs: 0 means no timeout");
  }
  if (timeoutMs < 0) {
    warn(
      `contextWithOptionalTimeout was given ${timeoutMs} ms: a negative timeout means none, as 0 does`,
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

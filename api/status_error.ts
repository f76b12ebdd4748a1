/**
 * A server's refusal as an error.
 *
 * @module
 */

import type { Status } from "./types.ts";

/**
 * The server answered, and the answer was a failure: its
 * [`metav1.Status`](https://pkg.go.dev/k8s.io/apimachinery/pkg/apis/meta/v1#Status)
 * as an error, as client-go's
 * [`errors.StatusError`](https://pkg.go.dev/k8s.io/apimachinery/pkg/api/errors#StatusError).
 *
 * Tell one failure from another with the predicates ({@linkcode isForbidden},
 * {@linkcode isGone}, …), not by the message. Where there was no answer at all,
 * the error is a `ConnectionError`.
 *
 * @example What a refused request rejects with
 * ```ts
 * import { isTooManyRequests, StatusError } from "@watchtools/kube";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const error = new StatusError({
 *   message: "too many requests, please try again later",
 *   reason: "TooManyRequests",
 *   code: 429,
 *   details: { retryAfterSeconds: 2 },
 * });
 * assert(isTooManyRequests(error));
 * assertEquals(error.retryAfterMs, 2000);
 * ```
 */
export class StatusError extends Error {
  /** `"StatusError"`. */
  override readonly name: string = "StatusError";
  /** The server's answer. */
  readonly status: Status;

  /**
   * Makes an error of a Status.
   *
   * @param status The server's answer.
   * @param options The cause, if something else led to it.
   */
  constructor(status: Status, options?: ErrorOptions) {
    super(status.message || describe(status), options);
    this.status = status;
  }

  /** The HTTP status code, where the Status has one. */
  get code(): number | undefined {
    return this.status.code;
  }

  /** The reason, for a machine to read, where the Status has one. */
  get reason(): string | undefined {
    return this.status.reason;
  }

  /** How long the server asks to be left alone, in milliseconds. */
  get retryAfterMs(): number | undefined {
    return retryAfterMs(this.status);
  }
}

/**
 * The object of an ERROR event as an error. Watchers may come from anywhere,
 * so that an event without an object makes an error as well.
 *
 * @param status The object of the event.
 * @returns The error.
 */
export function statusError(status: Status | null | undefined): StatusError {
  return new StatusError(status ?? {});
}

/**
 * How long a Status asks to wait. It comes from outside, so that nothing about
 * its shape is taken for granted.
 *
 * @param status The object of an ERROR event, or a server's answer.
 * @returns Milliseconds, or undefined where it asks for nothing.
 */
export function retryAfterMs(
  status: Status | null | undefined,
): number | undefined {
  const seconds: unknown = status?.details?.retryAfterSeconds;
  return typeof seconds === "number" && seconds >= 0
    ? seconds * 1000
    : undefined;
}

function describe({ code, reason }: Status): string {
  const parts = [code, reason].filter((part) => part !== undefined);
  return `The server answered ${parts.join(" ") || "with a failure"}`;
}

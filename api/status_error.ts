/**
 * The error for a failure that the server reported.
 *
 * @module
 */

import type { Status } from "./types.ts";

/**
 * The server responded with a failure: its
 * [`metav1.Status`](https://pkg.go.dev/k8s.io/apimachinery/pkg/apis/meta/v1#Status)
 * as an error, as client-go's
 * [`errors.StatusError`](https://pkg.go.dev/k8s.io/apimachinery/pkg/api/errors#StatusError).
 *
 * Tell one failure from another with the predicates ({@linkcode isForbidden},
 * {@linkcode isGone}, …), not by the message. If there was no response at all,
 * the error is a `ConnectionError`.
 *
 * @example An error for a Status
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
  /** The Status that the server sent. */
  readonly status: Status;

  /**
   * Creates an error from a Status.
   *
   * @param status The Status; its message becomes the message of the error.
   * @param options The cause, if there is one.
   */
  constructor(status: Status, options?: ErrorOptions) {
    super(status.message || describe(status), options);
    this.status = status;
  }

  /** The HTTP status code, if the Status has one. */
  get code(): number | undefined {
    return this.status.code;
  }

  /** The machine-readable reason, if the Status has one. */
  get reason(): string | undefined {
    return this.status.reason;
  }

  /** How long the server asks to wait before retrying, in milliseconds. */
  get retryAfterMs(): number | undefined {
    return retryAfterMs(this.status);
  }
}

/**
 * Creates an error from the object of an ERROR event. Custom watchers may leave
 * the object out, so a missing one is accepted as well.
 *
 * @param status The object of the event.
 * @returns The error.
 */
export function statusError(status: Status | null | undefined): StatusError {
  return new StatusError(status ?? {});
}

/**
 * Returns how long a Status asks to wait. The Status comes from outside, so its
 * shape is not trusted.
 *
 * @param status The object of an ERROR event, or the body of a response.
 * @returns Milliseconds, or undefined if it does not ask to wait.
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
  return `The server responded with ${parts.join(" ") || "a failure"}`;
}

/**
 * The error for a failure that the server reported.
 *
 * @module
 */

import { statusOf } from "./_untrusted.ts";
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
   * @param status The Status; its message becomes the message of the error. It
   *   may come from a server as it is: fields that are not of the type that
   *   `metav1.Status` promises are left out, and long texts are cut.
   * @param options The cause, if there is one.
   */
  constructor(status: Status, options?: ErrorOptions) {
    const checked = statusOf(status);
    super(checked.message || describe(checked), options);
    this.status = checked;
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
    const seconds = this.status.details?.retryAfterSeconds;
    return seconds === undefined ? undefined : seconds * 1000;
  }
}

/**
 * Creates an error from the object of an ERROR event, whatever that is.
 *
 * @param object The object of the event.
 * @returns The error.
 */
export function statusError(object: unknown): StatusError {
  return new StatusError(statusOf(object));
}

function describe({ code, reason }: Status): string {
  const parts = [code, reason].filter((part) => part !== undefined);
  return `The server responded with ${parts.join(" ") || "a failure"}`;
}

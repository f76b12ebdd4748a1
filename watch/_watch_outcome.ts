/**
 * How a `RetryWatcher` reacts to the outcome of a watch. Each verdict is a
 * function of the event or error alone, so that all of them can be tested
 * without a watch.
 *
 * @module
 */

import {
  findStatusError,
  isExpired,
  isForbidden,
  isUnauthorized,
} from "../api/status_predicates.ts";
import { statusError } from "../api/status_error.ts";
import type { Status, WatchEvent } from "../api/types.ts";

/** How to proceed after a watch that ended or could not be opened. */
export type Verdict =
  /** Retrying cannot help: deliver the Status and stop. */
  | { kind: "stop"; status: Status }
  /** The version may be gone for good, or one of several servers may lag. */
  | { kind: "gone"; cause: unknown; status: Status }
  /** Retry. */
  | { kind: "retry"; cause: unknown; retryAfterMs?: number | undefined };

/**
 * Decides how to proceed after a watch that could not be opened.
 *
 * @param cause What `watch()` rejected with.
 * @returns The verdict.
 */
export function judgeStart(cause: unknown): Verdict {
  const found = findStatusError(cause);
  if (found === undefined) return { kind: "retry", cause };
  const { status } = found;
  if (isUnauthorized(found) || isForbidden(found)) {
    return { kind: "stop", status };
  }
  if (isExpired(found)) {
    return { kind: "gone", cause, status };
  }
  return { kind: "retry", cause, retryAfterMs: found.retryAfterMs };
}

/**
 * Decides how to proceed after an ERROR event. Only a 410 is final: the
 * requested version cannot come back, and continuing would skip events.
 *
 * @param object The object of the event; need not be a Status.
 * @returns The verdict.
 */
export function judgeError(object: unknown): Verdict {
  const cause = statusError(object);
  if (cause.code === 410) return { kind: "stop", status: cause.status };
  return { kind: "retry", cause, retryAfterMs: cause.retryAfterMs };
}

/**
 * Creates the Status that ends a watch at an unrecognized event: ignoring the
 * event could skip a change without a trace.
 *
 * @param event The event.
 * @returns A 500 InternalError that names the problem.
 */
export function unrecognizedEventStatus(
  event: WatchEvent | null | undefined,
): Status {
  const type: unknown = event?.type;
  const problem = type === "ADDED" || type === "MODIFIED" ||
      type === "DELETED" || type === "BOOKMARK"
    ? `the object of the ${type} event has no metadata.resourceVersion`
    : `failed to recognize the event type ${JSON.stringify(type)}`;
  return {
    apiVersion: "v1",
    kind: "Status",
    status: "Failure",
    reason: "InternalError",
    code: 500,
    message: `RetryWatcher cannot continue: ${problem}`,
  };
}

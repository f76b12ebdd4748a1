/**
 * What a `RetryWatcher` makes of what a watch brings: each judgement a
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

/** What follows a watch that ended or could not be opened. */
export type Verdict =
  /** It cannot get better: tell the consumer, and stop. */
  | { kind: "stop"; status: Status }
  /** The version may be gone for good, or one server of several lags. */
  | { kind: "gone"; cause: unknown; status: Status }
  /** Try again. */
  | { kind: "retry"; cause: unknown; retryAfterMs?: number | undefined };

/**
 * Judges why a watch could not be opened.
 *
 * @param cause What `watch()` rejected with.
 * @returns What follows.
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
 * Judges an ERROR event in a stream. Only a 410 is final: the version asked
 * for cannot come back, and carrying on would skip events.
 *
 * @param object The object of the event, which may be no Status at all.
 * @returns What follows.
 */
export function judgeError(object: unknown): Verdict {
  const cause = statusError(object);
  if (cause.code === 410) return { kind: "stop", status: cause.status };
  return { kind: "retry", cause, retryAfterMs: cause.retryAfterMs };
}

/**
 * The Status that ends a watch at an event which cannot be understood: passing
 * over it could skip changes without a trace.
 *
 * @param event The event.
 * @returns A 500 that names the problem.
 */
export function unrecognizedEventStatus(
  event: WatchEvent | null | undefined,
): Status {
  const type: unknown = event?.type;
  const problem = type === "ADDED" || type === "MODIFIED" ||
      type === "DELETED" || type === "BOOKMARK"
    ? `the object of a ${type} event has no metadata.resourceVersion`
    : `failed to recognize the event type ${JSON.stringify(type)}`;
  return {
    apiVersion: "v1",
    kind: "Status",
    status: "Failure",
    reason: "InternalError",
    code: 500,
    message: `RetryWatcher cannot go on: ${problem}`,
  };
}

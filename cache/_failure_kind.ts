/**
 * What a failed list or watch means for the requests that follow it.
 *
 * A lister and watcher may throw anything. The reflector has nowhere to report
 * a failure to look at a failure, so that this never throws.
 *
 * @module
 */

import { isUndecodableEvent } from "../api/_undecodable_event_error.ts";
import { ConnectionError } from "../api/connection_error.ts";
import {
  findStatusError,
  isExpired,
  isTimeout,
  isTooManyRequests,
} from "../api/status_predicates.ts";
import { honoredRetryAfterMs } from "../internal/backoff.ts";

/** What a failure means. */
export interface FailureKind {
  /**
   * - `no answer`: there was no HTTP response.
   * - `busy`: the server asks to slow down (429).
   * - `expired`: the server no longer has the version (410).
   * - `too large`: the server does not have the version yet.
   * - `undecodable`: an event cannot be understood, and would come again.
   * - `invalid`: the server does not accept the parameters (400, 422).
   * - `other`: anything else.
   */
  readonly kind:
    | "no answer"
    | "busy"
    | "expired"
    | "too large"
    | "undecodable"
    | "invalid"
    | "other";
  /** Milliseconds that the server asks to wait, at most an hour; 0 if none. */
  readonly retryAfterMs: number;
}

/**
 * Classifies a failure.
 *
 * @param error What a list or watch failed with.
 * @returns What it means; `other` if the error cannot be examined.
 */
export function failureKind(error: unknown): FailureKind {
  try {
    const askedMs = honoredRetryAfterMs(findStatusError(error)?.retryAfterMs);
    return { kind: kindOf(error), retryAfterMs: askedMs > 0 ? askedMs : 0 };
  } catch {
    return { kind: "other", retryAfterMs: 0 };
  }
}

function kindOf(error: unknown): FailureKind["kind"] {
  if (isUndecodableEvent(error)) return "undecodable";
  if (error instanceof ConnectionError) return "no answer";
  if (isTooManyRequests(error)) return "busy";
  if (isExpired(error)) return "expired";
  if (isTooLarge(error)) return "too large";
  const code = findStatusError(error)?.code;
  return code === 400 || code === 422 ? "invalid" : "other";
}

/**
 * Whether the server has not reached the requested version yet, by the rules of
 * client-go's reflector: by cause, or by message before Kubernetes 1.19.
 */
function isTooLarge(error: unknown): boolean {
  const status = findStatusError(error)?.status;
  const causes = status?.details?.causes ?? [];
  if (causes.some(({ reason }) => reason === "ResourceVersionTooLarge")) {
    return true;
  }
  const message = "Too large resource version";
  return isTimeout(error) &&
    (status?.message?.includes(message) === true ||
      causes.some((cause) => cause.message === message));
}

/**
 * How a `RetryWatcher` reacts to the outcome of a watch. Each verdict is a
 * function of the event or error alone, so that all of them can be tested
 * without a watch.
 *
 * @module
 */

import { failureStatus } from "../api/_failure_status.ts";
import { clip, errorText } from "../internal/error_text.ts";
import { findCause } from "../internal/find_cause.ts";
import {
  isUndecodableEvent,
  UndecodableEventError,
} from "../api/_undecodable_event_error.ts";
import { findConfigurationError } from "../api/configuration_error.ts";
import { ConnectionError } from "../api/connection_error.ts";
import { ResponseTooLargeError } from "../api/response_too_large_error.ts";
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
  | Retry;

/** A failure after which the watch is started again. */
export type Retry =
  & RetryDetails
  & (
    | { kind: "retry" }
    /** The version may be gone for good, or one of several servers may lag. */
    | { kind: "gone"; status: Status }
    /** The next watch from the same version may bring the same line again. */
    | { kind: "undecodable"; status: Status }
  );

/** What a failure says about the next watch. */
interface RetryDetails {
  /** The failure. */
  cause: unknown;
  /** How long the server asks to wait. */
  retryAfterMs?: number | undefined;
  /** Whether nothing shows that the server still has the version. */
  doubtful?: boolean | undefined;
}

/**
 * Decides how to proceed after a watch that could not be opened.
 *
 * @param cause What `watch()` rejected with.
 * @returns The verdict.
 */
export function judgeStart(cause: unknown): Verdict {
  const configuration = findConfigurationError(cause);
  if (configuration !== undefined) {
    return { kind: "stop", status: thrownStatus(configuration) };
  }
  const found = findStatusError(cause);
  if (found === undefined) {
    const doubtful = findCause(cause, ConnectionError) !== undefined;
    return { kind: "retry", cause, doubtful };
  }
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
 * Decides how to proceed after a connection that was lost.
 *
 * @param cause What the stream errored with.
 * @param heard Whether the watch had delivered an event or a bookmark.
 * @returns The verdict.
 */
export function judgeLost(cause: unknown, heard: boolean): Verdict {
  if (!isUndecodableEvent(cause)) {
    return { kind: "retry", cause, doubtful: !heard };
  }
  const error = findCause(cause, UndecodableEventError) ??
    findCause(cause, ResponseTooLargeError);
  return { kind: "undecodable", cause, status: thrownStatus(error) };
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

/** How many failures of a kind in a row are one too many. */
const TOO_MANY = { gone: 4, undecodable: 3 } as const;

/** Counts the failures in a row that are retried only so often. */
export class FailureStreak {
  #kind: Retry["kind"] | undefined;
  #from = "";
  #length = 0;

  /** A watch has opened: its version is not gone. */
  opened(): void {
    if (this.#kind === "gone") this.end();
  }

  /** A watch has ended well. */
  end(): void {
    this.#kind = undefined;
  }

  /**
   * Counts a failure.
   *
   * @param verdict The verdict on the failure.
   * @param from The version that the watch was started from.
   * @returns The Status to stop with, if watches from that version have failed
   *   like this often enough in a row; undefined to retry.
   */
  finalStatus(verdict: Retry, from: string): Status | undefined {
    const { kind } = verdict;
    const continues = kind === this.#kind && from === this.#from;
    this.#kind = kind;
    this.#from = from;
    this.#length = continues ? this.#length + 1 : 1;
    if (verdict.kind === "retry") return undefined;
    return this.#length < TOO_MANY[verdict.kind] ? undefined : verdict.status;
  }
}

/**
 * The reason of a watch that the server ended well, but so early and so quietly
 * that something must be wrong with it.
 *
 * @param startedAt When the watch was started, by `Date.now()`.
 * @returns The error.
 */
export function endedEarlyError(startedAt: number): Error {
  const lastedMs = Math.max(0, Date.now() - startedAt);
  return new Error(
    `The watch ended ${lastedMs} ms after its start, without an event or bookmark`,
  );
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
  const problem = type === "ADDED" || type === "MODIFIED" || type === "DELETED"
    ? `the object of the ${type} event has no metadata.resourceVersion`
    : `failed to recognize the event type ${shown(type)}`;
  return internalError(`RetryWatcher cannot continue: ${problem}`);
}

/** A type may be of any length, or not be a text. */
function shown(type: unknown): string {
  return typeof type === "string"
    ? JSON.stringify(clip(type, 100))
    : errorText(type);
}

/**
 * Creates the Status that ends a watch which cannot continue after an error.
 *
 * @param error The error.
 * @returns A 500 InternalError with the words of the error.
 */
export function thrownStatus(error: unknown): Status {
  return internalError(errorText(error));
}

/**
 * Creates the Status that ends a watch whose version the server has not
 * reached: the watch would be silent until the server's versions have grown
 * past it, and what happens until then would be missed.
 *
 * @param version The version that the server is at.
 * @param position The version that the watch was to continue from.
 * @returns A 410 Expired that names both.
 */
export function restoredStatus(version: string, position: string): Status {
  return failureStatus({
    code: 410,
    reason: "Expired",
    message:
      `RetryWatcher cannot continue: the server is at ${version}, behind ${position}: restored from a backup?`,
  });
}

function internalError(message: string): Status {
  return failureStatus({ code: 500, reason: "InternalError", message });
}

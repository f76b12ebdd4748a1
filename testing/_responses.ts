/**
 * Answers as `Response` objects.
 *
 * @module
 */

import type { Status } from "../api/types.ts";
import { failure, statusOfCode } from "./_statuses.ts";

/**
 * A Status of its code alone, or one with what it lacks.
 *
 * @param status The Status, or the code of one.
 * @returns The whole Status.
 */
export function statusOf(status: number | Status): Status {
  if (typeof status === "number") return statusOfCode(status);
  const { code = 500, reason = "", message = "" } = status;
  return { ...failure(code, reason, message), ...status };
}

/**
 * The answer that a Status is.
 *
 * @param status The Status.
 * @param headers Headers to add.
 * @returns The answer, with the `Retry-After` that the Status asks for.
 */
export function statusResponse(
  status: Status,
  headers?: HeadersInit,
): Response {
  const { code = 500, details } = status;
  const all = new Headers(headers);
  const seconds = details?.retryAfterSeconds ?? 0;
  if (seconds > 0 && !all.has("retry-after")) {
    all.set("retry-after", String(seconds));
  }
  return Response.json(status, { status: code, headers: all });
}

/**
 * Turns an unsuccessful HTTP response into an error: with the Status that the
 * server sent, or with one built from the response.
 *
 * @module
 */

import { isRecord } from "../internal/json_fields.ts";
import { failureStatus } from "../api/_failure_status.ts";
import { statusOf } from "../api/_untrusted.ts";
import { clipJson } from "../internal/clip_json.ts";
import { clip } from "../internal/error_text.ts";
import type { Redactor } from "../internal/redactor.ts";
import { StatusError } from "../api/status_error.ts";
import type { Status } from "../api/types.ts";

/** An unsuccessful response and the request that it belongs to. */
export interface FailedResponse {
  /** The request, for messages: `GET https://host/api/v1/pods`. */
  request: string;
  /** The response, whose body has been read. */
  response: Response;
  /** The body, or the start of it. */
  body: string;
  /** Removes the credentials of the request from what the server sent. */
  redactor: Redactor;
}

/** How much of a body without a Status an error shows, in characters. */
const SHOWN_CHARACTERS = 200;

/** How much of it is redacted before it is shortened to that. */
const REDACTED_CHARACTERS = 4096;

/** The reasons that Kubernetes uses for these codes. */
const REASONS: Readonly<Record<number, string>> = {
  400: "BadRequest",
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  405: "MethodNotAllowed",
  406: "NotAcceptable",
  409: "Conflict",
  410: "Gone",
  415: "UnsupportedMediaType",
  422: "Invalid",
  429: "TooManyRequests",
  500: "InternalError",
  503: "ServiceUnavailable",
  504: "Timeout",
};

/**
 * Creates the error for a response that is neither a success nor a redirect.
 *
 * @param failed The response.
 * @returns The error to throw.
 */
export function failedResponseError(failed: FailedResponse): StatusError {
  const status = parseStatus(failed) ?? buildStatus(failed);
  const seconds = retryAfterSeconds(failed.response.headers);
  if (seconds === undefined) return new StatusError(status);
  const details = { ...status.details, retryAfterSeconds: seconds };
  return new StatusError({ ...status, details });
}

/**
 * Reports whether a response is a redirect. Browsers hide everything else about
 * one.
 *
 * @param response The response.
 * @returns Whether it is a redirect.
 */
export function isRedirect(response: Response): boolean {
  return response.type === "opaqueredirect" ||
    (response.status >= 300 && response.status < 400);
}

/**
 * Creates the error for a redirect. Redirects are never followed, because that
 * would send the credential to a host that the response names.
 *
 * @param failed The response.
 * @returns The error to throw.
 */
export function redirectError(failed: FailedResponse): StatusError {
  const { request, response, redactor } = failed;
  const target = redactor.redact(redirectTarget(response));
  return new StatusError(failureStatus({
    ...(response.status > 0 ? { code: response.status } : {}),
    message:
      `${request} was redirected to ${target}, and redirects are not followed: use the address of the API server itself`,
  }));
}

/** The target of a redirect, without the parts that may hold a credential. */
function redirectTarget(response: Response): string {
  const location = response.headers.get("location");
  if (location === null) return "an unknown address";
  try {
    const { origin, pathname } = new URL(location, response.url || undefined);
    return `${origin}${pathname}`;
  } catch {
    return location.replace(/[?#].*$/, "").replace(/\/\/[^/]*@/, "//");
  }
}

/** Takes only what a Status holds, before any of it is searched. */
function parseStatus(failed: FailedResponse): Status | undefined {
  let value: unknown;
  try {
    value = JSON.parse(failed.body);
  } catch {
    return undefined;
  }
  if (!isRecord(value) || value.kind !== "Status") return undefined;
  const { code = failed.response.status, ...status } = statusOf(
    failed.redactor.redactAll(clipJson(value)),
  );
  return { ...status, code };
}

function buildStatus(failed: FailedResponse): Status {
  const { request, response, body, redactor } = failed;
  const code = response.status;
  const text = body.replace(/\s+/g, " ").trim();
  const shown = clip(
    redactor.redact(text.slice(0, REDACTED_CHARACTERS)),
    SHOWN_CHARACTERS,
  );
  const reason = REASONS[code];
  return failureStatus({
    code,
    ...(reason === undefined ? {} : { reason }),
    message: `${request} returned ${
      `${code} ${redactor.redact(response.statusText)}`.trim()
    } without a Status: '${shown}'`,
  });
}

/** More seconds than anything here waits for. */
const MAX_SECONDS = 1_000_000_000;

const MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)";
const TIME = "\\d\\d:\\d\\d:\\d\\d";

/** The three forms of an HTTP date; the last one has no time zone, but is UTC. */
const HTTP_DATES = [
  new RegExp(`^[A-Z][a-z]{2}, \\d\\d ${MONTH} \\d{4} ${TIME} GMT$`),
  new RegExp(`^[A-Z][a-z]{5,8}, \\d\\d-${MONTH}-\\d\\d ${TIME} GMT$`),
  new RegExp(`^[A-Z][a-z]{2} ${MONTH} [ \\d]\\d ${TIME} \\d{4}$`),
];

/** The `Retry-After` header, a number of seconds or a date, in seconds. */
function retryAfterSeconds(headers: Headers): number | undefined {
  const value = headers.get("retry-after")?.trim() ?? "";
  if (/^\d+$/.test(value)) return Math.min(Number(value), MAX_SECONDS);
  if (!HTTP_DATES.some((form) => form.test(value))) return undefined;
  const atMs = Date.parse(value.endsWith("GMT") ? value : `${value} GMT`);
  if (Number.isNaN(atMs)) return undefined;
  return Math.max(0, Math.ceil((atMs - Date.now()) / 1000));
}

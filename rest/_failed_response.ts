/**
 * What an HTTP answer that is no success is turned into: the server's own
 * Status, or one made of what there is.
 *
 * @module
 */

import { isRecord } from "../internal/json_fields.ts";
import { clip } from "../internal/error_text.ts";
import type { Redactor } from "../internal/redactor.ts";
import { StatusError } from "../api/status_error.ts";
import type { Status } from "../api/types.ts";

/** What is known of a failed answer. */
export interface FailedResponse {
  /** What was asked: `GET https://host/api/v1/pods`. */
  request: string;
  /** The answer, whose body has been read. */
  response: Response;
  /** The body, or the beginning of it. */
  body: string;
  /** Takes the credentials of the request out of what the server says. */
  redactor: Redactor;
}

/** How much of a body that is no Status an error shows, in characters. */
const SHOWN_CHARACTERS = 200;

/** The reasons that the field uses for codes that come without one. */
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
 * The error for an answer that is neither a success nor a redirect.
 *
 * @param failed The answer.
 * @returns The error to throw.
 */
export function failedResponseError(failed: FailedResponse): StatusError {
  const status = serversStatus(failed) ?? madeStatus(failed);
  const seconds = retryAfterSeconds(failed.response.headers);
  if (seconds === undefined || status.details?.retryAfterSeconds) {
    return new StatusError(status);
  }
  const details = { ...status.details, retryAfterSeconds: seconds };
  return new StatusError({ ...status, details });
}

/**
 * Whether an answer points elsewhere. Browsers hide such answers altogether.
 *
 * @param response The answer.
 * @returns Whether it is a redirect.
 */
export function isRedirect(response: Response): boolean {
  return response.type === "opaqueredirect" ||
    (response.status >= 300 && response.status < 400);
}

/**
 * The error for a redirect, which is never followed: the credential would go
 * wherever the answer says.
 *
 * @param failed The answer.
 * @returns The error to throw.
 */
export function redirectError(failed: FailedResponse): StatusError {
  const { request, response, redactor } = failed;
  const target = redactor.redact(targetOf(response));
  return new StatusError({
    apiVersion: "v1",
    kind: "Status",
    status: "Failure",
    ...(response.status > 0 ? { code: response.status } : {}),
    message:
      `${request} was redirected to ${target}, which is not followed: give the address of the API server itself`,
  });
}

/** Where a redirect points, without what may be a credential in it. */
function targetOf(response: Response): string {
  const location = response.headers.get("location");
  if (location === null) return "an address that is not shown";
  try {
    const { origin, pathname } = new URL(location, response.url || undefined);
    return `${origin}${pathname}`;
  } catch {
    return location.replace(/[?#].*$/, "").replace(/\/\/[^/]*@/, "//");
  }
}

function serversStatus(failed: FailedResponse): Status | undefined {
  let value: unknown;
  try {
    value = JSON.parse(failed.body);
  } catch {
    return undefined;
  }
  const status = failed.redactor.redactAll(value);
  if (!isStatus(status)) return undefined;
  return typeof status.code === "number"
    ? status
    : { ...status, code: failed.response.status };
}

function isStatus(value: unknown): value is Status {
  return isRecord(value) && value.kind === "Status";
}

function madeStatus(failed: FailedResponse): Status {
  const { request, response, body, redactor } = failed;
  const code = response.status;
  const text = redactor.redact(body).replace(/\s+/g, " ").trim();
  const shown = clip(text, SHOWN_CHARACTERS);
  const reason = REASONS[code];
  return {
    apiVersion: "v1",
    kind: "Status",
    status: "Failure",
    code,
    ...(reason === undefined ? {} : { reason }),
    message: `${request} was answered ${
      `${code} ${redactor.redact(response.statusText)}`.trim()
    } without a Status: '${shown}'`,
  };
}

/** `Retry-After` in seconds, whether it was given in seconds or as a date. */
function retryAfterSeconds(headers: Headers): number | undefined {
  const value = headers.get("retry-after")?.trim();
  if (!value) return undefined;
  if (/^\d+$/.test(value)) return Number(value);
  const atMs = Date.parse(value);
  if (Number.isNaN(atMs)) return undefined;
  return Math.max(0, Math.ceil((atMs - Date.now()) / 1000));
}

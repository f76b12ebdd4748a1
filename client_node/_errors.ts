/**
 * Converts the errors of client-node's typed functions to `StatusError` and
 * `ConnectionError`, and back. They are recognized by their shape, because the
 * caller may have loaded another copy of client-node than this package would.
 *
 * @module
 */

import { isRecord } from "../internal/json_fields.ts";
import { errorChainText } from "../internal/error_text.ts";
import { failedResponseError } from "../rest/_failed_response.ts";
import { Redactor } from "../internal/redactor.ts";
import { ConnectionError } from "../api/connection_error.ts";
import { StatusError } from "../api/status_error.ts";

/** The part of client-node's `ApiException` that is used. */
interface ApiException extends Error {
  readonly code: number;
  readonly body: unknown;
  readonly headers: unknown;
}

/** The errors of client-node, by the errors they were converted to. */
const thrown = new WeakMap<Error, unknown>();

/** Names the request in messages: client-node's errors do not say more. */
const REQUEST = "client-node's list";

/** The status codes that a `Response` may have. */
const STATUSES = { from: 200, to: 599 };

/**
 * Converts an error of one of client-node's functions.
 *
 * @param error What the function threw.
 * @returns A `StatusError` if the server responded, a `ConnectionError` if it
 *   did not, with `error` as cause; any other error unchanged.
 */
export function convertError(error: unknown): unknown {
  const converted = toOwnError(error);
  if (converted === undefined) return error;
  thrown.set(converted, error);
  return converted;
}

/**
 * Reverses {@linkcode convertError}.
 *
 * @param error The error of a list or watch.
 * @returns What client-node threw; `error` itself if it was not converted.
 */
export function toClientNodeError(error: unknown): unknown {
  return error instanceof Error && thrown.has(error)
    ? thrown.get(error)
    : error;
}

function toOwnError(error: unknown): Error | undefined {
  if (isApiException(error)) return toStatusError(error);
  if (!isFetchFailure(error)) return undefined;
  return new ConnectionError(
    `Cannot reach the server for ${REQUEST}: ${errorChainText(error)}`,
    { cause: error },
  );
}

function toStatusError(exception: ApiException): StatusError {
  const { code, body, headers } = exception;
  const { status } = failedResponseError({
    request: REQUEST,
    response: new Response(null, {
      status: code,
      headers: retryAfter(headers),
    }),
    body: typeof body === "string" ? body : JSON.stringify(body) ?? "",
    redactor: new Redactor(new Headers()),
  });
  return new StatusError(status, { cause: exception });
}

function isApiException(error: unknown): error is ApiException {
  return error instanceof Error && "body" in error && "headers" in error &&
    "code" in error && typeof error.code === "number" &&
    error.code >= STATUSES.from && error.code <= STATUSES.to;
}

/** Of all errors, only those of `fetch` are a `TypeError` with a cause. */
function isFetchFailure(error: unknown): boolean {
  return error instanceof TypeError && error.cause instanceof Error;
}

/** Picks the only header that is used. */
function retryAfter(headers: unknown): Record<string, string> {
  const name = "retry-after";
  const value = isRecord(headers) ? headers[name] : undefined;
  return typeof value === "string" ? { [name]: value } : {};
}

/**
 * What client-node's typed functions throw, as the errors that everything here
 * tells apart. They are known by their shape: whoever calls may have loaded
 * another copy of client-node than this package would.
 *
 * @module
 */

import { isRecord } from "../internal/json_fields.ts";
import { errorChainText } from "../internal/error_text.ts";
import { failedResponseError } from "../rest/_failed_response.ts";
import { Redactor } from "../internal/redactor.ts";
import { ConnectionError } from "../api/connection_error.ts";
import { StatusError } from "../api/status_error.ts";

/** What is read of client-node's `ApiException`. */
interface ApiException extends Error {
  readonly code: number;
  readonly body: unknown;
  readonly headers: unknown;
}

/** What client-node threw, by what became of it here. */
const thrown = new WeakMap<Error, unknown>();

/** What a request of client-node's is called in errors: it does not say. */
const REQUEST = "client-node's list";

/** Statuses that a `Response` can have: all that a server answers with. */
const STATUSES = { from: 200, to: 599 };

/**
 * A failure of one of client-node's functions as it would be without it.
 *
 * @param error What the function threw.
 * @returns A `StatusError` where the server answered, a `ConnectionError` where
 *   it did not, with what was thrown as cause; anything else as it is.
 */
export function fromClientNode(error: unknown): unknown {
  const ours = convert(error);
  if (ours === undefined) return error;
  thrown.set(ours, error);
  return ours;
}

/**
 * The way back: what client-node threw.
 *
 * @param error Whatever a list or watch failed with.
 * @returns What it was made of here; the error itself where it was not.
 */
export function asThrown(error: unknown): unknown {
  return error instanceof Error && thrown.has(error)
    ? thrown.get(error)
    : error;
}

function convert(error: unknown): Error | undefined {
  if (isApiException(error)) return statusErrorOf(error);
  if (!isFetchFailure(error)) return undefined;
  return new ConnectionError(
    `Cannot reach the server for ${REQUEST}: ${errorChainText(error)}`,
    { cause: error },
  );
}

function statusErrorOf(exception: ApiException): StatusError {
  const { code: status, body, headers } = exception;
  const { status: said } = failedResponseError({
    request: REQUEST,
    response: new Response(null, { status, headers: retryAfter(headers) }),
    body: typeof body === "string" ? body : JSON.stringify(body) ?? "",
    redactor: new Redactor(new Headers()),
  });
  return new StatusError(said, { cause: exception });
}

function isApiException(error: unknown): error is ApiException {
  return error instanceof Error && "body" in error && "headers" in error &&
    "code" in error && typeof error.code === "number" &&
    error.code >= STATUSES.from && error.code <= STATUSES.to;
}

/** A `TypeError` with a cause is what a fetch fails with, and nothing else. */
function isFetchFailure(error: unknown): boolean {
  return error instanceof TypeError && error.cause instanceof Error;
}

/** The one header that is read. */
function retryAfter(headers: unknown): Record<string, string> {
  const name = "retry-after";
  const value = isRecord(headers) ? headers[name] : undefined;
  return typeof value === "string" ? { [name]: value } : {};
}

/**
 * Creates Status objects and responses from them.
 *
 * @module
 */

import type { KubernetesObject, Status } from "../api/types.ts";
import { failure, statusOfCode } from "./_statuses.ts";

/**
 * Creates a complete Status from a code or a partial Status.
 *
 * @param status The code, or a Status that may lack fields.
 * @returns The complete Status.
 */
export function statusOf(status: number | Status): Status {
  if (typeof status === "number") return statusOfCode(status);
  const { code = 500, reason = "", message = "" } = status;
  return { ...failure(code, reason, message), ...status };
}

/**
 * Creates a response with a JSON body.
 *
 * @param answer The body, its status code and content type.
 * @returns The response, with a `Content-Length`.
 */
export function jsonResponse(
  { body, status, contentType = "application/json" }: {
    readonly body: KubernetesObject | Status;
    readonly status: number;
    readonly contentType?: string | undefined;
  },
): Response {
  const bytes = new TextEncoder().encode(`${JSON.stringify(body)}\n`);
  const headers = {
    "content-type": contentType,
    "content-length": String(bytes.byteLength),
  };
  return new Response(bytes, { status, headers });
}

/**
 * Creates a response from a Status.
 *
 * @param status The Status.
 * @param headers Headers to add.
 * @returns The response, with a `Retry-After` header if the Status has
 *   `retryAfterSeconds`.
 */
export function statusResponse(
  status: Status,
  headers?: ConstructorParameters<typeof Headers>[0],
): Response {
  const { code = 500, details } = status;
  const all = new Headers(headers);
  const seconds = details?.retryAfterSeconds ?? 0;
  if (seconds > 0 && !all.has("retry-after")) {
    all.set("retry-after", String(seconds));
  }
  const response = jsonResponse({ body: status, status: code });
  for (const [name, value] of all) response.headers.set(name, value);
  return response;
}

/**
 * Predicates that tell the failures of an API server apart.
 *
 * As in client-go's
 * [`api/errors`](https://pkg.go.dev/k8s.io/apimachinery/pkg/api/errors), the
 * reason decides, and the code only if the reason is unknown or missing: a 410
 * with the reason Expired is expired, not gone. The predicates follow the
 * `cause` of an error to the first `StatusError`, as Go's `errors.As` unwraps
 * errors.
 *
 * @module
 */

import { findCause } from "../internal/find_cause.ts";
import { StatusError } from "./status_error.ts";

const KNOWN_REASONS: ReadonlySet<string> = new Set([
  "AlreadyExists",
  "BadRequest",
  "Conflict",
  "Expired",
  "Forbidden",
  "Gone",
  "InternalError",
  "Invalid",
  "MethodNotAllowed",
  "NotAcceptable",
  "NotFound",
  "RequestEntityTooLarge",
  "ServerTimeout",
  "ServiceUnavailable",
  "StorageReadError",
  "Timeout",
  "TooManyRequests",
  "Unauthorized",
  "UnsupportedMediaType",
]);

/**
 * Finds the `StatusError` that an error is or was caused by.
 *
 * @param error The thrown value.
 * @returns The outermost `StatusError`, or undefined if there is none.
 */
export function findStatusError(error: unknown): StatusError | undefined {
  return findCause(error, StatusError);
}

function hasReason(error: unknown, reason: string, code: number): boolean {
  const found = findStatusError(error);
  if (found === undefined) return false;
  if (found.reason === reason) return true;
  return found.code === code && !KNOWN_REASONS.has(found.reason ?? "");
}

/**
 * Reports whether the requested version is permanently gone, as client-go's
 * [`IsGone`](https://pkg.go.dev/k8s.io/apimachinery/pkg/api/errors#IsGone).
 * For a version that has expired use {@linkcode isResourceExpired};
 * {@linkcode isExpiredOrGone} covers both.
 *
 * @param error The thrown value.
 * @returns Whether `error` is, or was caused by, a `StatusError` of that kind.
 *
 * @example A 410 without a known reason
 * ```ts
 * import { isGone, StatusError } from "@watchtools/kube";
 * import { assert } from "@std/assert";
 *
 * assert(isGone(new StatusError({ code: 410 })));
 * assert(!isGone(new StatusError({ code: 410, reason: "Expired" })));
 * ```
 */
export function isGone(error: unknown): boolean {
  return hasReason(error, "Gone", 410);
}

/**
 * Reports whether the requested version or continue token has expired, as
 * client-go's
 * [`IsResourceExpired`](https://pkg.go.dev/k8s.io/apimachinery/pkg/api/errors#IsResourceExpired).
 * Only the reason counts, not the code.
 *
 * @param error The thrown value.
 * @returns Whether `error` is, or was caused by, a `StatusError` of that kind.
 *
 * @example The error of an API server for a compacted version
 * ```ts
 * import { isResourceExpired, StatusError } from "@watchtools/kube";
 * import { assert } from "@std/assert";
 *
 * assert(isResourceExpired(new StatusError({ code: 410, reason: "Expired" })));
 * ```
 */
export function isResourceExpired(error: unknown): boolean {
  return findStatusError(error)?.reason === "Expired";
}

/**
 * Reports whether a watch cannot resume from its resource version:
 * {@linkcode isGone} or {@linkcode isResourceExpired}.
 *
 * @param error The thrown value.
 * @returns Whether `error` is, or was caused by, a `StatusError` of that kind.
 *
 * @example Both forms of a 410
 * ```ts
 * import { isExpiredOrGone, StatusError } from "@watchtools/kube";
 * import { assert } from "@std/assert";
 *
 * assert(isExpiredOrGone(new StatusError({ code: 410, reason: "Expired" })));
 * assert(isExpiredOrGone(new StatusError({ code: 410, reason: "Gone" })));
 * ```
 */
export function isExpiredOrGone(error: unknown): boolean {
  return isResourceExpired(error) || isGone(error);
}

/**
 * Reports whether a page or a version is no longer available. Here the code 410
 * is enough, regardless of the reason.
 *
 * @param error The thrown value.
 * @returns Whether `error` is, or was caused by, a 410 of any kind.
 */
export function isExpired(error: unknown): boolean {
  return isExpiredOrGone(error) || findStatusError(error)?.code === 410;
}

/**
 * Reports whether the request is forbidden, as client-go's
 * [`IsForbidden`](https://pkg.go.dev/k8s.io/apimachinery/pkg/api/errors#IsForbidden).
 *
 * @param error The thrown value.
 * @returns Whether `error` is, or was caused by, a `StatusError` of that kind.
 *
 * @example A role without the verb
 * ```ts
 * import { isForbidden, StatusError } from "@watchtools/kube";
 * import { assert } from "@std/assert";
 *
 * assert(isForbidden(new StatusError({ code: 403, reason: "Forbidden" })));
 * ```
 */
export function isForbidden(error: unknown): boolean {
  return hasReason(error, "Forbidden", 403);
}

/**
 * Reports whether the request is not authenticated, as client-go's
 * [`IsUnauthorized`](https://pkg.go.dev/k8s.io/apimachinery/pkg/api/errors#IsUnauthorized).
 *
 * @param error The thrown value.
 * @returns Whether `error` is, or was caused by, a `StatusError` of that kind.
 *
 * @example A token that has expired
 * ```ts
 * import { isUnauthorized, StatusError } from "@watchtools/kube";
 * import { assert } from "@std/assert";
 *
 * assert(isUnauthorized(new StatusError({ code: 401 })));
 * ```
 */
export function isUnauthorized(error: unknown): boolean {
  return hasReason(error, "Unauthorized", 401);
}

/**
 * Reports whether the object or resource does not exist, as client-go's
 * [`IsNotFound`](https://pkg.go.dev/k8s.io/apimachinery/pkg/api/errors#IsNotFound).
 *
 * @param error The thrown value.
 * @returns Whether `error` is, or was caused by, a `StatusError` of that kind.
 *
 * @example A misspelt name
 * ```ts
 * import { isNotFound, StatusError } from "@watchtools/kube";
 * import { assert } from "@std/assert";
 *
 * assert(isNotFound(new StatusError({ code: 404, reason: "NotFound" })));
 * ```
 */
export function isNotFound(error: unknown): boolean {
  return hasReason(error, "NotFound", 404);
}

/**
 * Reports whether the object has changed since it was read, as client-go's
 * [`IsConflict`](https://pkg.go.dev/k8s.io/apimachinery/pkg/api/errors#IsConflict).
 *
 * @param error The thrown value.
 * @returns Whether `error` is, or was caused by, a `StatusError` of that kind.
 *
 * @example An update of an outdated version
 * ```ts
 * import { isConflict, StatusError } from "@watchtools/kube";
 * import { assert } from "@std/assert";
 *
 * assert(isConflict(new StatusError({ code: 409, reason: "Conflict" })));
 * ```
 */
export function isConflict(error: unknown): boolean {
  return hasReason(error, "Conflict", 409);
}

/**
 * Reports whether the server asks to slow down, as client-go's
 * [`IsTooManyRequests`](https://pkg.go.dev/k8s.io/apimachinery/pkg/api/errors#IsTooManyRequests).
 * Here the code 429 is enough, regardless of the reason.
 *
 * @param error The thrown value.
 * @returns Whether `error` is, or was caused by, a `StatusError` of that kind.
 *
 * @example An overloaded server
 * ```ts
 * import { isTooManyRequests, StatusError } from "@watchtools/kube";
 * import { assert } from "@std/assert";
 *
 * assert(isTooManyRequests(new StatusError({ code: 429 })));
 * ```
 */
export function isTooManyRequests(error: unknown): boolean {
  const found = findStatusError(error);
  return found?.reason === "TooManyRequests" || found?.code === 429;
}

/**
 * Reports whether the server could not respond in time, as client-go's
 * [`IsTimeout`](https://pkg.go.dev/k8s.io/apimachinery/pkg/api/errors#IsTimeout).
 *
 * @param error The thrown value.
 * @returns Whether `error` is, or was caused by, a `StatusError` of that kind.
 *
 * @example A gateway that gave up
 * ```ts
 * import { isTimeout, StatusError } from "@watchtools/kube";
 * import { assert } from "@std/assert";
 *
 * assert(isTimeout(new StatusError({ code: 504 })));
 * ```
 */
export function isTimeout(error: unknown): boolean {
  return hasReason(error, "Timeout", 504);
}

/**
 * Reports whether the server had an internal error, as client-go's
 * [`IsInternalError`](https://pkg.go.dev/k8s.io/apimachinery/pkg/api/errors#IsInternalError).
 *
 * @param error The thrown value.
 * @returns Whether `error` is, or was caused by, a `StatusError` of that kind.
 *
 * @example An admission webhook that cannot be called
 * ```ts
 * import { isInternalError, StatusError } from "@watchtools/kube";
 * import { assert } from "@std/assert";
 *
 * assert(isInternalError(new StatusError({ code: 500 })));
 * ```
 */
export function isInternalError(error: unknown): boolean {
  return hasReason(error, "InternalError", 500);
}

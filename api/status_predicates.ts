/**
 * What kind of failure a `StatusError` is.
 *
 * As in client-go's
 * [`api/errors`](https://pkg.go.dev/k8s.io/apimachinery/pkg/api/errors), the
 * reason decides, and the code only where the reason is none that the field
 * knows: a 410 whose reason is Expired is expired, not gone. An error that was
 * caused by a `StatusError`, at whatever depth, is what that one is, as Go's
 * `errors.As` looks through wrapped errors.
 *
 * @module
 */

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
 * The `StatusError` that an error is, or was caused by.
 *
 * @param error Whatever was thrown.
 * @returns The outermost `StatusError`, or undefined where there is none.
 */
export function findStatusError(error: unknown): StatusError | undefined {
  const seen = new Set<unknown>();
  let current = error;
  while (current instanceof Error && !seen.has(current)) {
    if (current instanceof StatusError) return current;
    seen.add(current);
    current = current.cause;
  }
  return undefined;
}

function is(error: unknown, reason: string, code: number): boolean {
  const found = findStatusError(error);
  if (found === undefined) return false;
  if (found.reason === reason) return true;
  return found.code === code && !KNOWN_REASONS.has(found.reason ?? "");
}

/**
 * Whether the requested version is gone for good, as client-go's
 * [`IsGone`](https://pkg.go.dev/k8s.io/apimachinery/pkg/api/errors#IsGone).
 * A version that has expired is {@linkcode isResourceExpired};
 * {@linkcode isExpiredOrGone} covers both.
 *
 * @param error Whatever was thrown.
 * @returns Whether it is, or was caused by, a `StatusError` of that kind.
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
  return is(error, "Gone", 410);
}

/**
 * Whether the requested version or continue token has expired, as client-go's
 * [`IsResourceExpired`](https://pkg.go.dev/k8s.io/apimachinery/pkg/api/errors#IsResourceExpired).
 * Only the reason tells.
 *
 * @param error Whatever was thrown.
 * @returns Whether it is, or was caused by, a `StatusError` of that kind.
 *
 * @example What an apiserver sends for a version that was compacted
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
 * Whether a watch cannot go on from where it was, for either reason:
 * {@linkcode isGone} or {@linkcode isResourceExpired}.
 *
 * @param error Whatever was thrown.
 * @returns Whether it is, or was caused by, a `StatusError` of that kind.
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
 * Whether a page or a version can no more be had: the code is enough here,
 * whatever the reason says.
 *
 * @param error Whatever was thrown.
 * @returns Whether it is a 410 of any kind.
 */
export function isExpired(error: unknown): boolean {
  return isExpiredOrGone(error) || findStatusError(error)?.code === 410;
}

/**
 * Whether the request is forbidden, as client-go's
 * [`IsForbidden`](https://pkg.go.dev/k8s.io/apimachinery/pkg/api/errors#IsForbidden).
 *
 * @param error Whatever was thrown.
 * @returns Whether it is, or was caused by, a `StatusError` of that kind.
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
  return is(error, "Forbidden", 403);
}

/**
 * Whether the server does not know the caller, as client-go's
 * [`IsUnauthorized`](https://pkg.go.dev/k8s.io/apimachinery/pkg/api/errors#IsUnauthorized).
 *
 * @param error Whatever was thrown.
 * @returns Whether it is, or was caused by, a `StatusError` of that kind.
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
  return is(error, "Unauthorized", 401);
}

/**
 * Whether there is no such object or resource, as client-go's
 * [`IsNotFound`](https://pkg.go.dev/k8s.io/apimachinery/pkg/api/errors#IsNotFound).
 *
 * @param error Whatever was thrown.
 * @returns Whether it is, or was caused by, a `StatusError` of that kind.
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
  return is(error, "NotFound", 404);
}

/**
 * Whether the object has changed since it was read, as client-go's
 * [`IsConflict`](https://pkg.go.dev/k8s.io/apimachinery/pkg/api/errors#IsConflict).
 *
 * @param error Whatever was thrown.
 * @returns Whether it is, or was caused by, a `StatusError` of that kind.
 *
 * @example An update of an old version
 * ```ts
 * import { isConflict, StatusError } from "@watchtools/kube";
 * import { assert } from "@std/assert";
 *
 * assert(isConflict(new StatusError({ code: 409, reason: "Conflict" })));
 * ```
 */
export function isConflict(error: unknown): boolean {
  return is(error, "Conflict", 409);
}

/**
 * Whether the server asks to slow down, as client-go's
 * [`IsTooManyRequests`](https://pkg.go.dev/k8s.io/apimachinery/pkg/api/errors#IsTooManyRequests).
 * Here the code 429 is enough, whatever the reason says.
 *
 * @param error Whatever was thrown.
 * @returns Whether it is, or was caused by, a `StatusError` of that kind.
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
 * Whether the server could not finish in time, as client-go's
 * [`IsTimeout`](https://pkg.go.dev/k8s.io/apimachinery/pkg/api/errors#IsTimeout).
 *
 * @param error Whatever was thrown.
 * @returns Whether it is, or was caused by, a `StatusError` of that kind.
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
  return is(error, "Timeout", 504);
}

/**
 * Whether the server failed within, as client-go's
 * [`IsInternalError`](https://pkg.go.dev/k8s.io/apimachinery/pkg/api/errors#IsInternalError).
 *
 * @param error Whatever was thrown.
 * @returns Whether it is, or was caused by, a `StatusError` of that kind.
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
  return is(error, "InternalError", 500);
}

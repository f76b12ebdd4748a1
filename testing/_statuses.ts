/**
 * The failures of a kube-apiserver, in its own words, as errors to throw. The
 * wording is that of `k8s.io/apimachinery/pkg/api/errors` and of the places in
 * `k8s.io/apiserver` that call it, since people and tests read it.
 *
 * @module
 */

import { StatusError } from "../api/status_error.ts";
import type { Status, StatusCause, StatusDetails } from "../api/types.ts";

/** The group and plural name of a resource, as messages name it. */
export interface GroupResource {
  /** API group; empty for the core group. */
  readonly group: string;
  /** Plural name. */
  readonly resource: string;
}

/** One failed check of one field of a request. */
export interface FieldError {
  /** Path of the field. */
  readonly field: string;
  /** `"FieldValueInvalid"` and the like. */
  readonly reason: string;
  /** What is wrong, with the value. */
  readonly message: string;
}

/** `deployments.apps`, or `pods` in the core group. */
export function qualifiedName({ group, resource }: GroupResource): string {
  return group === "" ? resource : `${resource}.${group}`;
}

/** A failure Status with what every one of them has. */
export function failure(
  code: number,
  reason: string,
  message: string,
  details?: StatusDetails,
): Status {
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message,
    reason,
    ...(details === undefined ? {} : { details }),
    code,
  };
}

function about({ group, resource }: GroupResource, name?: string) {
  return {
    ...(name ? { name } : {}),
    ...(group === "" ? {} : { group }),
    kind: resource,
  };
}

/** 400. */
export function badRequest(message: string): StatusError {
  return new StatusError(failure(400, "BadRequest", message));
}

/** 401. */
export function unauthorized(): StatusError {
  return new StatusError(failure(401, "Unauthorized", "Unauthorized"));
}

/** 404 for an object. */
export function notFound(resource: GroupResource, name: string): StatusError {
  return new StatusError(failure(
    404,
    "NotFound",
    `${qualifiedName(resource)} ${JSON.stringify(name)} not found`,
    about(resource, name),
  ));
}

/** 404 for the resource itself. */
export function unknownResource(): StatusError {
  return new StatusError(failure(
    404,
    "NotFound",
    "the server could not find the requested resource",
    {},
  ));
}

/** 405 for a method that no route has. */
export function methodNotAllowed(): StatusError {
  return new StatusError(failure(
    405,
    "MethodNotAllowed",
    "the server does not allow this method on the requested resource",
    {},
  ));
}

/** 406, with what would be acceptable. */
export function notAcceptable(accepted: readonly string[]): StatusError {
  return new StatusError(failure(
    406,
    "NotAcceptable",
    `only the following media types are accepted: ${accepted.join(", ")}`,
  ));
}

/** 409 for a name that is taken. */
export function alreadyExists(
  resource: GroupResource,
  name: string,
): StatusError {
  return new StatusError(failure(
    409,
    "AlreadyExists",
    `${qualifiedName(resource)} ${JSON.stringify(name)} already exists`,
    about(resource, name),
  ));
}

/** 409 for a write that is not based on the current version. */
export function conflict(
  resource: GroupResource,
  name: string,
  why: string =
    "the object has been modified; please apply your changes to the latest version and try again",
): StatusError {
  return new StatusError(failure(
    409,
    "Conflict",
    `Operation cannot be fulfilled on ${qualifiedName(resource)} ${
      JSON.stringify(name)
    }: ${why}`,
    about(resource, name),
  ));
}

/** 410 for a list at a version that is compacted. */
export function listExpired(): StatusError {
  return expired("The resourceVersion for the provided list is too old.");
}

/** 410 for a page at a version that is compacted. */
export function continueExpired(token: string): StatusError {
  const error = expired(
    "The provided continue parameter is too old to display a consistent " +
      "list result. You can start a new list without the continue " +
      "parameter, or use the continue token in this response to retrieve " +
      "the remainder of the results. Continuing with the provided token " +
      "results in an inconsistent list - objects that were created, " +
      "modified, or deleted between the time the first chunk was returned " +
      "and now may show up in the list.",
  );
  return new StatusError({ ...error.status, metadata: { continue: token } });
}

/** 410 for a watch from a version that is compacted. */
export function watchExpired(asked: bigint, oldest: bigint): StatusError {
  return expired(`too old resource version: ${asked} (${oldest})`);
}

function expired(message: string): StatusError {
  return new StatusError(failure(410, "Expired", message));
}

/** 415, with what could be sent. */
export function unsupportedMediaType(
  accepted: readonly string[],
): StatusError {
  return new StatusError(failure(
    415,
    "UnsupportedMediaType",
    "the body of the request was in an unknown format - accepted media " +
      `types include: ${accepted.join(", ")}`,
  ));
}

/** 422, with what is wrong field by field. */
export function invalid(
  kind: GroupResource,
  name: string,
  errors: readonly FieldError[],
): StatusError {
  const texts = errors.map(({ field, message }) => `${field}: ${message}`);
  const text = texts.length === 1 ? texts[0] : `[${texts.join(", ")}]`;
  const causes: StatusCause[] = [...errors];
  return new StatusError(failure(
    422,
    "Invalid",
    `${qualifiedName(kind)} ${JSON.stringify(name)} is invalid: ${text}`,
    { ...about(kind, name), causes },
  ));
}

/** 504 for a version that the server has not reached yet. */
export function tooLargeResourceVersion(
  asked: bigint,
  current: bigint,
): StatusError {
  return new StatusError(failure(
    504,
    "Timeout",
    `Timeout: Too large resource version: ${asked}, current: ${current}`,
    {
      causes: [{
        reason: "ResourceVersionTooLarge",
        message: "Too large resource version",
      }],
      retryAfterSeconds: 1,
    },
  ));
}

const REASONS: Readonly<Record<number, readonly [string, string]>> = {
  400: ["BadRequest", "the server rejected our request for an unknown reason"],
  401: ["Unauthorized", "Unauthorized"],
  403: ["Forbidden", "forbidden: access is denied"],
  404: ["NotFound", "the server could not find the requested resource"],
  405: [
    "MethodNotAllowed",
    "the server does not allow this method on the requested resource",
  ],
  409: ["Conflict", "the server reported a conflict"],
  410: ["Expired", "The resourceVersion for the provided list is too old."],
  422: [
    "Invalid",
    "the server rejected our request due to an error in our request",
  ],
  429: [
    "TooManyRequests",
    "the server has received too many requests and has asked us to try again later",
  ],
  500: [
    "InternalError",
    "Internal error occurred: an error on the server has prevented the request from succeeding",
  ],
  503: [
    "ServiceUnavailable",
    "the server is currently unable to handle the request",
  ],
  504: [
    "Timeout",
    "Timeout: request did not complete within the allotted timeout",
  ],
};

/** The Status that a server answers a code with when it knows no more. */
export function statusOfCode(code: number): Status {
  const [reason, message] = REASONS[code] ??
    ["InternalError", `the server responded with the status code ${code}`];
  return failure(code, reason, message);
}

/**
 * The failures of a kube-apiserver as errors to throw. The messages are those
 * of `k8s.io/apimachinery/pkg/api/errors` and its callers in
 * `k8s.io/apiserver`, since users and tests read them.
 *
 * @module
 */

import { StatusError } from "../api/status_error.ts";
import type { Status, StatusCause, StatusDetails } from "../api/types.ts";

/** The group and plural name of a resource, as used in messages. */
export interface GroupResource {
  /** The API group; empty for the core group. */
  readonly group: string;
  /** The plural name. */
  readonly resource: string;
}

/** A failed validation of a field of a request. */
export interface FieldError {
  /** The path of the field. */
  readonly field: string;
  /** The reason, such as `"FieldValueInvalid"`. */
  readonly reason: string;
  /** A description of the failure, with the value. */
  readonly message: string;
}

/**
 * Returns the qualified name: `deployments.apps`, or `pods` in the core group.
 */
export function qualifiedName({ group, resource }: GroupResource): string {
  return group === "" ? resource : `${resource}.${group}`;
}

/** Creates a failure Status with the common fields. */
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
    ...(reason === "" ? {} : { reason }),
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

/** 400: the request is malformed. */
export function badRequest(message: string): StatusError {
  return new StatusError(failure(400, "BadRequest", message));
}

/** 401: the request is not authenticated. */
export function unauthorized(): StatusError {
  return new StatusError(failure(401, "Unauthorized", "Unauthorized"));
}

/** 404: an object does not exist. */
export function notFound(resource: GroupResource, name = ""): StatusError {
  return new StatusError(failure(
    404,
    "NotFound",
    `${qualifiedName(resource)} ${JSON.stringify(name)} not found`,
    about(resource, name),
  ));
}

/** 404: the resource does not exist. */
export function unknownResource(): StatusError {
  return new StatusError(failure(
    404,
    "NotFound",
    "the server could not find the requested resource",
    {},
  ));
}

/** 405: the method is not supported for the resource. */
export function methodNotAllowed(): StatusError {
  return new StatusError(failure(
    405,
    "MethodNotAllowed",
    "the server does not allow this method on the requested resource",
    {},
  ));
}

/** 405: the method is not supported for the custom resource. */
export function verbNotSupported(
  resource: GroupResource,
  method: string,
): StatusError {
  const verb = method === "POST" ? "create" : method.toLowerCase();
  return new StatusError(failure(
    405,
    "MethodNotAllowed",
    `${verb} is not supported on resources of kind ` +
      JSON.stringify(qualifiedName(resource)),
    about(resource),
  ));
}

/** 406: no acceptable representation. */
export function notAcceptable(
  message: string,
  details?: StatusDetails,
): StatusError {
  return new StatusError(failure(406, "NotAcceptable", message, details));
}

/** 409: the name is already in use. */
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

/** 409: a write is not based on the current version. */
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

/** 410: the version of a list has been compacted. */
export function listExpired(): StatusError {
  return expired("The resourceVersion for the provided list is too old.");
}

/** 410: the version of a `continue` token has been compacted. */
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

/** 410: the version of a watch has been compacted. */
export function watchExpired(asked: bigint, oldest: bigint): StatusError {
  return expired(`too old resource version: ${asked} (${oldest})`);
}

function expired(message: string): StatusError {
  return new StatusError(failure(410, "Expired", message));
}

/** 415: the content type of the body is not supported. */
export function unsupportedMediaType(
  accepted: readonly string[],
  details?: StatusDetails,
): StatusError {
  return new StatusError(failure(
    415,
    "UnsupportedMediaType",
    "the body of the request was in an unknown format - accepted media " +
      `types include: ${accepted.join(", ")}`,
    details,
  ));
}

/** 422: one or more fields are not valid. */
export function invalid(
  kind: GroupResource,
  name: string,
  errors: readonly FieldError[],
): StatusError {
  const texts = [
    ...new Set(errors.map(({ field, message }) => `${field}: ${message}`)),
  ];
  const text = texts.length === 1 ? texts[0] : `[${texts.join(", ")}]`;
  const causes: StatusCause[] = [...errors];
  return new StatusError(failure(
    422,
    "Invalid",
    `${qualifiedName(kind)} ${JSON.stringify(name)} is invalid: ${text}`,
    { ...about(kind, name), causes },
  ));
}

/** 422: a patch that cannot be applied. */
export function unprocessable(): StatusError {
  return new StatusError(failure(
    422,
    "Invalid",
    "the server rejected our request due to an error in our request",
    {},
  ));
}

/** 500: an object to create has a resource version. */
export function resourceVersionSet(): StatusError {
  return plainError(
    "resourceVersion should not be set on objects to be created",
  );
}

/** 500: an error without a reason. */
export function plainError(message: string): StatusError {
  return new StatusError(failure(500, "", message));
}

/** 504: the server has not reached the version yet. */
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

/** Returns the generic Status for a code. */
export function statusOfCode(code: number): Status {
  const [reason, message] = REASONS[code] ??
    ["InternalError", `the server responded with the status code ${code}`];
  return failure(code, reason, message);
}

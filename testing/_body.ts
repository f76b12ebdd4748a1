/**
 * Parses and validates the body of a write before it is processed.
 *
 * @module
 */

import { isRecord } from "../internal/json_fields.ts";
import type { JsonObject } from "./_merge_patch.ts";
import { subdomainErrors } from "../api/_name_rules.ts";
import type { ObjectAddress } from "./_object_address.ts";
import {
  apiVersionOf,
  isDefined,
  type ResourceInfo,
} from "./_resource_info.ts";
import {
  badRequest,
  type FieldError,
  invalid,
  unsupportedMediaType,
} from "./_statuses.ts";
import type { StoredObject } from "./stored_object.ts";

/** Returns whether a JSON value has the shape of a Kubernetes object. */
export function isStoredObject(value: unknown): value is StoredObject {
  return isRecord(value) &&
    (value.metadata === undefined || isRecord(value.metadata)) &&
    isOptionalString(value.apiVersion) && isOptionalString(value.kind);
}

/**
 * Parses a JSON object.
 *
 * @param body The text of the body.
 * @returns The object.
 * @throws {StatusError} With code 400 if the body is not a JSON object.
 */
export function parseJsonObject(body: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (error) {
    throw unrecognized(error instanceof Error ? error.message : String(error));
  }
  if (isRecord(value)) return value;
  throw unrecognized("the body is not a JSON object");
}

/**
 * Interprets a JSON object as an object of a resource, and adds `apiVersion`
 * and `kind` if they are missing.
 *
 * @param value The JSON object.
 * @param info The resource.
 * @returns The object.
 * @throws {StatusError} With code 400 if it is of another kind or version.
 */
export function asObject(value: JsonObject, info: ResourceInfo): StoredObject {
  const expected = apiVersionOf(info);
  if (isDefined(info) && (!value.kind || !value.apiVersion)) {
    const missing = value.kind ? "apiVersion" : "Kind";
    const json = JSON.stringify(value);
    throw badRequest(
      `the object provided is unrecognized (must be of type ${info.kind}): ` +
        `Object '${missing}' is missing in '${json}' (${json})`,
    );
  }
  const object = { apiVersion: expected, kind: info.kind, ...value };
  if (!isStoredObject(object)) {
    throw unrecognized("metadata, apiVersion or kind has the wrong type");
  }
  if (object.apiVersion !== expected) {
    throw badRequest(
      `the API version in the data (${object.apiVersion}) does not match the ` +
        `expected API version (${expected})`,
    );
  }
  if (isDefined(info) && object.kind !== info.kind) {
    throw wrongKind(object, info);
  }
  if (object.kind !== info.kind && !info.guessed) {
    throw badRequest(
      `${object.kind} in version ${
        JSON.stringify(info.version)
      } cannot be handled as a ${info.kind}: converting (${object.kind}) to ` +
        `(${info.kind}): unknown conversion`,
    );
  }
  return object;
}

/**
 * Throws if the name or namespace of an object differs from that in the URL.
 */
export function checkAddress(
  object: StoredObject,
  { name, namespace }: ObjectAddress,
): void {
  const { name: given, namespace: givenNamespace } = object.metadata ?? {};
  if (!given) {
    throw badRequest(
      `the name of the object (${name} based on URL) was undeterminable: ` +
        "name must be provided",
    );
  }
  if (given !== name) {
    throw badRequest(
      `the name of the object (${given}) does not match the name on the URL ` +
        `(${name})`,
    );
  }
  if (namespace && givenNamespace && givenNamespace !== namespace) {
    throw badRequest(
      "the namespace of the provided object does not match the namespace " +
        "sent on the request",
    );
  }
}

/** Throws if a name is not valid. */
export function checkName(name: string, info: ResourceInfo): void {
  const problems = info.group === "rbac.authorization.k8s.io"
    ? []
    : subdomainErrors(name, "characters");
  const errors: FieldError[] = name === ""
    ? [{
      field: "metadata.name",
      reason: "FieldValueRequired",
      message: "Required value: name or generateName is required",
    }]
    : problems.map((problem) => ({
      field: "metadata.name",
      reason: "FieldValueInvalid",
      message: `Invalid value: ${JSON.stringify(name)}: ${problem}`,
    }));
  if (errors.length === 0) return;
  throw invalid({ group: info.group, resource: info.kind }, name, errors);
}

/** Throws if the content type of an object is not JSON. */
export function checkObjectType(contentType: string | null): void {
  if (mediaType(contentType) === "application/json") return;
  throw unsupportedMediaType([
    "application/json",
    "application/yaml",
    "application/vnd.kubernetes.protobuf",
  ]);
}

/** Throws if the content type of a patch is not accepted. */
export function checkPatchType(
  contentType: string | null,
  accepted: readonly string[],
  info: ResourceInfo,
): void {
  if (accepted.includes(mediaType(contentType))) return;
  throw unsupportedMediaType(accepted, isDefined(info) ? undefined : {});
}

function mediaType(contentType: string | null): string {
  return (contentType ?? "").split(";")[0]?.trim() ?? "";
}

function wrongKind({ kind = "", metadata }: StoredObject, info: ResourceInfo) {
  return invalid({ group: info.group, resource: kind }, metadata?.name ?? "", [{
    field: "kind",
    reason: "FieldValueInvalid",
    message: `Invalid value: ${JSON.stringify(kind)}: must be ${info.kind}`,
  }]);
}

function unrecognized(why: string) {
  return badRequest(`the object provided is unrecognized: ${why}`);
}

function isOptionalString(value: unknown): boolean {
  return value === undefined || typeof value === "string";
}

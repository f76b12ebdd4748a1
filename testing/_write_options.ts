/**
 * The options of a write: who writes, and how an object is deleted.
 *
 * @module
 */

import { isRecord } from "../internal/json_fields.ts";
import type { ApiRequest } from "./_api_request.ts";
import { parseJsonObject } from "./_body.ts";
import type { FieldWriter } from "./_managed_fields.ts";
import type { JsonObject } from "./_merge_patch.ts";
import type { DeleteOptions } from "./_object_address.ts";
import { now } from "./_objects.ts";
import { checkDryRun } from "./_query.ts";
import { type FieldError, invalid } from "./_statuses.ts";

const POLICIES = ["Foreground", "Background", "Orphan"];

/** Returns who sends a request. */
export function writerOf(
  { query, headers }: ApiRequest,
  subresource?: string,
): FieldWriter {
  const agent = (headers.get("user-agent") ?? "").split("/")[0];
  const manager = query.get("fieldManager") || agent || "unknown";
  return { manager, subresource, time: now() };
}

/**
 * Parses the options of a deletion, from the body or the query.
 *
 * @param request The request.
 * @returns The options.
 * @throws {StatusError} With code 400 or 422 if they are not valid.
 */
export function deleteOptionsOf(
  { body, query }: ApiRequest,
): DeleteOptions {
  const given = body === "" ? fromQuery(query) : parseJsonObject(body);
  const { preconditions, propagationPolicy: policy, dryRun } = given;
  const { uid, resourceVersion } = isRecord(preconditions) ? preconditions : {};
  if (typeof policy === "string" && !POLICIES.includes(policy)) {
    throw badPolicy(policy);
  }
  return {
    uid: typeof uid === "string" ? uid : undefined,
    resourceVersion: typeof resourceVersion === "string"
      ? resourceVersion
      : undefined,
    propagationPolicy: typeof policy === "string"
      ? policy
      : orphanPolicy(given.orphanDependents),
    dryRun: checkDryRun(Array.isArray(dryRun) ? dryRun : [], "DeleteOptions"),
  };
}

function fromQuery(query: URLSearchParams): JsonObject {
  const dryRun = query.getAll("dryRun");
  const policy = query.get("propagationPolicy");
  return {
    ...(dryRun.length === 0 ? {} : { dryRun }),
    ...(policy === null ? {} : { propagationPolicy: policy }),
  };
}

function orphanPolicy(orphan: unknown): string | undefined {
  return orphan === true ? "Orphan" : undefined;
}

function badPolicy(policy: string) {
  const supported = [...POLICIES, "nil"].map((value) => JSON.stringify(value));
  const error: FieldError = {
    field: "propagationPolicy",
    reason: "FieldValueNotSupported",
    message:
      `Unsupported value: ${JSON.stringify(policy)}: supported values: ` +
      supported.join(", "),
  };
  return invalid({ group: "meta.k8s.io", resource: "DeleteOptions" }, "", [
    error,
  ]);
}

/**
 * JSON Patch (RFC 6902) by the npm package `rfc6902`, which is loaded only when
 * a request needs it.
 *
 * @module
 */

import type { Operation } from "rfc6902";
import { isRecord } from "../internal/json_fields.ts";
import type { JsonObject } from "./_merge_patch.ts";
import { badRequest, unprocessable } from "./_statuses.ts";

/** The content type of a JSON patch. */
export const JSON_PATCH_TYPE = "application/json-patch+json";

/**
 * Applies a JSON patch to an object, which is not modified. Throws a
 * `StatusError` with code 400 if it is not a JSON patch, or with code 422 if it
 * cannot be applied.
 */
export type JsonPatchFunction = (
  target: object,
  patch: string,
) => JsonObject;

const NEEDS: Readonly<Record<string, string>> = {
  add: "value",
  replace: "value",
  test: "value",
  move: "from",
  copy: "from",
};

/** Returns whether a content type is that of JSON patches. */
export function isJsonPatch(contentType: string | null): boolean {
  return contentType?.split(";")[0]?.trim() === JSON_PATCH_TYPE;
}

/** Loads the package. */
export async function loadJsonPatch(): Promise<JsonPatchFunction> {
  const { applyPatch } = await import("rfc6902");
  return (target, patch) => {
    const root: unknown = structuredClone(target);
    const errors = applyPatch(root, operationsOf(patch));
    if (errors.some((error) => error !== null) || !isRecord(root)) {
      throw unprocessable();
    }
    return { ...root };
  };
}

function operationsOf(patch: string): Operation[] {
  let operations: unknown;
  try {
    operations = JSON.parse(patch);
  } catch (error) {
    throw badRequest(`error decoding patch: ${error}`);
  }
  if (!Array.isArray(operations)) {
    throw badRequest("error decoding patch: it is not an array of operations");
  }
  return operations.map((operation: unknown) => {
    if (isOperation(operation)) return operation;
    throw unprocessable();
  });
}

function isOperation(value: unknown): value is Operation {
  if (!isRecord(value) || typeof value.path !== "string") return false;
  if (value.op === "remove") return true;
  const needed = NEEDS[String(value.op)];
  return needed !== undefined && Object.hasOwn(value, needed) &&
    (needed === "value" || typeof value.from === "string");
}

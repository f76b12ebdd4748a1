/**
 * The error for an object that was specified by name and does not exist.
 *
 * @module
 */

import { StatusError } from "../../api/status_error.ts";
import type { KubernetesObject } from "../../api/types.ts";
import type { Target } from "./selection.ts";
import { qualifiedPlural } from "./object_names.ts";

/**
 * Creates the error that a server returns for a GET of a missing object, from
 * the result of a LIST.
 *
 * @param target The object, or the objects if it has no name.
 * @param objects The objects in the list.
 * @returns The error; undefined if the object exists or the target has no name.
 */
export function missingError(
  { resource, name }: Target,
  objects: readonly KubernetesObject[],
): StatusError | undefined {
  if (name === undefined || objects.length > 0) return undefined;
  return new StatusError({
    metadata: {},
    status: "Failure",
    reason: "NotFound",
    message: `${qualifiedPlural(resource)} "${name}" not found`,
    code: 404,
  });
}

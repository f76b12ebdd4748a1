/**
 * The failure that it is that an object which was named is not there.
 *
 * @module
 */

import { StatusError } from "../../api/status_error.ts";
import type { KubernetesObject } from "../../api/types.ts";
import type { Target } from "./selection.ts";
import { qualifiedPlural } from "./object_names.ts";

/**
 * What a server says where an object is asked for by its name, made of what a
 * list of it says.
 *
 * @param target What was asked for.
 * @param objects What is there of it.
 * @returns The failure; undefined where it is there, or none was named.
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

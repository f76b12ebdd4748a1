/**
 * Resources for the tests of the command line.
 *
 * @module
 */

import {
  builtInByShortName,
  builtInResource,
  type ResourceType,
} from "../../cli/resources/built_in.ts";

/**
 * Returns a built-in resource of Kubernetes.
 *
 * @param text The name of the resource.
 * @returns The resource.
 */
export function resourceNamed(text: string): ResourceType {
  const resource = builtInResource(text) ?? builtInByShortName(text);
  if (resource === undefined) throw new Error(`no resource ${text}`);
  return resource;
}

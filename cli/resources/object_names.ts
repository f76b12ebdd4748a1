/**
 * The names of objects in output. They are `kubectl`'s, since scripts rely on
 * them.
 *
 * @module
 */

import type { KubernetesObject } from "../../api/types.ts";
import type { ResourceType } from "./built_in.ts";
import { oneLine } from "../terminal/text.ts";

/**
 * The name of an object, as `-o name` prints it.
 *
 * @param object The object.
 * @param resource Its resource, in case `apiVersion` or `kind` is missing.
 * @returns `"deployment.apps/web"`, `"pod/web-0"`.
 */
export function objectName(
  object: KubernetesObject,
  resource: ResourceType,
): string {
  const { apiVersion, kind, metadata } = object;
  const group = apiVersion === undefined ? resource.group : groupOf(apiVersion);
  const type = kind?.toLowerCase() ?? resource.plural;
  const name = metadata?.name ?? "<unknown>";
  return oneLine(`${type}${group === "" ? "" : `.${group}`}/${name}`);
}

function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf("/");
  return slash < 0 ? "" : apiVersion.slice(0, slash);
}

/**
 * The name of a resource with its group, as in messages of servers.
 *
 * @param resource The resource.
 * @returns `"deployments.apps"`, `"pods"`.
 */
export function qualifiedPlural({ plural, group }: ResourceType): string {
  return group === "" ? plural : `${plural}.${group}`;
}

/**
 * What objects are called in output: `kubectl`'s names, which scripts rely on.
 *
 * @module
 */

import type { KubernetesObject } from "../../api/types.ts";
import type { ResourceType } from "./built_in.ts";
import { oneLine } from "../terminal/text.ts";

/**
 * An object as `-o name` shows it.
 *
 * @param object The object, with its `apiVersion` and `kind`.
 * @param resource What stands in for a missing kind.
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
 * A resource with its group, as servers name it in messages.
 *
 * @param resource The resource.
 * @returns `"deployments.apps"`, `"pods"`.
 */
export function qualifiedPlural({ plural, group }: ResourceType): string {
  return group === "" ? plural : `${plural}.${group}`;
}

/**
 * The resource version of an object that came from outside.
 *
 * @module
 */

import type { KubernetesObject } from "./types.ts";

/** The object of an event, as far as it can be trusted. */
type Untrusted = KubernetesObject | null | undefined;

/**
 * The version that an event moves a watch to.
 *
 * @param object The object of the event.
 * @returns The version, or undefined where the object has none.
 */
export function versionOf(object: Untrusted): string | undefined {
  const version: unknown = object?.metadata?.resourceVersion;
  return typeof version === "string" && version !== "" ? version : undefined;
}

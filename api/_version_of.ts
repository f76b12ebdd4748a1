/**
 * Reads the resource version of an object whose shape is not trusted.
 *
 * @module
 */

import type { KubernetesObject } from "./types.ts";

/** The object of an event, which a custom watcher may get wrong. */
type Untrusted = KubernetesObject | null | undefined;

/**
 * Returns the resource version that an event moves a watch to.
 *
 * @param object The object of the event.
 * @returns The version, or undefined if the object has no valid one.
 */
export function versionOf(object: Untrusted): string | undefined {
  const version: unknown = object?.metadata?.resourceVersion;
  return typeof version === "string" && version !== "" ? version : undefined;
}

/**
 * What an object is: its API group and its kind. A kind alone is ambiguous:
 * `apps.kruise.io` has a DaemonSet, too, and Knative has a Service.
 *
 * @module
 */

import { textField } from "../internal/json_fields.ts";

/** The group and the kind of an object, as far as it says. */
export interface GroupKind {
  /** The API group; empty for the core group. */
  readonly group: string | undefined;
  /** The kind. */
  readonly kind: string | undefined;
}

/**
 * Returns the group and the kind of an object.
 *
 * @param object The object.
 * @returns Both; `undefined` for what the object does not say.
 */
export function groupKindOf(object: unknown): GroupKind {
  const apiVersion = textField(object, "apiVersion") || undefined;
  return {
    group: apiVersion === undefined ? undefined : groupOf(apiVersion),
    kind: textField(object, "kind") || undefined,
  };
}

function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf("/");
  return slash === -1 ? "" : apiVersion.slice(0, slash);
}

/**
 * Parses the key of a kind.
 *
 * @param key `"apps/Deployment"`, or `"Pod"` for a kind of the core group.
 * @returns The group and the kind.
 */
export function parseGroupKind(key: string): { group: string; kind: string } {
  const slash = key.indexOf("/");
  return {
    group: key.slice(0, Math.max(0, slash)),
    kind: key.slice(slash + 1),
  };
}

/**
 * Finds what is kept for an object's kind. An object that does not say its
 * group is taken at its kind.
 *
 * @typeParam V Type of the values.
 * @param values The values by key: `"apps/Deployment"`, or `"Pod"` for a kind
 *   of the core group.
 * @param object The object.
 * @returns The value; `undefined` if there is none, or if the object does not
 *   say its kind.
 */
export function findByKind<V>(
  values: ReadonlyMap<string, V>,
  object: unknown,
): V | undefined {
  const { group, kind } = groupKindOf(object);
  if (kind === undefined) return undefined;
  if (group !== undefined) {
    return values.get(group === "" ? kind : `${group}/${kind}`);
  }
  for (const [key, value] of values) {
    if (parseGroupKind(key).kind === kind) return value;
  }
  return undefined;
}

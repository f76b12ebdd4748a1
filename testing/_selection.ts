/**
 * Selects the objects of a list or watch, and maps changes to events: an object
 * that becomes selected is ADDED, one that is no longer selected is DELETED.
 *
 * @module
 */

import type { ChangeEvent, KubernetesObject } from "../api/types.ts";
import { type Change, withRevision } from "./_fake_store.ts";
import { parseFieldSelector } from "./_field_selector.ts";
import { parseLabelSelector } from "../api/_label_selector.ts";
import { badRequest } from "./_statuses.ts";

/** A selection of the objects of a store. */
export interface Selection {
  /** The prefix of their keys. */
  readonly prefix: string;
  /** Whether all objects under the prefix are selected. */
  readonly selectsAll: boolean;
  /** Whether it is looked up by name, so that there is no next page. */
  readonly isNamed?: boolean | undefined;
  /** Returns whether an object under the prefix is selected. */
  matches(object: KubernetesObject): boolean;
}

/** The selectors of a request. */
export interface Selectors {
  /** The label selector. */
  readonly labelSelector?: string | undefined;
  /** The field selector. */
  readonly fieldSelector?: string | undefined;
  /** The fields that the resource declares. */
  readonly fields?: readonly string[] | undefined;
  /** What to say of a field that the resource does not declare. */
  readonly unknownField?: ((field: string) => string) | undefined;
}

/**
 * Creates a selection from the selectors of a request.
 *
 * @param prefix The prefix of the keys.
 * @param selectors The selectors of the request.
 * @returns The selection.
 * @throws {StatusError} With code 400 if a selector is malformed.
 */
export function select(prefix: string, selectors: Selectors): Selection {
  const { labelSelector = "", fieldSelector = "", fields, unknownField } =
    selectors;
  try {
    const byLabels = parseLabelSelector(labelSelector);
    const byFields = parseFieldSelector(fieldSelector, {
      fields: fields ?? [],
      unknownField: unknownField ?? notKnown,
    });
    return {
      prefix,
      selectsAll: labelSelector === "" && fieldSelector === "",
      matches: (object) =>
        byLabels(object.metadata?.labels ?? {}) && byFields(object),
    };
  } catch (error) {
    if (error instanceof SyntaxError) throw badRequest(error.message);
    throw error;
  }
}

function notKnown(field: string): string {
  return `${JSON.stringify(field)} is not a known field selector: only ` +
    '"metadata.name", "metadata.namespace"';
}

/**
 * Returns the event of a change for a watch of a selection.
 *
 * @param change The change.
 * @param selection The watched objects.
 * @returns The event; `undefined` if the change does not affect the selection.
 */
export function project<T extends KubernetesObject>(
  change: Change<T>,
  selection: Selection,
): ChangeEvent<T> | undefined {
  const { key, type, object, previous, revision } = change;
  if (!key.startsWith(selection.prefix)) return undefined;
  const is = type !== "DELETED" && selection.matches(object);
  const was = previous !== undefined && selection.matches(previous);
  if (is) return { type: was ? "MODIFIED" : "ADDED", object };
  if (!was) return undefined;
  if (type === "DELETED") return { type, object };
  // A server sends the last selected state of the object, with the new version.
  return { type: "DELETED", object: withRevision(previous, revision) };
}

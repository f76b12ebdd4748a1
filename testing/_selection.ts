/**
 * Which objects a list or watch is about, and what a change looks like to it:
 * an object that comes to be selected is ADDED, one that no longer is DELETED.
 *
 * @module
 */

import type { ChangeEvent, KubernetesObject } from "../api/types.ts";
import { type Change, stamped } from "./_fake_store.ts";
import { parseFieldSelector } from "./_field_selector.ts";
import { parseLabelSelector } from "../api/_label_selector.ts";
import { badRequest } from "./_statuses.ts";

/** Some of the objects of a store. */
export interface Selection {
  /** What their keys begin with. */
  readonly prefix: string;
  /** Whether that is all there is to it. */
  readonly whole: boolean;
  /** Whether an object under the prefix is selected. */
  matches(object: KubernetesObject): boolean;
}

/** The selectors of a request. */
export interface Selectors {
  /** Which labels. */
  readonly labelSelector?: string | undefined;
  /** Which fields. */
  readonly fieldSelector?: string | undefined;
}

/**
 * Makes a selection of the selectors of a request.
 *
 * @param prefix What the keys begin with.
 * @param selectors The selectors of the request.
 * @returns The selection.
 * @throws {StatusError} 400 if a selector is malformed.
 */
export function select(prefix: string, selectors: Selectors): Selection {
  const { labelSelector = "", fieldSelector = "" } = selectors;
  try {
    const byLabels = parseLabelSelector(labelSelector);
    const byFields = parseFieldSelector(fieldSelector);
    return {
      prefix,
      whole: labelSelector === "" && fieldSelector === "",
      matches: (object) =>
        byLabels(object.metadata?.labels ?? {}) && byFields(object),
    };
  } catch (error) {
    if (error instanceof SyntaxError) throw badRequest(error.message);
    throw error;
  }
}

/**
 * What a watch of a selection tells of a change.
 *
 * @param change The change.
 * @param selection What is watched.
 * @returns The event, or undefined where the change is of no concern.
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
  // A server shows the object as it last was selected, at the new version.
  return was
    ? { type: "DELETED", object: stamped(previous, revision) }
    : undefined;
}

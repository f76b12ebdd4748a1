/**
 * Which objects a wait is about.
 *
 * @module
 */

import { fieldEquals } from "../api/_field_selector.ts";
import { managedFieldsSupport } from "../api/_managed_fields_option.ts";
import type {
  KubernetesObject,
  ListerWatcher,
  ObjectMeta,
} from "../api/types.ts";

/** The name and the namespace that objects are selected by. */
export type WaitSelection = Pick<ObjectMeta, "name" | "namespace">;

/**
 * Narrows a source to a selection, beside the field selector that it has of its
 * own. A source may ignore selectors: the objects have to be checked as well.
 *
 * @typeParam T Type of the objects.
 * @param source Where the objects come from.
 * @param selection Which of them.
 * @returns A source that asks for those.
 */
export function selectFrom<T extends KubernetesObject>(
  source: ListerWatcher<T>,
  { name, namespace }: WaitSelection,
): ListerWatcher<T> {
  const terms = Object.entries({
    "metadata.name": name,
    "metadata.namespace": namespace,
  }).flatMap(([field, value]) =>
    value === undefined ? [] : [fieldEquals(field, value)]
  );
  if (terms.length === 0) return source;
  // A selector of the call replaces the source's own, unless it is repeated.
  const fieldSelector = [ownFieldSelector(source), ...terms].flat().join(",");
  return {
    ...managedFieldsSupport(source),
    list: (options) => source.list({ ...options, fieldSelector }),
    watch: (options) => source.watch({ ...options, fieldSelector }),
  };
}

function ownFieldSelector(source: object): string | [] {
  const own = "fieldSelector" in source ? source.fieldSelector : undefined;
  return typeof own === "string" && own !== "" ? own : [];
}

/**
 * Whether an object belongs to a selection.
 *
 * @param selection The selection.
 * @param object The object.
 * @returns Whether it does.
 */
export function isSelected(
  { name, namespace }: WaitSelection,
  { metadata }: KubernetesObject,
): boolean {
  return (name === undefined || metadata?.name === name) &&
    (namespace === undefined || metadata?.namespace === namespace);
}

/**
 * How a wait asks a source for objects without `metadata.managedFields`.
 *
 * Whoever made the source has said what it should deliver, and waits say that
 * they need less. Only sources that know this option are given it, since others
 * may do anything with an option that they do not know.
 *
 * @module
 */

import type { KubernetesObject, ListerWatcher } from "./types.ts";

/**
 * In a source: it knows the option. In the options of a list or watch: objects
 * come without `metadata.managedFields`.
 */
export const DROP_MANAGED_FIELDS: unique symbol = Symbol("dropManagedFields");

/**
 * Whether the options of a list or watch ask for objects without
 * `metadata.managedFields`.
 *
 * @param options The options.
 * @returns Whether they do.
 */
export function dropsManagedFields(options: object): boolean {
  return Reflect.get(options, DROP_MANAGED_FIELDS) === true;
}

/**
 * What a source has that passes all options on to another one.
 *
 * @param source The other source.
 * @returns That it knows the option, if the other one does.
 */
export function managedFieldsSupport(source: object): object {
  return DROP_MANAGED_FIELDS in source ? { [DROP_MANAGED_FIELDS]: true } : {};
}

/**
 * Makes a source deliver objects without `metadata.managedFields`, if it can.
 *
 * @typeParam T Type of the objects.
 * @param source Where the objects come from.
 * @returns A source of the same objects; the same one if it cannot.
 */
export function askWithoutManagedFields<T extends KubernetesObject>(
  source: ListerWatcher<T>,
): ListerWatcher<T> {
  if (!(DROP_MANAGED_FIELDS in source)) return source;
  const option = { [DROP_MANAGED_FIELDS]: true };
  return {
    list: (options) => source.list({ ...options, ...option }),
    watch: (options) => source.watch({ ...options, ...option }),
  };
}

/**
 * How an informer asks a source for lists whose items are only parsed when they
 * are looked at. Whoever else lists wants the items, and to be told at once if
 * one of them is not JSON.
 *
 * Only sources that know this option are given it, since others may do anything
 * with an option that they do not know.
 *
 * @module
 */

import type { Lister, ListOptions } from "./types.ts";

/**
 * In a source: it knows the option. In the options of a list: items are only
 * parsed when they are looked at.
 */
export const LAZY_ITEMS: unique symbol = Symbol("lazyItems");

/**
 * Whether the options of a list ask for items that are only parsed when they are
 * looked at.
 *
 * @param options The options.
 * @returns Whether they do.
 */
export function wantsLazyItems(options: object): boolean {
  return Reflect.get(options, LAZY_ITEMS) === true;
}

/**
 * Asks a source for such a list, if it can make one.
 *
 * @param source Where the objects come from.
 * @param options The options of the list.
 * @returns The options to list with.
 */
export function withLazyItems(
  source: Lister,
  options: ListOptions,
): ListOptions {
  return LAZY_ITEMS in source
    ? Object.assign({ ...options }, { [LAZY_ITEMS]: true })
    : options;
}

/**
 * What a source has that passes all options on to another one.
 *
 * @param source The other source.
 * @returns That it knows the option, if the other one does.
 */
export function lazyItemsSupport(source: object): object {
  return LAZY_ITEMS in source ? { [LAZY_ITEMS]: true } : {};
}

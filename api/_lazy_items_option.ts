/**
 * How an informer asks a source for the items of a list while they come, and not
 * parsed before they are looked at; and for events that it takes less to create.
 * Whoever else lists wants the items, and to be told at once if one of them is
 * not JSON.
 *
 * Only sources that know this option are given it, since others may do anything
 * with an option that they do not know.
 *
 * @module
 */

import { isRecord } from "../internal/json_fields.ts";
import { lazyEvent, pendingEvent } from "./_lazy_event.ts";
import type {
  ChangeEvent,
  KubernetesList,
  KubernetesObject,
  Lister,
  ListOptions,
  Watcher,
  WatchOptions,
} from "./types.ts";

/**
 * In a source: its methods that know the option. In the options of a list: an
 * {@linkcode ItemsAhead}.
 */
export const LAZY_ITEMS: unique symbol = Symbol("lazyItems");

/**
 * The methods of a source that know the option. What overrides or wraps them may
 * change what they return, which is not known ahead.
 */
interface LazyMethods {
  /** Lists. */
  readonly list?: unknown;
  /** Watches. */
  readonly watch?: unknown;
}

/**
 * Takes the items of a list ahead of the list, which has all of them
 * nevertheless.
 *
 * @typeParam T Type of the items.
 */
export interface ItemsAhead<T extends KubernetesObject> {
  /** Whether items are only parsed when they are looked at. */
  readonly lazily: boolean;
  /**
   * Called before the first item, unless what comes before the items does not
   * say the type and the version of the list.
   *
   * @param list What comes before the items.
   * @returns Called with an event for each item, in order. Once it has thrown, it
   *   is not called any more.
   */
  readonly start: (list: KubernetesList<T>) => (item: ChangeEvent<T>) => void;
}

/** The options of such a list. */
interface AheadOptions<T extends KubernetesObject> extends ListOptions {
  readonly [LAZY_ITEMS]: ItemsAhead<T>;
}

/**
 * What the options of a list ask for.
 *
 * @typeParam T Type of the items.
 * @param options The options.
 * @returns Who takes the items ahead, if anyone.
 */
export function itemsAhead<T extends KubernetesObject>(
  options: ListOptions,
): ItemsAhead<T> | undefined {
  return asksForItems<T>(options) ? options[LAZY_ITEMS] : undefined;
}

/** The source is given the option by who knows the type of its items. */
function asksForItems<T extends KubernetesObject>(
  options: ListOptions,
): options is AheadOptions<T> {
  return LAZY_ITEMS in options;
}

/**
 * Asks a source for such a list, if it can make one.
 *
 * @typeParam T Type of the items.
 * @param source Where the objects come from.
 * @param options The options of the list.
 * @param ahead Takes the items.
 * @returns The options to list with.
 */
export function withItemsAhead<T extends KubernetesObject>(
  source: Lister<T>,
  options: ListOptions,
  ahead: ItemsAhead<T>,
): ListOptions {
  return knowsOption(source, "list")
    ? Object.assign({ ...options }, { [LAZY_ITEMS]: ahead })
    : options;
}

/** In the options of a watch: its events are for use in the library. */
const PENDING_EVENTS: unique symbol = Symbol("pendingEvents");

/**
 * Asks a source for a watch whose events are for use in the library only, if it
 * can make one: see {@linkcode pendingEvent}.
 *
 * @param source Where the objects come from.
 * @param options The options of the watch.
 * @returns The options to watch with.
 */
export function withPendingEvents(
  source: Watcher,
  options: WatchOptions,
): WatchOptions {
  return knowsOption(source, "watch")
    ? Object.assign({ ...options }, { [PENDING_EVENTS]: true })
    : options;
}

/**
 * How to create the events of a watch.
 *
 * @param options The options of the watch.
 * @returns The function for it.
 */
export function eventCreator(options: WatchOptions): typeof lazyEvent {
  return PENDING_EVENTS in options ? pendingEvent : lazyEvent;
}

/**
 * Says of a wrapper that passes all options on to a source, and does not change
 * what it returns, that it knows the option where the source does.
 *
 * @typeParam W Type of the wrapper.
 * @param wrapper The wrapper, which is modified.
 * @param source The source.
 * @returns The wrapper.
 */
export function passingOn<W extends Required<LazyMethods>>(
  wrapper: W,
  source: object,
): W {
  const { list, watch } = wrapper;
  const methods: LazyMethods = {
    ...(knowsOption(source, "list") ? { list } : {}),
    ...(knowsOption(source, "watch") ? { watch } : {}),
  };
  return Object.assign(wrapper, { [LAZY_ITEMS]: methods });
}

function knowsOption(source: object, name: keyof LazyMethods): boolean {
  if (!(LAZY_ITEMS in source)) return false;
  const known: unknown = source[LAZY_ITEMS];
  const method: unknown = Reflect.get(source, name);
  return method !== undefined && isRecord(known) && known[name] === method;
}

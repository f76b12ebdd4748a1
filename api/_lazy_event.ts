/**
 * A watch event whose object is parsed when it is looked at, and a list whose
 * items are.
 *
 * To everything else it is the event that `JSON.parse` returns: a plain object
 * with two properties. `object` is an accessor until the first look, and holds
 * the object from then on. It is a property of the event itself, so that
 * spreading, cloning, serializing and comparing read it like any other. Printing
 * does not read accessors, but every runtime calls a printer of the object's own
 * before it prints: that one looks, and leaves the printing to the runtime.
 *
 * All events share the functions of their accessors: with functions of their
 * own, V8 would give each a hidden class of its own, which takes several times
 * as long and keeps every event alive until the next garbage collection. A
 * property that is defined takes a fifth of a microsecond, so there are only two.
 *
 * @module
 */

import { KnownIdentity, KnownItems, type Unparsed } from "./_known_identity.ts";
import type {
  ChangeEvent,
  KubernetesList,
  KubernetesObject,
  WatchEvent,
} from "./types.ts";

/** What Node, Deno and Bun call to print an object. */
const PRINTER = Symbol.for("nodejs.util.inspect.custom");

/** The property of an event, or of a list, that is parsed at the first look. */
type LazyName = "object" | "items";

/** An event or a list that has not been looked at. */
interface Unlooked {
  readonly [PRINTER]: Printer;
}

/** A function of each event, which holds what the event is parsed from. */
interface Printer {
  (this: object): unknown;
  /** Not a private field of the event, for the look through a `Proxy`. */
  readonly unparsed: { readonly object: unknown };
}

const OBJECT = accessorOf("object");
const ITEMS = accessorOf("items");

/** What all events share, and all lists. */
function accessorOf(name: LazyName): PropertyDescriptor {
  return {
    get(this: Unlooked) {
      const value = this[PRINTER].unparsed.object;
      settle(this, name, value);
      return value;
    },
    set(this: object, value: unknown) {
      settle(this, name, value);
    },
    enumerable: true,
    configurable: true,
  };
}

/**
 * Creates a printer, which returns what to print instead: the event itself, now
 * that it is plain, or a copy of one that is frozen.
 */
function printerOf(unparsed: { readonly object: unknown }): Printer {
  function print(this: object): unknown {
    try {
      const copy = { ...this };
      return PRINTER in this ? copy : this;
    } catch {
      // What cannot be parsed is shown as an accessor.
      return this;
    }
  }
  print.unparsed = unparsed;
  return print;
}

/**
 * Creates an event whose object is parsed at the first look.
 *
 * @typeParam T Type of the object.
 * @param type The type of the event.
 * @param unparsed Its object.
 * @returns The event.
 */
export function lazyEvent<T extends KubernetesObject>(
  type: ChangeEvent<T>["type"],
  unparsed: Unparsed<T>,
): ChangeEvent<T> {
  const event = { type };
  new KnownIdentity(event, unparsed);
  addObject(event, unparsed);
  return event;
}

/**
 * An event that is not for anyone else yet: {@linkcode deliverable} makes it one
 * that is. This one is created many times as fast.
 *
 * @typeParam T Type of the object.
 */
class PendingEvent<T extends KubernetesObject> {
  readonly type: ChangeEvent<T>["type"];
  readonly #unparsed: Unparsed<T>;

  constructor(type: ChangeEvent<T>["type"], unparsed: Unparsed<T>) {
    this.type = type;
    this.#unparsed = unparsed;
    new KnownIdentity(this, unparsed);
  }

  get object(): T {
    return this.#unparsed.object;
  }
}

/**
 * Creates an event about an object that has not been parsed, for use in the
 * library.
 *
 * @typeParam T Type of the object.
 * @param type The type of the event.
 * @param unparsed The object.
 * @returns The event.
 */
export function pendingEvent<T extends KubernetesObject>(
  type: ChangeEvent<T>["type"],
  unparsed: Unparsed<T>,
): ChangeEvent<T> {
  return new PendingEvent(type, unparsed);
}

/**
 * Creates an event of another type about the object of an event, which is not
 * parsed for it. Both have the same object.
 *
 * @typeParam T Type of the object.
 * @param event The event.
 * @param type The type of the other one.
 * @returns The other one, for use in the library.
 */
export function eventAs<T extends KubernetesObject>(
  event: { readonly object: T },
  type: ChangeEvent<T>["type"],
): ChangeEvent<T> {
  const unparsed = KnownIdentity.unparsed(event);
  return unparsed === undefined
    ? { type, object: event.object }
    : pendingEvent(type, unparsed);
}

/**
 * Makes an event one that a consumer may have.
 *
 * @typeParam T Type of the object.
 * @param event Any event.
 * @returns The event itself, unless it is only for use in the library.
 */
export function deliverable<T extends KubernetesObject>(
  event: ChangeEvent<T>,
): ChangeEvent<T>;
export function deliverable<T extends KubernetesObject>(
  event: WatchEvent<T>,
): WatchEvent<T>;
export function deliverable<T extends KubernetesObject>(
  event: WatchEvent<T>,
): WatchEvent<T> {
  if (!(event instanceof PendingEvent)) return event;
  const unparsed = KnownIdentity.unparsed(event);
  return unparsed === undefined ? event : lazyEvent(event.type, unparsed);
}

/**
 * Makes a list one whose items are parsed when they are looked at: all of them
 * at once, as `list.items` is the look.
 *
 * @typeParam T Type of the items.
 * @param list The list, which is modified: it has no items.
 * @param items An event for each item.
 * @returns The list.
 */
export function lazyList<T extends KubernetesObject>(
  list: KubernetesList<T>,
  items: readonly ChangeEvent<T>[],
): KubernetesList<T> {
  new KnownItems(list, items);
  define(list, "items", ITEMS, {
    get object() {
      return items.map(({ object }) => object);
    },
  });
  return list;
}

function addObject<T extends KubernetesObject>(
  event: Pick<ChangeEvent<T>, "type">,
  unparsed: Unparsed<T>,
): asserts event is ChangeEvent<T> {
  define(event, "object", OBJECT, unparsed);
}

function define(
  target: object,
  name: LazyName,
  accessor: PropertyDescriptor,
  unparsed: { readonly object: unknown },
): void {
  const value = printerOf(unparsed);
  Object.defineProperty(target, name, accessor);
  Object.defineProperty(target, PRINTER, { value, configurable: true });
}

/** Makes it the plain object that it would have been. */
function settle(target: object, name: LazyName, value: unknown): void {
  KnownIdentity.forget(target);
  KnownItems.forget(target);
  Reflect.deleteProperty(target, PRINTER);
  Reflect.defineProperty(target, name, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}

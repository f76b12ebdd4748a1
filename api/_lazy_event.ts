/**
 * A watch event whose object is parsed when it is looked at, and a list whose
 * items are.
 *
 * To everything else it is the event that `JSON.parse` returns: a plain object
 * with two properties. `object` is an accessor until the first look, and holds
 * the object from then on. It is a property of the event itself, so that
 * spreading, cloning, serializing and comparing read it like any other. Printing
 * does not read accessors, but every runtime looks for a printer of the object's
 * own before it prints: that is the look there, and there is no printer.
 *
 * All events share the functions of their accessors: with functions of their
 * own, V8 would give each a hidden class of its own, which takes several times
 * as long and keeps every event alive until the next garbage collection.
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

/** What Node, Deno and Bun look for before they print an object. */
const PRINTER = Symbol.for("nodejs.util.inspect.custom");

/** A property and not a private field, for the look through a `Proxy`. */
const UNPARSED = Symbol("unparsed");

/** The property of an event, or of a list, that is parsed at the first look. */
type LazyName = "object" | "items";

/** An event or a list that has not been looked at. */
type Unlooked =
  & { readonly [UNPARSED]: { readonly object: unknown } }
  & {
    readonly [name in LazyName]?: unknown;
  };

const OBJECT = accessorsOf("object");
const ITEMS = accessorsOf("items");

/** What all events share, and all lists. */
function accessorsOf(name: LazyName): {
  readonly property: PropertyDescriptor;
  readonly printer: PropertyDescriptor;
} {
  return {
    property: {
      get(this: Unlooked) {
        const value = this[UNPARSED].object;
        settle(this, name, value);
        return value;
      },
      set(this: object, value: unknown) {
        settle(this, name, value);
      },
      enumerable: true,
      configurable: true,
    },
    printer: {
      get(this: Unlooked) {
        try {
          return void this[name];
        } catch {
          // The caller only prints: what cannot be parsed is shown as an accessor.
        }
      },
      configurable: true,
    },
  };
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
  addHidden(list, ITEMS.printer, {
    get object() {
      return items.map(({ object }) => object);
    },
  });
  return Object.defineProperty(list, "items", ITEMS.property);
}

function addObject<T extends KubernetesObject>(
  event: Pick<ChangeEvent<T>, "type">,
  unparsed: Unparsed<T>,
): asserts event is ChangeEvent<T> {
  Object.defineProperty(event, "object", OBJECT.property);
  addHidden(event, OBJECT.printer, unparsed);
}

function addHidden(
  target: object,
  printer: PropertyDescriptor,
  value: { readonly object: unknown },
): void {
  Object.defineProperty(target, PRINTER, printer);
  Object.defineProperty(target, UNPARSED, { value, configurable: true });
}

/** Makes it the plain object that it would have been. */
function settle(target: object, name: LazyName, value: unknown): void {
  KnownIdentity.forget(target);
  KnownItems.forget(target);
  Reflect.deleteProperty(target, UNPARSED);
  Reflect.deleteProperty(target, PRINTER);
  Reflect.defineProperty(target, name, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}

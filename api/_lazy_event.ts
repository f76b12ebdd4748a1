/**
 * A watch event whose object is parsed when it is looked at.
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

import { KnownIdentity } from "./_known_identity.ts";
import type { ChangeEvent, KubernetesObject, ObjectIdentity } from "./types.ts";

/** What is known of an event before its object is looked at. */
export interface LazyEvent<T extends KubernetesObject> {
  /** The type of the event. */
  readonly type: ChangeEvent<T>["type"];
  /** Whose event it is. */
  readonly identity: Readonly<ObjectIdentity>;
  /** Parses the object, if it is looked at. What it throws, the look throws. */
  readonly parse: () => T;
}

/** What Node, Deno and Bun look for before they print an object. */
const PRINTER = Symbol.for("nodejs.util.inspect.custom");

/** A property and not a private field, for the look through a `Proxy`. */
const PARSE = Symbol("parse");

/** An event that has not been looked at. */
interface Unparsed {
  readonly object: unknown;
  readonly [PARSE]: () => unknown;
}

const OBJECT_ACCESSOR: PropertyDescriptor = {
  get(this: Unparsed) {
    const object = this[PARSE]();
    settle(this, object);
    return object;
  },
  set(this: object, object: unknown) {
    settle(this, object);
  },
  enumerable: true,
  configurable: true,
};

const PRINTER_ACCESSOR: PropertyDescriptor = {
  get(this: Unparsed) {
    try {
      return void this.object;
    } catch {
      // The caller only prints: what cannot be parsed is shown as an accessor.
    }
  },
  configurable: true,
};

/**
 * Creates an event whose object is parsed at the first look.
 *
 * @typeParam T Type of the object.
 * @param lazy What is known of the event, and how its object is parsed.
 * @returns The event.
 */
export function lazyEvent<T extends KubernetesObject>(
  { type, identity, parse }: LazyEvent<T>,
): ChangeEvent<T> {
  const event = { type };
  new KnownIdentity(event, identity);
  addObject(event, parse);
  return event;
}

/**
 * Creates an event of another type about the object of an event, which is not
 * parsed for it. Both have the same object.
 *
 * @typeParam T Type of the object.
 * @param event The event.
 * @param type The type of the other one.
 * @returns The other one.
 */
export function eventAs<T extends KubernetesObject>(
  event: { readonly object: T },
  type: ChangeEvent<T>["type"],
): ChangeEvent<T> {
  const identity = KnownIdentity.of(event);
  return identity === undefined
    ? { type, object: event.object }
    : lazyEvent<T>({ type, identity, parse: () => event.object });
}

function addObject<T extends KubernetesObject>(
  event: Pick<ChangeEvent<T>, "type">,
  parse: () => T,
): asserts event is ChangeEvent<T> {
  Object.defineProperty(event, "object", OBJECT_ACCESSOR);
  Object.defineProperty(event, PRINTER, PRINTER_ACCESSOR);
  Object.defineProperty(event, PARSE, { value: parse, configurable: true });
}

/** Makes the event the plain object that it would have been. */
function settle(event: object, object: unknown): void {
  KnownIdentity.forget(event);
  Reflect.deleteProperty(event, PARSE);
  Reflect.deleteProperty(event, PRINTER);
  Reflect.defineProperty(event, "object", {
    value: object,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}

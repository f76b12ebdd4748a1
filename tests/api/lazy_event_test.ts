// An event whose object is parsed at the first look, beside the same event
// parsed at once: nothing but the time of parsing may tell them apart.

import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import assert from "node:assert";
import { inspect } from "node:util";
import type { ChangeEvent, KubernetesObject } from "../../mod.ts";
import { identityOf } from "../../mod.ts";
import { lazyEvent } from "../../api/_lazy_event.ts";

const OBJECT = {
  apiVersion: "v1",
  metadata: { name: "web", labels: { app: "web" } },
};

/** An event, and how often its object has been parsed. */
function create(): { event: ChangeEvent; parsed: () => number } {
  let parsed = 0;
  const event = lazyEvent<KubernetesObject>("ADDED", {
    identity: { name: "web" },
    key: "web",
    uid: undefined,
    version: undefined,
    get object(): KubernetesObject {
      parsed++;
      return structuredClone(OBJECT);
    },
  });
  return { event, parsed: () => parsed };
}

function plain(): ChangeEvent {
  return { type: "ADDED", object: structuredClone(OBJECT) };
}

function broken(): ChangeEvent {
  return lazyEvent<KubernetesObject>("ADDED", {
    identity: { name: "web" },
    key: "web",
    uid: undefined,
    version: undefined,
    get object(): KubernetesObject {
      throw new SyntaxError("not JSON");
    },
  });
}

Deno.test("lazyEvent() does not parse before the first look", () => {
  const { event, parsed } = create();
  assertEquals(event.type, "ADDED");
  assertEquals(identityOf(event), { name: "web" });
  assertEquals(Object.keys(event), ["type", "object"]);
  assertEquals("object" in event, true);
  assertEquals(parsed(), 0);
});

Deno.test("lazyEvent() parses once and returns the same object at each look", () => {
  const { event, parsed } = create();
  const { object } = event;
  assertEquals(object, OBJECT);
  assertStrictEquals(event.object, object);
  assertEquals(parsed(), 1);
});

Deno.test("lazyEvent() is a plain object after the first look", () => {
  const { event } = create();
  event.object;
  assertEquals(
    Object.getOwnPropertyDescriptors(event),
    Object.getOwnPropertyDescriptors(plain()),
  );
  assertStrictEquals(Object.getPrototypeOf(event), Object.prototype);
});

/** Prints what a printer returns in place of the printer's object, as chai does. */
function printed(value: object): string {
  const printer: unknown = Reflect.get(value, inspect.custom);
  return typeof printer === "function"
    ? printed(printer.call(value))
    : JSON.stringify(value);
}

const USES: [what: string, use: (event: ChangeEvent) => unknown][] = [
  ["spread", (event) => ({ ...event, more: 1 })],
  ["assigned to another object", (event) => Object.assign({}, event)],
  ["destructured", ({ type, object }) => [type, object]],
  ["cloned", (event) => structuredClone(event)],
  ["serialized", (event) => JSON.stringify(event)],
  ["printed by Deno", (event) => Deno.inspect(event)],
  ["printed by Node", (event) => inspect(event)],
  ["printed within a list", (event) => Deno.inspect([{ event }])],
  ["printed frozen by Deno", (event) => Deno.inspect(Object.freeze(event))],
  ["printed frozen by Node", (event) => inspect(Object.freeze(event))],
  ["printed by another printer", printed],
  ["printed frozen by another", (event) => printed(Object.freeze(event))],
  ["printed as what inherits it", (event) => inspect(Object.create(event))],
  ["listed as entries", (event) => Object.entries(event)],
  ["frozen", (event) => Object.freeze(event).object],
  ["read through a proxy", (event) => new Proxy(event, {}).object],
  ["read by what inherits it", (event) => Object.create(event).object],
];

for (const [what, use] of USES) {
  Deno.test(`lazyEvent() is as if parsed at once when it is ${what}`, () => {
    assertEquals(use(create().event), use(plain()));
  });
}

Deno.test("lazyEvent() equals the same event parsed at once, and no other", () => {
  const other = { ...plain(), type: "DELETED" };
  assertEquals(create().event, plain());
  assertEquals(plain(), create().event);
  assertThrows(() => assertEquals<unknown>(create().event, other));
  assert.deepStrictEqual(create().event, plain());
  assert.deepStrictEqual(plain(), create().event);
  assert.notDeepStrictEqual(create().event, other);
});

Deno.test("lazyEvent() takes another object like any event", () => {
  const { event, parsed } = create();
  event.object = { metadata: { name: "other" } };
  assertEquals(event, {
    type: "ADDED",
    object: { metadata: { name: "other" } },
  });
  assertEquals(identityOf(event), { name: "other" });
  assertEquals(parsed(), 0);
});

Deno.test("lazyEvent() identifies its object as it is now, once it was looked at", () => {
  const { event } = create();
  event.object.metadata = { name: "renamed", namespace: "default" };
  assertEquals(identityOf(event), { name: "renamed", namespace: "default" });
});

Deno.test("lazyEvent() throws what the parser throws at each look", () => {
  const event = broken();
  for (let look = 0; look < 2; look++) {
    assertThrows(() => event.object, SyntaxError, "not JSON");
  }
  assertEquals(identityOf(event), { name: "web" });
});

Deno.test("lazyEvent() can be printed when its object cannot be parsed", () => {
  assertEquals(
    Deno.inspect(broken()),
    '{ type: "ADDED", object: [Getter/Setter] }',
  );
});

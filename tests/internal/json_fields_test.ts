/**
 * Reading JSON of an unknown shape.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import {
  field,
  isRecord,
  listField,
  numberField,
  textField,
} from "../../internal/json_fields.ts";

const object = {
  spec: { replicas: 3, name: "web", items: [1, 2], none: null },
};

Deno.test("field() follows a path, and returns undefined if there is none", () => {
  assertEquals(field(object, "spec", "replicas"), 3);
  assertEquals(field(object, "spec", "none"), null);
  assertEquals(field(object, "spec", "none", "deeper"), undefined);
  assertEquals(field(object, "status", "replicas"), undefined);
  assertEquals(field(object, "spec", "toString"), undefined);
  assertEquals(field(undefined, "spec"), undefined);
  assertEquals(field("text", "length"), undefined);
});

Deno.test("textField(), numberField() and listField() take only their type", () => {
  assertEquals(textField(object, "spec", "name"), "web");
  assertEquals(textField(object, "spec", "replicas"), undefined);
  assertEquals(numberField(object, "spec", "replicas"), 3);
  assertEquals(numberField(object, "spec", "name"), undefined);
  assertEquals(listField(object, "spec", "items"), [1, 2]);
  assertEquals(listField(object, "spec"), []);
  assertEquals(listField(object, "nothing"), []);
});

for (
  const [value, expected] of [
    [{}, true],
    [{ a: 1 }, true],
    [undefined, false],
    [null, false],
    ["a", false],
    [1, false],
    [true, false],
    [[], false],
    [[{}], false],
  ] as const
) {
  Deno.test(`isRecord() is ${expected} of ${JSON.stringify(value)}`, () => {
    assertEquals(isRecord(value), expected);
  });
}

Deno.test("field() does not look into arrays", () => {
  assertEquals(field([1, 2], "length"), undefined);
  assertEquals(field([1, 2], "0"), undefined);
});

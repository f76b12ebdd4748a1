// `ObjectIndex`: keys by value.

import { assertEquals, assertThrows } from "@std/assert";
import { ObjectIndex } from "../../cache/_object_index.ts";

Deno.test("valuesOf() returns each value once and stores nothing", () => {
  const index = new ObjectIndex(() => ["a", "b", "a"]);
  assertEquals(index.valuesOf({}), ["a", "b"]);
  assertEquals([...index.values()], []);
});

Deno.test("valuesOf() throws what the function throws", () => {
  const index = new ObjectIndex(() => {
    throw new RangeError("no label");
  });
  assertThrows(() => index.valuesOf({}), RangeError, "no label");
});

Deno.test("put() moves a key from its old values to the new ones", () => {
  const index = new ObjectIndex(() => []);
  index.put("x", ["a", "b"]);
  index.put("y", ["b"]);
  index.put("x", ["b", "c"]);
  assertEquals([...index.keys("a")], []);
  assertEquals([...index.keys("b")].sort(), ["x", "y"]);
  assertEquals([...index.keys("c")], ["x"]);
  assertEquals([...index.values()].sort(), ["b", "c"]);
});

Deno.test("put() without values removes a key, and the values that it leaves empty", () => {
  const index = new ObjectIndex(() => []);
  index.put("x", ["a"]);
  index.put("x", []);
  index.put("unknown", []);
  assertEquals([...index.values()], []);
  index.put("x", ["b"]);
  assertEquals([...index.values()], ["b"]);
});

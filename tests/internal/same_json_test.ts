// Equal is what JSON takes for equal, whatever the order of keys.

import { assertEquals } from "@std/assert";
import { isSameJson } from "../../internal/same_json.ts";

const SAME: readonly [unknown, unknown][] = [
  [null, null],
  [1, 1],
  ["a", "a"],
  [[], []],
  [{}, {}],
  [{ a: 1, b: [2, { c: 3, d: 4 }] }, { b: [2, { d: 4, c: 3 }], a: 1 }],
];

const DIFFERENT: readonly [unknown, unknown][] = [
  [null, {}],
  [0, null],
  ["1", 1],
  [[], {}],
  [[1, 2], [2, 1]],
  [[1], [1, 1]],
  [{ a: 1 }, {}],
  [{}, { a: 1 }],
  [{ a: undefined }, { b: undefined }],
  [{ a: { b: 1 } }, { a: { b: 2 } }],
  [{ toString: 1 }, { valueOf: 1 }],
];

Deno.test("isSameJson() is true when only the order of keys differs", () => {
  for (const [a, b] of SAME) {
    assertEquals(isSameJson(a, b), true, JSON.stringify(a));
  }
});

Deno.test("isSameJson() is false when anything else differs", () => {
  for (const [a, b] of DIFFERENT) {
    assertEquals(isSameJson(a, b), false, JSON.stringify(a));
    assertEquals(isSameJson(b, a), false, JSON.stringify(b));
  }
});

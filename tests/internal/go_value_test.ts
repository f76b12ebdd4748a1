// JSON values as Go formats them.

import { assertEquals } from "@std/assert";
import { goJson, goText, goTypeName } from "../../internal/go_value.ts";

Deno.test("goText() formats values as Go's %v does", () => {
  for (
    const [value, text] of [
      [0, "0"],
      [-3, "-3"],
      [12345678901, "12345678901"],
      [1e18, "1000000000000000000"],
      [1e19, "1e+19"],
      [1e21, "1e+21"],
      [9007199254740993n, "9007199254740993"],
      [2n ** 63n - 1n, "9223372036854775807"],
      [2n ** 63n, "9.223372036854776e+18"],
      [18446744073709552000n, "1.8446744073709552e+19"],
      [-(2n ** 63n), "-9223372036854775808"],
      [-9223372036854776000n, "-9.223372036854776e+18"],
      [[10n ** 20n], "[1e+20]"],
      [0.5, "0.5"],
      [-2.25, "-2.25"],
      [0.0001, "0.0001"],
      [0.00001, "1e-05"],
      [123456.5, "123456.5"],
      [1234567.5, "1.2345675e+06"],
      [true, "true"],
      ["a b", "a b"],
      [null, "<nil>"],
      [undefined, "<nil>"],
      [["x", 1, null], "[x 1 <nil>]"],
      [{ b: ["x"], a: true }, "map[a:true b:[x]]"],
    ] as const
  ) {
    assertEquals(goText(value), text);
  }
});

Deno.test("goJson() sorts keys at every depth, and escapes HTML", () => {
  assertEquals(
    goJson({ b: [{ d: 1, c: "<&>\u2028" }], a: null }),
    '{"a":null,"b":[{"c":"\\u003c\\u0026\\u003e\\u2028","d":1}]}',
  );
  assertEquals(goJson([1e-7, 1e21]), "[1e-7,1e+21]");
  assertEquals(goJson([9007199254740993n]), "[9007199254740993]");
  assertEquals(
    goJson({ b: [1], a: {} }, 4),
    '{\n    "a": {},\n    "b": [\n        1\n    ]\n}',
  );
});

Deno.test("goJson() encodes what JSON.stringify() does", () => {
  const value = {
    none: undefined,
    lists: [[], [undefined, null], [1, [2, { a: [] }]]],
    time: new Date(0),
    odd: [NaN, -0, "\ud800", true],
    "\n": {},
  };
  const sorted = {
    "\n": value["\n"],
    lists: value.lists,
    odd: value.odd,
    time: value.time,
  };
  for (const indent of [0, 2, 4]) {
    assertEquals(goJson(value, indent), JSON.stringify(sorted, null, indent));
  }
});

Deno.test("goTypeName() names the Go type of a JSON value", () => {
  const values = [null, [], {}, true, 1, 2n ** 63n - 1n, 2n ** 63n, 1.5, ""];
  assertEquals(values.map(goTypeName), [
    "<nil>",
    "[]interface {}",
    "map[string]interface {}",
    "bool",
    "int64",
    "int64",
    "float64",
    "float64",
    "string",
  ]);
});

/**
 * Integers that a `number` cannot hold exactly.
 *
 * @module
 */

import { assertEquals, assertThrows } from "@std/assert";
import { parseExactJson } from "../../internal/exact_json.ts";

Deno.test("parseExactJson() keeps integers beyond 2^53", () => {
  const text =
    '{"a":9007199254740993,"b":[-9223372036854775808, 18446744073709551615],"c":{"d":\t12345678901234567890}}';
  assertEquals(parseExactJson(text), {
    a: 9007199254740993n,
    b: [-9223372036854775808n, 18446744073709551615n],
    c: { d: 12345678901234567890n },
  });
});

Deno.test("parseExactJson() leaves other values as they are", () => {
  for (
    const text of [
      "null",
      '"9007199254740993"',
      '{"a":"x: 9007199254740993","b":9007199254740991,"c":-9007199254740991}',
      "[1.2345678901234567,12345678901234567e3,1234567890123456.5,0,-0]",
      `[${"9".repeat(41)}]`,
    ]
  ) {
    assertEquals(parseExactJson(text), JSON.parse(text), text);
  }
});

Deno.test("parseExactJson() throws SyntaxError for what is not JSON", () => {
  for (const text of ["", "{", "[90071992547409931"]) {
    assertThrows(() => parseExactJson(text), SyntaxError);
  }
});

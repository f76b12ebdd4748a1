/**
 * Text for a terminal.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { truncate } from "../../../cli/terminal/text.ts";

Deno.test("truncate() keeps the width", () => {
  assertEquals(truncate("abcdef", 6), "abcdef");
  assertEquals(truncate("abcdef", 5), "abcd…");
  assertEquals(truncate("abcdef", 1), "…");
  assertEquals(truncate("abcdef", 0), "");
  assertEquals(truncate("abcdef", -1), "");
  assertEquals(truncate("a😀b😀c", 4), "a😀b…");
});

/**
 * Texts for a terminal.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { counted, oneLine, truncate } from "../cli/_text.ts";

Deno.test("oneLine() takes out what a terminal would obey", () => {
  assertEquals(oneLine("a\nb\r\n c\td"), "a b c d");
  assertEquals(oneLine("\x1b[2Jgone\x07"), "[2Jgone");
  assertEquals(oneLine("\u009b31m red\u2028line "), "31m red line");
  assertEquals(oneLine("größer 大"), "größer 大");
});

Deno.test("truncate() keeps to the width", () => {
  assertEquals(truncate("abcdef", 6), "abcdef");
  assertEquals(truncate("abcdef", 5), "abcd…");
  assertEquals(truncate("abcdef", 1), "…");
  assertEquals(truncate("abcdef", 0), "");
  assertEquals(truncate("abcdef", -1), "");
  assertEquals(truncate("a😀b😀c", 4), "a😀b…");
});

Deno.test("counted() knows one from many", () => {
  assertEquals(counted(1, "replica"), "1 replica");
  assertEquals(counted(0, "replica"), "0 replicas");
  assertEquals(counted(2, "restart"), "2 restarts");
});

/**
 * Text for people.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { counted, oneLine } from "../../internal/text.ts";

Deno.test("oneLine() removes what a terminal would interpret", () => {
  assertEquals(oneLine("a\nb\r\n c\td"), "a b c d");
  assertEquals(oneLine("\x1b[2Jgone\x07"), "[2Jgone");
  assertEquals(oneLine("\u009b31m red\u2028line "), "31m red line");
  assertEquals(oneLine("größer 大"), "größer 大");
});

Deno.test("counted() distinguishes singular and plural", () => {
  assertEquals(counted(1, "replica"), "1 replica");
  assertEquals(counted(0, "replica"), "0 replicas");
  assertEquals(counted(2, "restart"), "2 restarts");
});

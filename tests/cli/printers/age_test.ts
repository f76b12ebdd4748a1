/**
 * Ages as `kubectl` formats them.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { age } from "../../../cli/printers/age.ts";

Deno.test("age() is the time since creation", () => {
  const now = Date.parse("2024-05-01T12:00:00Z");
  assertEquals(age("2024-05-01T11:58:30Z", now), "90s");
  assertEquals(age(new Date(now - 5_000), now), "5s");
  assertEquals(age(undefined, now), "<unknown>");
  assertEquals(age("yesterday", now), "<unknown>");
});

import { assertEquals } from "@std/assert";
import { fieldEquals } from "../../api/_field_selector.ts";

for (
  const [value, selector] of [
    ["web", "metadata.name=web"],
    ["a,b", "metadata.name=a\\,b"],
    ["a=b", "metadata.name=a\\=b"],
    ["a\\b", "metadata.name=a\\\\b"],
    ["system:node", "metadata.name=system:node"],
  ] as const
) {
  Deno.test(`fieldEquals() gives ${selector} when the value is ${value}`, () => {
    assertEquals(fieldEquals("metadata.name", value), selector);
  });
}

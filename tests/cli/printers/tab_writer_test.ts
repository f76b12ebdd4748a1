/**
 * Columns as `kubectl` pads them. The expected output was printed by its tab
 * writer.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { TabWriter, textWidth } from "../../../cli/printers/tab_writer.ts";

/** Prints blocks of lines, whose cells are separated by bars. */
function printed(...blocks: readonly (readonly string[])[]): string[] {
  const writer = new TabWriter();
  let text = "";
  for (const lines of blocks) {
    for (const line of lines) writer.line(line.split("|"));
    text += writer.flush();
  }
  return text.split("\n").slice(0, -1);
}

Deno.test("TabWriter pads columns by three spaces to at least six", () => {
  assertEquals(printed(["NAME|READY|AGE", "a|1/1|5s", "web-0|0/1|10m"]), [
    "NAME    READY   AGE",
    "a       1/1     5s",
    "web-0   0/1     10m",
  ]);
  assertEquals(printed(["A|B|C", "a|b|c"]), ["A     B     C", "a     b     c"]);
});

Deno.test("TabWriter never makes a column narrower", () => {
  assertEquals(
    printed(["NAME|AGE", "a-long-name|5s"], ["b|6s"], ["a-longer-name|7s"], [
      "c|8s",
    ]),
    [
      "NAME          AGE",
      "a-long-name   5s",
      "b             6s",
      "a-longer-name   7s",
      "c               8s",
    ],
  );
});

Deno.test("TabWriter pads empty cells except for the last one", () => {
  assertEquals(printed(["||x", "a||", "a|b|"]), [
    "            x",
    "a           ",
    "a     b     ",
  ]);
});

Deno.test("TabWriter aligns only adjacent lines that share a column", () => {
  assertEquals(
    printed(["a-long-cell|b", "c", "d|e|f", "g|h-is-long|i", "j|k"]),
    [
      "a-long-cell   b",
      "c",
      "d             e           f",
      "g             h-is-long   i",
      "j             k",
    ],
  );
});

Deno.test("TabWriter splits a cell at a tab", () => {
  assertEquals(printed(["a\tb|c", "d|e\vf"]), [
    "a     b     c",
    "d     e     f",
  ]);
});

Deno.test("TabWriter counts code points", () => {
  assertEquals(textWidth("añ🐈"), 3);
  assertEquals(printed(["🐈🐈🐈🐈|x", "abcd|y"]), ["🐈🐈🐈🐈   x", "abcd   y"]);
});

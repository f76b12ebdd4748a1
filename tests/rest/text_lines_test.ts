// Lines as bytes and as text, beside `split` and a decoder for each line.

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { TextLines } from "../../rest/_text_lines.ts";

/** The texts of all lines, and what the second to last bytes of each say. */
function readAll(lines: TextLines): [string | undefined, string][] {
  const read: [string | undefined, string][] = [];
  while (lines.next()) {
    const text = lines.text();
    const { start, end } = lines;
    const part = { start: Math.min(start + 1, end), end };
    read.push([text, text === undefined ? "" : lines.part(part)]);
  }
  return read;
}

Deno.test("TextLines.next() goes to each line that is not empty", () => {
  const lines = new TextLines();
  lines.replace(new TextEncoder().encode("\n\r\none\n\n\ntwo\r\n\r\nthree"));
  assertEquals(readAll(lines), [
    ["one", "ne"],
    ["two\r", "wo\r"],
    ["three", "hree"],
  ]);
});

Deno.test("TextLines.text() returns the lines before one that is not UTF-8", () => {
  const lines = new TextLines();
  lines.replace(new Uint8Array([0x61, 0x0a, 0x62, 0xff, 0x0a, 0x63]));
  assertEquals(readAll(lines).map(([text]) => text), ["a", undefined, "c"]);
});

Deno.test("TextLines returns what split() returns for random lines", () => {
  const lines = new TextLines();
  const line = fc.oneof(
    fc.string({ unit: "binary-ascii", maxLength: 4 }),
    fc.string({ unit: "binary", maxLength: 4 }),
  ).map((text) => `a${text.replaceAll("\n", "")}`.toWellFormed());
  fc.assert(
    fc.property(fc.array(line, { maxLength: 4 }), (expected) => {
      lines.replace(new TextEncoder().encode(expected.join("\n")));
      assertEquals(
        readAll(lines),
        expected.map((text) => [text, text.slice(1)]),
      );
    }),
    { numRuns: 1_000 },
  );
});

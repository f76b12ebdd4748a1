/**
 * The matrix of servers, as a table.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import {
  COLUMNS,
  formatCell,
  formatMatrix,
  MATRIX,
  readSummary,
  ROWS,
} from "../../tools/_matrix.ts";

const DIRECTORY = new URL("../e2e/", import.meta.url);
const [FIRST = "", SECOND = ""] = ROWS.map(({ name }) => name);
const [COLUMN = ""] = COLUMNS;

function row(name: string, first: string): string {
  return `| ${
    [name, first, ...COLUMNS.slice(1).map(() => "not run")].join(" | ")
  } |`;
}

Deno.test("readSummary() reads the last summary, with and without colors", () => {
  const expected = { passed: 4, failed: 1, ignored: 2 };
  const line = "FAILED | 4 passed (2 steps) | 1 failed | 2 ignored (1m2s)";
  assertEquals(readSummary(`ok | 1 passed | 0 failed\n${line}\n`), expected);
  const colored =
    "\x1b[0m\x1b[31mFAILED\x1b[0m | 4 passed | 1 failed | 2 ignored";
  assertEquals(readSummary(`\n${colored}\n`), expected);
  assertEquals(readSummary("error: no such file"), undefined);
});

Deno.test("formatCell() shows how many of the tests passed", () => {
  assertEquals(formatCell({ passed: 3, failed: 1, ignored: 1 }), "3 of 5");
  assertEquals(formatCell({ passed: 0, failed: 0, ignored: 2 }), "skipped");
  assertEquals(formatCell(undefined), "failed");
});

Deno.test("formatMatrix() keeps the rows and cells that were not run", () => {
  const only = (name: string, cell: string) =>
    new Map([[name, new Map([[COLUMN, cell]])]]);
  const first = formatMatrix(only(FIRST, "3 of 4"));
  assertEquals(first.trim().split("\n").slice(2), [row(FIRST, "3 of 4")]);
  const both = formatMatrix(only(SECOND, "4 of 4"), first);
  assertEquals(both.trim().split("\n").slice(2), [
    row(FIRST, "3 of 4"),
    row(SECOND, "4 of 4"),
  ]);
  const again = formatMatrix(only(FIRST, "4 of 4"), both);
  assertEquals(again.trim().split("\n").slice(2), [
    row(FIRST, "4 of 4"),
    row(SECOND, "4 of 4"),
  ]);
});

Deno.test("formatMatrix() shows a dash for what does not apply", () => {
  const proxy = ROWS.find(({ cells }) => cells !== undefined);
  const name = proxy?.name ?? "";
  const table = formatMatrix(new Map([[name, new Map()]]));
  const cells = table.trim().split("\n").at(-1)?.split(" | ").slice(1) ?? [];
  const expected = COLUMNS.map((column) =>
    column in (proxy?.cells ?? {}) ? "not run" : "–"
  );
  assertEquals(cells.join().replace(" |", ""), expected.join());
});

Deno.test("formatMatrix() drops rows of another set of columns", () => {
  const before = `| server | old |\n| --- | --- |\n| ${FIRST} | 1 of 1 |\n`;
  assertEquals(formatMatrix(new Map(), before).trim().split("\n").length, 2);
});

Deno.test("ROWS names each row once, and only tests that exist", async () => {
  assertEquals(new Set(ROWS.map(({ name }) => name)).size, ROWS.length);
  for (const { cells = {} } of ROWS) {
    for (const [column, { file }] of Object.entries(cells)) {
      assertEquals(COLUMNS.includes(column), true, column);
      await Deno.stat(new URL(file, DIRECTORY));
    }
  }
});

Deno.test("docs/servers.md has a row for each row of the matrix", async () => {
  const url = new URL("../../docs/servers.md", import.meta.url);
  const table = MATRIX.exec(await Deno.readTextFile(url))?.[2] ?? "";
  const names = table.split("\n").filter((line) => line.startsWith("|"))
    .slice(2).map((line) => line.split("|")[1]?.trim());
  assertEquals(names, ROWS.map(({ name }) => name));
});

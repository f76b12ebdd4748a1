/**
 * What a live table looks like, by the size of the terminal.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import picocolors from "picocolors";
import {
  livePicture,
  type PictureOptions,
} from "../../../cli/printers/live_frame.ts";
import { LiveTable } from "../../../cli/printers/live_table.ts";
import { type TableObject, TableReader } from "../../../cli/printers/table.ts";

const TABLE = {
  wide: false,
  noHeaders: false,
  withNamespace: false,
  withEvents: false,
  labelColumns: [],
  showLabels: false,
};
const OPTIONS: PictureOptions = {
  size: { columns: 40, rows: 10 },
  colors: undefined,
  now: 0,
  status: "pods: 3 · watching",
};

const reader = new TableReader();

function row(name: string, status = "Running"): TableObject {
  const [object] = reader.tableRows({
    columnDefinitions: [{ name: "Name" }, { name: "Status" }],
    rows: [{ cells: [name, status], object: { metadata: { name } } }],
  });
  if (object === undefined) throw new TypeError("no row");
  return object;
}

function tableOf(...names: readonly string[]): LiveTable {
  const table = new LiveTable(TABLE);
  for (const name of names) table.begin(row(name), 0);
  return table;
}

function picture(table: LiveTable, options: Partial<PictureOptions> = {}) {
  return livePicture(table, { ...OPTIONS, ...options })
    .map(({ text }) => text);
}

/** A table in which each thing has just happened. */
function eventful(): LiveTable {
  const table = tableOf("a", "b", "c");
  table.change({ type: "MODIFIED", object: row("a", "Failed") }, 0);
  table.change({ type: "DELETED", object: row("b") }, 0);
  table.change({ type: "ADDED", object: row("d") }, 0);
  return table;
}

Deno.test("livePicture() marks rows by characters where there are no colours", () => {
  assertEquals(picture(eventful()), [
    "  NAME   STATUS",
    "~ a      Failed",
    "- b      Running",
    "  c      Running",
    "+ d      Running",
    "pods: 3 · watching",
  ]);
});

Deno.test("livePicture() marks rows by colours where there are any", () => {
  const colors = picocolors.createColors(true);
  const { dim, green, strikethrough, yellow } = colors;
  assertEquals(picture(eventful(), { colors }), [
    "NAME   STATUS",
    yellow("a      Failed"),
    dim(strikethrough("b      Running")),
    "c      Running",
    green("d      Running"),
    dim("pods: 3 · watching"),
  ]);
});

Deno.test("livePicture() leaves out rows that there is no room for, and says so", () => {
  const table = tableOf("a", "b", "c", "d", "e");
  table.change({ type: "MODIFIED", object: row("d", "Failed") }, 0);
  const size = { columns: 40, rows: 7 };
  assertEquals(picture(table, { size }), [
    "  NAME   STATUS",
    "  a      Running",
    "  b      Running",
    "  c      Running",
    "… and 2 more (1 just changed)",
    "pods: 3 · watching",
  ]);
  const enough = { columns: 40, rows: 8 };
  assertEquals(picture(table, { size: enough }).length, 7);
  assertEquals(picture(table, { size: enough })[5], "  e      Running");
});

Deno.test("livePicture() cuts lines off before the last column", () => {
  const table = tableOf("a-name-that-is-long");
  const size = { columns: 12, rows: 10 };
  const lines = livePicture(table, { ...OPTIONS, size });
  assertEquals(lines.map(({ text }) => text), [
    "  NAME    …",
    "  a-name-t…",
    "pods: 3 · …",
  ]);
  assertEquals(lines.map(({ width }) => width), [11, 11, 11]);
});

Deno.test("livePicture() shows the line about the connection alone without rows", () => {
  assertEquals(picture(tableOf()), ["pods: 3 · watching"]);
  assertEquals(picture(tableOf(), { status: undefined }), []);
});

Deno.test("livePicture() obeys nothing that is in a failure", () => {
  const status = "pods: 0 · \x1b[2Jboom\n";
  assertEquals(picture(tableOf(), { status }), ["pods: 0 · [2Jboom"]);
});

Deno.test("livePicture() shows a row on the smallest terminal", () => {
  const size = { columns: 20, rows: 2 };
  assertEquals(picture(tableOf("a", "b"), { size }).slice(0, 2), [
    "  NAME   STATUS",
    "  a      Running",
  ]);
});

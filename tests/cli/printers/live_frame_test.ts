/**
 * Frames of live tables, for terminals of different sizes.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import picocolors from "picocolors";
import {
  type LiveFrameOptions,
  renderLiveFrame,
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
const OPTIONS: LiveFrameOptions = {
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
  for (const name of names) table.add(row(name), 0);
  return table;
}

function picture(table: LiveTable, options: Partial<LiveFrameOptions> = {}) {
  return renderLiveFrame(table, { ...OPTIONS, ...options })
    .map(({ text }) => text);
}

/** A table with a mark of each kind. */
function eventful(): LiveTable {
  const table = tableOf("a", "b", "c");
  table.apply({ type: "MODIFIED", object: row("a", "Failed") }, 0);
  table.apply({ type: "DELETED", object: row("b") }, 0);
  table.apply({ type: "ADDED", object: row("d") }, 0);
  return table;
}

Deno.test("renderLiveFrame() marks rows with characters if colors are off", () => {
  assertEquals(picture(eventful()), [
    "  NAME   STATUS",
    "~ a      Failed",
    "- b      Running",
    "  c      Running",
    "+ d      Running",
    "pods: 3 · watching",
  ]);
});

Deno.test("renderLiveFrame() marks rows with colors if they are on", () => {
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

Deno.test("renderLiveFrame() counts the rows that do not fit", () => {
  const table = tableOf("a", "b", "c", "d", "e");
  table.apply({ type: "MODIFIED", object: row("d", "Failed") }, 0);
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

Deno.test("renderLiveFrame() truncates lines before the last column", () => {
  const table = tableOf("a-name-that-is-long");
  const size = { columns: 12, rows: 10 };
  const lines = renderLiveFrame(table, { ...OPTIONS, size });
  assertEquals(lines.map(({ text }) => text), [
    "  NAME    …",
    "  a-name-t…",
    "pods: 3 · …",
  ]);
  assertEquals(lines.map(({ width }) => width), [11, 11, 11]);
});

Deno.test("renderLiveFrame() shows only the connection if there are no rows", () => {
  assertEquals(picture(tableOf()), ["pods: 3 · watching"]);
  assertEquals(picture(tableOf(), { status: undefined }), []);
});

Deno.test("renderLiveFrame() escapes control characters in an error", () => {
  const status = "pods: 0 · \x1b[2Jboom\n";
  assertEquals(picture(tableOf(), { status }), ["pods: 0 · [2Jboom"]);
});

Deno.test("renderLiveFrame() shows one row on the smallest terminal", () => {
  const size = { columns: 20, rows: 2 };
  assertEquals(picture(tableOf("a", "b"), { size }).slice(0, 2), [
    "  NAME   STATUS",
    "  a      Running",
  ]);
});

/**
 * The rows of a live table: their order, ages and marks.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { LiveTable, MARK_MS } from "../../../cli/printers/live_table.ts";
import { type TableObject, TableReader } from "../../../cli/printers/table.ts";

const OPTIONS = {
  wide: false,
  noHeaders: false,
  withNamespace: false,
  withEvents: false,
  labelColumns: [],
  showLabels: false,
};
const T0 = Date.parse("2024-05-01T12:00:00Z");
const reader = new TableReader();

interface RowOptions {
  namespace?: string;
  status?: string;
  age?: string;
  created?: number;
  columns?: readonly string[];
}

function row(name: string, options: RowOptions = {}): TableObject {
  const { namespace = "default", status = "Running", age = "10s" } = options;
  const { created = T0 - 10_000, columns = ["Name", "Status", "Age"] } =
    options;
  const creationTimestamp = new Date(created).toISOString();
  const [object] = reader.tableRows({
    columnDefinitions: columns.map((name) => ({ name, priority: 0 })),
    rows: [{
      cells: [name, status, age],
      object: { metadata: { name, namespace, creationTimestamp } },
    }],
  });
  if (object === undefined) throw new TypeError("no row");
  return object;
}

/** A table with initial rows. */
function tableOf(...rows: readonly TableObject[]): LiveTable {
  const table = new LiveTable(OPTIONS);
  for (const object of rows) table.add(object, T0);
  return table;
}

/** The visible rows: cells and marks. */
function shown(table: LiveTable, now = T0, limit = 10): string[] {
  return table.visible(limit, now).rows.map(({ cells, mark }) =>
    `${cells.join(" ")}${mark === undefined ? "" : ` ${mark}`}`
  );
}

Deno.test("LiveTable sorts by namespace and name", () => {
  const table = tableOf(
    row("b"),
    row("a"),
    row("z", { namespace: "alpha" }),
    row("ab"),
  );
  const names = table.visible(10, T0).rows.map(({ cells }) => cells[0]);
  assertEquals(names, ["z", "a", "ab", "b"]);
  assertEquals(table.size, 4);
  assertEquals(table.visible(10, T0).header, ["NAME", "STATUS", "AGE"]);
});

Deno.test("LiveTable returns the rows that fit", () => {
  const table = tableOf(row("a"), row("b"), row("c"));
  table.apply({ type: "MODIFIED", object: row("c", { status: "x" }) }, T0);
  const { rows, hidden, hiddenMarks } = table.visible(2, T0);
  assertEquals([rows.length, hidden, hiddenMarks], [2, 1, 1]);
});

Deno.test("LiveTable has a header only if it has rows", () => {
  const table = new LiveTable(OPTIONS);
  assertEquals(table.visible(10, T0), {
    header: undefined,
    rows: [],
    hidden: 0,
    hiddenMarks: 0,
  });
});

Deno.test("LiveTable updates ages", () => {
  const table = tableOf(row("a"));
  assertEquals(shown(table, T0 + 1_000), ["a Running 11s"]);
  assertEquals(shown(table, T0 + 111_000), ["a Running 2m1s"]);
});

Deno.test("LiveTable corrects ages for clock skew", () => {
  const ahead = tableOf(row("a", { age: "40s" }));
  assertEquals(shown(ahead), ["a Running 40s"]);
  assertEquals(shown(ahead, T0 + 5_000), ["a Running 45s"]);
  const behind = tableOf(row("a", { age: "4s" }));
  assertEquals(shown(behind, T0 + 5_000), ["a Running 9s"]);
});

Deno.test("LiveTable does not change a column that is not an age", () => {
  const vintage = tableOf(row("a", { age: "12y" }));
  assertEquals(shown(vintage, T0 + 5_000), ["a Running 12y"]);
  const columns = ["Name", "Status", "Last Seen"];
  const seen = tableOf(row("a", { columns }));
  assertEquals(shown(seen, T0 + 5_000), ["a Running 10s"]);
});

Deno.test("LiveTable marks changes for a moment", () => {
  const table = tableOf(row("a"), row("b"));
  table.apply(
    { type: "MODIFIED", object: row("a", { status: "Failed" }) },
    T0,
  );
  table.apply({ type: "ADDED", object: row("c") }, T0);
  assertEquals(shown(table, T0 + MARK_MS - 1_000), [
    "a Failed 12s changed",
    "b Running 12s",
    "c Running 12s added",
  ]);
  assertEquals(shown(table, T0 + MARK_MS), [
    "a Failed 13s",
    "b Running 13s",
    "c Running 13s",
  ]);
});

Deno.test("LiveTable does not mark invisible changes", () => {
  const table = tableOf(row("a"));
  const later = row("a", { age: "12s" });
  table.apply({ type: "MODIFIED", object: later }, T0 + 2_000);
  assertEquals(shown(table, T0 + 2_000), ["a Running 12s"]);
});

Deno.test("LiveTable keeps a new row marked as added when it changes", () => {
  const table = tableOf();
  table.apply({ type: "ADDED", object: row("a", { status: "Pending" }) }, T0);
  table.apply(
    { type: "MODIFIED", object: row("a", { age: "11s" }) },
    T0 + 1_000,
  );
  assertEquals(shown(table, T0 + MARK_MS), ["a Running 13s added"]);
});

Deno.test("LiveTable keeps a deleted row for a moment", () => {
  const table = tableOf(row("a"), row("b"));
  table.apply({ type: "DELETED", object: row("a") }, T0);
  assertEquals(table.size, 1);
  assertEquals(shown(table), ["a Running 10s deleted", "b Running 10s"]);
  assertEquals(shown(table, T0 + MARK_MS), ["b Running 13s"]);
});

Deno.test("LiveTable marks a recreated row as added", () => {
  const table = tableOf(row("a"));
  table.apply({ type: "DELETED", object: row("a") }, T0);
  table.apply(
    { type: "ADDED", object: row("a", { age: "11s" }) },
    T0 + 1_000,
  );
  assertEquals(shown(table, T0 + MARK_MS), ["a Running 13s added"]);
  assertEquals(shown(table, T0 + 1_000 + MARK_MS), ["a Running 14s"]);
  assertEquals(table.size, 1);
});

Deno.test("LiveTable.clearMarks() removes marks and deleted rows", () => {
  const table = tableOf(row("a"), row("b"));
  table.apply({ type: "DELETED", object: row("a") }, T0);
  table.apply({ type: "MODIFIED", object: row("b", { status: "x" }) }, T0);
  table.clearMarks();
  assertEquals(shown(table), ["b x 10s"]);
});

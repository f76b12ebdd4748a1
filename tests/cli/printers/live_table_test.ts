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

/** A table that these rows were in from the start. */
function tableOf(...rows: readonly TableObject[]): LiveTable {
  const table = new LiveTable(OPTIONS);
  for (const object of rows) table.begin(object, T0);
  return table;
}

/** What is shown: cells and marks. */
function shown(table: LiveTable, now = T0, most = 10): string[] {
  return table.show(most, now).rows.map(({ cells, mark }) =>
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
  const names = table.show(10, T0).rows.map(({ cells }) => cells[0]);
  assertEquals(names, ["z", "a", "ab", "b"]);
  assertEquals(table.size, 4);
  assertEquals(table.show(10, T0).header, ["NAME", "STATUS", "AGE"]);
});

Deno.test("LiveTable shows as many rows as there is room for", () => {
  const table = tableOf(row("a"), row("b"), row("c"));
  table.change({ type: "MODIFIED", object: row("c", { status: "x" }) }, T0);
  const { rows, hidden, hiddenMarks } = table.show(2, T0);
  assertEquals([rows.length, hidden, hiddenMarks], [2, 1, 1]);
});

Deno.test("LiveTable has no header without rows", () => {
  const table = new LiveTable(OPTIONS);
  assertEquals(table.show(10, T0), {
    header: undefined,
    rows: [],
    hidden: 0,
    hiddenMarks: 0,
  });
});

Deno.test("LiveTable counts ages on from the creation", () => {
  const table = tableOf(row("a"));
  assertEquals(shown(table, T0 + 1_000), ["a Running 11s"]);
  assertEquals(shown(table, T0 + 111_000), ["a Running 2m1s"]);
});

Deno.test("LiveTable agrees with a server whose clock is another", () => {
  const ahead = tableOf(row("a", { age: "40s" }));
  assertEquals(shown(ahead), ["a Running 40s"]);
  assertEquals(shown(ahead, T0 + 5_000), ["a Running 45s"]);
  const behind = tableOf(row("a", { age: "4s" }));
  assertEquals(shown(behind, T0 + 5_000), ["a Running 9s"]);
});

Deno.test("LiveTable leaves a text that is no age as it is", () => {
  const vintage = tableOf(row("a", { age: "12y" }));
  assertEquals(shown(vintage, T0 + 5_000), ["a Running 12y"]);
  const columns = ["Name", "Status", "Last Seen"];
  const seen = tableOf(row("a", { columns }));
  assertEquals(shown(seen, T0 + 5_000), ["a Running 10s"]);
});

Deno.test("LiveTable marks what has changed, for a moment", () => {
  const table = tableOf(row("a"), row("b"));
  table.change(
    { type: "MODIFIED", object: row("a", { status: "Failed" }) },
    T0,
  );
  table.change({ type: "ADDED", object: row("c") }, T0);
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

Deno.test("LiveTable marks nothing where nothing is to be seen", () => {
  const table = tableOf(row("a"));
  const later = row("a", { age: "12s" });
  table.change({ type: "MODIFIED", object: later }, T0 + 2_000);
  assertEquals(shown(table, T0 + 2_000), ["a Running 12s"]);
});

Deno.test("LiveTable calls what is new that until the moment is over", () => {
  const table = tableOf();
  table.change({ type: "ADDED", object: row("a", { status: "Pending" }) }, T0);
  table.change(
    { type: "MODIFIED", object: row("a", { age: "11s" }) },
    T0 + 1_000,
  );
  assertEquals(shown(table, T0 + MARK_MS), ["a Running 13s added"]);
});

Deno.test("LiveTable shows what is gone for a moment", () => {
  const table = tableOf(row("a"), row("b"));
  table.change({ type: "DELETED", object: row("a") }, T0);
  assertEquals(table.size, 1);
  assertEquals(shown(table), ["a Running 10s deleted", "b Running 10s"]);
  assertEquals(shown(table, T0 + MARK_MS), ["b Running 13s"]);
});

Deno.test("LiveTable takes what comes again for new", () => {
  const table = tableOf(row("a"));
  table.change({ type: "DELETED", object: row("a") }, T0);
  table.change(
    { type: "ADDED", object: row("a", { age: "11s" }) },
    T0 + 1_000,
  );
  assertEquals(shown(table, T0 + MARK_MS), ["a Running 13s added"]);
  assertEquals(shown(table, T0 + 1_000 + MARK_MS), ["a Running 14s"]);
  assertEquals(table.size, 1);
});

Deno.test("LiveTable settles: no marks, and nothing that is gone", () => {
  const table = tableOf(row("a"), row("b"));
  table.change({ type: "DELETED", object: row("a") }, T0);
  table.change({ type: "MODIFIED", object: row("b", { status: "x" }) }, T0);
  table.settle();
  assertEquals(shown(table), ["b x 10s"]);
});

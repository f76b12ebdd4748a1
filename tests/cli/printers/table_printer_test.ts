/**
 * Rows as lines. The expected output is that of `kubectl get --watch`.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { WatchEvent } from "../../../mod.ts";
import { type TableObject, TableReader } from "../../../cli/printers/table.ts";
import {
  type TableOptions,
  TablePrinter,
} from "../../../cli/printers/table_printer.ts";

const OPTIONS: TableOptions = {
  wide: false,
  noHeaders: false,
  withNamespace: false,
  withEvents: false,
  labelColumns: [],
  showLabels: false,
};
const NAMES = ["Name", "Ready", "Nominated Node"];
const reader = new TableReader();

interface RowOptions {
  columns?: readonly string[];
  labels?: Record<string, string>;
}

/** A row whose last column is only shown by `-o wide`. */
function row(cells: readonly unknown[], options: RowOptions = {}): TableObject {
  const { columns = NAMES, labels } = options;
  const [object] = reader.tableRows({
    columnDefinitions: columns.map((name, at) => ({
      name,
      priority: at + 1 < columns.length ? 0 : 1,
    })),
    rows: [{ cells, object: { metadata: { namespace: "shop", labels } } }],
  });
  if (object === undefined) throw new TypeError("no row");
  return object;
}

function printed(
  options: Partial<TableOptions>,
  ...rows: readonly TableObject[]
): string[] {
  const printer = new TablePrinter({ ...OPTIONS, ...options });
  const text = rows.map((object) => printer.text({ type: "ADDED", object }));
  return text.join("").split("\n").slice(0, -1);
}

Deno.test("TablePrinter prints a header once, and the default columns", () => {
  const lines = printed(
    {},
    row(["web", "1/1", "<none>"]),
    row(["db", 0, null]),
  );
  assertEquals(lines, ["NAME   READY", "web    1/1", "db     0"]);
});

Deno.test("TablePrinter prints all columns if wide is set", () => {
  assertEquals(printed({ wide: true }, row(["web", "1/1", null])), [
    "NAME   READY   NOMINATED NODE",
    "web    1/1     ",
  ]);
});

Deno.test("TablePrinter omits the header if noHeaders is set", () => {
  assertEquals(printed({ noHeaders: true }, row(["web", "1/1", ""])), [
    "web   1/1",
  ]);
});

Deno.test("TablePrinter prints the event and namespace first and labels last", () => {
  const labels = { app: "web", "x.io/tier": "front" };
  const options = {
    withEvents: true,
    withNamespace: true,
    labelColumns: ["x.io/tier", "none"],
    showLabels: true,
  };
  const printer = new TablePrinter({ ...OPTIONS, ...options });
  const text = (event: WatchEvent<TableObject>) => printer.text(event);
  assertEquals(
    text({ type: "ADDED", object: row(["a", "1/1", ""], { labels }) }) +
      text({ type: "DELETED", object: row(["b", "1/1", ""]) }),
    [
      "EVENT      NAMESPACE   NAME   READY   TIER    NONE   LABELS",
      "ADDED      shop        a      1/1     front          app=web,x.io/tier=front",
      "DELETED    shop        b      1/1                    <none>",
      "",
    ].join("\n"),
  );
});

Deno.test("TablePrinter prints a header again when the columns change", () => {
  const lines = printed(
    {},
    row(["web", "1/1", ""]),
    row(["web", "2", "3", ""], { columns: ["Name", "Up", "Age", "Other"] }),
    row(["web", "2", "3", ""], { columns: ["Name", "Up", "Age", "Other"] }),
  );
  assertEquals(lines, [
    "NAME   READY",
    "web    1/1",
    "NAME   UP    AGE",
    "web    2     3",
    "web    2     3",
  ]);
});

Deno.test("TablePrinter uses the widths of prepared rows", () => {
  const printer = new TablePrinter(OPTIONS);
  const rows = [row(["a", "1/1", ""]), row(["longer-name", "1/1", ""])];
  printer.prepare(rows);
  const texts = rows.map((object) => printer.text({ type: "ADDED", object }));
  assertEquals(texts, [
    "NAME          READY\na             1/1\n",
    "longer-name   1/1\n",
  ]);
});

Deno.test("TablePrinter prints the first line of a cell without control characters", () => {
  const cells = ["a\nb", "\x1b[31mred\x07\u009b", ""];
  assertEquals(printed({ noHeaders: true }, row(cells)), [
    "a...   ^[[31mred  ",
  ]);
  assertEquals(printed({ noHeaders: true }, row(["a\tb", "c", ""])), [
    "a     b     c",
  ]);
});

Deno.test("TablePrinter ignores cells without a column", () => {
  assertEquals(printed({ wide: true }, row(["a", "b", "c", "d"])), [
    "NAME   READY   NOMINATED NODE",
    "a      b       c",
  ]);
});

Deno.test("TablePrinter prints nothing for bookmarks and errors", () => {
  const printer = new TablePrinter(OPTIONS);
  assertEquals(printer.text({ type: "ERROR", object: { code: 410 } }), "");
  assertEquals(printer.text({ type: "BOOKMARK", object: {} }), "");
});

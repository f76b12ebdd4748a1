/**
 * Conversion of tables to rows.
 *
 * @module
 */

import { assertEquals, assertStrictEquals } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { isTable, TableReader } from "../../../cli/printers/table.ts";

const META = { apiVersion: "meta.k8s.io/v1" };

function table(columns: readonly object[] | null, ...names: string[]) {
  return {
    ...META,
    kind: "Table",
    columnDefinitions: columns,
    rows: names.map((name) => ({
      cells: [name, 3],
      object: {
        ...META,
        kind: "PartialObjectMetadata",
        metadata: { name, resourceVersion: "7" },
      },
    })),
  };
}

const COLUMNS = [{ name: "Name", priority: 0 }, { name: "Count", priority: 1 }];

Deno.test("isTable() distinguishes tables from objects", () => {
  assertEquals(isTable(table(null)), true);
  assertEquals(
    isTable({ ...table(null), apiVersion: "meta.k8s.io/v1beta1" }),
    true,
  );
  assertEquals(
    isTable({ kind: "Table", apiVersion: "furniture.io/v1" }),
    false,
  );
  assertEquals(isTable({ kind: "Pod", apiVersion: "v1" }), false);
  assertEquals(isTable(null), false);
});

Deno.test("TableReader converts a table to rows", () => {
  const rows = new TableReader().rows(table(COLUMNS, "a", "b"));
  assertEquals(rows.map(({ metadata, cells }) => [metadata?.name, cells]), [
    ["a", ["a", 3]],
    ["b", ["b", 3]],
  ]);
  assertEquals(rows[0]?.columns.list, COLUMNS);
});

Deno.test("TableReader remembers the columns for tables without any", () => {
  const reader = new TableReader();
  const [first] = reader.rows(table(COLUMNS, "a"));
  const [second] = reader.rows(table(null, "b"));
  const [third] = reader.rows(table(structuredClone(COLUMNS), "c"));
  const [fourth] = reader.rows(table([{ name: "Other" }], "d"));
  assertStrictEquals(second?.columns, first?.columns);
  assertStrictEquals(third?.columns, first?.columns);
  assertEquals(fourth?.columns.list, [{ name: "Other", priority: 0 }]);
});

Deno.test("TableReader keeps the version of a bookmark and the columns", () => {
  const reader = new TableReader();
  const object = table(COLUMNS, "");
  assertEquals(reader.events({ type: "BOOKMARK", object }), [
    {
      type: "BOOKMARK",
      object: { metadata: { name: "", resourceVersion: "7" } },
    },
  ]);
  const [row] = reader.rows(table(null, "a"));
  assertEquals(row?.columns.list, COLUMNS);
  const plain = { kind: "Pod", metadata: { resourceVersion: "8" } };
  assertEquals(reader.events({ type: "BOOKMARK", object: plain }), [
    { type: "BOOKMARK", object: { metadata: { resourceVersion: "8" } } },
  ]);
});

Deno.test("TableReader passes on errors and splits events with several rows", () => {
  const reader = new TableReader();
  const error = { type: "ERROR", object: { code: 410 } } as const;
  assertEquals(reader.events(error), [error]);
  const events = reader.events({
    type: "MODIFIED",
    object: table(COLUMNS, "a", "b"),
  });
  assertEquals(
    events.map(({ type, object: { metadata } }) => ({ type, metadata })),
    ["a", "b"].map((name) => ({
      type: "MODIFIED" as const,
      metadata: { name, resourceVersion: "7" },
    })),
  );
  assertEquals(reader.events({ type: "ADDED", object: table(COLUMNS) }), []);
});

Deno.test("TableReader summarizes an object of a server without tables", () => {
  using _time = new FakeTime("2024-05-01T12:01:00Z");
  const metadata = { name: "a", creationTimestamp: "2024-05-01T12:00:00Z" };
  const pod = { kind: "Pod", metadata, status: { phase: "Running" } };
  const [row] = new TableReader().rows(pod);
  assertEquals(row?.metadata, metadata);
  assertEquals(row?.columns.list.map(({ name }) => name), [
    "Name",
    "Status",
    "Age",
  ]);
  assertEquals(row?.cells, ["a", "Running", "60s"]);
});

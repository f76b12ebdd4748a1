/**
 * Converts the server's tables (`Table` of `meta.k8s.io`) to objects that lists
 * and watches can carry: one for each row, with its metadata, cells and
 * columns.
 *
 * In a watch, only the first event contains the column definitions, so that the
 * reader has to remember them. The plain objects of a server that does not
 * support tables become rows with default columns.
 *
 * @module
 */

import type { KubernetesObject, WatchEvent } from "../../api/types.ts";
import { goJson } from "../../internal/go_value.ts";
import { age } from "./age.ts";
import {
  field,
  isRecord,
  listField,
  numberField,
  textField,
} from "../../internal/json_fields.ts";
import { summary } from "./summary.ts";

/** A column of a table. */
export interface TableColumn {
  /** The name, as the server spells it: `"Nominated Node"`. */
  readonly name: string;
  /** 0 if the column is always shown; others are only shown by `-o wide`. */
  readonly priority: number;
}

/** The columns of a table; rows with the same columns share one object. */
export interface TableColumns {
  /** Identifies the columns. */
  readonly key: string;
  /** The columns, from left to right. */
  readonly list: readonly TableColumn[];
}

/** A row of a table. */
export interface TableObject extends KubernetesObject {
  /** The columns of its cells. */
  readonly columns: TableColumns;
  /** The cells: strings, numbers, or other JSON values. */
  readonly cells: readonly unknown[];
}

/** The columns for plain objects. */
const DEFAULT_COLUMNS: TableColumns = {
  key: "own",
  list: ["Name", "Status", "Age"].map((name) => ({ name, priority: 0 })),
};

/**
 * Whether a value is a table.
 *
 * @param value The body of a response, or the object of an event.
 * @returns Whether it is a `Table`.
 */
export function isTable(value: unknown): boolean {
  return textField(value, "kind") === "Table" &&
    textField(value, "apiVersion")?.startsWith("meta.k8s.io/") === true;
}

/** Converts tables to rows, and remembers their columns. */
export class TableReader {
  #columns: TableColumns = { key: "", list: [] };

  /**
   * Converts a table to its rows, or a plain object to a row.
   *
   * @param object A table or an object.
   * @returns The rows.
   */
  rows(object: KubernetesObject): TableObject[] {
    return isTable(object) ? this.tableRows(object) : [rowOf(object)];
  }

  /**
   * Converts a table to its rows.
   *
   * @param table The table.
   * @returns The rows.
   */
  tableRows(table: unknown): TableObject[] {
    const definitions = listField(table, "columnDefinitions");
    if (definitions.length > 0) this.#remember(definitions);
    return listField(table, "rows").map((row) => ({
      ...objectOf(row),
      columns: this.#columns,
      cells: listField(row, "cells"),
    }));
  }

  /**
   * Converts an event with a table to events with its rows.
   *
   * @param event The event.
   * @returns The events, usually one; that of a bookmark has no cells.
   */
  events(event: WatchEvent): WatchEvent<TableObject>[] {
    if (event.type === "ERROR") return [event];
    const { type, object } = event;
    if (type !== "BOOKMARK") {
      return this.rows(object).map((object) => ({ type, object }));
    }
    const [row] = isTable(object) ? this.rows(object) : [];
    const metadata = row?.metadata ?? object.metadata;
    return [{ type, object: { metadata } }];
  }

  #remember(definitions: readonly unknown[]): void {
    const key = goJson(definitions);
    if (key === this.#columns.key) return;
    const list = definitions.map((definition) => ({
      name: textField(definition, "name") ?? "",
      priority: numberField(definition, "priority") ?? 0,
    }));
    this.#columns = { key, list };
  }
}

/** The `PartialObjectMetadata` of a row. */
function objectOf(row: unknown): KubernetesObject {
  const object = field(row, "object");
  return isRecord(object) ? object : {};
}

function rowOf({ apiVersion, kind, metadata, ...rest }: KubernetesObject) {
  const cells = [
    metadata?.name ?? "<unknown>",
    summary({ ...rest, metadata }),
    age(metadata?.creationTimestamp, Date.now()),
  ];
  return { apiVersion, kind, metadata, columns: DEFAULT_COLUMNS, cells };
}

/**
 * The server's own table of objects (`meta.k8s.io` `Table`), as objects that
 * lists and watches can carry: each is a row, with its metadata and the columns
 * that its cells belong to.
 *
 * A watch tells its columns with its first event alone, so that whoever reads
 * tables has to remember them. What a server without tables answers, plain
 * objects, becomes rows with columns of our own.
 *
 * @module
 */

import type { KubernetesObject, WatchEvent } from "../../api/types.ts";
import { age } from "./age.ts";
import {
  field,
  isRecord,
  listField,
  numberField,
  textField,
} from "../../internal/json_fields.ts";
import { summary } from "./summary.ts";

/** A column. */
export interface TableColumn {
  /** What stands above it, in the server's spelling: `"Nominated Node"`. */
  readonly name: string;
  /** 0 is always shown, others only with `-o wide`. */
  readonly priority: number;
}

/** The columns of a table; those that are the same are one object. */
export interface TableColumns {
  /** What tells them from others. */
  readonly key: string;
  /** From left to right. */
  readonly list: readonly TableColumn[];
}

/** A row. */
export interface TableObject extends KubernetesObject {
  /** The columns of its cells. */
  readonly columns: TableColumns;
  /** Texts, numbers, or whatever else the server has put there. */
  readonly cells: readonly unknown[];
}

/** The columns for objects that come without any. */
const OWN_COLUMNS: TableColumns = {
  key: "own",
  list: ["Name", "Status", "Age"].map((name) => ({ name, priority: 0 })),
};

/**
 * Whether something is a table.
 *
 * @param value Whatever the server has sent.
 * @returns Whether it says so.
 */
export function isTable(value: unknown): boolean {
  return textField(value, "kind") === "Table" &&
    textField(value, "apiVersion")?.startsWith("meta.k8s.io/") === true;
}

/** Reads tables and remembers their columns. */
export class TableReader {
  #columns: TableColumns = { key: "", list: [] };

  /**
   * The rows of a table, or the row that a plain object makes.
   *
   * @param object A table or an object.
   * @returns The rows.
   */
  rows(object: KubernetesObject): TableObject[] {
    return isTable(object) ? this.tableRows(object) : [ownRow(object)];
  }

  /**
   * The rows of a table.
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
   * The events of rows that an event of a table is.
   *
   * @param event The event.
   * @returns One in most cases; a bookmark has no cells.
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
    const key = JSON.stringify(definitions);
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

function ownRow({ apiVersion, kind, metadata, ...rest }: KubernetesObject) {
  const cells = [
    metadata?.name ?? "<unknown>",
    summary({ ...rest, metadata }),
    age(metadata?.creationTimestamp, Date.now()),
  ];
  return { apiVersion, kind, metadata, columns: OWN_COLUMNS, cells };
}

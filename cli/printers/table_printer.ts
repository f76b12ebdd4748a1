/**
 * Rows as lines of a table, to the blank as `kubectl get` prints them: the
 * columns of the server, what can be added to them, and a header again
 * whenever the columns are others.
 *
 * @module
 */

import { goText } from "../../internal/go_value.ts";
import type { WatchEvent } from "../../api/types.ts";
import type { EventPrinter } from "./event_printer.ts";
import type { TableColumn, TableColumns, TableObject } from "./table.ts";
import { TabWriter } from "./tab_writer.ts";

/** What a table shows beside the columns that are always there. */
export interface TableOptions {
  /** Whether the columns are shown that matter less. */
  wide: boolean;
  /** Whether nothing stands above the columns. */
  noHeaders: boolean;
  /** Whether the namespace comes first. */
  withNamespace: boolean;
  /** Whether the type of the event comes before everything. */
  withEvents: boolean;
  /** The labels that have a column each. */
  labelColumns: readonly string[];
  /** Whether all labels come last. */
  showLabels: boolean;
}

/** As wide as the longest, so that the header of an empty cell is not. */
const EVENT_WIDTH = "MODIFIED".length;

// deno-lint-ignore no-control-regex -- they are what is looked for
const CONTROL = /[\u0000-\u0008\u000c-\u001f\u007f-\u009f\u2028\u2029]/g;

/** Writes rows as lines of a table. */
export class TablePrinter implements EventPrinter<TableObject> {
  readonly #options: TableOptions;
  readonly #writer = new TabWriter();
  #columns: TableColumns | undefined;

  /**
   * Writes nothing yet.
   *
   * @param options What it shows.
   */
  constructor(options: TableOptions) {
    this.#options = options;
  }

  /**
   * Makes columns wide enough for rows that will be printed one by one, as if
   * they were printed together.
   *
   * @param rows The rows.
   */
  prepare(rows: readonly TableObject[]): void {
    const columns = this.#columns;
    for (const object of rows) this.#row("ADDED", object);
    this.#writer.flush();
    this.#columns = columns;
  }

  /**
   * The line of an event; before it, perhaps, a header.
   *
   * @param event The event.
   * @returns The lines; nothing for what is about no object.
   */
  text({ type, object }: WatchEvent<TableObject>): string {
    if (type === "BOOKMARK" || type === "ERROR") return "";
    this.#row(type, object);
    return this.#writer.flush();
  }

  #row(type: string, object: TableObject): void {
    const { columns } = object;
    if (columns.key !== this.#columns?.key) {
      this.#columns = columns;
      if (!this.#options.noHeaders) {
        this.#writer.line(headerCells(columns, this.#options));
      }
    }
    this.#writer.line(rowCells(type, object, this.#options));
  }
}

/**
 * What stands above the columns.
 *
 * @param columns The server's columns.
 * @param options What is shown beside them.
 * @returns The titles.
 */
export function headerCells(
  columns: TableColumns,
  options: TableOptions,
): string[] {
  const { withEvents, withNamespace, labelColumns, showLabels } = options;
  return [
    ...withEvents ? ["EVENT"] : [],
    ...withNamespace ? ["NAMESPACE"] : [],
    ...columns.list.filter((column) => isShown(column, options))
      .map(({ name }) => cellText(name.toUpperCase())),
    ...labelColumns.map((label) =>
      (label.split("/").at(-1) ?? "").toUpperCase()
    ),
    ...showLabels ? ["LABELS"] : [],
  ];
}

/**
 * The cells of a row.
 *
 * @param type The type of the event.
 * @param object The row.
 * @param options What is shown beside the server's columns.
 * @returns The texts.
 */
export function rowCells(
  type: string,
  { metadata, columns, cells }: TableObject,
  options: TableOptions,
): string[] {
  const { withEvents, withNamespace, labelColumns, showLabels } = options;
  const labels = metadata?.labels ?? {};
  return [
    ...withEvents ? [type.padEnd(EVENT_WIDTH)] : [],
    ...withNamespace ? [cellText(metadata?.namespace)] : [],
    // A server that sends more cells than columns is not followed.
    ...cells.slice(0, columns.list.length)
      .filter((_, at) => isShown(columns.list[at], options))
      .map(cellText),
    ...labelColumns.map((label) => cellText(labels[label])),
    ...showLabels ? [cellText(labelsText(labels))] : [],
  ];
}

function isShown(
  column: TableColumn | undefined,
  { wide }: TableOptions,
): boolean {
  return wide || column?.priority === 0;
}

function labelsText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) =>
    `${name}=${value}`
  );
  return pairs.sort().join(",") || "<none>";
}

/**
 * A cell as text: its first line, and nothing that a terminal would obey. A
 * tab in it goes on to the next column, as in `kubectl`.
 */
function cellText(cell: unknown): string {
  if (cell === null || cell === undefined) return "";
  if (typeof cell !== "string") return shown(goText(cell));
  const end = cell.search(/[\f\n\r]/);
  return end < 0 ? shown(cell) : `${shown(cell.slice(0, end))}...`;
}

function shown(text: string): string {
  return text.replaceAll("\x1b", "^[").replaceAll("\r", "\\r")
    .replace(CONTROL, " ");
}

/**
 * Prints rows exactly like `kubectl get`: the server's columns, those that
 * options add, and a new header whenever the columns change.
 *
 * @module
 */

import { goText } from "../../internal/go_value.ts";
import type { WatchEvent } from "../../api/types.ts";
import type { EventPrinter } from "./event_printer.ts";
import type { TableColumn, TableColumns, TableObject } from "./table.ts";
import { TabWriter } from "./tab_writer.ts";

/** The columns that a table shows. */
export interface TableOptions {
  /** Whether to show all columns of the server. */
  wide: boolean;
  /** Whether to omit the column headers. */
  noHeaders: boolean;
  /** Whether to show the namespace as the first column. */
  withNamespace: boolean;
  /** Whether to show the type of the event, before all other columns. */
  withEvents: boolean;
  /** The labels to show as columns. */
  labelColumns: readonly string[];
  /** Whether to show all labels as the last column. */
  showLabels: boolean;
}

/** The width of the longest type, so that the column never gets wider. */
const EVENT_WIDTH = "MODIFIED".length;

// deno-lint-ignore no-control-regex -- it matches them on purpose
const CONTROL = /[\u0000-\u0008\u000c-\u001f\u007f-\u009f\u2028\u2029]/g;

/** Prints rows as lines of a table. */
export class TablePrinter implements EventPrinter<TableObject> {
  readonly #options: TableOptions;
  readonly #writer = new TabWriter();
  #columns: TableColumns | undefined;

  /**
   * Creates a printer.
   *
   * @param options The columns to show.
   */
  constructor(options: TableOptions) {
    this.#options = options;
  }

  /**
   * Makes the columns wide enough for rows that will be printed one by one, as
   * if they were printed at once.
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
   * Formats an event as a line, with a header before it if the columns have
   * changed.
   *
   * @param event The event.
   * @returns The lines; empty for bookmarks and errors.
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
 * The column headers.
 *
 * @param columns The server's columns.
 * @param options The columns to show.
 * @returns The headers.
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
 * @param options The columns to show.
 * @returns The cells.
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
    // Cells without a column are ignored.
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
 * Formats a cell: its first line, without control characters. A tab advances to
 * the next column, as in `kubectl`.
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

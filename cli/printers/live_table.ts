/**
 * The rows of a live table, and marks for recent changes.
 *
 * A row that was added, changed or deleted is marked for a moment, unless its
 * visible cells are unchanged: many objects are updated often without a visible
 * difference. The server sends ages as text: they are updated from the creation
 * timestamp, after correcting for the skew between the server's clock and ours.
 *
 * @module
 */

import { metaNamespaceKey } from "../../api/meta_namespace_key.ts";
import type { ChangeEvent } from "../../api/types.ts";
import { shortDuration } from "./age.ts";
import type { TableColumns, TableObject } from "./table.ts";
import { headerCells, rowCells, type TableOptions } from "./table_printer.ts";

/** A recent change of a row. */
export type LiveMark = "added" | "changed" | "deleted";

/** A row as it is shown. */
export interface LiveRow {
  /** The cells. */
  readonly cells: readonly string[];
  /** Its recent change, if any. */
  readonly mark: LiveMark | undefined;
}

/** The visible part of a live table. */
export interface LiveRows {
  /** The column headers; undefined if there are no rows or headers are off. */
  readonly header: readonly string[] | undefined;
  /** The visible rows. */
  readonly rows: readonly LiveRow[];
  /** The number of rows that are not visible. */
  readonly hidden: number;
  /** The number of those that are marked. */
  readonly hiddenMarks: number;
}

interface Entry {
  readonly object: TableObject;
  /** When it was created, on our clock; undefined if it has no age column. */
  readonly createdAt: number | undefined;
}

interface Marked {
  readonly mark: LiveMark;
  readonly until: number;
}

/** How long a row stays marked. */
export const MARK_MS = 3_000;

/** The maximum clock skew for which ages are updated. */
const MAX_SKEW_S = 60;

/** The rows of a live table and their marks. */
export class LiveTable {
  readonly #options: TableOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #marks = new Map<string, Marked>();
  /** The sorted keys; undefined after keys were added or removed. */
  #order: readonly string[] | undefined;
  #columns: TableColumns | undefined;

  /**
   * Creates an empty table.
   *
   * @param options The columns to show.
   */
  constructor(options: TableOptions) {
    this.#options = options;
  }

  /** The number of rows, without deleted ones. */
  get size(): number {
    let deleted = 0;
    for (const { mark } of this.#marks.values()) {
      if (mark === "deleted") deleted++;
    }
    return this.#entries.size - deleted;
  }

  /**
   * Adds a row of the initial list, without a mark.
   *
   * @param object The row.
   * @param now The current time, as of `Date.now()`.
   */
  add(object: TableObject, now: number): void {
    this.#set(metaNamespaceKey(object), object, now);
  }

  /**
   * Applies a change to the rows, and marks it.
   *
   * @param event The change.
   * @param now The current time, as of `Date.now()`.
   */
  apply({ type, object }: ChangeEvent<TableObject>, now: number): void {
    const key = metaNamespaceKey(object);
    const before = this.#marks.get(key)?.mark === "deleted"
      ? undefined
      : this.#entries.get(key);
    this.#set(key, object, now);
    if (type === "DELETED") return this.#mark(key, "deleted", now);
    if (before === undefined) return this.#mark(key, "added", now);
    if (this.#isSame(before.object, object)) return;
    // A changed row stays marked as added as long as it is new.
    const isNew = this.#marks.get(key)?.mark === "added";
    this.#mark(key, isNew ? "added" : "changed", now);
  }

  /**
   * Returns the rows that fit, and removes expired marks.
   *
   * @param limit The maximum number of rows.
   * @param now The current time, as of `Date.now()`.
   * @returns The visible part of the table.
   */
  visible(limit: number, now: number): LiveRows {
    this.#expireMarks(now);
    const order = this.#order ??= [...this.#entries]
      .sort(([, a], [, b]) => compareNames(a.object, b.object))
      .map(([key]) => key);
    const keys = order.slice(0, limit);
    const rows = keys.flatMap((key): LiveRow[] => {
      const entry = this.#entries.get(key);
      if (entry === undefined) return [];
      const mark = this.#marks.get(key)?.mark;
      return [{ cells: this.#cellsOf(entry, now), mark }];
    });
    return {
      header: rows.length > 0 && !this.#options.noHeaders && this.#columns
        ? headerCells(this.#columns, this.#options)
        : undefined,
      rows,
      hidden: order.length - rows.length,
      hiddenMarks: this.#marks.size -
        rows.filter(({ mark }) => mark !== undefined).length,
    };
  }

  /** Removes all marks, and the rows that are marked as deleted. */
  clearMarks(): void {
    this.#expireMarks(Infinity);
  }

  #set(key: string, object: TableObject, now: number): void {
    if (!this.#entries.has(key)) this.#order = undefined;
    this.#columns = object.columns;
    this.#entries.set(key, {
      object,
      createdAt: localCreationTime(object, now),
    });
  }

  #mark(key: string, mark: LiveMark, now: number): void {
    this.#marks.set(key, { mark, until: now + MARK_MS });
  }

  #expireMarks(now: number): void {
    for (const [key, { mark, until }] of this.#marks) {
      if (now < until) continue;
      this.#marks.delete(key);
      if (mark !== "deleted") continue;
      this.#entries.delete(key);
      this.#order = undefined;
    }
  }

  #isSame(before: TableObject, after: TableObject): boolean {
    return this.#textOf(before) === this.#textOf(after);
  }

  /** The visible cells of a row, except for its age. */
  #textOf(object: TableObject): string {
    const cells = rowCells("", withAge(object, ""), this.#options);
    return cells.join("\t");
  }

  #cellsOf({ object, createdAt }: Entry, now: number): readonly string[] {
    const shown = createdAt === undefined
      ? object
      : withAge(object, shortDuration(now - createdAt));
    return rowCells("", shown, this.#options);
  }
}

function compareNames(a: TableObject, b: TableObject): number {
  return compareTexts(a.metadata?.namespace, b.metadata?.namespace) ||
    compareTexts(a.metadata?.name, b.metadata?.name);
}

function compareTexts(a = "", b = ""): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function ageColumn({ columns }: TableObject): number {
  return columns.list.findIndex(({ name }) => name.toLowerCase() === "age");
}

function withAge(object: TableObject, age: string): TableObject {
  const column = ageColumn(object);
  return column < 0 || column >= object.cells.length
    ? object
    : { ...object, cells: object.cells.with(column, age) };
}

/**
 * When an object was created, on our clock, such that its age is the one that
 * the server sent. Undefined if no clock skew explains that age: then the
 * column only happens to be called "Age", and is not updated.
 */
function localCreationTime(
  object: TableObject,
  now: number,
): number | undefined {
  const { creationTimestamp } = object.metadata ?? {};
  const text = object.cells[ageColumn(object)];
  if (creationTimestamp === undefined || text === undefined) return undefined;
  const created = new Date(creationTimestamp).getTime();
  for (let skew = 0; skew <= MAX_SKEW_S; skew++) {
    for (const ms of [skew * 1000, -skew * 1000]) {
      if (shortDuration(now - created + ms) === text) return created - ms;
    }
  }
  return undefined;
}

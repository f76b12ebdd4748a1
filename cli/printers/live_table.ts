/**
 * The rows that a live table shows, and what has just become of them.
 *
 * A row that is new, changed or gone is marked for a moment; one whose shown
 * cells are as before is not, since many objects are written again and again
 * with nothing to see. The server writes ages as text, once: they are counted
 * on from the time of creation, and where the server's clock is not ours, from
 * when it must have been on our clock.
 *
 * @module
 */

import { metaNamespaceKey } from "../../api/meta_namespace_key.ts";
import type { ChangeEvent } from "../../api/types.ts";
import { shortDuration } from "./age.ts";
import type { TableColumns, TableObject } from "./table.ts";
import { headerCells, rowCells, type TableOptions } from "./table_printer.ts";

/** What has just become of a row. */
export type LiveMark = "added" | "changed" | "deleted";

/** A row as it is shown. */
export interface LiveRow {
  /** Its texts. */
  readonly cells: readonly string[];
  /** What has just become of it, if anything. */
  readonly mark: LiveMark | undefined;
}

/** What is shown of the rows. */
export interface LiveRows {
  /** What stands above the columns; undefined where there are no rows. */
  readonly header: readonly string[] | undefined;
  /** The first rows. */
  readonly rows: readonly LiveRow[];
  /** How many others there are. */
  readonly hidden: number;
  /** How many of those are marked. */
  readonly hiddenMarks: number;
}

interface Entry {
  readonly object: TableObject;
  /** When it was made, on our clock; undefined where no age is shown. */
  readonly birth: number | undefined;
}

interface Marked {
  readonly mark: LiveMark;
  readonly until: number;
}

/** How long a mark stays. */
export const MARK_MS = 3_000;

/** Most that two clocks may differ by for an age to be counted on. */
const MOST_SKEW_S = 60;

/** Rows and their marks. */
export class LiveTable {
  readonly #options: TableOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #marks = new Map<string, Marked>();
  /** The keys in order; undefined when others have come or gone. */
  #order: readonly string[] | undefined;
  #columns: TableColumns | undefined;

  /**
   * Has no rows yet.
   *
   * @param options What is shown of each.
   */
  constructor(options: TableOptions) {
    this.#options = options;
  }

  /** How many rows there are, those not counted that are gone. */
  get size(): number {
    let gone = 0;
    for (const { mark } of this.#marks.values()) {
      if (mark === "deleted") gone++;
    }
    return this.#entries.size - gone;
  }

  /**
   * Takes a row that was there from the start.
   *
   * @param object The row.
   * @param now The time, by `Date.now()`.
   */
  begin(object: TableObject, now: number): void {
    this.#put(metaNamespaceKey(object), object, now);
  }

  /**
   * Takes a change.
   *
   * @param event The change.
   * @param now The time, by `Date.now()`.
   */
  change({ type, object }: ChangeEvent<TableObject>, now: number): void {
    const key = metaNamespaceKey(object);
    const before = this.#marks.get(key)?.mark === "deleted"
      ? undefined
      : this.#entries.get(key);
    this.#put(key, object, now);
    if (type === "DELETED") return this.#mark(key, "deleted", now);
    if (before === undefined) return this.#mark(key, "added", now);
    if (this.#isSame(before.object, object)) return;
    // What is new stays new until the moment is over.
    const isNew = this.#marks.get(key)?.mark === "added";
    this.#mark(key, isNew ? "added" : "changed", now);
  }

  /**
   * What is shown.
   *
   * @param most How many rows there is room for.
   * @param now The time, by `Date.now()`.
   * @returns The rows.
   */
  show(most: number, now: number): LiveRows {
    this.#forget(now);
    const order = this.#order ??= [...this.#entries]
      .sort(([, a], [, b]) => compareNames(a.object, b.object))
      .map(([key]) => key);
    const keys = order.slice(0, most);
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

  /** Takes all marks away, and with them what is gone. */
  settle(): void {
    this.#forget(Infinity);
  }

  #put(key: string, object: TableObject, now: number): void {
    if (!this.#entries.has(key)) this.#order = undefined;
    this.#columns = object.columns;
    this.#entries.set(key, { object, birth: birthOf(object, now) });
  }

  #mark(key: string, mark: LiveMark, now: number): void {
    this.#marks.set(key, { mark, until: now + MARK_MS });
  }

  #forget(now: number): void {
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

  /** All that is shown of a row but its age. */
  #textOf(object: TableObject): string {
    const cells = rowCells("", withAge(object, ""), this.#options);
    return cells.join("\t");
  }

  #cellsOf({ object, birth }: Entry, now: number): readonly string[] {
    const shown = birth === undefined
      ? object
      : withAge(object, shortDuration(now - birth));
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
 * When an object was made, on our clock, so that its age is now what the server
 * says. A column that only happens to be called "Age" says something else, and
 * is left as it is.
 */
function birthOf(object: TableObject, now: number): number | undefined {
  const { creationTimestamp } = object.metadata ?? {};
  const text = object.cells[ageColumn(object)];
  if (creationTimestamp === undefined || text === undefined) return undefined;
  const created = new Date(creationTimestamp).getTime();
  for (let skew = 0; skew <= MOST_SKEW_S; skew++) {
    for (const ms of [skew * 1000, -skew * 1000]) {
      if (shortDuration(now - created + ms) === text) return created - ms;
    }
  }
  return undefined;
}

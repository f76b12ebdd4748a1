/**
 * Renders a live table for the size of a terminal: the rows that fit, the
 * number of those that do not, and a line for the state of the connection.
 *
 * @module
 */

import type { LiveLine, TerminalSize } from "../terminal/live_block.ts";
import type { LiveMark, LiveRow, LiveTable } from "./live_table.ts";
import type { Colors, Paint } from "../terminal/screen.ts";
import { TabWriter, textWidth } from "./tab_writer.ts";
import { oneLine, truncate } from "../terminal/text.ts";

/** Options for {@linkcode renderLiveFrame}. */
export interface LiveFrameOptions {
  /** The size of the terminal. */
  size: TerminalSize;
  /** The colors; undefined for none, in which case marks are characters. */
  colors: Colors | undefined;
  /** The current time, as of `Date.now()`. */
  now: number;
  /** The state of the connection; undefined for the last frame. */
  status: string | undefined;
}

const SIGNS: Readonly<Record<LiveMark, string>> = {
  added: "+",
  changed: "~",
  deleted: "-",
};

/**
 * Renders a frame of a live table.
 *
 * @param table The table.
 * @param options The terminal and the state of the connection.
 * @returns The lines of the frame.
 */
export function renderLiveFrame(
  table: LiveTable,
  options: LiveFrameOptions,
): LiveLine[] {
  const { size, colors, now, status } = options;
  // One line must stay free, or the terminal would scroll.
  const room = Math.max(1, size.rows - 1 - EXTRA_LINES);
  let shown = table.visible(room, now);
  if (shown.hidden > 0) shown = table.visible(Math.max(1, room - 1), now);
  const { header, rows, hidden, hiddenMarks } = shown;
  const dim = colors?.dim ?? plain;
  const line = (text: string, paint: Paint = plain): LiveLine => {
    // ERASE_RIGHT in the last column would erase its character.
    const cut = truncate(text, size.columns - 1);
    return { text: paint(cut), width: textWidth(cut) };
  };
  const [top, ...others] = aligned(header, rows, colors === undefined);
  return [
    ...header === undefined || top === undefined ? [] : [line(top)],
    ...rows.flatMap(({ mark }, at) => {
      const text = (header === undefined ? [top, ...others] : others)[at];
      return text === undefined ? [] : [line(text, painter(mark, colors))];
    }),
    ...hidden === 0 ? [] : [line(moreText(hidden, hiddenMarks), dim)],
    ...status === undefined ? [] : [line(oneLine(status), dim)],
  ];
}

/** The header, and the line for the state of the connection. */
const EXTRA_LINES = 2;

function plain(text: string): string {
  return text;
}

function painter(
  mark: LiveMark | undefined,
  colors: Colors | undefined,
): Paint {
  if (colors === undefined) return plain;
  switch (mark) {
    case undefined:
      return plain;
    case "added":
      return colors.green;
    case "changed":
      return colors.yellow;
    case "deleted":
      return (text) => colors.dim(colors.strikethrough(text));
  }
}

/** Aligns the header, if there is one, and the rows. */
function aligned(
  header: readonly string[] | undefined,
  rows: readonly LiveRow[],
  withSigns: boolean,
): string[] {
  const writer = new TabWriter();
  const write = (sign: string, cells: readonly string[]) => {
    const [first = "", ...others] = cells;
    writer.line([withSigns ? `${sign} ${first}` : first, ...others]);
  };
  if (header !== undefined) write(" ", header);
  for (const { cells, mark } of rows) {
    write(mark === undefined ? " " : SIGNS[mark], cells);
  }
  return writer.flush().split("\n").slice(0, -1);
}

function moreText(hidden: number, marks: number): string {
  const changed = marks === 0 ? "" : ` (${marks} just changed)`;
  return `… and ${hidden} more${changed}`;
}

/**
 * What a live table looks like on a terminal of a certain size: as many rows as
 * there is room for, how many are not shown, and a line about the connection.
 *
 * @module
 */

import type { LiveLine, TerminalSize } from "../terminal/live_block.ts";
import type { LiveMark, LiveRow, LiveTable } from "./live_table.ts";
import type { Colors, Paint } from "../terminal/screen.ts";
import { TabWriter, textWidth } from "./tab_writer.ts";
import { oneLine, truncate } from "../terminal/text.ts";

/** How a picture is made. */
export interface PictureOptions {
  /** The size of the terminal. */
  size: TerminalSize;
  /** Colours; undefined where there are none, and marks are characters. */
  colors: Colors | undefined;
  /** The time, by `Date.now()`. */
  now: number;
  /** How the connection is; undefined for the picture that stays. */
  status: string | undefined;
}

const SIGNS: Readonly<Record<LiveMark, string>> = {
  added: "+",
  changed: "~",
  deleted: "-",
};

/**
 * Makes a picture.
 *
 * @param table What is shown.
 * @param options How.
 * @returns Its lines.
 */
export function livePicture(
  table: LiveTable,
  options: PictureOptions,
): LiveLine[] {
  const { size, colors, now, status } = options;
  // Without a line to spare, the terminal would scroll.
  const room = Math.max(1, size.rows - 1 - LINES_AROUND);
  let shown = table.show(room, now);
  if (shown.hidden > 0) shown = table.show(Math.max(1, room - 1), now);
  const { header, rows, hidden, hiddenMarks } = shown;
  const dim = colors?.dim ?? plain;
  const line = (text: string, paint: Paint = plain): LiveLine => {
    // Erasing to the right would take the last column with it.
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

/** The header, and the line about the connection. */
const LINES_AROUND = 2;

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

/** Lines of the header, where there is one, and of the rows. */
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

/**
 * Some lines at the bottom of a terminal that are drawn again and again in
 * place, in one write each time, so that nothing flickers. What stood above
 * them before is left alone, and they are left standing in the end.
 *
 * @module
 */

/** The size of a terminal. */
export interface TerminalSize {
  /** Characters of a line. */
  readonly columns: number;
  /** Lines. */
  readonly rows: number;
}

/** A line with its width, which escape sequences in it have no part in. */
export interface LiveLine {
  /** The text with its colours. */
  readonly text: string;
  /** Characters that are seen of it. */
  readonly width: number;
}

const HIDE_CURSOR = "\x1b[?25l";
const SHOW_CURSOR = "\x1b[?25h";
/** A line that is too wide after all is cut off and not wrapped. */
const NO_WRAP = "\x1b[?7l";
const WRAP = "\x1b[?7h";
const ERASE_RIGHT = "\x1b[K";
const ERASE_BELOW = "\x1b[J";

/** Lines that are drawn in place. */
export class LiveBlock {
  #drawn: readonly LiveLine[] = [];
  #hasDrawn = false;

  /**
   * Draws other lines in the place of those before.
   *
   * @param lines The lines; fewer than the terminal has.
   * @param size The size of the terminal now.
   * @returns What to write.
   */
  draw(lines: readonly LiveLine[], size: TerminalSize): string {
    this.#hasDrawn = true;
    return framed(this.#replace(lines, size, ""));
  }

  /**
   * Draws the last lines, and gives the terminal back.
   *
   * @param lines The lines that stay.
   * @param size The size of the terminal now.
   * @returns What to write.
   */
  end(lines: readonly LiveLine[], size: TerminalSize): string {
    if (!this.#hasDrawn) return "";
    const last = lines.length === 0 ? "" : "\r\n";
    const text = this.#replace(lines, size, last);
    this.#drawn = [];
    this.#hasDrawn = false;
    return framed(text);
  }

  /** The cursor is left behind the last line: what a key shows is wiped too. */
  #replace(
    lines: readonly LiveLine[],
    size: TerminalSize,
    last: string,
  ): string {
    const up = this.#linesAbove(size);
    const text = lines.map(({ text }) => `${text}${ERASE_RIGHT}`)
      .join("\r\n");
    this.#drawn = lines;
    return `\r${up > 0 ? `\x1b[${up}A` : ""}${text}${last}${ERASE_BELOW}`;
  }

  /**
   * How far up the first line is. A terminal that has become narrower breaks
   * the lines that are there.
   */
  #linesAbove({ columns }: TerminalSize): number {
    const lines = this.#drawn.map(({ width }) =>
      Math.max(1, Math.ceil(width / Math.max(1, columns)))
    );
    return Math.max(0, lines.reduce((sum, count) => sum + count, 0) - 1);
  }
}

/**
 * The cursor is away only as long as it moves: whoever stops or kills the
 * program in between has a terminal with a cursor.
 */
function framed(text: string): string {
  return `${HIDE_CURSOR}${NO_WRAP}${text}${WRAP}${SHOW_CURSOR}`;
}

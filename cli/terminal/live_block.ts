/**
 * A block of lines at the bottom of a terminal that is redrawn in place, with a
 * single write to avoid flicker. The lines above it are not touched, and the
 * last frame stays on the terminal.
 *
 * @module
 */

/** The size of a terminal. */
export interface TerminalSize {
  /** The width, in characters. */
  readonly columns: number;
  /** The height, in lines. */
  readonly rows: number;
}

/** A line, and its width without escape sequences. */
export interface LiveLine {
  /** The text, including escape sequences for colors. */
  readonly text: string;
  /** The number of visible characters. */
  readonly width: number;
}

const HIDE_CURSOR = "\x1b[?25l";
const SHOW_CURSOR = "\x1b[?25h";
/** Cuts off lines that are too wide, instead of wrapping them. */
const NO_WRAP = "\x1b[?7l";
const WRAP = "\x1b[?7h";
const ERASE_RIGHT = "\x1b[K";
const ERASE_BELOW = "\x1b[J";

/** A block of lines that is redrawn in place. */
export class LiveBlock {
  #drawn: readonly LiveLine[] = [];
  #hasDrawn = false;

  /**
   * Replaces the lines.
   *
   * @param lines The new lines; fewer than the height of the terminal.
   * @param size The current size of the terminal.
   * @returns The text to write.
   */
  draw(lines: readonly LiveLine[], size: TerminalSize): string {
    this.#hasDrawn = true;
    return framed(this.#replace(lines, size, ""));
  }

  /**
   * Draws the last lines, and leaves the cursor below them.
   *
   * @param lines The lines that stay on the terminal.
   * @param size The current size of the terminal.
   * @returns The text to write.
   */
  end(lines: readonly LiveLine[], size: TerminalSize): string {
    if (!this.#hasDrawn) return "";
    const last = lines.length === 0 ? "" : "\r\n";
    const text = this.#replace(lines, size, last);
    this.#drawn = [];
    this.#hasDrawn = false;
    return framed(text);
  }

  /** Leaves the cursor at the end, so that echoed keys are erased as well. */
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
   * The number of lines from the cursor up to the first line. A terminal that
   * has become narrower has wrapped the lines.
   */
  #linesAbove({ columns }: TerminalSize): number {
    const lines = this.#drawn.map(({ width }) =>
      Math.max(1, Math.ceil(width / Math.max(1, columns)))
    );
    return Math.max(0, lines.reduce((sum, count) => sum + count, 0) - 1);
  }
}

/**
 * Hides the cursor only during the write, so that it is visible if the process
 * is stopped or killed between writes.
 */
function framed(text: string): string {
  return `${HIDE_CURSOR}${NO_WRAP}${text}${WRAP}${SHOW_CURSOR}`;
}

/**
 * Aligns text in columns like the tab writer of `kubectl`, with its settings. A
 * tab terminates a cell. A column is as wide as its widest cell plus three
 * spaces, at least six, and never gets narrower, so that later lines align with
 * earlier ones.
 *
 * @module
 */

const MIN_WIDTH = 6;
const PADDING = 3;

type Line = readonly string[];

/** Aligns cells in columns. */
export class TabWriter {
  /** The maximum width of each column so far. */
  readonly #widest: number[] = [];
  /** The lines that have not been formatted. */
  #lines: Line[] = [];
  #formatted = "";

  /**
   * Adds a line. A tab in a cell splits it into two.
   *
   * @param cells The cells of the line, without line breaks.
   */
  line(cells: readonly string[]): void {
    const line = cells.join("\t").split(/[\t\v]/);
    this.#lines.push(line);
    // A line with a single cell ends all columns above it.
    if (line.length === 1) this.#formatAll();
  }

  /**
   * Formats the lines that were added since the last call, as one block.
   *
   * @returns The formatted lines.
   */
  flush(): string {
    this.#formatAll();
    const text = this.#formatted;
    this.#formatted = "";
    return text;
  }

  #formatAll(): void {
    const lines = this.#lines;
    this.#lines = [];
    this.#formatted += this.#format(lines, []);
  }

  /**
   * Formats lines, given the widths of their first columns. Adjacent lines that
   * have a next column form a block with a common width.
   */
  #format(lines: readonly Line[], widths: readonly number[]): string {
    const column = widths.length;
    const hasColumn = (line: Line | undefined) =>
      line !== undefined && line.length - 1 > column;
    let text = "";
    for (let at = 0; at < lines.length;) {
      const start = at;
      const isBlock = hasColumn(lines[at]);
      while (at < lines.length && hasColumn(lines[at]) === isBlock) at++;
      const block = lines.slice(start, at);
      text += isBlock
        ? this.#format(block, [...widths, this.#widthOf(block, column)])
        : block.map((line) => padded(line, widths)).join("");
    }
    return text;
  }

  #widthOf(block: readonly Line[], column: number): number {
    let width = Math.max(MIN_WIDTH, this.#widest[column] ?? 0);
    for (const line of block) {
      width = Math.max(width, textWidth(line[column] ?? "") + PADDING);
    }
    return this.#widest[column] = width;
  }
}

function padded(line: Line, widths: readonly number[]): string {
  const cells = line.map((cell, column) => {
    const width = widths[column];
    // The last cell of a line is not padded.
    return width === undefined
      ? cell
      : cell + " ".repeat(Math.max(0, width - textWidth(cell)));
  });
  return `${cells.join("")}\n`;
}

/**
 * The width of a text as Go's tab writer measures it: in code points.
 *
 * @param text The text.
 * @returns The width.
 */
export function textWidth(text: string): number {
  let width = 0;
  for (const _ of text) width++;
  return width;
}

/**
 * Text in columns, padded as `kubectl` pads it: by the tab writer that it
 * uses, with its settings. Cells end with a tab; a column is as wide as its
 * widest cell and three blanks, at least six, and never gets narrower again,
 * so that lines which come later stand below the earlier ones.
 *
 * @module
 */

const LEAST_WIDTH = 6;
const PADDING = 3;

type Line = readonly string[];

/** Pads cells into columns. */
export class TabWriter {
  /** The widest that each column has been. */
  readonly #widest: number[] = [];
  /** Lines that are not formatted yet. */
  #lines: Line[] = [];
  #formatted = "";

  /**
   * Takes a line. A tab in a cell ends it, and another one begins.
   *
   * @param cells Its cells, no line break in them.
   */
  line(cells: readonly string[]): void {
    const line = cells.join("\t").split(/[\t\v]/);
    this.#lines.push(line);
    // A line of one cell belongs to no column: nothing below can change it.
    if (line.length === 1) this.#formatAll();
  }

  /**
   * Formats the lines that were taken since the last time, as one block.
   *
   * @returns The text of them all.
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
   * Formats lines whose first columns have their widths already. Neighbours
   * that have the next column too are one block of it.
   */
  #format(lines: readonly Line[], widths: readonly number[]): string {
    const column = widths.length;
    const hasColumn = (line: Line | undefined) =>
      line !== undefined && line.length - 1 > column;
    let text = "";
    for (let at = 0; at < lines.length;) {
      const begin = at;
      const isBlock = hasColumn(lines[at]);
      while (at < lines.length && hasColumn(lines[at]) === isBlock) at++;
      const block = lines.slice(begin, at);
      text += isBlock
        ? this.#format(block, [...widths, this.#widthOf(block, column)])
        : block.map((line) => padded(line, widths)).join("");
    }
    return text;
  }

  #widthOf(block: readonly Line[], column: number): number {
    let width = Math.max(LEAST_WIDTH, this.#widest[column] ?? 0);
    for (const line of block) {
      width = Math.max(width, textWidth(line[column] ?? "") + PADDING);
    }
    return this.#widest[column] = width;
  }
}

function padded(line: Line, widths: readonly number[]): string {
  const cells = line.map((cell, column) => {
    const width = widths[column];
    // The last cell of a line ends no column.
    return width === undefined
      ? cell
      : cell + " ".repeat(Math.max(0, width - textWidth(cell)));
  });
  return `${cells.join("")}\n`;
}

/**
 * The width of a text as the tab writer counts it: in code points.
 *
 * @param text The text.
 * @returns Its width.
 */
export function textWidth(text: string): number {
  let width = 0;
  for (const _ of text) width++;
  return width;
}

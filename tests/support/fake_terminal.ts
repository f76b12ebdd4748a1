/**
 * A fake terminal that renders its input into the lines that a user would see.
 * It supports only the escape sequences used here, and throws for others.
 *
 * @module
 */

import type { TerminalSize } from "../../cli/terminal/live_block.ts";

// deno-lint-ignore no-control-regex -- control characters are the subject
const SEQUENCE = /\x1b\[(\??)(\d*)([A-Za-z])/y;

/** A terminal. */
export class FakeTerminal {
  /** The line of the cursor, from 0. */
  row = 0;
  /** The column of the cursor, from 0. */
  column = 0;
  isCursorShown = true;
  wraps = true;
  /** The number of writes. */
  writes = 0;
  #size: TerminalSize;
  #screen: string[] = [""];

  constructor(size: TerminalSize) {
    this.#size = size;
  }

  /**
   * The lines up to the last one that is not empty, without trailing spaces.
   */
  get lines(): string[] {
    const lines = this.#screen.map((line) => line.trimEnd());
    return lines.slice(0, lines.findLastIndex((line) => line !== "") + 1);
  }

  write(text: string): void {
    this.writes++;
    for (let at = 0; at < text.length;) {
      SEQUENCE.lastIndex = at;
      const match = SEQUENCE.exec(text);
      if (match !== null) {
        at += match[0].length;
        this.#obey(`${match[1]}${match[3]}`, match[2] ?? "");
      } else {
        const [character = ""] = text.slice(at);
        at += character.length;
        this.#put(character);
      }
    }
  }

  /**
   * Changes the size. Lines that are now too long are wrapped, as in most
   * terminals.
   */
  resize(size: TerminalSize): void {
    const { columns } = size;
    const cursorLine = this.row;
    let row = 0;
    this.#screen = this.#screen.flatMap((line, at) => {
      const count = Math.max(1, Math.ceil(line.length / columns));
      if (at === cursorLine) this.row = row + count - 1;
      row += count;
      return Array.from(
        { length: count },
        (_, part) => line.slice(part * columns, (part + 1) * columns),
      );
    });
    this.column = Math.min(this.column % columns, columns - 1);
    this.#size = size;
    this.#scroll();
  }

  #put(character: string): void {
    switch (character) {
      case "\r":
        this.column = 0;
        return;
      case "\n":
        this.row++;
        this.#screen[this.row] ??= "";
        return this.#scroll();
      case "\x1b":
        throw new Error("unknown sequence");
    }
    const line = this.#screen[this.row] ?? "";
    const at = Math.min(this.column, this.#size.columns - 1);
    this.#screen[this.row] = line.padEnd(at).slice(0, at) + character +
      line.slice(at + 1);
    this.column = at + 1;
  }

  #scroll(): void {
    while (this.#screen.length > this.#size.rows) {
      this.#screen.shift();
      this.row--;
    }
  }

  #obey(command: string, parameter: string): void {
    const line = this.#screen[this.row] ?? "";
    switch (command) {
      case "A":
        this.row = Math.max(0, this.row - Number(parameter || "1"));
        return;
      case "K":
        // In the last column, the character under the cursor is erased too.
        this.#screen[this.row] = line.slice(
          0,
          Math.min(this.column, this.#size.columns - 1),
        );
        if (parameter === "2") this.#screen[this.row] = "";
        return;
      case "J":
        this.#screen[this.row] = line.slice(0, this.column);
        this.#screen.length = this.row + 1;
        return;
      case "m":
        return;
      case "?h":
      case "?l":
        if (parameter === "25") this.isCursorShown = command === "?h";
        else if (parameter === "7") this.wraps = command === "?h";
        else throw new Error(`unknown mode ${parameter}`);
        return;
      default:
        throw new Error(`unknown sequence ${command}`);
    }
  }
}

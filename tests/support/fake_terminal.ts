/**
 * A terminal for tests: what is written to it becomes the lines that a person
 * would see. It knows the few sequences that are used here, and throws at any
 * other.
 *
 * @module
 */

import type { TerminalSize } from "../../cli/terminal/live_block.ts";

// deno-lint-ignore no-control-regex -- what a terminal obeys
const SEQUENCE = /\x1b\[(\??)(\d*)([A-Za-z])/y;

/** A terminal. */
export class FakeTerminal {
  /** Line of the cursor, from 0. */
  row = 0;
  /** Column of the cursor, from 0. */
  column = 0;
  isCursorShown = true;
  wraps = true;
  /** How often anything was written. */
  writes = 0;
  #size: TerminalSize;
  #screen: string[] = [""];

  constructor(size: TerminalSize) {
    this.#size = size;
  }

  /** The lines down to the last one that is not empty, blanks at ends left out. */
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

  /** Lines that are too long now are broken, as most terminals do. */
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
        throw new Error("a sequence that is not known");
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
        // In the last column, the character that stands there goes as well.
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
        else throw new Error(`mode ${parameter} is not known`);
        return;
      default:
        throw new Error(`sequence ${command} is not known`);
    }
  }
}

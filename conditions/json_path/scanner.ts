/**
 * Reads the text of a JSONPath template from left to right and reports the
 * position of errors.
 *
 * @module
 */

import { clip } from "../../internal/error_text.ts";

const MAX_SHOWN = 200;

/** Reads a text, or a part of one, character by character. */
export class Scanner {
  readonly #whole: string;
  readonly #end: number;
  /** The index of the next character. */
  position: number;

  /**
   * Positions the scanner at the start of the text, or of a part of it.
   *
   * @param whole The whole text.
   * @param start The index at which the part starts.
   * @param end The index at which the part ends.
   */
  constructor(whole: string, start = 0, end: number = whole.length) {
    this.#whole = whole;
    this.position = start;
    this.#end = end;
  }

  /** Whether the end has been reached. */
  get isAtEnd(): boolean {
    return this.position >= this.#end;
  }

  /**
   * Returns the next character without consuming it.
   *
   * @returns The character; empty at the end.
   */
  peek(): string {
    if (this.isAtEnd) return "";
    return String.fromCodePoint(this.#whole.codePointAt(this.position) ?? 0);
  }

  /**
   * Consumes the next character.
   *
   * @returns The character; empty at the end.
   */
  next(): string {
    const character = this.peek();
    this.position += character.length;
    return character;
  }

  /**
   * Consumes a text if it comes next.
   *
   * @param text The text.
   * @returns Whether the text came next.
   */
  accept(text: string): boolean {
    const found = this.position + text.length <= this.#end &&
      this.#whole.startsWith(text, this.position);
    if (found) this.position += text.length;
    return found;
  }

  /**
   * Consumes characters while they match a predicate.
   *
   * @param isWanted Returns whether to consume a character.
   * @returns The consumed text.
   */
  takeWhile(isWanted: (character: string) => boolean): string {
    const start = this.position;
    while (!this.isAtEnd && isWanted(this.peek())) this.next();
    return this.#whole.slice(start, this.position);
  }

  /**
   * Returns the text from a position up to the current one.
   *
   * @param start The position.
   * @returns The text.
   */
  since(start: number): string {
    return this.#whole.slice(start, this.position);
  }

  /**
   * Finds the next occurrence of a text.
   *
   * @param text The text.
   * @param from The index to start at.
   * @returns The index of the occurrence; -1 if there is none.
   */
  indexOf(text: string, from: number): number {
    return this.#whole.indexOf(text, from);
  }

  /**
   * Creates a scanner for a part of the text.
   *
   * @param start The index at which the part starts.
   * @param end The index at which the part ends.
   * @returns A scanner at the start of the part.
   */
  part(start: number, end: number): Scanner {
    return new Scanner(this.#whole, start, end);
  }

  /**
   * Creates an error about the text.
   *
   * @param why What is wrong with the text.
   * @param position Where it is wrong.
   * @returns The error to throw.
   */
  error(why: string, position: number = this.position): SyntaxError {
    return new SyntaxError(
      `Cannot parse JSONPath '${
        clip(this.#whole, MAX_SHOWN)
      }': ${why} at position ${position}`,
    );
  }
}

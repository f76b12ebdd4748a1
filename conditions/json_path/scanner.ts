/**
 * Reading the text of a JSONPath template from left to right, and saying where
 * it cannot be read.
 *
 * @module
 */

import { clip } from "../../internal/error_text.ts";

const MOST_SHOWN = 200;

/** A place in a text. */
export class Scanner {
  readonly #whole: string;
  readonly #end: number;
  /** Where it is: the index of what is read next. */
  position: number;

  /**
   * Begins at the start of the text, or of a part of it.
   *
   * @param whole The text.
   * @param start Where the part begins.
   * @param end Where the part ends.
   */
  constructor(whole: string, start = 0, end: number = whole.length) {
    this.#whole = whole;
    this.position = start;
    this.#end = end;
  }

  /** Whether nothing is left. */
  get isAtEnd(): boolean {
    return this.position >= this.#end;
  }

  /**
   * The next character, which stays the next one.
   *
   * @returns The character; empty at the end.
   */
  peek(): string {
    if (this.isAtEnd) return "";
    return String.fromCodePoint(this.#whole.codePointAt(this.position) ?? 0);
  }

  /**
   * Reads the next character.
   *
   * @returns The character; empty at the end.
   */
  next(): string {
    const character = this.peek();
    this.position += character.length;
    return character;
  }

  /**
   * Reads a text if it comes next.
   *
   * @param text The text.
   * @returns Whether it has been read.
   */
  accept(text: string): boolean {
    const found = this.position + text.length <= this.#end &&
      this.#whole.startsWith(text, this.position);
    if (found) this.position += text.length;
    return found;
  }

  /**
   * Reads as long as the characters are of a kind.
   *
   * @param isWanted Whether a character is of that kind.
   * @returns What has been read.
   */
  takeWhile(isWanted: (character: string) => boolean): string {
    const start = this.position;
    while (!this.isAtEnd && isWanted(this.peek())) this.next();
    return this.#whole.slice(start, this.position);
  }

  /**
   * What was read from a place on.
   *
   * @param start The place.
   * @returns The text up to here.
   */
  since(start: number): string {
    return this.#whole.slice(start, this.position);
  }

  /**
   * Where a text comes next.
   *
   * @param text The text.
   * @param from Where to look first.
   * @returns The index of its beginning; -1 where it does not come.
   */
  indexOf(text: string, from: number): number {
    return this.#whole.indexOf(text, from);
  }

  /**
   * A part of the text, read by itself.
   *
   * @param start Where it begins.
   * @param end Where it ends.
   * @returns A scanner at its beginning.
   */
  part(start: number, end: number): Scanner {
    return new Scanner(this.#whole, start, end);
  }

  /**
   * Gives up.
   *
   * @param why What is wrong.
   * @param position Where.
   * @returns The error to throw.
   */
  error(why: string, position: number = this.position): SyntaxError {
    return new SyntaxError(
      `Cannot parse JSONPath '${
        clip(this.#whole, MOST_SHOWN)
      }': ${why} at position ${position}`,
    );
  }
}

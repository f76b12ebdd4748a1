/**
 * Parses `kubectl`'s dialect of JSONPath like [client-go's
 * parser](https://pkg.go.dev/k8s.io/client-go/util/jsonpath): text with paths
 * in braces, ranges, no nested expressions.
 *
 * Some invalid templates that client-go rejects only on execution (an unknown
 * identifier, a surplus `{end}`, a filter with `=`) are rejected here when they
 * are parsed.
 *
 * @module
 */

import {
  type Operator,
  OPERATORS,
  type Part,
  type Path,
  type Step,
} from "./nodes.ts";
import { Scanner } from "./scanner.ts";
import { unquote } from "./go_unquote.ts";

/**
 * The content of a pair of braces: a path, and `range` or `end` if it opens or
 * closes a range.
 */
interface Action {
  readonly path: Path;
  readonly word: "range" | "end" | undefined;
  readonly position: number;
}

/**
 * Parses a template.
 *
 * @param template The text.
 * @returns Its parts.
 * @throws {SyntaxError} If the template is not valid; the message says where.
 */
export function parseTemplate(template: string): readonly Part[] {
  const scanner = new Scanner(template);
  const root: Part[] = [];
  const open: Part[][] = [];
  let current = root;
  while (!scanner.isAtEnd) {
    const text = scanner.takeWhile((character) => character !== "{");
    if (text !== "") {
      current.push({ type: "path", path: [{ type: "text", text }] });
    }
    if (scanner.isAtEnd) break;
    const { path, word, position } = parseBraces(scanner);
    if (word === "range") {
      const body: Part[] = [];
      current.push({ type: "range", path, body });
      open.push(current);
      current = body;
    } else if (word === "end") {
      const outer = open.pop();
      if (outer === undefined) {
        throw scanner.error("not in range, nothing to end", position);
      }
      current = outer;
    } else {
      current.push({ type: "path", path });
    }
  }
  return root;
}

function parseBraces(scanner: Scanner): Action {
  const position = scanner.position;
  scanner.next();
  const parser = new ActionParser(scanner);
  const path = parser.parse("}");
  return { path, word: parser.word, position };
}

/** Parses the content of a pair of braces, or an operand of a filter. */
class ActionParser {
  readonly #scanner: Scanner;
  readonly #steps: Step[] = [];
  word: "range" | "end" | undefined;

  constructor(scanner: Scanner) {
    this.#scanner = scanner;
  }

  /** Parses up to `close`, or up to the end if `close` is empty. */
  parse(close: "}" | ""): Path {
    const scanner = this.#scanner;
    while (close === "" ? !scanner.isAtEnd : !scanner.accept(close)) {
      if (scanner.isAtEnd || isEndOfLine(scanner.peek())) {
        throw scanner.error("unclosed action");
      }
      this.#parseStep();
    }
    return this.#steps;
  }

  /**
   * Parses the content of single quotes in brackets. As in client-go, a dot
   * separates names there too, unless it is escaped.
   */
  parseNames(): Path {
    this.#parseField();
    return this.parse("");
  }

  #parseStep(): void {
    const scanner = this.#scanner;
    if (scanner.accept("[?(")) return this.#parseFilter();
    if (scanner.accept("..")) return this.#parseDescent();
    const position = scanner.position;
    const character = scanner.peek();
    if (/[+\-\p{Nd}]/u.test(character)) return this.#parseNumber();
    if (isAlphaNumeric(character)) return this.#parseWord();
    scanner.next();
    switch (character) {
      case " ":
      case "@":
      case "$":
        // All three select the current object: a path cannot refer to the root.
        return;
      case "[":
        return this.#parseBrackets(position);
      case '"':
      case "'":
        return this.#parseQuoted(character, position);
      case ".":
        return this.#parseField();
    }
    throw scanner.error(
      `unrecognized character in action: ${codePoint(character)}`,
      position,
    );
  }

  #parseWord(): void {
    const scanner = this.#scanner;
    const position = scanner.position;
    const word = scanner.takeWhile((character) => !isTerminator(character));
    if (word === "true" || word === "false") {
      this.#steps.push({ type: "constant", value: word === "true" });
    } else if (word === "range" || word === "end") {
      this.word = word;
    } else {
      throw scanner.error(`unrecognized identifier ${word}`, position);
    }
  }

  #parseNumber(): void {
    const scanner = this.#scanner;
    const position = scanner.position;
    scanner.next();
    scanner.takeWhile((character) => /[.\p{Nd}]/u.test(character));
    const text = scanner.since(position);
    if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(text)) {
      throw scanner.error(`cannot parse number ${text}`, position);
    }
    this.#steps.push({ type: "constant", value: numberOf(text) });
  }

  #parseDescent(): void {
    if (this.#steps.at(-1)?.type === "descent") {
      const { position } = this.#scanner;
      throw this.#scanner.error(
        "invalid multiple recursive descent",
        position - 2,
      );
    }
    this.#steps.push({ type: "descent" });
    if (isAlphaNumeric(this.#scanner.peek())) this.#parseField();
  }

  #parseField(): void {
    const scanner = this.#scanner;
    let name = "";
    while (!scanner.isAtEnd && !isTerminator(scanner.peek())) {
      const character = scanner.next();
      // An escaped character is always part of the name.
      name += character === "\\" ? scanner.next() : character;
    }
    name = name.replaceAll("\\", "");
    this.#steps.push(
      name === "*" ? { type: "wildcard" } : { type: "field", name },
    );
  }

  #parseQuoted(quote: string, position: number): void {
    const scanner = this.#scanner;
    let previous = "";
    while (scanner.peek() !== quote || previous === "\\") {
      previous = scanner.next();
      if (previous === "" || previous === "\n") {
        throw scanner.error("unterminated quoted string", position);
      }
    }
    scanner.next();
    const quoted = scanner.since(position);
    const text = unquote(quoted);
    if (text === undefined) {
      throw scanner.error(
        `unquote string ${quoted} error invalid syntax`,
        position,
      );
    }
    this.#steps.push({ type: "text", text });
  }

  #parseBrackets(position: number): void {
    const scanner = this.#scanner;
    const start = scanner.position;
    const text = scanner.takeWhile((character) => !/[\]\n]/.test(character));
    if (!scanner.accept("]")) {
      throw scanner.error("unterminated array", position);
    }
    if (!text.includes(",")) {
      const steps = this.#parseSelector(text, start);
      this.#steps.push(...steps);
      return;
    }
    let from = start;
    const branches = text.split(",").map((selector) => {
      const path = this.#parseSelector(selector.replace(/^ +| +$/g, ""), from);
      from += selector.length + 1;
      return path;
    });
    this.#steps.push({ type: "union", branches });
  }

  /** Parses a selector between brackets or commas. */
  #parseSelector(text: string, position: number): Path {
    if (text === "*") return [{ ...WHOLE }];
    if (/^'[^']*'$/.test(text)) {
      const start = this.#scanner.indexOf("'", position) + 1;
      const end = start + text.length - 2;
      return new ActionParser(this.#scanner.part(start, end)).parseNames();
    }
    const match = /^(-?\d*)(:-?\d*)?(:-?\d*)?$/.exec(text);
    if (match === null) {
      throw this.#scanner.error(`invalid array index ${text}`, position);
    }
    const bounds = match.slice(1).map((part) => part?.replace(":", ""));
    const invalid = bounds.find((part) =>
      part === "-" || !Number.isSafeInteger(Number(part ?? 0))
    );
    if (invalid !== undefined) {
      throw this.#scanner.error(
        `array index ${invalid} is not a number`,
        position,
      );
    }
    const [start, end, step] = bounds.map((part) =>
      part ? Number(part) : undefined
    );
    return match[2] === undefined && match[3] === undefined
      ? [{ type: "index", index: start ?? 0 }]
      : [{ type: "slice", start, end, step }];
  }

  #parseFilter(): void {
    const scanner = this.#scanner;
    const start = scanner.position;
    const end = this.#skipFilter(start);
    const text = scanner.since(start).slice(0, end - start);
    const match = /^([^!<>=]+)([!<>=]+)(.+?)$/.exec(text);
    if (match === null) {
      const path = new ActionParser(scanner.part(start, end)).parse("");
      this.#steps.push({ type: "exists", path });
      return;
    }
    const [, left = "", operator = ""] = match;
    const middle = start + left.length;
    if (!isOperator(operator)) {
      throw scanner.error(
        `unrecognized filter operator ${operator}`,
        middle,
      );
    }
    const right = middle + operator.length;
    this.#steps.push({
      type: "compare",
      left: new ActionParser(scanner.part(start, middle)).parse(""),
      operator,
      right: new ActionParser(scanner.part(right, end)).parse(""),
    });
  }

  /** Reads to the end of a filter; returns where its expression ends. */
  #skipFilter(start: number): number {
    const scanner = this.#scanner;
    let quote = "";
    let isClosed = false;
    let previous = "";
    while (true) {
      const position = scanner.position;
      const character = scanner.next();
      if (character === "" || character === "\n") {
        throw scanner.error("unterminated filter", start);
      }
      if (character === '"' || character === "'") {
        if (quote === "") quote = character;
        else if (previous !== "\\" && character === quote) isClosed = true;
      } else if (character === ")" && (quote === "" || isClosed)) {
        if (scanner.accept("]")) return position;
        throw scanner.error("unclosed array expect ]");
      }
      previous = character;
    }
  }
}

const WHOLE = {
  type: "slice",
  start: undefined,
  end: undefined,
  step: undefined,
} as const;

/** An integer that a `number` cannot hold exactly is a `bigint`. */
function numberOf(text: string): number | bigint {
  const value = Number(text);
  const isUnsafe = Number.isInteger(value) && !Number.isSafeInteger(value);
  return isUnsafe && !text.includes(".")
    ? BigInt(text.replace("+", ""))
    : value;
}

function isOperator(text: string): text is Operator {
  return OPERATORS.some((operator) => operator === text);
}

function isEndOfLine(character: string): boolean {
  return character === "\r" || character === "\n";
}

function isAlphaNumeric(character: string): boolean {
  return /[\p{L}\p{Nd}_]/u.test(character);
}

function isTerminator(character: string): boolean {
  return character === "" || /[ \t\r\n.,[\]$@{}]/.test(character);
}

/** Formats a character like Go's `%#U`. */
function codePoint(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase();
  const shown = /[\p{C}\p{Z}]/u.test(character) ? "" : ` '${character}'`;
  return `U+${code.padStart(4, "0")}${shown}`;
}

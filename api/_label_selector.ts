/**
 * Label selectors, the whole grammar of `k8s.io/apimachinery/pkg/labels`:
 * equality (`=`, `==`, `!=`), sets (`in`, `notin`), existence (`key`, `!key`)
 * and the integer comparisons (`>`, `<`). A lexer and a recursive-descent
 * parser, with the error messages of the original, which a server passes on to
 * its clients.
 *
 * @module
 */

import { labelKeyErrors, labelValueErrors } from "./_name_rules.ts";

/** The labels of an object. */
export type Labels = { readonly [key: string]: string };

/** Reports whether a selector matches labels. */
export type LabelPredicate = (labels: Labels) => boolean;

interface Token {
  readonly type: "identifier" | "symbol" | "end";
  readonly text: string;
}

const SYMBOLS = new Set([")", ",", "!", "==", "=", ">", "<", "!=", "("]);
const OPERATORS = ["in", "notin", "=", "==", "!=", ">", "<"];
const TOKEN = /[ \t\r\n]*(?:([=!(),<>]+)|([^ \t\r\n=!(),<>]+))/y;

/**
 * Parses a label selector.
 *
 * @param selector The selector; an empty one matches everything.
 * @returns A predicate that reports whether the selector matches labels.
 * @throws {SyntaxError} If it is not a selector.
 */
export function parseLabelSelector(selector: string): LabelPredicate {
  const requirements = new Parser(selector).parse();
  return (labels) => requirements.every((matches) => matches(labels));
}

/** Splits a run of symbols greedily into the longest known ones. */
function symbols(run: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < run.length;) {
    const two = run.slice(at, at + 2);
    const text = SYMBOLS.has(two) ? two : run.slice(at, at + 1);
    tokens.push({ type: "symbol", text });
    at += text.length;
  }
  return tokens;
}

function tokenize(selector: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  for (
    let match = TOKEN.exec(selector);
    match !== null;
    match = TOKEN.exec(selector)
  ) {
    const [, symbolRun, identifier] = match;
    if (symbolRun !== undefined) tokens.push(...symbols(symbolRun));
    if (identifier !== undefined) {
      tokens.push({ type: "identifier", text: identifier });
    }
  }
  tokens.push({ type: "end", text: "" });
  return tokens;
}

class Parser {
  readonly #tokens: Token[];
  #at = 0;

  constructor(selector: string) {
    this.#tokens = tokenize(selector);
  }

  parse(): LabelPredicate[] {
    const requirements: LabelPredicate[] = [];
    if (this.#peek().type === "end") return requirements;
    while (true) {
      if (!this.#startsRequirement()) {
        throw this.#unexpected("!, identifier, or 'end of string'");
      }
      requirements.push(this.#requirement());
      const { type } = this.#peek();
      if (type === "end") return requirements;
      if (!this.#accept(",")) {
        throw this.#unexpected("',' or 'end of string'");
      }
      if (!this.#startsRequirement()) {
        throw this.#unexpected("identifier after ','");
      }
    }
  }

  #requirement(): LabelPredicate {
    try {
      return this.#parseRequirement();
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw new SyntaxError(`unable to parse requirement: ${error.message}`, {
        cause: error,
      });
    }
  }

  #parseRequirement(): LabelPredicate {
    const absent = this.#accept("!");
    const key = this.#identifier("identifier");
    // The original has no field path here, and prints "<nil>".
    throwIfAny(invalid("<nil>", key, labelKeyErrors(key)));
    if (absent) return (labels) => !Object.hasOwn(labels, key);
    const { type, text } = this.#peek();
    if (type === "end" || text === ",") {
      return (labels) => Object.hasOwn(labels, key);
    }
    const operator = this.#operator();
    const values = operator === "in" || operator === "notin"
      ? this.#valueSet()
      : [this.#exactValue()];
    throwIfAny(values.flatMap((value, index) => [
      ...(operator === ">" || operator === "<"
        ? invalid(`values[${index}]`, value, integerErrors(value))
        : []),
      ...invalid(`values[${index}][${key}]`, value, labelValueErrors(value)),
    ]));
    return requirement(key, operator, values);
  }

  #operator(): string {
    const { text } = this.#peek();
    if (!OPERATORS.includes(text)) {
      throw this.#unexpected("in, notin, =, ==, !=, gt, lt");
    }
    this.#at++;
    return text;
  }

  #exactValue(): string {
    const { type, text } = this.#peek();
    if (type === "end" || text === ",") return "";
    return this.#identifier("identifier");
  }

  #valueSet(): string[] {
    if (!this.#accept("(")) {
      throw new SyntaxError(`found '${this.#peek().text}' expected: '('`);
    }
    const values = new Set<string>();
    if (this.#accept(")")) return [""];
    do {
      const { type, text } = this.#peek();
      if (type === "identifier") {
        values.add(text);
        this.#at++;
      } else if (text === "," || text === ")") values.add("");
      else throw this.#unexpected("',', ')' or identifier");
    } while (this.#accept(","));
    if (!this.#accept(")")) throw this.#unexpected("',' or ')'");
    return [...values].sort();
  }

  #startsRequirement(): boolean {
    const { type, text } = this.#peek();
    return type === "identifier" || text === "!";
  }

  #identifier(expected: string): string {
    const { type, text } = this.#peek();
    if (type !== "identifier") throw this.#unexpected(expected);
    this.#at++;
    return text;
  }

  #accept(symbol: string): boolean {
    const { type, text } = this.#peek();
    if (type !== "symbol" || text !== symbol) return false;
    this.#at++;
    return true;
  }

  #peek(): Token {
    return this.#tokens[this.#at] ?? { type: "end", text: "" };
  }

  #unexpected(expected: string): SyntaxError {
    return new SyntaxError(
      `found '${this.#peek().text}', expected: ${expected}`,
    );
  }
}

function invalid(
  field: string,
  value: string,
  errors: readonly string[],
): string[] {
  if (errors.length === 0) return [];
  const quoted = JSON.stringify(value);
  return [`${field}: Invalid value: ${quoted}: ${errors.join("; ")}`];
}

function integerErrors(value: string): string[] {
  return parseInteger(value) === undefined
    ? ["for 'Gt', 'Lt' operators, the value must be an integer"]
    : [];
}

function throwIfAny(errors: readonly string[]): void {
  if (errors.length === 0) return;
  const text = errors.join(", ");
  throw new SyntaxError(errors.length === 1 ? text : `[${text}]`);
}

function requirement(
  key: string,
  operator: string,
  values: readonly string[],
): LabelPredicate {
  const value = (labels: Labels) =>
    Object.hasOwn(labels, key) ? labels[key] : undefined;
  const isIn = (labels: Labels) => {
    const given = value(labels);
    return given !== undefined && values.includes(given);
  };
  switch (operator) {
    case "!=":
    case "notin":
      return (labels) => !isIn(labels);
    case ">":
      return (labels) => compare(value(labels), values[0]) > 0;
    case "<":
      return (labels) => compare(value(labels), values[0]) < 0;
    default:
      return isIn;
  }
}

/** Compares two integers; 0 if either is not an integer, so neither matches. */
function compare(a: string | undefined, b: string | undefined): number {
  const [left, right] = [parseInteger(a), parseInteger(b)];
  if (left === undefined || right === undefined || left === right) return 0;
  return left < right ? -1 : 1;
}

function parseInteger(text: string | undefined): bigint | undefined {
  return text !== undefined && /^[+-]?[0-9]+$/.test(text)
    ? BigInt(text.replace(/^\+/, ""))
    : undefined;
}

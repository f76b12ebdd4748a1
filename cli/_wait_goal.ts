/**
 * Parses the value of `--for`. It accepts what `kubectl wait` does, and some of
 * what `kubectl` misreads: quotes that no shell has removed, and a JSONPath
 * filter or a value that contains an equal sign.
 *
 * @module
 */

import type { WaitGoal } from "./_command_line.ts";
import { UsageError } from "./terminal/usage_error.ts";

/** What `--for` accepts, for error messages. */
export const GOALS =
  "use ready, condition=NAME, condition=NAME=VALUE, jsonpath='{PATH}'=VALUE, create or delete";

/**
 * Parses the value of `--for`.
 *
 * @param text The value.
 * @returns The condition to wait for.
 * @throws {UsageError} If it is malformed.
 */
export function parseGoal(text: string): WaitGoal {
  const bare = /^(['"])(.*)\1$/s.exec(text)?.[2] ?? text;
  const word = bare.toLowerCase();
  switch (word) {
    case "create":
    case "delete":
    case "ready":
      return { type: word };
  }
  const [, type, rest = ""] = /^(condition|jsonpath)=(.*)$/s.exec(bare) ?? [];
  if (type === "condition") return conditionGoal(text, rest);
  if (type === "jsonpath") return jsonPathGoal(text, rest);
  throw new UsageError(
    bare === "condition" || bare === "jsonpath"
      ? `--for=${text} is incomplete: ${GOALS}`
      : `unrecognized condition ${JSON.stringify(text)}: ${GOALS}`,
  );
}

function conditionGoal(text: string, rest: string): WaitGoal {
  const [name = "", ...value] = unquoted(rest).split("=").map(unquoted);
  if (name === "") {
    throw new UsageError(
      `the condition in --for=${text} has no name: specify one, such as condition=Available`,
    );
  }
  // As in kubectl, `condition=Ready=` waits for an empty status.
  return {
    type: "condition",
    name,
    value: value.length === 0 ? "true" : value.join("="),
  };
}

function jsonPathGoal(text: string, rest: string): WaitGoal {
  const example =
    "the format is jsonpath='{.status.readyReplicas}'=3 or jsonpath='{.status.readyReplicas}'";
  const { expression = "", value } = splitJsonPath(rest) ?? {};
  // As in kubectl, a double `==` does not separate a value.
  if (expression === "" || value?.startsWith("=")) {
    throw new UsageError(`malformed condition --for=${text}: ${example}`);
  }
  const wanted = value?.replace(/^['"]+|['"]+$/g, "");
  if (wanted === "") {
    throw new UsageError(
      `the jsonpath in --for=${text} has no value after the equal sign: ${example}`,
    );
  }
  return { type: "jsonpath", expression, value: wanted };
}

/** `{.a}=b`, `'{.a}'=b` or `'{.a}=b'`; the value is undefined without an `=`. */
function splitJsonPath(
  text: string,
): { expression: string; value: string | undefined } | undefined {
  const [quote = ""] = /^['"]/.exec(text) ?? [];
  const end = expressionEnd(text, quote.length, quote);
  const expression = text.slice(quote.length, end);
  const isClosed = quote !== "" && text.charAt(end) === quote;
  const rest = text.slice(isClosed ? end + 1 : end);
  if (rest === "") return { expression, value: undefined };
  return rest.startsWith("=")
    ? { expression, value: rest.slice(1) }
    : undefined;
}

/**
 * Where an expression ends: at the first equal sign, or the quote around it,
 * that is neither in brackets nor in braces.
 */
function expressionEnd(text: string, start: number, quote: string): number {
  let depth = 0;
  let brackets = 0;
  for (let at = start; at < text.length; at++) {
    const character = text.charAt(at);
    if (depth === 0 && (character === "=" || character === quote)) return at;
    const change = { "{": 1, "[": 1, "}": -1, "]": -1 }[character] ?? 0;
    depth += change;
    if ("[]".includes(character)) brackets += change;
    if (brackets > 0 && `'"`.includes(character)) at = quotedEnd(text, at);
  }
  return text.length;
}

/** The index of the quote that closes a quoted text, or that of its end. */
function quotedEnd(text: string, start: number): number {
  const quote = text.charAt(start);
  for (let at = start + 1; at < text.length; at++) {
    if (text.charAt(at) === "\\") at++;
    else if (text.charAt(at) === quote) return at;
  }
  return text.length;
}

function unquoted(text: string): string {
  const [, single, double] = /^(?:'([^']*)'|"([^"]*)")$/.exec(text) ?? [];
  return single ?? double ?? text;
}

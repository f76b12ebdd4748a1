/**
 * Field selectors, parsed like `k8s.io/apimachinery/pkg/fields`: terms with
 * `=`, `==` or `!=`, joined by commas, with `\` as the escape character. Every
 * resource can be selected by `metadata.name` and `metadata.namespace`; a server
 * rejects any other field unless the resource declares it.
 *
 * @module
 */

import { field as fieldOf } from "../internal/json_fields.ts";
import type { KubernetesObject } from "../api/types.ts";

/** Returns whether an object is selected. */
export type FieldPredicate = (object: KubernetesObject) => boolean;

type Field = (object: KubernetesObject) => string;

const FIELDS: ReadonlyMap<string, Field> = new Map<string, Field>([
  ["metadata.name", ({ metadata }) => metadata?.name ?? ""],
  ["metadata.namespace", ({ metadata }) => metadata?.namespace ?? ""],
]);

/** The fields that a resource declares. */
export interface DeclaredFields {
  /** Their paths. */
  readonly fields: readonly string[];
  /** What to say of any other field. */
  readonly unknownField: (field: string) => string;
}

interface Term {
  readonly name: string;
  readonly negated: boolean;
  readonly value: string;
}

/**
 * Parses a field selector.
 *
 * @param selector The selector; an empty one selects everything.
 * @param declared The fields that the resource declares.
 * @returns A function that returns whether an object is selected.
 * @throws {SyntaxError} If the selector is not valid, or uses another field.
 */
export function parseFieldSelector(
  selector: string,
  declared: DeclaredFields,
): FieldPredicate {
  const predicates = splitTerms(selector)
    .toSorted()
    .filter((term) => term !== "")
    .map((term) => parseTerm(selector, term))
    .map((term) => predicate(term, declared));
  return (object) => predicates.every((matches) => matches(object));
}

/** Splits a selector at its unescaped commas. */
function splitTerms(selector: string): string[] {
  const terms = [""];
  let escaped = false;
  for (const char of selector) {
    const separates = char === "," && !escaped;
    if (separates) terms.push("");
    else terms.push((terms.pop() ?? "") + char);
    escaped = char === "\\" && !escaped;
  }
  return terms;
}

function parseTerm(selector: string, term: string): Term {
  const match = /!=|==?/.exec(term);
  if (match === null) {
    throw new SyntaxError(
      `invalid selector: '${selector}'; can't understand '${term}'`,
    );
  }
  const [operator] = match;
  return {
    name: term.slice(0, match.index),
    negated: operator === "!=",
    value: unescape(term.slice(match.index + operator.length)),
  };
}

function predicate(
  { name, negated, value }: Term,
  { fields, unknownField }: DeclaredFields,
): FieldPredicate {
  const field = FIELDS.get(name) ??
    (fields.includes(name) ? fieldAt(name) : undefined);
  if (field === undefined) throw new SyntaxError(unknownField(name));
  return (object) => (field(object) === value) !== negated;
}

function fieldAt(name: string): Field {
  const path = name.split(".");
  return (object) => {
    const value = fieldOf(object, ...path);
    return value === undefined || value === null ? "" : String(value);
  };
}

function unescape(value: string): string {
  return value.replace(/\\([^]?)|[,=]/g, (sequence, escaped?: string) => {
    if (escaped === undefined) {
      throw new SyntaxError(
        "invalid field selector: unescaped character in value: " +
          sequence.charCodeAt(0),
      );
    }
    if (!["\\", ",", "="].includes(escaped)) {
      throw new SyntaxError(
        `invalid field selector: invalid escape sequence: ${sequence}`,
      );
    }
    return escaped;
  });
}

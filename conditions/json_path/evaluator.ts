/**
 * Evaluates the paths of a `kubectl` JSONPath template.
 *
 * Lookups use `json-p3`: every name, index, slice, wildcard and descent is a
 * segment of a compiled RFC 9535 query. It was chosen over `jsonpath-rfc9535`
 * and `jsonpath-plus` because it passes the RFC's compliance suite (as does the
 * first), compiles a query once and exposes its segments (the first parses the
 * query on each evaluation), has no dependencies, and evaluates nothing as
 * JavaScript (the last parses filters as JavaScript, which has led to security
 * fixes).
 *
 * Paths are resolved segment by segment because `kubectl` reports errors that
 * RFC 9535 ignores: an index out of bounds, a missing key, an index into a
 * value that is not a list. It also compares values by their Go types. The
 * library therefore only looks values up; the checks and comparisons are made
 * here.
 *
 * @module
 */

import {
  type jsonpath,
  JSONPathEnvironment,
  JSONPathNode,
  type JSONValue,
} from "json-p3";
import { compare } from "./go_comparison.ts";
import { goTypeName } from "../../internal/go_value.ts";
import type { Path, Step } from "./nodes.ts";

type Values = readonly unknown[];

/** Maps the values selected so far to the next ones. */
export type Evaluation = (values: Values) => Values;

/** Options for {@linkcode compilePath}. */
export interface EvaluationOptions {
  /** Whether a key that is missing from all values is an error. */
  readonly strict: boolean;
  /**
   * Whether a list selects nothing if it is too short for an index, or null;
   * otherwise that is an error, as in `kubectl`.
   */
  readonly allowShortLists: boolean;
}

/** The maximum nesting depth of an object that an API server accepts. */
const MAX_DEPTH = 10_000;

const environment = new JSONPathEnvironment({ maxRecursionDepth: MAX_DEPTH });

/**
 * Compiles a path.
 *
 * @param path The path.
 * @param options Whether missing keys are errors.
 * @returns A function that evaluates the path.
 */
export function compilePath(
  path: Path,
  options: EvaluationOptions,
): Evaluation {
  const evaluations: Evaluation[] = [];
  path.forEach((step, index) => {
    if (step.type === "descent") {
      evaluations.push(compileDescent(path.slice(index + 1), options));
    } else if (path[index - 1]?.type !== "descent") {
      evaluations.push(compileStep(step, options));
    }
  });
  return (values) => evaluations.reduce((now, next) => next(now), values);
}

/**
 * Compiles a descent with the step that follows it: RFC 9535 has no descent on
 * its own.
 */
function compileDescent(rest: Path, options: EvaluationOptions): Evaluation {
  const [next] = rest;
  switch (next?.type) {
    case "field":
      return compileField(next.name, "$..", options);
    case "wildcard":
      return resolver("$..[*]");
    case "union": {
      const branches = next.branches.map((branch) =>
        compilePath([{ type: "descent" }, ...branch], options)
      );
      return (values) => branches.flatMap((branch) => branch(values));
    }
  }
  const everything = resolver("$..[*]");
  const containers: Evaluation = (values) =>
    values.flatMap((value) =>
      [value, ...everything([value])].filter(isNotEmpty)
    );
  if (next === undefined) return containers;
  const last = compileStep(next, options);
  return (values) => last(containers(values));
}

function compileStep(step: Step, options: EvaluationOptions): Evaluation {
  switch (step.type) {
    case "text":
      return () => [step.text];
    case "constant":
      return (values) => values.map(() => step.value);
    case "field":
      return compileField(step.name, "$", options);
    case "wildcard":
      return resolver("$[*]");
    case "index":
      return compileSlice({
        start: step.index,
        end: step.index === -1 ? undefined : step.index + 1,
        step: undefined,
      }, options);
    case "slice":
      return compileSlice(step, options);
    case "union": {
      const branches = step.branches.map((branch) =>
        compilePath(branch, options)
      );
      return (values) => branches.flatMap((branch) => branch(values));
    }
    case "exists":
      return compileExists(step.path, options);
    case "compare":
      return compileComparison(step, options);
    case "descent":
      return compileDescent([], options);
  }
}

function compileField(
  name: string,
  from: "$" | "$..",
  { strict }: EvaluationOptions,
): Evaluation {
  const resolve = resolver(`${from}[${JSON.stringify(name)}]`);
  return (values) => {
    const found = resolve(values);
    if (strict && found.length === 0 && values.length > 0) {
      throw new Error(`${name} is not found`);
    }
    return found;
  };
}

interface Slice {
  readonly start: number | undefined;
  readonly end: number | undefined;
  readonly step: number | undefined;
}

function compileSlice(
  { start, end, step }: Slice,
  { allowShortLists }: EvaluationOptions,
): Evaluation {
  const resolve = resolver(`$[${start ?? ""}:${end ?? ""}:${step ?? ""}]`);
  return (values) =>
    values.flatMap((value) => {
      if (value === null || value === undefined) return [];
      if (!Array.isArray(value)) {
        throw new TypeError(`${goTypeName(value)} is not array or slice`);
      }
      const from = fromStart(start ?? 0, value.length);
      const to = fromStart(end ?? value.length, value.length);
      if (from === to) return [];
      const outside = indexOutside(from, to, value.length);
      if (outside !== undefined) {
        if (allowShortLists) return [];
        throw new RangeError(
          `array index out of bounds: index ${outside}, length ${value.length}`,
        );
      }
      if (from > to) {
        throw new RangeError(
          `starting index ${from} is greater than ending index ${to}`,
        );
      }
      if (step !== undefined && step <= 0) {
        throw new RangeError("step must be > 0");
      }
      return resolve([value]);
    });
}

/** A negative index counts from the end. */
function fromStart(index: number, length: number): number {
  return index < 0 ? index + length : index;
}

/** The index that a list is too short for. */
function indexOutside(
  from: number,
  to: number,
  length: number,
): number | undefined {
  if (from < 0 || from >= length) return from;
  return to < 0 || to > length ? to - 1 : undefined;
}

function compileExists(path: Path, options: EvaluationOptions): Evaluation {
  const evaluate = compilePath(path, options);
  return filter((element) => {
    try {
      return evaluate([element]).length > 0;
    } catch {
      return false;
    }
  }, options);
}

function compileComparison(
  { left, operator, right }: Extract<Step, { type: "compare" }>,
  options: EvaluationOptions,
): Evaluation {
  const [evaluateLeft, evaluateRight] = [left, right].map((path) =>
    singleValue(compilePath(path, options))
  );
  return filter((element) => {
    const lefts = evaluateLeft?.(element) ?? [];
    const rights = lefts.length === 0 ? [] : evaluateRight?.(element) ?? [];
    return rights.length > 0 && compare(lefts[0], operator, rights[0]);
  }, options);
}

function singleValue(evaluate: Evaluation): (element: unknown) => Values {
  return (element) => {
    const values = evaluate([element]);
    if (values.length < 2) return values;
    throw new TypeError("can only compare one element at a time");
  };
}

function filter(
  passes: (element: unknown) => boolean,
  { allowShortLists }: EvaluationOptions,
): Evaluation {
  return (values) =>
    values.flatMap((value) => {
      if (Array.isArray(value)) return value.filter(passes);
      if (value === null && allowShortLists) return [];
      throw new TypeError(
        `${goTypeName(value)} is not array or slice and cannot be filtered`,
      );
    });
}

/** Looks values up with the library. */
function resolver(query: string): Evaluation {
  const { segments } = environment.compile(query);
  return (values) => {
    let nodes = values.filter(isJson).map(rootNode);
    try {
      for (const segment of segments) nodes = segment.resolve(nodes);
    } catch (cause) {
      // Nothing else can fail: the query is valid.
      throw new RangeError("the object is nested too deeply", { cause });
    }
    return nodes.map(({ value }) =>
      value instanceof Date ? time(value) : value
    );
  };
}

function rootNode(value: JSONValue): jsonpath.JSONPathNode {
  return new JSONPathNode(value, [], value);
}

function isJson(value: unknown): value is JSONValue {
  return typeof value !== "function" && typeof value !== "symbol" &&
    typeof value !== "bigint";
}

/** client-node parses timestamps, which are strings on the wire, as `Date`. */
function time(value: Date): string {
  return value.toISOString().replace(".000Z", "Z");
}

function isNotEmpty(value: unknown): boolean {
  if (typeof value === "string") return value !== "";
  return typeof value === "object" && value !== null &&
    Object.keys(value).length > 0;
}

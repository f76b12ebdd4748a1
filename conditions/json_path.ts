/**
 * A condition on the value that a JSONPath expression, in `kubectl`'s dialect,
 * selects. It needs a JSONPath library and is therefore exported only from
 * `@watchtools/kube/conditions`.
 *
 * @module
 */

import { explainStaleness, staleness } from "./_staleness.ts";
import { goText } from "../internal/go_value.ts";
import { JsonPathTemplate } from "./json_path/template.ts";
import { relaxedExpression } from "./json_path/relaxed_expression.ts";
import { matches } from "./combinators.ts";
import type { Condition } from "./condition.ts";

/** Expressions that compare generations themselves. */
const OBSERVED_GENERATION = /observedGeneration/;

/** A value that {@linkcode jsonPath} compares with, as text. */
export type JsonPathValue = string | number | boolean;

/** Options for {@linkcode jsonPath}. */
export interface JsonPathOptions {
  /**
   * What to do while the status is older than the specification: wait, or
   * accept it as it is. Accept it for objects whose controller sets
   * `observedGeneration` once and never again.
   *
   * @default {"wait"}
   */
  staleStatus?: "wait" | "accept" | undefined;
}

/**
 * Met when an expression selects a value, or a certain value, as with
 * `kubectl wait --for=jsonpath=…`. The expression may select at most one value;
 * values are compared as text.
 *
 * The braces and the leading dot are optional. Unlike in `kubectl`, an
 * expression that reads the status is not met while the status is from an older
 * generation, unless the expression contains `observedGeneration`; and an index
 * past the end of a list is not there yet, like a field that is missing.
 *
 * @param expression The expression: `"{.status.phase}"`, `".status.phase"` or
 *   `"status.phase"`. Filters (`[?(@.type=="Ready")]`; also `!=`, `<`, `<=`,
 *   `>`, `>=`), slices, `*` and `..` work as in `kubectl get -o jsonpath=…`.
 * @param value The value to wait for. If omitted, any value meets the
 *   condition, including null.
 * @param options Whether to accept a status that is older than the
 *   specification.
 * @returns The condition. It throws if the expression selects several values,
 *   uses an index or a filter on something other than a list, compares values
 *   of different types in a filter, selects a list or an object to be compared
 *   with `value`, or uses `..` on an object that is nested too deeply.
 * @throws {SyntaxError} If the expression is not valid; the message says where.
 * @throws {TypeError} If the expression or the value is empty, or an option is
 *   not valid.
 *
 * @example Wait for a value
 * ```ts
 * import { jsonPath } from "@watchtools/kube/conditions";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const isRunning = jsonPath("{.status.phase}", "Running");
 * const pod = { metadata: { name: "web" }, status: { phase: "Pending" } };
 * assert(!isRunning(pod));
 * assertEquals(
 *   isRunning.explain(pod),
 *   "{.status.phase} is Pending, not Running",
 * );
 *
 * const hasRestarted = jsonPath(
 *   'status.containerStatuses[?(@.restartCount>0)].name',
 * );
 * assert(!hasRestarted(pod));
 * ```
 *
 * @example A controller that does not update `observedGeneration`
 * ```ts
 * import { jsonPath } from "@watchtools/kube/conditions";
 * import { assert } from "@std/assert";
 *
 * const database = {
 *   metadata: { name: "shop", generation: 2 },
 *   status: { observedGeneration: 1, state: "online" },
 * };
 * assert(!jsonPath("status.state", "online")(database));
 *
 * const isOnline = jsonPath("status.state", "online", {
 *   staleStatus: "accept",
 * });
 * assert(isOnline(database));
 * ```
 */
export function jsonPath(
  expression: string,
  value?: JsonPathValue,
  options: JsonPathOptions = {},
): Condition {
  const { staleStatus = "wait" } = options;
  if (staleStatus !== "wait" && staleStatus !== "accept") {
    throw new TypeError(
      `staleStatus must be "wait" or "accept": ${JSON.stringify(staleStatus)}`,
    );
  }
  const wanted = checkArguments(expression, value);
  const template = new JsonPathTemplate(relaxedExpression(expression), {
    allowShortLists: true,
  });
  const needsFresh = staleStatus === "wait" && template.mayRead("status") &&
    !OBSERVED_GENERATION.test(expression);
  const stale = (object: unknown) => needsFresh ? staleness(object) : undefined;
  return matches(
    (object) => {
      if (object === undefined || stale(object) !== undefined) return false;
      const found = findOne(template, object);
      return found.length > 0 &&
        (wanted === undefined || textOf(found[0]) === wanted);
    },
    (object) => {
      if (object === undefined) return "not there";
      const behind = stale(object);
      if (behind !== undefined) return explainStaleness(behind);
      const found = findOne(template, object);
      if (found.length === 0) return `${expression} is not there`;
      if (wanted === undefined) return `${expression} is there`;
      const text = textOf(found[0]);
      const difference = text === wanted ? "" : `, not ${wanted}`;
      return `${expression} is ${text}${difference}`;
    },
  );
}

/** The text to wait for. */
function checkArguments(
  expression: string,
  value: JsonPathValue | undefined,
): string | undefined {
  if (expression === "") {
    throw new TypeError("JSONPath expression must not be empty");
  }
  const wanted = value === undefined ? undefined : goText(value).trim();
  if (wanted === "") {
    throw new TypeError(
      `Value of JSONPath expression '${expression}' must not be empty: omit it to wait for any value`,
    );
  }
  return wanted;
}

/** The selected value in a list, or an empty list, as in `kubectl wait`. */
function findOne(
  template: JsonPathTemplate,
  object: unknown,
): readonly unknown[] {
  const [found = [], ...others] = template.find(object);
  if (others.length > 0) {
    throw new TypeError("given jsonpath expression matches more than one list");
  }
  if (found.length > 1) {
    throw new TypeError(
      "given jsonpath expression matches more than one value",
    );
  }
  return found;
}

function textOf(value: unknown): string {
  if (typeof value === "object" && value !== null) {
    throw new TypeError(
      "jsonpath leads to a nested object or list which is not supported",
    );
  }
  return goText(value).trim();
}

/**
 * A condition on whatever a JSONPath expression leads to, in `kubectl`'s
 * dialect. It needs a JSONPath library, which is why it is in
 * `@watchtools/kube/conditions` only.
 *
 * @module
 */

import { explainStaleness, staleness } from "./_staleness.ts";
import { goText } from "../internal/go_value.ts";
import { JsonPathTemplate } from "./json_path/template.ts";
import { relaxedExpression } from "./json_path/relaxed_expression.ts";
import { matches } from "./combinators.ts";
import type { Condition } from "./condition.ts";

/** A status that is behind says so itself in these. */
const OBSERVED = /observedGeneration/;

/**
 * Met when an expression leads to a value, or to a certain one, as by
 * `kubectl wait --for=jsonpath=…`: it must lead to one value at most, which may
 * be missing, and which is compared as text.
 *
 * The braces and the leading dot may be left out. An expression that begins
 * with `.status` does not count while the status is of an older generation,
 * unlike in `kubectl`, unless it is about `observedGeneration` itself.
 *
 * @param expression The expression: `"{.status.phase}"`, or `".status.phase"`,
 *   or `"status.phase"`; filters (`[?(@.type=="Ready")]`), slices, `*` and `..`
 *   are as in `kubectl get -o jsonpath=…`.
 * @param value What the value must be. Anything, null too, unless it is given.
 * @returns The condition. It throws when the expression leads to several
 *   values, cannot be followed (an index out of bounds), or leads to a list or
 *   an object that would have to be compared.
 * @throws {SyntaxError} If it is no such expression; the message says where.
 * @throws {TypeError} If the expression or the value is empty.
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
 */
export function jsonPath(
  expression: string,
  value?: string | number | boolean,
): Condition {
  if (expression === "") {
    throw new TypeError("Cannot wait on a JSONPath expression that is empty");
  }
  const wanted = value === undefined ? undefined : goText(value).trim();
  if (wanted === "") {
    throw new TypeError(
      `Cannot wait on '${expression}': the value is empty; leave it out to wait for any value`,
    );
  }
  const template = new JsonPathTemplate(relaxedExpression(expression));
  const isAboutStatus = /^[{]?[.]?status\b/.test(expression) &&
    !OBSERVED.test(expression);
  const stale = (object: unknown) =>
    isAboutStatus ? staleness(object) : undefined;
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
      const unlike = text === wanted ? "" : `, not ${wanted}`;
      return `${expression} is ${text}${unlike}`;
    },
  );
}

/** What `kubectl wait` makes of what an expression leads to. */
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

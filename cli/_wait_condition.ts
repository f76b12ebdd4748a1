/**
 * What a `wait` waits for, as conditions on one object's state, one after the
 * other. The rules are those of `kubectl wait`, the words those of the library's
 * conditions.
 *
 * @module
 */

import { errorText } from "../internal/error_text.ts";
import { matches } from "../conditions/combinators.ts";
import type { Condition } from "../conditions/condition.ts";
import { isCreated, isDeleted } from "../conditions/metadata_conditions.ts";
import { isConditionTrue } from "../conditions/status_conditions.ts";
import type { WaitGoal } from "./_command_line.ts";
import { UsageError } from "./terminal/usage_error.ts";

/** What is waited for of each object. */
export interface WaitConditions {
  /** The conditions; the second counts once the first was met. */
  readonly steps: readonly Condition[];
  /** Whether an object that is not there is waited for, and not an error. */
  readonly wantsCreation: boolean;
  /** Whether the absence of an object is what is waited for. */
  readonly wantsAbsence: boolean;
}

/**
 * Makes the conditions for what a command line asks for.
 *
 * @param goals What is waited for, in order.
 * @returns The conditions.
 * @throws {UsageError} If an expression is malformed.
 */
export async function waitConditions(
  goals: readonly WaitGoal[],
): Promise<WaitConditions> {
  return {
    steps: await Promise.all(goals.map(conditionOf)),
    wantsCreation: goals.some(({ type }) => type === "create"),
    wantsAbsence: goals.some(({ type }) => type === "delete"),
  };
}

async function conditionOf(goal: WaitGoal): Promise<Condition> {
  switch (goal.type) {
    case "create":
      return isCreated();
    case "delete":
      return isDeleted();
    case "condition":
      return ofPresent(isConditionTrue(goal.name, goal.value));
    case "jsonpath":
      return ofPresent(await jsonPathCondition(goal));
  }
}

async function jsonPathCondition(
  { expression, value }: { expression: string; value: string | undefined },
): Promise<Condition> {
  // Loaded only here: it needs a library.
  const { jsonPath } = await import("../conditions/json_path.ts");
  try {
    return jsonPath(expression, value);
  } catch (cause) {
    throw new UsageError(
      `malformed jsonpath ${JSON.stringify(expression)}: ${errorText(cause)}`,
      { cause },
    );
  }
}

function ofPresent(condition: Condition): Condition {
  return matches(
    (object) => object !== undefined && condition(object),
    (object) =>
      object === undefined
        ? "deleted; waiting for it to come back"
        : condition.explain(object),
  );
}

/**
 * What a `wait` waits for, as judgements of one object's state, one after the
 * other: whether it holds, and if not, why not. The rules are those of
 * `kubectl wait`, the words those of the library's conditions.
 *
 * @module
 */

import { errorText } from "../internal/error_text.ts";
import type { Condition } from "../conditions/condition.ts";
import { isCreated, isDeleted } from "../conditions/metadata_conditions.ts";
import { isConditionTrue } from "../conditions/status_conditions.ts";
import type { KubernetesObject } from "../api/types.ts";
import type { WaitGoal } from "./_command_line.ts";
import { UsageError } from "./terminal/usage_error.ts";

/** A judgement of an object's state. */
export interface WaitCondition {
  /**
   * Whether it holds.
   *
   * @param object The object as it is now; undefined where it is gone.
   * @param uid The uid of the object that the wait began with.
   * @throws What makes it impossible to say.
   */
  isMet(object: KubernetesObject | undefined, uid: string | undefined): boolean;
  /**
   * Says why it does not hold.
   *
   * @param object The object as it is now; undefined where it is gone.
   */
  explain(object: KubernetesObject | undefined): string;
}

/** What is waited for of each object. */
export interface WaitConditions {
  /** The judgements; the second counts once the first was met. */
  readonly steps: readonly WaitCondition[];
  /** Whether an object that is not there is waited for, and no failure. */
  readonly wantsCreation: boolean;
  /** Whether an object that is not there is as it should be. */
  readonly wantsAbsence: boolean;
}

/**
 * Makes the judgements for what a command line asks for.
 *
 * @param goals What is waited for, in order.
 * @returns The judgements.
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

async function conditionOf(goal: WaitGoal): Promise<WaitCondition> {
  switch (goal.type) {
    case "create":
      return { isMet: isCreated(), explain: isCreated().explain };
    case "delete":
      return DELETED;
    case "condition":
      return ofPresent(isConditionTrue(goal.name, goal.value));
    case "jsonpath":
      return ofPresent(await jsonPathCondition(goal));
  }
}

const DELETED: WaitCondition = {
  isMet: (object, uid) => isDeleted(uid)(object),
  explain: (object) => isDeleted().explain(object),
};

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

function ofPresent(condition: Condition): WaitCondition {
  return {
    isMet: (object) => object !== undefined && condition(object),
    explain: (object) =>
      object === undefined
        ? "deleted; waiting for it to come back"
        : condition.explain(object),
  };
}

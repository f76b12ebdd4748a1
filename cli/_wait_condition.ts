/**
 * What a `wait` waits for, as a judgement of one object's state: whether it
 * holds, and if not, why not. The rules are those of `kubectl wait`.
 *
 * @module
 */

import type { Condition } from "../watch/condition.ts";
import { isDeleted } from "../watch/metadata_conditions.ts";
import { isConditionTrue } from "../watch/status_conditions.ts";
import type { KubernetesObject } from "../watch/types.ts";
import type { WaitGoal } from "./_command.ts";

/** A judgement of an object's state. */
export interface WaitCondition {
  /** Whether it is the absence of the object that is waited for. */
  readonly wantsAbsence: boolean;
  /**
   * Whether it holds.
   *
   * @param object The object as it is now; undefined where it is gone.
   * @param uid The uid of the object that the wait began with.
   */
  isMet(object: KubernetesObject | undefined, uid: string | undefined): boolean;
  /**
   * Says why it does not hold.
   *
   * @param object The object as it is now; undefined where it is gone.
   */
  explain(object: KubernetesObject | undefined): string;
}

/**
 * Makes the judgement for what a command line asks for.
 *
 * @param goal What is waited for.
 * @returns The judgement.
 */
export function waitCondition(goal: WaitGoal): WaitCondition {
  return goal.type === "delete"
    ? DELETED
    : ofPresent(isConditionTrue(goal.name, goal.value));
}

const DELETED: WaitCondition = {
  wantsAbsence: true,
  isMet: (object, uid) => isDeleted(uid)(object),
  explain: (object) => isDeleted().explain(object),
};

function ofPresent(condition: Condition): WaitCondition {
  return {
    wantsAbsence: false,
    isMet: (object) => condition(object),
    explain: (object) =>
      object === undefined
        ? "deleted; waiting for it to come back"
        : condition.explain(object),
  };
}

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
import { findByKind } from "../conditions/_group_kind.ts";
import { isJobComplete } from "../conditions/job_conditions.ts";
import { isCreated, isDeleted } from "../conditions/metadata_conditions.ts";
import { isPodReady } from "../conditions/pod_conditions.ts";
import { isCrdEstablished } from "../conditions/resource_conditions.ts";
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
  /** Whether it is for the pods of a workload to say why it is not met. */
  readonly dependsOnPods: boolean;
}

/** Options for {@linkcode waitConditions}. */
export interface WaitConditionsOptions {
  /** What `jsonpath` goals do while a status is older than its object. */
  readonly staleStatus: "wait" | "accept";
}

/**
 * Makes the conditions for what a command line asks for.
 *
 * @param goals What is waited for, in order.
 * @param options What to do with a status that is out of date.
 * @returns The conditions.
 * @throws {UsageError} If an expression is malformed.
 */
export async function waitConditions(
  goals: readonly WaitGoal[],
  options: WaitConditionsOptions,
): Promise<WaitConditions> {
  const wants = (type: WaitGoal["type"]) =>
    goals.some((goal) => goal.type === type);
  return {
    steps: await Promise.all(goals.map((goal) => conditionOf(goal, options))),
    wantsCreation: wants("create"),
    wantsAbsence: wants("delete"),
    dependsOnPods: wants("ready"),
  };
}

async function conditionOf(
  goal: WaitGoal,
  options: WaitConditionsOptions,
): Promise<Condition> {
  switch (goal.type) {
    case "create":
      return isCreated();
    case "delete":
      return isDeleted();
    case "ready": {
      // Loaded on demand: it knows many kinds.
      const { isReady } = await import("../conditions/ready.ts");
      return ofPresent(isReady());
    }
    case "condition":
      return ofPresent(statusCondition(goal));
    case "jsonpath":
      return ofPresent(await jsonPathCondition(goal, options));
  }
}

const JOBS = new Map([["batch/Job", isJobComplete()]]);

/** The conditions of the status that tell when they can no longer come about. */
const FINAL_CONDITIONS: Readonly<
  Record<string, ReadonlyMap<string, Condition>>
> = {
  "complete=true": JOBS,
  "failed=true": new Map([["batch/Job", isJobFailed()]]),
  "ready=true": new Map([["Pod", isPodReady()]]),
  "established=true": new Map([
    ["apiextensions.k8s.io/CustomResourceDefinition", isCrdEstablished()],
  ]),
};

/**
 * Judges as `kubectl wait` does, except that it throws where the condition can
 * no longer come about: a job that has failed does not complete any more.
 */
function statusCondition(
  { name, value }: WaitGoal & { type: "condition" },
): Condition {
  const condition = isConditionTrue(name, value);
  const finals = FINAL_CONDITIONS[`${name}=${value}`.toLowerCase()];
  if (finals === undefined) return condition;
  return matches(
    (object) => {
      if (condition(object)) return true;
      // Only for what it throws.
      findByKind(finals, object)?.(object);
      return false;
    },
    (object) => {
      const why = condition.explain(object);
      // The conditions of a job are only there once it is over.
      const job = findByKind(JOBS, object);
      return job === undefined ? why : `${why}; ${job.explain(object)}`;
    },
  );
}

function isJobFailed(): Condition {
  const isComplete = isConditionTrue("Complete");
  const willComplete = isConditionTrue("SuccessCriteriaMet");
  return matches((job) => {
    if (!isComplete(job) && !willComplete(job)) return false;
    const name = JSON.stringify(job?.metadata?.name ?? "");
    throw new Error(`job ${name} has succeeded: it can no longer fail`);
  });
}

async function jsonPathCondition(
  { expression, value }: WaitGoal & { type: "jsonpath" },
  options: WaitConditionsOptions,
): Promise<Condition> {
  // Loaded only here: it needs a library.
  const { jsonPath } = await import("../conditions/json_path.ts");
  try {
    return jsonPath(expression, value, options);
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

/**
 * What a `wait` waits for, as a judgement of one object's state: whether it
 * holds, and if not, why not. The rules are those of `kubectl wait`.
 *
 * @module
 */

import type { KubernetesObject } from "../watch/types.ts";
import { shortDuration } from "./_age.ts";
import type { WaitGoal } from "./_command.ts";
import { field, listField, numberField, textField } from "./_fields.ts";
import { counted, oneLine } from "./_text.ts";

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
    : conditionStatus(goal.name, goal.value);
}

const DELETED: WaitCondition = {
  wantsAbsence: true,
  // One that has come back under its name is another object.
  isMet: (object, uid) =>
    object === undefined ||
    (uid !== undefined && object.metadata?.uid !== uid),
  explain(object) {
    const { deletionTimestamp, finalizers = [] } = object?.metadata ?? {};
    if (deletionTimestamp === undefined) return "there, not being deleted";
    const since = Date.now() - new Date(deletionTimestamp).getTime();
    const blocked = finalizers.length === 0
      ? ""
      : `, held by ${counted(finalizers.length, "finalizer")}: ${
        finalizers.join(", ")
      }`;
    return oneLine(`being deleted for ${shortDuration(since)}${blocked}`);
  },
};

function conditionStatus(name: string, value: string): WaitCondition {
  return {
    wantsAbsence: false,
    isMet: (object) => {
      const condition = findCondition(object, name);
      return condition !== undefined && !isStale(object, condition) &&
        equalsFold(textField(condition, "status"), value);
    },
    explain: (object) => oneLine(explainCondition(object, name)),
  };
}

/** The first condition of that type that has a status. */
function findCondition(object: unknown, name: string): unknown {
  return listField(object, "status", "conditions").find((condition) =>
    equalsFold(textField(condition, "type"), name) &&
    textField(condition, "status") !== undefined
  );
}

/** Whether a condition speaks of a specification that has changed since. */
function isStale(object: unknown, condition: unknown): boolean {
  const generation = numberField(object, "metadata", "generation");
  const observed = observedGeneration(object, condition);
  return generation !== undefined && observed !== undefined &&
    observed < generation;
}

function observedGeneration(
  object: unknown,
  condition: unknown,
): number | undefined {
  return numberField(condition, "observedGeneration") ??
    numberField(object, "status", "observedGeneration");
}

function equalsFold(a: string | undefined, b: string): boolean {
  return a !== undefined && a.toLowerCase() === b.toLowerCase();
}

function explainCondition(object: unknown, name: string): string {
  if (object === undefined) return "deleted; waiting for it to come back";
  const condition = findCondition(object, name);
  if (condition === undefined) {
    return `no condition ${name}${suffix(", ", progressOf(object))}`;
  }
  if (isStale(object, condition)) {
    const generation = numberField(object, "metadata", "generation");
    const observed = observedGeneration(object, condition);
    return `the status is of generation ${observed}, generation ${generation} has not been observed`;
  }
  const type = textField(condition, "type");
  const status = textField(condition, "status");
  const reason = textField(condition, "reason") ?? "";
  const progress = progressOf(object);
  // A number says more than a reason, and must not be what is cut off.
  const why = progress === ""
    ? [reason, textField(condition, "message") ?? ""]
      .filter((part) => part !== "").join(", ")
    : `${progress}${reason === "" ? "" : ` (${reason})`}`;
  return `${type}=${status}${suffix(": ", why)}`;
}

/** How far an object with replicas has come; empty where it has none. */
function progressOf(object: unknown): string {
  const wanted = numberField(object, "spec", "replicas");
  if (wanted === undefined || field(object, "status") === undefined) return "";
  const available = numberField(object, "status", "availableReplicas") ?? 0;
  return `${available} of ${counted(wanted, "replica")} available`;
}

function suffix(separator: string, text: string): string {
  return text === "" ? "" : `${separator}${text}`;
}

/**
 * Conditions on `status.conditions`, in which most kinds report their state.
 *
 * @module
 */

import { field, numberField, textField } from "../internal/json_fields.ts";
import { equalsFold, findCondition } from "./_find_condition.ts";
import { explainStaleness, staleness } from "./_staleness.ts";
import { obstaclesOf } from "./_status_text.ts";
import { counted } from "../internal/text.ts";
import { matches } from "./combinators.ts";
import type { Condition } from "./condition.ts";

/**
 * Met when a condition in the object's status has a certain value, as with
 * `kubectl wait --for=condition=…`. The comparison ignores case. A condition
 * from an older generation of the object (`observedGeneration` less than
 * `generation`) does not count.
 *
 * @param type The type of the condition: `"Ready"`, `"Available"`.
 * @param value The status to wait for: `"True"`, `"False"` or `"Unknown"`.
 * @returns The condition.
 *
 * @example A deployment that is not available yet
 * ```ts
 * import { isConditionTrue } from "@watchtools/kube";
 * import { assertEquals } from "@std/assert";
 *
 * const deployment = {
 *   metadata: { name: "web", generation: 1 },
 *   spec: { replicas: 3 },
 *   status: {
 *     observedGeneration: 1,
 *     availableReplicas: 2,
 *     conditions: [{ type: "Available", status: "False" }],
 *   },
 * };
 * assertEquals(
 *   isConditionTrue("Available").explain(deployment),
 *   "Available=False: 2 of 3 replicas available",
 * );
 * ```
 */
export function isConditionTrue(type: string, value = "True"): Condition {
  return matches(
    (object) => {
      const condition = findCondition(object, type);
      return condition !== undefined &&
        staleness(object, condition) === undefined &&
        equalsFold(textField(condition, "status"), value);
    },
    (object) => explainCondition(object, type),
  );
}

function explainCondition(object: unknown, wanted: string): string {
  if (object === undefined) return "not there";
  const condition = findCondition(object, wanted);
  if (condition === undefined) {
    const state = `no condition ${wanted}${suffix(", ", progressOf(object))}`;
    return [state, ...obstaclesOf(object)].join("; ");
  }
  const stale = staleness(object, condition);
  if (stale !== undefined) return explainStaleness(stale);
  const type = textField(condition, "type");
  const status = textField(condition, "status");
  const reason = textField(condition, "reason") ?? "";
  const progress = progressOf(object);
  // Numbers come first: they say more than a reason and must not be truncated.
  const why = progress === ""
    ? [reason, textField(condition, "message") ?? ""]
      .filter((part) => part !== "").join(", ")
    : `${progress}${reason === "" ? "" : ` (${reason})`}`;
  const state = `${type}=${status}${suffix(": ", why)}`;
  return [state, ...obstaclesOf(object)].join("; ");
}

/** The progress of an object with replicas; empty if it has no replicas. */
function progressOf(object: unknown): string {
  const wanted = numberField(object, "spec", "replicas");
  if (wanted === undefined || field(object, "status") === undefined) return "";
  const available = numberField(object, "status", "availableReplicas") ?? 0;
  return `${available} of ${counted(wanted, "replica")} available`;
}

function suffix(separator: string, text: string): string {
  return text === "" ? "" : `${separator}${text}`;
}

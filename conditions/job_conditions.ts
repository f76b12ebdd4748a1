/**
 * Conditions on jobs.
 *
 * @module
 */

import {
  field,
  listField,
  numberField,
  textField,
} from "../internal/json_fields.ts";
import { kindCondition } from "./_kind_condition.ts";
import { quotedName, reasonOf } from "./_status_text.ts";
import { counted } from "../internal/text.ts";
import type { Condition } from "./condition.ts";
import { isConditionTrue } from "./status_conditions.ts";

/**
 * Met when a Job has completed.
 *
 * @returns The condition. It throws if the Job has failed, and as soon as it is
 *   certain to fail (`FailureTarget`), while its pods still terminate; the error
 *   includes the reason.
 *
 * @example A job that has failed
 * ```ts
 * import { isJobComplete } from "@watchtools/kube";
 * import { assertThrows } from "@std/assert";
 *
 * const job = {
 *   metadata: { name: "import" },
 *   status: {
 *     conditions: [
 *       { type: "Failed", status: "True", reason: "BackoffLimitExceeded" },
 *     ],
 *   },
 * };
 * assertThrows(
 *   () => isJobComplete()(job),
 *   Error,
 *   'job "import" has failed: BackoffLimitExceeded',
 * );
 * ```
 */
export function isJobComplete(): Condition {
  const isComplete = isConditionTrue("Complete");
  return kindCondition(["batch/Job"], {
    isMet: isComplete,
    explain(job) {
      const progress = progressOf(job);
      const failure = failureOf(job);
      return failure === undefined
        ? progress
        : `${failure.state}: ${failure.why}; ${progress}`;
    },
    whyNever(job) {
      const failure = failureOf(job);
      return failure &&
        `job ${
          quotedName(job)
        } ${failure.verb} ${failure.state}: ${failure.why}`;
    },
  });
}

/**
 * The conditions that a Job fails with: `FailureTarget` once that is certain,
 * `Failed` when its pods are gone as well.
 */
const FAILURES = [
  { type: "Failed", verb: "has", state: "failed" },
  { type: "FailureTarget", verb: "is", state: "failing" },
] as const;

function failureOf(job: unknown) {
  const conditions = listField(job, "status", "conditions");
  for (const { type, verb, state } of FAILURES) {
    const failed = conditions.find((condition) =>
      textField(condition, "type") === type &&
      textField(condition, "status") === "True"
    );
    if (failed !== undefined) {
      return { verb, state, why: reasonOf(failed) ?? "no reason given" };
    }
  }
  return undefined;
}

function progressOf(job: unknown): string {
  if (field(job, "spec", "suspend") === true) return "suspended";
  const wanted = numberField(job, "spec", "completions");
  const [succeeded, failed, active] = ["succeeded", "failed", "active"].map(
    (name) => numberField(job, "status", name) ?? 0,
  );
  const goal = wanted === undefined ? "" : ` of ${wanted}`;
  const pods = counted(wanted ?? succeeded ?? 0, "pod").replace(/^\d+ /, "");
  return `${succeeded}${goal} ${pods} succeeded, ${failed} failed, ${active} active`;
}

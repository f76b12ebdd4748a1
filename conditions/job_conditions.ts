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
import { counted } from "../internal/text.ts";
import type { Condition } from "./condition.ts";
import { isConditionTrue } from "./status_conditions.ts";

/**
 * Met when a Job has completed.
 *
 * @returns The condition. It throws if the Job has failed; the error includes
 *   the reason.
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
  return kindCondition(["Job"], {
    isMet(job) {
      const why = failureOf(job);
      if (why === undefined) return isComplete(job);
      const name = JSON.stringify(job.metadata?.name ?? "");
      throw new Error(`job ${name} has failed: ${why}`);
    },
    explain(job) {
      const why = failureOf(job);
      const progress = progressOf(job);
      return why === undefined ? progress : `failed: ${why}; ${progress}`;
    },
  });
}

function failureOf(job: unknown): string | undefined {
  const failed = listField(job, "status", "conditions").find((condition) =>
    textField(condition, "type") === "Failed" &&
    textField(condition, "status") === "True"
  );
  if (failed === undefined) return undefined;
  const why = [textField(failed, "reason"), textField(failed, "message")];
  return why.filter(Boolean).join(": ") || "no reason given";
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

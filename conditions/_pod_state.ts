/**
 * Short descriptions of a pod's state and of what is wrong with it.
 *
 * @module
 */

import {
  field,
  listField,
  numberField,
  textField,
} from "../internal/json_fields.ts";
import { counted } from "../internal/text.ts";

/** Reasons for which a container of a healthy pod waits. */
const HEALTHY_WAITING_REASONS: ReadonlySet<string> = new Set([
  "ContainerCreating",
  "PodInitializing",
]);

/**
 * Says why a pod cannot start, or has failed. A state that usually resolves by
 * itself (a container being created, a probe that has not succeeded yet) does
 * not count.
 *
 * @param pod The pod.
 * @returns The reason, such as `"ImagePullBackOff"`; `undefined` if nothing is
 *   wrong.
 */
export function podTrouble(pod: unknown): string | undefined {
  switch (textField(pod, "status", "phase")) {
    case "Failed":
      return failure(pod);
    case "Running":
      return containerTrouble(pod);
    case "Succeeded":
      return undefined;
    default:
      return containerTrouble(pod) ?? unschedulable(pod);
  }
}

/** Why a pod as a whole has failed: `"Evicted: The node was low on memory"`. */
function failure(pod: unknown): string {
  const why = [
    textField(pod, "status", "reason"),
    textField(pod, "status", "message"),
  ].filter(Boolean);
  return why.join(": ") || containerTrouble(pod) || "Failed";
}

function containerTrouble(pod: unknown): string | undefined {
  return ["initContainerStatuses", "containerStatuses"]
    .flatMap((name) => listField(pod, "status", name))
    .map(stateTrouble)
    .find((trouble) => trouble !== undefined);
}

function stateTrouble(container: unknown): string | undefined {
  const waiting = textField(container, "state", "waiting", "reason");
  if (waiting !== undefined && !HEALTHY_WAITING_REASONS.has(waiting)) {
    return waiting;
  }
  const code = numberField(container, "state", "terminated", "exitCode") ?? 0;
  if (code === 0) return undefined;
  const reason = textField(container, "state", "terminated", "reason");
  return `${reason ?? "Error"} (exit code ${code})`;
}

function unschedulable(pod: unknown): string | undefined {
  const scheduled = listField(pod, "status", "conditions").find((condition) =>
    textField(condition, "type") === "PodScheduled"
  );
  if (textField(scheduled, "status") !== "False") return undefined;
  const why = [textField(scheduled, "reason"), textField(scheduled, "message")];
  return why.filter(Boolean).join(": ") || undefined;
}

/**
 * Describes a pod's state: its phase, its containers, and what is wrong.
 *
 * @param pod The pod.
 * @returns The description, such as
 *   `"Running, 1 of 2 containers ready: CrashLoopBackOff"`.
 */
export function podState(pod: unknown): string {
  const phase = textField(pod, "status", "phase") ?? "no phase";
  const trouble = podTrouble(pod);
  const containers = listField(pod, "status", "containerStatuses");
  const ready = containers.filter((one) => field(one, "ready") === true);
  const progress = phase === "Running"
    ? `, ${ready.length} of ${counted(containers.length, "container")} ready`
    : "";
  const why = trouble === undefined ? "" : `: ${trouble}`;
  return `${phase}${progress}${why}`;
}

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
import { reasonOf } from "./_status_text.ts";

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
  return reasonOf(field(pod, "status")) ?? containerTrouble(pod) ?? "Failed";
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
  const scheduled = podCondition(pod, "PodScheduled");
  return textField(scheduled, "status") === "False"
    ? reasonOf(scheduled)
    : undefined;
}

function podCondition(pod: unknown, type: string): unknown {
  return listField(pod, "status", "conditions").find((condition) =>
    textField(condition, "type") === type
  );
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
  const containers = listField(pod, "status", "containerStatuses");
  const ready = containers.filter(isContainerReady).length;
  const parts = [phase];
  if (phase === "Running") {
    parts.push(`${ready} of ${counted(containers.length, "container")} ready`);
  }
  if (phase === "Running" || phase === "Pending") {
    parts.push(
      ...unreadySidecars(pod).map((name) => `sidecar ${name} not ready`),
    );
  }
  const isComplete = parts.length === 2 && ready === containers.length;
  const trouble = podTrouble(pod) ??
    (phase === "Running" && isComplete ? unreadiness(pod) : undefined);
  return `${parts.join(", ")}${trouble === undefined ? "" : `: ${trouble}`}`;
}

function isContainerReady(container: unknown): boolean {
  return field(container, "ready") === true;
}

/** The init containers that go on running, have started, and are not ready. */
function unreadySidecars(pod: unknown): string[] {
  const sidecars = listField(pod, "spec", "initContainers")
    .filter((container) => textField(container, "restartPolicy") === "Always")
    .map((container) => textField(container, "name"));
  return listField(pod, "status", "initContainerStatuses")
    .filter((status) =>
      sidecars.includes(textField(status, "name")) &&
      !isContainerReady(status) &&
      // One that waits for its turn holds nothing up.
      textField(status, "state", "waiting", "reason") !== "PodInitializing"
    )
    .map((status) => textField(status, "name") ?? "");
}

/**
 * Why a pod is not ready although all its containers are: a readiness gate, or
 * a node that has stopped reporting.
 */
function unreadiness(pod: unknown): string | undefined {
  const ready = podCondition(pod, "Ready");
  const status = textField(ready, "status");
  if (status === undefined || status === "True") return undefined;
  const disruption = podCondition(pod, "DisruptionTarget");
  const reasons = [
    reasonOf(ready),
    reasonOf(field(pod, "status")),
    textField(disruption, "status") === "True"
      ? reasonOf(disruption)
      : undefined,
  ].filter((reason) => reason !== undefined);
  // A node controller that marks the pods of a lost node gives no reason.
  return reasons.length === 0
    ? `Ready=${status} without a reason (is its node lost?)`
    : reasons.join("; ");
}

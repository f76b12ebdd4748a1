/**
 * The state of an object in a word or two, for a table of objects of any kind:
 * what a person looks for first, taken from wherever objects of that shape
 * keep it.
 *
 * @module
 */

import type { KubernetesObject } from "../../api/types.ts";
import {
  field,
  listField,
  numberField,
  textField,
} from "../../internal/json_fields.ts";
import { oneLine } from "../terminal/text.ts";

/** Conditions that sum an object up, the most telling one first. */
const TELLING = ["Failed", "Complete", "Ready", "Available", "Established"];

/**
 * Sums an object up.
 *
 * @param object The object.
 * @returns A few words; `"-"` where nothing tells.
 */
export function summary(object: KubernetesObject): string {
  const parts = [
    lifecycle(object),
    containers(object) ?? replicas(object) ?? condition(object),
  ].filter((part) => part !== undefined);
  return oneLine(parts.join(" ")) || "-";
}

function lifecycle(object: KubernetesObject): string | undefined {
  if (object.metadata?.deletionTimestamp !== undefined) return "Terminating";
  return waitingReason(object) ?? textField(object, "status", "phase");
}

/** Why a container of a pod does not run: `ImagePullBackOff`. */
function waitingReason(object: unknown): string | undefined {
  return listField(object, "status", "containerStatuses")
    .map((status) => textField(status, "state", "waiting", "reason"))
    .find((reason) => reason !== undefined);
}

function containers(object: unknown): string | undefined {
  const statuses = listField(object, "status", "containerStatuses");
  if (statuses.length === 0) return undefined;
  const ready = statuses.filter((status) => field(status, "ready") === true);
  return `${ready.length}/${statuses.length}`;
}

function replicas(object: unknown): string | undefined {
  const wanted = numberField(object, "spec", "replicas") ??
    numberField(object, "status", "desiredNumberScheduled");
  if (wanted === undefined) return undefined;
  const ready = numberField(object, "status", "readyReplicas") ??
    numberField(object, "status", "numberReady") ?? 0;
  return `${ready}/${wanted} ready`;
}

function condition(object: unknown): string | undefined {
  const conditions = listField(object, "status", "conditions");
  for (const type of TELLING) {
    const found = conditions.find((condition) =>
      textField(condition, "type") === type
    );
    const status = textField(found, "status");
    if (status === undefined) continue;
    return status === "True" ? type : `${type}=${status}`;
  }
  return undefined;
}

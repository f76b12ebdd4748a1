/**
 * Summarizes the status of an object of any kind in a few words, for servers
 * that do not support tables.
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

/** The conditions that summarize an object, the most significant one first. */
const SUMMARY_CONDITIONS = [
  "Failed",
  "Complete",
  "Ready",
  "Available",
  "Established",
];

/**
 * Summarizes the status of an object.
 *
 * @param object The object.
 * @returns A few words; `"-"` if the object has no known status.
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

/** Why a container of a pod is waiting: `ImagePullBackOff`. */
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
  for (const type of SUMMARY_CONDITIONS) {
    const found = conditions.find((condition) =>
      textField(condition, "type") === type
    );
    const status = textField(found, "status");
    if (status === undefined) continue;
    return status === "True" ? type : `${type}=${status}`;
  }
  return undefined;
}

/**
 * The status of a rollout of a Deployment, StatefulSet or DaemonSet, as
 * `kubectl rollout status` evaluates and prints it.
 *
 * A missing number counts as 0, as in Go. The numbers of a status that is older
 * than the specification are ignored.
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
import { findByKind, groupKindOf } from "./_group_kind.ts";
import { quotedName } from "./_status_text.ts";

/** The status of a rollout. */
export interface RolloutStatus {
  /** Whether the rollout is complete. */
  readonly done: boolean;
  /** The line that `kubectl` prints, without the line break. */
  readonly message: string;
  /** A shorter form of the message, without the name of the object. */
  readonly summary: string;
}

/** The kinds that can be rolled out, and the group that they once were in. */
const STATUS_OF: ReadonlyMap<string, (object: unknown) => RolloutStatus> =
  new Map([
    ["apps/Deployment", deploymentStatus],
    ["extensions/Deployment", deploymentStatus],
    ["apps/StatefulSet", statefulSetStatus],
    ["apps/DaemonSet", daemonSetStatus],
    ["extensions/DaemonSet", daemonSetStatus],
  ]);

/**
 * Evaluates the rollout of an object of any supported kind.
 *
 * @param object The object, with its `kind`. Without an `apiVersion` it is taken
 *   at its kind.
 * @returns The status of the rollout.
 * @throws {Error} If the rollout has failed or its status is not available,
 *   with `kubectl`'s message.
 */
export function rolloutStatus(object: unknown): RolloutStatus {
  const statusOf = findByKind(STATUS_OF, object);
  if (statusOf !== undefined) return statusOf(object);
  const { group, kind = "" } = groupKindOf(object);
  const name = group ? `${kind}.${group}` : kind;
  throw new TypeError(`no status viewer has been implemented for ${name}`);
}

/**
 * Evaluates the rollout of a Deployment.
 *
 * @param object The Deployment.
 * @returns The status of the rollout.
 * @throws {Error} If it has exceeded its progress deadline.
 */
export function deploymentStatus(object: unknown): RolloutStatus {
  const name = quotedName(object);
  if (!isObserved(object)) return unobserved("deployment");
  const progressing = listField(object, "status", "conditions").find(
    (condition) => textField(condition, "type") === "Progressing",
  );
  if (textField(progressing, "reason") === "ProgressDeadlineExceeded") {
    throw new Error(`deployment ${name} exceeded its progress deadline`);
  }
  const wanted = numberField(object, "spec", "replicas");
  const { replicas, updated, available } = {
    replicas: status(object, "replicas"),
    updated: status(object, "updatedReplicas"),
    available: status(object, "availableReplicas"),
  };
  const waiting = `Waiting for deployment ${name} rollout to finish:`;
  if (wanted !== undefined && updated < wanted) {
    return pending(
      `${waiting} ${updated} out of ${wanted} new replicas have been updated...`,
      `${updated} of ${counted(wanted, "replica")} updated`,
    );
  }
  if (replicas > updated) {
    const old = replicas - updated;
    return pending(
      `${waiting} ${old} old replicas are pending termination...`,
      `${counted(old, "old replica")} pending termination`,
    );
  }
  const summary = `${available} of ${counted(updated, "replica")} available`;
  if (available < updated) {
    return pending(
      `${waiting} ${available} of ${updated} updated replicas are available...`,
      summary,
    );
  }
  return complete(`deployment ${name} successfully rolled out`, summary);
}

/**
 * Evaluates the rollout of a DaemonSet.
 *
 * @param object The DaemonSet.
 * @returns The status of the rollout.
 * @throws {Error} If its update strategy is not `RollingUpdate`.
 */
export function daemonSetStatus(object: unknown): RolloutStatus {
  checkStrategy(object);
  const name = quotedName(object);
  if (!isObserved(object)) return unobserved("daemon set");
  const wanted = status(object, "desiredNumberScheduled");
  const updated = status(object, "updatedNumberScheduled");
  const available = status(object, "numberAvailable");
  const waiting = `Waiting for daemon set ${name} rollout to finish:`;
  if (updated < wanted) {
    return pending(
      `${waiting} ${updated} out of ${wanted} new pods have been updated...`,
      `${updated} of ${counted(wanted, "pod")} updated`,
    );
  }
  const summary = `${available} of ${counted(wanted, "pod")} available`;
  if (available < wanted) {
    return pending(
      `${waiting} ${available} of ${wanted} updated pods are available...`,
      summary,
    );
  }
  return complete(`daemon set ${name} successfully rolled out`, summary);
}

/**
 * Evaluates the rollout of a StatefulSet.
 *
 * @param object The StatefulSet.
 * @returns The status of the rollout.
 * @throws {Error} If its update strategy is not `RollingUpdate`.
 */
export function statefulSetStatus(object: unknown): RolloutStatus {
  checkStrategy(object);
  if (status(object, "observedGeneration") === 0 || !isObserved(object)) {
    return unobserved("statefulset");
  }
  const wanted = numberField(object, "spec", "replicas");
  const ready = status(object, "readyReplicas");
  const summary = `${ready} of ${counted(wanted ?? ready, "replica")} ready`;
  if (wanted !== undefined && ready < wanted) {
    return pending(
      `Waiting for ${wanted - ready} pods to be ready...`,
      summary,
    );
  }
  const rolling = field(object, "spec", "updateStrategy", "rollingUpdate");
  return rolling === undefined || rolling === null
    ? wholeStatus(object, wanted, summary)
    : partitionedStatus(object, wanted, numberField(rolling, "partition"));
}

function partitionedStatus(
  object: unknown,
  wanted: number | undefined,
  partition: number | undefined,
): RolloutStatus {
  const updated = status(object, "updatedReplicas");
  const beyond = (wanted ?? 0) - (partition ?? 0);
  const goal = counted(Math.max(beyond, 0), "replica");
  const part = partition ? ` (partition ${partition})` : "";
  const summary = `${updated} of ${goal} updated${part}`;
  if (wanted !== undefined && partition !== undefined && updated < beyond) {
    return pending(
      `Waiting for partitioned roll out to finish: ${updated} out of ${beyond} new pods have been updated...`,
      summary,
    );
  }
  return complete(
    `partitioned roll out complete: ${updated} new pods have been updated...`,
    summary,
  );
}

function wholeStatus(
  object: unknown,
  wanted: number | undefined,
  summary: string,
): RolloutStatus {
  const updated = status(object, "updatedReplicas");
  const current = textField(object, "status", "currentRevision") ?? "";
  const update = textField(object, "status", "updateRevision") ?? "";
  if (update !== current) {
    return pending(
      `waiting for statefulset rolling update to complete ${updated} pods at revision ${update}...`,
      `${updated} of ${counted(wanted ?? updated, "replica")} updated`,
    );
  }
  const replicas = status(object, "currentReplicas");
  return complete(
    `statefulset rolling update complete ${replicas} pods at revision ${current}...`,
    summary,
  );
}

function checkStrategy(object: unknown): void {
  if (textField(object, "spec", "updateStrategy", "type") !== "RollingUpdate") {
    throw new Error(
      "rollout status is only available for RollingUpdate strategy type",
    );
  }
}

function isObserved(object: unknown): boolean {
  const generation = numberField(object, "metadata", "generation") ?? 0;
  return generation <= status(object, "observedGeneration");
}

function unobserved(what: string): RolloutStatus {
  return pending(
    `Waiting for ${what} spec update to be observed...`,
    "the newest specification has not been observed",
  );
}

function status(object: unknown, name: string): number {
  return numberField(object, "status", name) ?? 0;
}

function pending(message: string, summary: string): RolloutStatus {
  return { done: false, message, summary };
}

function complete(message: string, summary: string): RolloutStatus {
  return { done: true, message, summary };
}

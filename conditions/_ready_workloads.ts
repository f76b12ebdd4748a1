/**
 * When the kinds that run replicas of a pod are ready: stricter than
 * `kubectl rollout status`. All replicas that are asked for have to be there,
 * updated and available, and no surplus one may be left.
 *
 * @module
 */

import {
  field,
  isRecord,
  numberField,
  textField,
} from "../internal/json_fields.ts";
import { counted } from "../internal/text.ts";
import type { KubernetesObject } from "../api/types.ts";
import { isDeploymentRolledOut } from "./rollout_conditions.ts";
import { daemonSetStatus } from "./_rollout_status.ts";
import { obstaclesOf } from "./_status_text.ts";
import { byCondition, ready, type Verdict, waiting } from "./_ready_verdict.ts";

const UNOBSERVED = "the newest specification has not been observed";

const ROLLED_OUT = byCondition(isDeploymentRolledOut());

/**
 * Judges a Deployment by its rollout.
 *
 * @param object The Deployment.
 * @returns The verdict.
 */
export function judgeDeployment(object: KubernetesObject): Verdict {
  return ROLLED_OUT.judge(withReplicas(object));
}

/** Kubernetes defaults to one replica; a manifest may leave the number out. */
function withReplicas(object: KubernetesObject): KubernetesObject {
  const spec = field(object, "spec");
  const replicas = wantedReplicas(object);
  const whole = isRecord(spec) ? { ...spec, replicas } : { replicas };
  return Object.assign({}, object, { spec: whole });
}

/**
 * Judges a ReplicaSet or a ReplicationController: as many replicas as asked for
 * exist and are available.
 *
 * @param object The object.
 * @returns The verdict.
 */
export function judgeReplicaSet(object: unknown): Verdict {
  if (!isObserved(object)) return waiting(UNOBSERVED);
  const wanted = wantedReplicas(object);
  const available = status(object, "availableReplicas");
  const why = [
    surplus(object, wanted) ??
      `${available} of ${counted(wanted, "replica")} available`,
    ...obstaclesOf(object),
  ].join("; ");
  const isReady = available >= wanted && status(object, "replicas") <= wanted;
  return (isReady ? ready : waiting)(why);
}

/**
 * Judges a StatefulSet: as many replicas as asked for exist, are ready, and are
 * updated, except below a partition or with the strategy `OnDelete`. With
 * `minReadySeconds` they also have to be available.
 *
 * @param object The StatefulSet.
 * @returns The verdict.
 */
export function judgeStatefulSet(object: unknown): Verdict {
  if (!isObserved(object)) return waiting(UNOBSERVED);
  const wanted = wantedReplicas(object);
  const replicas = counted(wanted, "replica");
  const readyNow = status(object, "readyReplicas");
  if (readyNow < wanted) return waiting(`${readyNow} of ${replicas} ready`);
  const { updated, goal } = updateOf(object, wanted);
  if (updated < goal) {
    return waiting(`${updated} of ${counted(goal, "replica")} updated`);
  }
  const available = status(object, "availableReplicas");
  const mustBeAvailable =
    (numberField(object, "spec", "minReadySeconds") ?? 0) > 0;
  if (mustBeAvailable && available < wanted) {
    return waiting(`${available} of ${replicas} available`);
  }
  const tooMany = surplus(object, wanted);
  return tooMany === undefined
    ? ready(`${readyNow} of ${replicas} ready`)
    : waiting(tooMany);
}

/** How many replicas are updated, and how many have to be. */
function updateOf(
  object: unknown,
  wanted: number,
): { updated: number; goal: number } {
  const strategy = field(object, "spec", "updateStrategy");
  const updated = status(object, "updatedReplicas");
  if (textField(strategy, "type") === "OnDelete") return { updated, goal: 0 };
  const partition = numberField(strategy, "rollingUpdate", "partition") ?? 0;
  const isOneRevision = textField(object, "status", "currentRevision") ===
    textField(object, "status", "updateRevision");
  return { updated, goal: isOneRevision ? 0 : Math.max(wanted - partition, 0) };
}

/**
 * Judges a DaemonSet by its rollout; with the strategy `OnDelete` its pods have
 * to be ready, of whatever revision.
 *
 * @param object The DaemonSet.
 * @returns The verdict.
 */
export function judgeDaemonSet(object: unknown): Verdict {
  const wanted = numberField(object, "status", "desiredNumberScheduled");
  // Without that number its controller has not looked at the nodes yet.
  if (wanted === undefined || !isObserved(object)) return waiting(UNOBSERVED);
  if (textField(object, "spec", "updateStrategy", "type") === "OnDelete") {
    const readyNow = status(object, "numberReady");
    const why = `${readyNow} of ${counted(wanted, "pod")} ready`;
    return (readyNow < wanted ? waiting : ready)(why);
  }
  const { done, summary } = daemonSetStatus(withStrategy(object));
  return (done ? ready : waiting)(summary);
}

/** Kubernetes defaults to rolling updates; a manifest may leave them out. */
function withStrategy(object: unknown): unknown {
  if (!isRecord(object)) return object;
  const updateStrategy = { type: "RollingUpdate" };
  return { ...object, spec: { updateStrategy } };
}

function wantedReplicas(object: unknown): number {
  return numberField(object, "spec", "replicas") ?? 1;
}

/** Replicas that still have to go, while a set is scaled down. */
function surplus(object: unknown, wanted: number): string | undefined {
  const more = status(object, "replicas") - wanted;
  return more > 0
    ? `${counted(more, "surplus replica")} pending termination`
    : undefined;
}

function isObserved(object: unknown): boolean {
  const generation = numberField(object, "metadata", "generation") ?? 0;
  return generation <= status(object, "observedGeneration");
}

function status(object: unknown, name: string): number {
  return numberField(object, "status", name) ?? 0;
}

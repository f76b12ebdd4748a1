/**
 * Conditions on pods.
 *
 * @module
 */

import { isMet } from "./_safe_evaluation.ts";
import { textField } from "../internal/json_fields.ts";
import { kindCondition } from "./_kind_condition.ts";
import { quotedName } from "./_status_text.ts";
import { podState, podTrouble } from "./_pod_state.ts";
import { matches } from "./combinators.ts";
import type { Condition } from "./condition.ts";
import { isConditionTrue } from "./status_conditions.ts";
import type { KubernetesObject } from "../api/types.ts";

/**
 * Met when a pod is running: at least one of its containers has started. The
 * pod may not be ready yet; see {@linkcode isPodReady}.
 *
 * @returns The condition. It throws if the pod has succeeded or failed: it will
 *   not run again.
 *
 * @example Why a pod is not running
 * ```ts
 * import { isPodRunning } from "@watchtools/kube";
 * import { assertEquals } from "@std/assert";
 *
 * const pod = {
 *   metadata: { name: "web" },
 *   status: {
 *     phase: "Pending",
 *     containerStatuses: [
 *       { name: "web", state: { waiting: { reason: "ImagePullBackOff" } } },
 *     ],
 *   },
 * };
 * assertEquals(isPodRunning().explain(pod), "Pending: ImagePullBackOff");
 * ```
 */
export function isPodRunning(): Condition {
  return kindCondition(["Pod"], {
    isMet: (pod) => phaseOf(pod) === "Running",
    explain: podState,
    whyNever: (pod) => whyOver(pod, "can no longer be running"),
  });
}

/**
 * Met when a pod is ready, as with `kubectl wait --for=condition=Ready`.
 *
 * @returns The condition. It throws if the pod has succeeded or failed: it will
 *   not become ready again. It explains which readiness gate or sidecar is
 *   missing.
 *
 * @example A pod that is ready
 * ```ts
 * import { isPodReady } from "@watchtools/kube";
 * import { assert } from "@std/assert";
 *
 * const pod = {
 *   metadata: { name: "web" },
 *   status: {
 *     phase: "Running",
 *     conditions: [{ type: "Ready", status: "True" }],
 *   },
 * };
 * assert(isPodReady()(pod));
 * ```
 */
export function isPodReady(): Condition {
  const isReady = isConditionTrue("Ready");
  return kindCondition(["Pod"], {
    isMet: isReady,
    explain: podState,
    whyNever: (pod) => whyOver(pod, "can no longer become ready"),
  });
}

/**
 * Met when a pod has succeeded: all its containers have exited with code 0.
 *
 * @returns The condition. It throws if the pod has failed; the error includes
 *   the reason.
 *
 * @example A pod that has failed
 * ```ts
 * import { isPodCompleted } from "@watchtools/kube";
 * import { assertThrows } from "@std/assert";
 *
 * const pod = {
 *   metadata: { name: "import" },
 *   status: { phase: "Failed", reason: "Evicted" },
 * };
 * assertThrows(
 *   () => isPodCompleted()(pod),
 *   Error,
 *   'pod "import" has failed: Evicted',
 * );
 * ```
 */
export function isPodCompleted(): Condition {
  return kindCondition(["Pod"], {
    // A pod that has finished stays finished, even if its specification
    // changes.
    ignoreStaleness: true,
    isMet(pod) {
      const phase = phaseOf(pod);
      if (phase !== "Failed") return phase === "Succeeded";
      throw new Error(`pod ${quotedName(pod)} has failed: ${podTrouble(pod)}`);
    },
    explain: podState,
  });
}

/** Why a pod that is over can no longer be what a condition asks for. */
function whyOver(pod: KubernetesObject, never: string): string | undefined {
  const phase = phaseOf(pod);
  if (phase !== "Succeeded" && phase !== "Failed") return undefined;
  const end = phase === "Succeeded"
    ? "it has succeeded"
    : `it has failed: ${podTrouble(pod)}`;
  return `pod ${quotedName(pod)} ${never}: ${end}`;
}

function phaseOf(pod: KubernetesObject): string | undefined {
  return textField(pod, "status", "phase");
}

/**
 * Extends a condition so that its explanation also names the first pod with a
 * problem, which the status of the pods' owner does not show.
 *
 * @typeParam T Type of the object.
 * @param condition The condition.
 * @param pods Returns the pods of an object, for example from an informer's
 *   cache. If it throws, the explanation names no pod.
 * @returns The condition.
 *
 * @example Why a rollout does not progress
 * ```ts
 * import { isDeploymentRolledOut, withPods } from "@watchtools/kube";
 * import { assertEquals } from "@std/assert";
 *
 * const pod = {
 *   metadata: { name: "web-7d9f-x2k" },
 *   status: {
 *     phase: "Pending",
 *     containerStatuses: [
 *       { name: "web", state: { waiting: { reason: "ImagePullBackOff" } } },
 *     ],
 *   },
 * };
 * const deployment = {
 *   metadata: { name: "web", generation: 1 },
 *   spec: { replicas: 3 },
 *   status: {
 *     observedGeneration: 1,
 *     replicas: 3,
 *     updatedReplicas: 3,
 *     availableReplicas: 2,
 *   },
 * };
 * const condition = withPods(isDeploymentRolledOut(), () => [pod]);
 * assertEquals(
 *   condition.explain(deployment),
 *   "2 of 3 replicas available; pod web-7d9f-x2k: ImagePullBackOff",
 * );
 * ```
 */
export function withPods<T extends KubernetesObject = KubernetesObject>(
  // `T` is inferred from `pods`: a condition on any object has a wider type.
  condition: Condition<NoInfer<T>>,
  pods: (owner: T) => Iterable<KubernetesObject>,
): Condition<T> {
  return matches(
    condition,
    (owner) => {
      const how = condition.explain(owner);
      const trouble = owner === undefined || isMet(condition, owner)
        ? undefined
        : firstTrouble(() => pods(owner));
      return trouble === undefined ? how : `${how}; ${trouble}`;
    },
  );
}

function firstTrouble(
  pods: () => Iterable<KubernetesObject>,
): string | undefined {
  try {
    for (const pod of pods()) {
      const trouble = podTrouble(pod);
      if (trouble !== undefined) {
        return `pod ${textField(pod, "metadata", "name") ?? ""}: ${trouble}`;
      }
    }
  } catch {
    // An incomplete explanation is better than none.
  }
  return undefined;
}

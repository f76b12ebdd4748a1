/**
 * Conditions on rollouts, evaluated as by `kubectl rollout status`.
 *
 * @module
 */

import { errorText } from "../internal/error_text.ts";
import { numberField } from "../internal/json_fields.ts";
import { kindCondition } from "./_kind_condition.ts";
import { obstaclesOf } from "./_status_text.ts";
import {
  daemonSetStatus,
  deploymentStatus,
  type RolloutStatus,
  statefulSetStatus,
} from "./_rollout_status.ts";
import { counted } from "../internal/text.ts";
import type { Condition } from "./condition.ts";
import type { KubernetesObject } from "../api/types.ts";

/**
 * Met when a Deployment has been rolled out, as with `kubectl rollout status`:
 * all replicas are updated and available, and no old replica is left.
 *
 * @returns The condition. It throws if the Deployment has exceeded its progress
 *   deadline. It explains whether the rollout is paused, and why no pods can be
 *   created.
 *
 * @example The progress of a rollout
 * ```ts
 * import { isDeploymentRolledOut } from "@watchtools/kube";
 * import { assertEquals } from "@std/assert";
 *
 * const deployment = {
 *   metadata: { name: "web", generation: 2 },
 *   spec: { replicas: 3 },
 *   status: {
 *     observedGeneration: 2,
 *     replicas: 3,
 *     updatedReplicas: 3,
 *     availableReplicas: 2,
 *   },
 * };
 * const condition = isDeploymentRolledOut();
 * assertEquals(condition(deployment), false);
 * assertEquals(condition.explain(deployment), "2 of 3 replicas available");
 * ```
 */
export function isDeploymentRolledOut(): Condition {
  const kinds = ["apps/Deployment", "extensions/Deployment"];
  return rolloutCondition(kinds, deploymentStatus, (object) => {
    const wanted = numberField(object, "spec", "replicas") ?? 0;
    const available = numberField(object, "status", "availableReplicas") ?? 0;
    return `ProgressDeadlineExceeded: ${available} of ${
      counted(wanted, "replica")
    } available`;
  });
}

/**
 * Met when a StatefulSet has been rolled out, as with `kubectl rollout status`:
 * all replicas are ready and updated. With a partition, only the replicas at or
 * above it need to be updated. While a StatefulSet is scaled down, `kubectl`
 * reports it as rolled out although surplus pods still run; see
 * {@linkcode isReady} for a stricter condition.
 *
 * @returns The condition. It throws if the StatefulSet's update strategy is not
 *   `RollingUpdate`, since there is then no rollout to observe.
 *
 * @example A partition
 * ```ts
 * import { isStatefulSetRolledOut } from "@watchtools/kube";
 * import { assertEquals } from "@std/assert";
 *
 * const statefulSet = {
 *   metadata: { name: "db", generation: 2 },
 *   spec: {
 *     replicas: 3,
 *     updateStrategy: {
 *       type: "RollingUpdate",
 *       rollingUpdate: { partition: 1 },
 *     },
 *   },
 *   status: { observedGeneration: 2, readyReplicas: 3, updatedReplicas: 1 },
 * };
 * assertEquals(
 *   isStatefulSetRolledOut().explain(statefulSet),
 *   "1 of 2 replicas updated (partition 1)",
 * );
 * ```
 */
export function isStatefulSetRolledOut(): Condition {
  return rolloutCondition(["apps/StatefulSet"], statefulSetStatus);
}

/**
 * Met when a DaemonSet has been rolled out, as with `kubectl rollout status`:
 * its pods are updated and available on all nodes that should run one.
 *
 * @returns The condition. It throws if the DaemonSet's update strategy is not
 *   `RollingUpdate`, since there is then no rollout to observe.
 *
 * @example A pod that is not available yet
 * ```ts
 * import { isDaemonSetRolledOut } from "@watchtools/kube";
 * import { assertEquals } from "@std/assert";
 *
 * const daemonSet = {
 *   metadata: { name: "agent", generation: 2 },
 *   spec: { updateStrategy: { type: "RollingUpdate" } },
 *   status: {
 *     observedGeneration: 2,
 *     desiredNumberScheduled: 3,
 *     updatedNumberScheduled: 3,
 *     numberAvailable: 2,
 *   },
 * };
 * assertEquals(
 *   isDaemonSetRolledOut().explain(daemonSet),
 *   "2 of 3 pods available",
 * );
 * ```
 */
export function isDaemonSetRolledOut(): Condition {
  return rolloutCondition(
    ["apps/DaemonSet", "extensions/DaemonSet"],
    daemonSetStatus,
  );
}

function rolloutCondition(
  kinds: readonly string[],
  statusOf: (object: KubernetesObject) => RolloutStatus,
  explainFailure?: (object: KubernetesObject) => string,
): Condition {
  const summaryOf = (object: KubernetesObject) => {
    try {
      return statusOf(object).summary;
    } catch (error) {
      return explainFailure?.(object) ?? errorText(error);
    }
  };
  return kindCondition(kinds, {
    isMet: (object) => statusOf(object).done,
    explain: (object) => [summaryOf(object), ...obstaclesOf(object)].join("; "),
  });
}

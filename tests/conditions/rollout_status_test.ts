// Rollouts, evaluated and printed as by `kubectl rollout status`.

import { assertEquals, assertThrows } from "@std/assert";
import { rolloutStatus } from "../../conditions/_rollout_status.ts";

type Fields = Record<string, unknown>;

function deployment(
  status: Fields,
  { replicas = 3, generation = 2 }: Fields = {},
): unknown {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", generation },
    spec: { replicas },
    status: { observedGeneration: 2, ...status },
  };
}

function daemonSet(status: Fields, type = "RollingUpdate"): unknown {
  return {
    kind: "DaemonSet",
    metadata: { name: "agent", generation: 2 },
    spec: { updateStrategy: { type } },
    status: { observedGeneration: 2, ...status },
  };
}

function statefulSet(
  status: Fields,
  rollingUpdate?: Fields,
  type = "RollingUpdate",
): unknown {
  return {
    kind: "StatefulSet",
    metadata: { name: "db", generation: 2 },
    spec: { replicas: 3, updateStrategy: { type, rollingUpdate } },
    status: { observedGeneration: 2, ...status },
  };
}

/**
 * An object, whether it is rolled out, the line that kubectl prints, and a
 * summary.
 */
const CASES: readonly [unknown, boolean, string, string][] = [
  [
    deployment({ observedGeneration: 1, updatedReplicas: 3 }),
    false,
    "Waiting for deployment spec update to be observed...",
    "the newest specification has not been observed",
  ],
  [
    { kind: "Deployment", metadata: { name: "web", generation: 1 } },
    false,
    "Waiting for deployment spec update to be observed...",
    "the newest specification has not been observed",
  ],
  [
    deployment({ replicas: 3, updatedReplicas: 1, availableReplicas: 3 }),
    false,
    'Waiting for deployment "web" rollout to finish: 1 out of 3 new replicas have been updated...',
    "1 of 3 replicas updated",
  ],
  [
    deployment({ replicas: 4, updatedReplicas: 3, availableReplicas: 3 }),
    false,
    'Waiting for deployment "web" rollout to finish: 1 old replicas are pending termination...',
    "1 old replica pending termination",
  ],
  [
    deployment({ replicas: 3, updatedReplicas: 3, availableReplicas: 2 }),
    false,
    'Waiting for deployment "web" rollout to finish: 2 of 3 updated replicas are available...',
    "2 of 3 replicas available",
  ],
  [
    deployment({ replicas: 3, updatedReplicas: 3, availableReplicas: 3 }),
    true,
    'deployment "web" successfully rolled out',
    "3 of 3 replicas available",
  ],
  [
    deployment({ replicas: 1, updatedReplicas: 1 }, { replicas: 1 }),
    false,
    'Waiting for deployment "web" rollout to finish: 0 of 1 updated replicas are available...',
    "0 of 1 replica available",
  ],
  [
    deployment({}, { replicas: 0 }),
    true,
    'deployment "web" successfully rolled out',
    "0 of 0 replicas available",
  ],
  [
    deployment({ observedGeneration: 3 }, { replicas: 0 }),
    true,
    'deployment "web" successfully rolled out',
    "0 of 0 replicas available",
  ],
  // A stale status is ignored, even if it reports a failure.
  [
    deployment({
      observedGeneration: 1,
      conditions: [{ type: "Progressing", reason: "ProgressDeadlineExceeded" }],
    }),
    false,
    "Waiting for deployment spec update to be observed...",
    "the newest specification has not been observed",
  ],
  [
    daemonSet({ observedGeneration: 1 }),
    false,
    "Waiting for daemon set spec update to be observed...",
    "the newest specification has not been observed",
  ],
  [
    daemonSet({ desiredNumberScheduled: 3, updatedNumberScheduled: 1 }),
    false,
    'Waiting for daemon set "agent" rollout to finish: 1 out of 3 new pods have been updated...',
    "1 of 3 pods updated",
  ],
  [
    daemonSet({
      desiredNumberScheduled: 3,
      updatedNumberScheduled: 3,
      numberAvailable: 2,
    }),
    false,
    'Waiting for daemon set "agent" rollout to finish: 2 of 3 updated pods are available...',
    "2 of 3 pods available",
  ],
  [
    daemonSet({
      desiredNumberScheduled: 3,
      updatedNumberScheduled: 3,
      numberAvailable: 3,
    }),
    true,
    'daemon set "agent" successfully rolled out',
    "3 of 3 pods available",
  ],
  [
    Object.assign({ apiVersion: "extensions/v1beta1" }, daemonSet({})),
    true,
    'daemon set "agent" successfully rolled out',
    "0 of 0 pods available",
  ],
  [
    daemonSet({}),
    true,
    'daemon set "agent" successfully rolled out',
    "0 of 0 pods available",
  ],
  [
    statefulSet({ observedGeneration: 0 }),
    false,
    "Waiting for statefulset spec update to be observed...",
    "the newest specification has not been observed",
  ],
  [
    statefulSet({ observedGeneration: 1, readyReplicas: 3 }),
    false,
    "Waiting for statefulset spec update to be observed...",
    "the newest specification has not been observed",
  ],
  [
    statefulSet({ readyReplicas: 1 }),
    false,
    "Waiting for 2 pods to be ready...",
    "1 of 3 replicas ready",
  ],
  [
    statefulSet({
      readyReplicas: 3,
      updatedReplicas: 1,
      currentRevision: "db-1",
      updateRevision: "db-2",
    }),
    false,
    "waiting for statefulset rolling update to complete 1 pods at revision db-2...",
    "1 of 3 replicas updated",
  ],
  [
    statefulSet({
      readyReplicas: 3,
      currentReplicas: 3,
      updatedReplicas: 3,
      currentRevision: "db-2",
      updateRevision: "db-2",
    }),
    true,
    "statefulset rolling update complete 3 pods at revision db-2...",
    "3 of 3 replicas ready",
  ],
  [
    statefulSet({ readyReplicas: 3, updatedReplicas: 1 }, { partition: 1 }),
    false,
    "Waiting for partitioned roll out to finish: 1 out of 2 new pods have been updated...",
    "1 of 2 replicas updated (partition 1)",
  ],
  [
    statefulSet({ readyReplicas: 3, updatedReplicas: 2 }, { partition: 1 }),
    true,
    "partitioned roll out complete: 2 new pods have been updated...",
    "2 of 2 replicas updated (partition 1)",
  ],
  [
    statefulSet({ readyReplicas: 3, updatedReplicas: 2 }, { partition: 0 }),
    false,
    "Waiting for partitioned roll out to finish: 2 out of 3 new pods have been updated...",
    "2 of 3 replicas updated",
  ],
  [
    statefulSet({ readyReplicas: 3, updatedReplicas: 0 }, { partition: 5 }),
    true,
    "partitioned roll out complete: 0 new pods have been updated...",
    "0 of 0 replicas updated (partition 5)",
  ],
  // As in kubectl: without a partition the number of updated pods is not
  // checked.
  [
    statefulSet({ readyReplicas: 3, updatedReplicas: 1 }, {}),
    true,
    "partitioned roll out complete: 1 new pods have been updated...",
    "1 of 3 replicas updated",
  ],
];

Deno.test("rolloutStatus() evaluates and describes a rollout as kubectl does", () => {
  for (const [object, done, message, summary] of CASES) {
    const label = JSON.stringify(object);
    assertEquals(rolloutStatus(object), { done, message, summary }, label);
  }
});

/** An object, and the message of kubectl's error. */
const FAILING: readonly [unknown, string][] = [
  [
    deployment({
      replicas: 3,
      updatedReplicas: 3,
      availableReplicas: 3,
      conditions: [
        { type: "Available" },
        { type: "Progressing", reason: "ProgressDeadlineExceeded" },
      ],
    }),
    'deployment "web" exceeded its progress deadline',
  ],
  [
    daemonSet({}, "OnDelete"),
    "rollout status is only available for RollingUpdate strategy type",
  ],
  [
    statefulSet({}, undefined, "OnDelete"),
    "rollout status is only available for RollingUpdate strategy type",
  ],
  [
    { apiVersion: "v1", kind: "Pod" },
    "no status viewer has been implemented for Pod",
  ],
  [
    { apiVersion: "apps/v1", kind: "ReplicaSet" },
    "no status viewer has been implemented for ReplicaSet.apps",
  ],
  [
    { apiVersion: "apps.kruise.io/v1alpha1", kind: "DaemonSet" },
    "no status viewer has been implemented for DaemonSet.apps.kruise.io",
  ],
  [
    { apiVersion: "extensions/v1beta1", kind: "StatefulSet" },
    "no status viewer has been implemented for StatefulSet.extensions",
  ],
  [
    { kind: "toString" },
    "no status viewer has been implemented for toString",
  ],
];

Deno.test("rolloutStatus() throws kubectl's error", () => {
  for (const [object, message] of FAILING) {
    const error = assertThrows(() => rolloutStatus(object), Error);
    assertEquals(error.message, message);
  }
});

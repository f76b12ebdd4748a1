// When the kinds of Kubernetes itself are ready.

import { assertEquals, assertThrows } from "@std/assert";
import { BUILT_IN_KINDS } from "../../conditions/_ready_built_in.ts";
import { isReady } from "../../conditions/mod.ts";

type Fields = Record<string, unknown>;

function object(
  apiVersion: string,
  kind: string,
  status: Fields,
  spec: Fields = {},
  metadata: Fields = {},
) {
  return {
    apiVersion,
    kind,
    metadata: { name: "web", ...metadata },
    spec,
    status,
  };
}

function conditions(...all: readonly (readonly string[])[]) {
  return {
    conditions: all.map(([type, status, reason]) => ({ type, status, reason })),
  };
}

const first = { generation: 1 };
const seen = { observedGeneration: 1 };
const unobserved = "the newest specification has not been observed";

const deployment = (status: Fields, spec: Fields = { replicas: 2 }) =>
  object("apps/v1", "Deployment", { ...seen, ...status }, spec, first);
const replicaSet = (status: Fields, spec: Fields = { replicas: 2 }) =>
  object("apps/v1", "ReplicaSet", { ...seen, ...status }, spec, first);
const statefulSet = (status: Fields, spec: Fields = {}) =>
  object(
    "apps/v1",
    "StatefulSet",
    { ...seen, ...status },
    { replicas: 3, ...spec },
    first,
  );
const daemonSet = (status: Fields, type = "RollingUpdate") =>
  object(
    "apps/v1",
    "DaemonSet",
    { ...seen, ...status },
    { updateStrategy: { type } },
    first,
  );
const pod = (status: Fields) => object("v1", "Pod", status);
const scaler = (status: Fields) =>
  object("autoscaling/v2", "HorizontalPodAutoscaler", status);
const budget = (status: Fields) =>
  object("policy/v1", "PodDisruptionBudget", status, {}, first);
const request = (status: Fields) =>
  object("certificates.k8s.io/v1", "CertificateSigningRequest", status);

/** An object, whether it is ready or has failed, and why. */
const CASES: readonly [
  ReturnType<typeof object>,
  boolean | "failed",
  string,
][] = [
  [
    deployment({ replicas: 2, updatedReplicas: 2, availableReplicas: 2 }),
    true,
    "2 of 2 replicas available",
  ],
  [
    deployment({ replicas: 2, updatedReplicas: 2, availableReplicas: 1 }),
    false,
    "1 of 2 replicas available",
  ],
  // Kubernetes defaults to one replica.
  [deployment({}, {}), false, "0 of 1 replica updated"],
  [deployment({}, { replicas: 0 }), true, "0 of 0 replicas available"],
  [
    deployment({ replicas: 2, updatedReplicas: 0 }, {
      replicas: 2,
      paused: true,
    }),
    false,
    "0 of 2 replicas updated; paused",
  ],
  [
    object("apps/v1", "Deployment", {}, { replicas: 0 }, first),
    false,
    unobserved,
  ],
  [
    deployment({
      conditions: [
        { type: "Progressing", reason: "ProgressDeadlineExceeded" },
      ],
    }),
    "failed",
    'deployment "web" exceeded its progress deadline',
  ],
  [replicaSet({ replicas: 2, availableReplicas: 2 }), true, "2 of 2 replicas"],
  [replicaSet({ replicas: 2, availableReplicas: 1 }), false, "1 of 2 replicas"],
  [
    replicaSet({ replicas: 3, availableReplicas: 3 }),
    false,
    "1 surplus replica pending termination",
  ],
  [
    replicaSet({
      ...conditions(["ReplicaFailure", "True", "FailedCreate"]),
    }),
    false,
    "0 of 2 replicas available; FailedCreate",
  ],
  [
    object(
      "v1",
      "ReplicationController",
      {
        ...seen,
        replicas: 1,
        availableReplicas: 1,
      },
      {},
      first,
    ),
    true,
    "1 of 1 replica available",
  ],
  [
    statefulSet({ replicas: 3, readyReplicas: 3, updatedReplicas: 3 }),
    true,
    "3 of 3 replicas ready",
  ],
  [
    statefulSet({ replicas: 3, readyReplicas: 2, updatedReplicas: 3 }),
    false,
    "2 of 3 replicas ready",
  ],
  [
    statefulSet({
      replicas: 3,
      readyReplicas: 3,
      updatedReplicas: 2,
      currentRevision: "a",
      updateRevision: "b",
    }),
    false,
    "2 of 3 replicas updated",
  ],
  [
    statefulSet({
      replicas: 3,
      readyReplicas: 3,
      updatedReplicas: 1,
      currentRevision: "a",
      updateRevision: "b",
    }, { updateStrategy: { rollingUpdate: { partition: 2 } } }),
    true,
    "3 of 3 replicas ready",
  ],
  [
    statefulSet({
      replicas: 3,
      readyReplicas: 3,
      updatedReplicas: 0,
      currentRevision: "a",
      updateRevision: "b",
    }, { updateStrategy: { type: "OnDelete" } }),
    true,
    "3 of 3 replicas ready",
  ],
  // `kubectl rollout status` is done with these two.
  [
    statefulSet({ replicas: 3, readyReplicas: 3 }, { replicas: 0 }),
    false,
    "3 surplus replicas pending termination",
  ],
  [
    statefulSet({ replicas: 3, readyReplicas: 3, availableReplicas: 1 }, {
      minReadySeconds: 10,
    }),
    false,
    "1 of 3 replicas available",
  ],
  [
    object("apps/v1", "StatefulSet", {}, { replicas: 0 }, first),
    false,
    unobserved,
  ],
  [
    daemonSet({
      desiredNumberScheduled: 2,
      updatedNumberScheduled: 2,
      numberAvailable: 2,
    }),
    true,
    "2 of 2 pods available",
  ],
  [
    daemonSet({ desiredNumberScheduled: 2, updatedNumberScheduled: 1 }),
    false,
    "1 of 2 pods updated",
  ],
  [daemonSet({ desiredNumberScheduled: 0 }), true, "0 of 0 pods available"],
  [daemonSet({}), false, unobserved],
  [
    daemonSet({ desiredNumberScheduled: 2, numberReady: 2 }, "OnDelete"),
    true,
    "2 of 2 pods ready",
  ],
  [
    daemonSet({ desiredNumberScheduled: 2, numberReady: 1 }, "OnDelete"),
    false,
    "1 of 2 pods ready",
  ],
  [
    pod({ phase: "Running", ...conditions(["Ready", "True"]) }),
    true,
    "Running",
  ],
  [
    pod({ phase: "Running", ...conditions(["Ready", "False", "Gate"]) }),
    false,
    "Running, 0 of 0 containers ready: Gate",
  ],
  [pod({ phase: "Succeeded" }), true, "Succeeded"],
  [
    pod({ phase: "Failed", reason: "Evicted" }),
    "failed",
    'pod "web" can no longer become ready: it has failed: Evicted',
  ],
  [
    object("batch/v1", "Job", conditions(["Complete", "True"])),
    true,
    "0 pods succeeded",
  ],
  [object("batch/v1", "Job", { active: 1 }), false, "0 pods succeeded"],
  [
    object("batch/v1", "Job", conditions(["FailureTarget", "True", "Why"])),
    "failed",
    'job "web" is failing: Why',
  ],
  [object("v1", "Service", {}, { type: "ClusterIP" }), true, "there"],
  [object("v1", "Service", {}), true, "there"],
  [
    object("v1", "Service", {}, { type: "LoadBalancer" }),
    false,
    "no address yet",
  ],
  [
    object(
      "v1",
      "Service",
      { loadBalancer: { ingress: [{ ip: "192.0.2.7" }] } },
      { type: "LoadBalancer" },
    ),
    true,
    "at 192.0.2.7",
  ],
  [object("networking.k8s.io/v1", "Ingress", {}), false, "no address yet"],
  [
    object("networking.k8s.io/v1", "Ingress", {
      loadBalancer: { ingress: [{ hostname: "lb.example.com" }] },
    }),
    true,
    "at lb.example.com",
  ],
  [
    object("v1", "PersistentVolumeClaim", { phase: "Bound" }),
    true,
    "Bound",
  ],
  [
    object("v1", "PersistentVolumeClaim", { phase: "Pending" }),
    false,
    "Pending",
  ],
  [
    object("v1", "PersistentVolumeClaim", { phase: "Lost" }),
    "failed",
    'claim "web" has lost its volume ""',
  ],
  [object("v1", "PersistentVolume", { phase: "Available" }), true, "Available"],
  [
    object("v1", "PersistentVolume", { phase: "Failed", message: "no disk" }),
    false,
    "Failed: no disk",
  ],
  [object("v1", "Namespace", { phase: "Active" }), true, "Active"],
  [object("v1", "Namespace", { phase: "Terminating" }), false, "Terminating"],
  [object("v1", "Node", conditions(["Ready", "True"])), true, "Ready=True"],
  [
    object("v1", "Node", conditions(["Ready", "Unknown", "NodeStatusUnknown"])),
    false,
    "Ready=Unknown: NodeStatusUnknown",
  ],
  [
    budget({ ...seen, currentHealthy: 2, desiredHealthy: 2 }),
    true,
    "2 of 2 pods healthy",
  ],
  [
    budget({ ...seen, currentHealthy: 1, desiredHealthy: 2 }),
    false,
    "1 of 2 pods healthy",
  ],
  // As the server creates it: nothing has been counted yet.
  [budget({ currentHealthy: 0, desiredHealthy: 0 }), false, unobserved],
  [
    scaler(conditions(["AbleToScale", "True"], ["ScalingActive", "True"])),
    true,
    "AbleToScale=True, ScalingActive=True",
  ],
  [
    scaler(
      conditions(["AbleToScale", "True"], ["ScalingActive", "False", "NoData"]),
    ),
    false,
    "ScalingActive=False: NoData",
  ],
  [
    scaler(conditions(["AbleToScale", "False", "FailedGetScale"])),
    false,
    "AbleToScale=False: FailedGetScale",
  ],
  [scaler({}), false, "no condition AbleToScale"],
  [
    object("autoscaling/v1", "HorizontalPodAutoscaler", {}, {}, {
      annotations: {
        "autoscaling.alpha.kubernetes.io/conditions": JSON.stringify([
          { type: "AbleToScale", status: "False", reason: "FailedGetScale" },
        ]),
      },
    }),
    false,
    "AbleToScale=False: FailedGetScale",
  ],
  [
    object("autoscaling/v1", "HorizontalPodAutoscaler", {}, {}, {
      annotations: { "autoscaling.alpha.kubernetes.io/conditions": "{" },
    }),
    false,
    "no condition AbleToScale",
  ],
  [
    object(
      "apiregistration.k8s.io/v1",
      "APIService",
      conditions(["Available", "False", "MissingEndpoints"]),
    ),
    false,
    "Available=False: MissingEndpoints",
  ],
  [
    object(
      "apiextensions.k8s.io/v1",
      "CustomResourceDefinition",
      conditions(["NamesAccepted", "True"], ["Established", "True"]),
    ),
    true,
    "Established=True",
  ],
  [request({}), false, "not approved"],
  [
    request(conditions(["Approved", "True"])),
    false,
    "approved, but no certificate has been issued",
  ],
  [
    request({ ...conditions(["Approved", "True"]), certificate: "LS0=" }),
    true,
    "certificate issued",
  ],
  [
    request(conditions(["Denied", "True", "Policy"])),
    "failed",
    'CertificateSigningRequest "web" cannot become ready: Denied=True: Policy',
  ],
  [
    object("storage.k8s.io/v1", "VolumeAttachment", { attached: true }),
    true,
    "attached",
  ],
  [
    object("storage.k8s.io/v1", "VolumeAttachment", {
      attachError: { message: "disk is in use" },
    }),
    false,
    "not attached: disk is in use",
  ],
  [
    object("resource.k8s.io/v1", "ResourceClaim", {}),
    false,
    "not allocated",
  ],
  [
    object("resource.k8s.io/v1", "ResourceClaim", { allocation: {} }),
    true,
    "allocated",
  ],
];

Deno.test("isReady() judges the kinds of Kubernetes", () => {
  const condition = isReady();
  for (const [object, verdict, why] of CASES) {
    const label = JSON.stringify(object);
    if (verdict === "failed") {
      const error = assertThrows(() => condition(object), Error);
      assertEquals(error.message, why, label);
    } else {
      assertEquals(condition(object), verdict, label);
      assertEquals(condition.explain(object).startsWith(why), true, label);
    }
  }
});

Deno.test("isReady() is met by kinds without a state once they exist", () => {
  const condition = isReady();
  for (
    const [apiVersion, kind] of [
      ["v1", "ConfigMap"],
      ["v1", "Secret"],
      ["v1", "ServiceAccount"],
      ["v1", "ResourceQuota"],
      ["batch/v1", "CronJob"],
      ["rbac.authorization.k8s.io/v1", "Role"],
      ["networking.k8s.io/v1", "NetworkPolicy"],
      ["storage.k8s.io/v1", "StorageClass"],
    ] as const
  ) {
    assertEquals(condition({ apiVersion, kind, metadata: {} }), true, kind);
  }
  // Of another group, they are unknown.
  const other = { apiVersion: "example.com/v1", kind: "Secret" };
  assertEquals(condition(other), false);
});

Deno.test("isReady() tests every built-in kind that has a state", () => {
  const tested = new Set(CASES.map(([{ kind }]) => kind));
  const untested = BUILT_IN_KINDS.filter(([key, { judge }]) =>
    judge({}).why !== "there" && !tested.has(key.replace(/^.*\//, ""))
  );
  assertEquals(untested.map(([key]) => key), []);
});

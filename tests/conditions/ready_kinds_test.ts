// When the kinds of other projects are ready, where their status conditions
// alone would give the wrong answer.

import { assertEquals, assertThrows } from "@std/assert";
import { DELIVERY_KINDS } from "../../conditions/_ready_delivery.ts";
import { GATEWAY_KINDS } from "../../conditions/_ready_gateway.ts";
import { PLATFORM_KINDS } from "../../conditions/_ready_platform.ts";
import { isReady } from "../../conditions/mod.ts";

type Fields = Record<string, unknown>;

/** `"Ready=True"`, `"Ready=False: Why"`. */
function conditions(...all: readonly string[]) {
  return {
    conditions: all.map((text) => {
      const [, type, status, reason] = /^(.+)=(\w+)(?:: (\w+))?$/.exec(text) ??
        [];
      return { type, status, reason };
    }),
  };
}

interface Case {
  spec?: Fields;
  metadata?: Fields;
  status?: Fields;
  /** Whether it is ready, or has failed. */
  verdict: boolean | "failed";
  why: string;
}

const ready = (
  status: Fields,
  why: string,
  more: Partial<Case> = {},
): Case => ({
  status,
  verdict: true,
  why,
  ...more,
});
const waiting = (
  status: Fields,
  why: string,
  more: Partial<Case> = {},
): Case => ({ status, verdict: false, why, ...more });
const failed = (status: Fields, why: string): Case => ({
  status,
  verdict: "failed",
  why,
});

const condition = isReady();

function check(kind: string, cases: readonly Case[]): void {
  const [group, name] = kind.split("/");
  for (const { spec, metadata, status, verdict, why } of cases) {
    const object = {
      apiVersion: `${group}/v1`,
      kind: name,
      metadata: { name: "x", namespace: "default", ...metadata },
      spec,
      status,
    };
    const label = JSON.stringify(object);
    assertEquals(condition.explain(object), why, label);
    if (verdict === "failed") {
      const error = assertThrows(() => condition(object), Error, undefined);
      assertEquals(error.message, `${name} "x" cannot become ready: ${why}`);
    } else assertEquals(condition(object), verdict, label);
  }
}

const readyAs = "Ready=True";
const stopped = { runStrategy: "Halted" };
const parent = (name: string, conditions: object, more: object = {}) => ({
  parentRef: { name, ...more },
  controllerName: "example.com/controller",
  ...conditions,
});
const accepted = conditions("Accepted=True", "ResolvedRefs=True");
const toA = { parentRefs: [{ name: "a" }] };
const toBoth = { parentRefs: [{ name: "a" }, { name: "b", port: 80 }] };

const runs = (ok: string): Case[] => [
  ready({ phase: ok }, ok),
  waiting({ phase: "Running" }, "Running"),
  waiting({}, "no phase"),
  failed({ phase: "Failed", message: "metric" }, "Failed: metric"),
  failed({ phase: "Error" }, "Error"),
];

const rollout: Case[] = [
  ready({ phase: "Healthy", ...conditions("Available=True") }, "Healthy"),
  waiting(
    {
      phase: "Paused",
      message: "CanaryPauseStep",
      ...conditions("Available=True"),
    },
    "Paused: CanaryPauseStep",
  ),
  waiting({ phase: "Progressing" }, "Progressing"),
  waiting(
    { phase: "Degraded", message: "ReplicaFailure" },
    "Degraded: ReplicaFailure",
  ),
  waiting(
    { phase: "Healthy", observedGeneration: "1" },
    "the status is from generation 1, but the object is at generation 2",
    { metadata: { generation: 2 } },
  ),
  waiting(
    { phase: "Healthy", workloadObservedGeneration: "1" },
    "the newest template of its workload has not been observed",
    {
      metadata: {
        annotations: { "rollout.argoproj.io/workload-generation": "2" },
      },
    },
  ),
  failed({ phase: "Degraded", abort: true }, "Degraded"),
  failed(
    {
      phase: "Degraded",
      message: "late",
      ...conditions("Progressing=False: ProgressDeadlineExceeded"),
    },
    "Degraded: late",
  ),
  failed(
    { phase: "Degraded", ...conditions("InvalidSpec=True") },
    "Degraded",
  ),
];

const scaled: Case[] = [
  ready(conditions("Ready=True", "Active=False", "Fallback=False"), readyAs),
  waiting(
    conditions("Ready=True", "Fallback=True: Exists"),
    "Fallback=True: Exists",
  ),
  waiting(conditions("Ready=True", "Paused=True"), "Paused=True"),
  waiting(conditions("Ready=False: TriggerError"), "Ready=False: TriggerError"),
  waiting({}, "no condition Ready"),
];

const byReady: Case[] = [
  ready(conditions("Ready=True"), readyAs),
  waiting(conditions("Ready=False: Why"), "Ready=False: Why"),
  waiting({}, "no condition Ready"),
];

const snapshot: Case[] = [
  ready({ readyToUse: true }, "usable"),
  waiting({ readyToUse: false }, "not ready to use"),
  waiting(
    { readyToUse: false, error: { message: "no such class" } },
    "not ready to use: no such class",
  ),
];

const acme: Case[] = [
  ready({ state: "valid" }, "valid"),
  waiting(
    { state: "pending", reason: "waiting for DNS" },
    "pending: waiting for DNS",
  ),
  waiting({}, "no state"),
  failed({ state: "errored", reason: "429" }, "errored: 429"),
];

const crossplane: Case[] = [
  ready(
    conditions("Installed=True", "Healthy=True"),
    "Healthy=True, Installed=True",
  ),
  waiting(
    conditions("Installed=True", "Healthy=False: Bad"),
    "Healthy=False: Bad",
  ),
  waiting(
    conditions("Installed=False: Bad", "Healthy=True"),
    "Installed=False: Bad",
  ),
  waiting({}, "no condition Healthy"),
];

const knative: Case[] = [
  ...byReady,
  waiting(
    {
      ...conditions("Ready=True"),
      latestCreatedRevisionName: "x-2",
      latestReadyRevisionName: "x-1",
    },
    "revision x-2 is not ready",
  ),
];

const route: Case[] = [
  ready({ parents: [parent("a", accepted)] }, "accepted by Gateway a", {
    spec: toA,
  }),
  ready(
    {
      parents: [
        parent("a", accepted, { namespace: "default", kind: "Gateway" }),
        parent("b", accepted, { port: 80 }),
      ],
    },
    "accepted by Gateway a, Gateway b",
    { spec: toBoth },
  ),
  waiting({ parents: [parent("a", accepted)] }, "no status from Gateway b", {
    spec: toBoth,
  }),
  waiting({ parents: [] }, "no status from Gateway a", { spec: toA }),
  waiting({}, "no gateway has accepted it"),
  waiting(
    { parents: [parent("a", conditions("Accepted=False: NotAllowed"))] },
    "Gateway a: Accepted=False: NotAllowed",
    { spec: toA },
  ),
  waiting(
    {
      parents: [
        parent(
          "a",
          conditions("Accepted=True", "ResolvedRefs=False: NoBackend"),
        ),
      ],
    },
    "Gateway a: ResolvedRefs=False: NoBackend",
    { spec: toA },
  ),
  waiting(
    {
      parents: [
        parent("a", {
          conditions: [
            { type: "Accepted", status: "True", observedGeneration: 1 },
          ],
        }),
      ],
    },
    "Gateway a: the status is from generation 1, but the object is at generation 2",
    { spec: toA, metadata: { generation: 2 } },
  ),
];

const strimzi: Case[] = [
  ready(conditions("Warning=True", "Ready=True"), readyAs),
  waiting(conditions("NotReady=True: Timeout"), "NotReady=True: Timeout"),
  waiting({}, "no condition Ready"),
];

/** The kinds, and their objects. */
const CASES: Readonly<Record<string, readonly Case[]>> = {
  "argoproj.io/Rollout": rollout,
  "spot.io/SpotDeployment": rollout,
  "argoproj.io/AnalysisRun": runs("Successful"),
  "argoproj.io/Experiment": runs("Successful"),
  "argoproj.io/Workflow": runs("Succeeded"),
  "argoproj.io/Application": [
    ready(
      { sync: { status: "Synced" }, health: { status: "Healthy" } },
      "Synced, Healthy",
    ),
    waiting(
      { sync: { status: "OutOfSync" }, health: { status: "Healthy" } },
      "OutOfSync, Healthy",
    ),
    waiting(
      {
        sync: { status: "Synced" },
        health: { status: "Healthy" },
        operationState: { phase: "Running" },
      },
      "Synced, Healthy, being synced",
    ),
    waiting({}, "no sync status, no health"),
  ],
  "argoproj.io/EventBus": [
    ready(
      conditions("Configured=True", "Deployed=True"),
      "Deployed=True, Configured=True",
    ),
    waiting(conditions("Configured=True", "Deployed=False"), "Deployed=False"),
  ],
  "argoproj.io/EventSource": [
    ready(conditions("Deployed=True"), "Deployed=True"),
  ],
  "argoproj.io/Sensor": [waiting({}, "no condition Deployed")],
  "flagger.app/Canary": [
    ready({ phase: "Succeeded" }, "Succeeded"),
    ready({ phase: "Initialized" }, "Initialized"),
    waiting({ phase: "Promoting" }, "Promoting"),
    failed({ phase: "Failed" }, "Failed"),
  ],
  "keda.sh/ScaledObject": scaled,
  "keda.sh/ScaledJob": scaled,
  "keda.sh/TriggerAuthentication": [ready({}, "there")],
  "keda.sh/ClusterTriggerAuthentication": [ready({}, "there")],
  "serving.knative.dev/Service": knative,
  "serving.knative.dev/Configuration": knative,
  "serving.knative.dev/Route": byReady,
  "serving.knative.dev/Revision": byReady,
  "serving.kserve.io/InferenceService": [
    ...byReady,
    ready(
      {
        ...conditions("Ready=True"),
        modelStatus: { transitionStatus: "UpToDate" },
      },
      readyAs,
    ),
    waiting(
      {
        ...conditions("Ready=True"),
        modelStatus: { transitionStatus: "BlockedByFailedLoad" },
      },
      "transition status of the model is BlockedByFailedLoad",
    ),
    waiting(conditions("Ready=True", "Stopped=True"), "Stopped=True"),
  ],
  "batch.volcano.sh/Job": [
    ready({ state: { phase: "Completed" } }, "Completed"),
    waiting({ state: { phase: "Running" } }, "Running"),
    failed(
      { state: { phase: "Aborted", message: "by user" } },
      "Aborted: by user",
    ),
  ],
  "cert-manager.io/Certificate": [
    ...byReady,
    // While it is renewed, the old one is valid.
    ready(conditions("Issuing=True: Renewing", "Ready=True"), readyAs),
    waiting(
      conditions("Ready=False: DoesNotExist", "Issuing=False: Failed"),
      "Ready=False: DoesNotExist; Issuing=False: Failed",
    ),
  ],
  "cert-manager.io/CertificateRequest": [
    ...byReady,
    failed(conditions("Ready=False: Failed"), "Ready=False: Failed"),
    failed(
      conditions("Ready=False: Denied", "Denied=True"),
      "Ready=False: Denied",
    ),
    failed(conditions("InvalidRequest=True"), "no condition Ready"),
  ],
  "cert-manager.io/Issuer": byReady,
  "cert-manager.io/ClusterIssuer": byReady,
  "acme.cert-manager.io/Order": acme,
  "acme.cert-manager.io/Challenge": acme,
  "pkg.crossplane.io/Provider": crossplane,
  "pkg.crossplane.io/Configuration": crossplane,
  "pkg.crossplane.io/Function": crossplane,
  "apiextensions.crossplane.io/Composition": [ready({}, "there")],
  "apiextensions.crossplane.io/EnvironmentConfig": [ready({}, "there")],
  "snapshot.storage.k8s.io/VolumeSnapshot": snapshot,
  "snapshot.storage.k8s.io/VolumeSnapshotContent": snapshot,
  "snapshot.storage.k8s.io/VolumeSnapshotClass": [ready({}, "there")],
  "groupsnapshot.storage.k8s.io/VolumeGroupSnapshot": snapshot,
  "groupsnapshot.storage.k8s.io/VolumeGroupSnapshotContent": snapshot,
  "groupsnapshot.storage.k8s.io/VolumeGroupSnapshotClass": [ready({}, "there")],
  "postgresql.cnpg.io/Cluster": [
    ready(
      { ...conditions("Ready=True"), readyInstances: 3 },
      "3 of 3 instances ready",
      {
        spec: { instances: 3 },
      },
    ),
    waiting(
      {
        ...conditions("Ready=True"),
        readyInstances: 2,
        phase: "Creating a new replica",
      },
      "2 of 3 instances ready: Creating a new replica",
      { spec: { instances: 3 } },
    ),
    waiting(
      { ...conditions("Ready=False"), readyInstances: 1 },
      "1 of 1 instance ready",
    ),
    waiting(
      { ...conditions("Ready=True"), readyInstances: 1 },
      "switched off by cnpg.io/hibernation",
      { metadata: { annotations: { "cnpg.io/hibernation": "on" } } },
    ),
    ready(
      { ...conditions("Ready=True"), readyInstances: 1 },
      "1 of 1 instance ready",
      { metadata: { annotations: { "cnpg.io/hibernation": "off" } } },
    ),
  ],
  "kubevirt.io/VirtualMachine": [
    ready(conditions("Ready=True"), readyAs),
    waiting(conditions("Ready=True", "Paused=True"), "Paused=True"),
    waiting(
      conditions("Ready=False: GuestNotRunning"),
      "Ready=False: GuestNotRunning",
    ),
    ready({ printableStatus: "Stopped" }, "halted, Stopped", { spec: stopped }),
    ready({ printableStatus: "Stopped" }, "halted, Stopped", {
      spec: { running: false },
    }),
    waiting(
      { printableStatus: "Stopping", ...conditions("Ready=True") },
      "halted, Stopping",
      { spec: stopped },
    ),
  ],
  "kubevirt.io/VirtualMachineInstance": [
    ...byReady,
    waiting(conditions("Ready=True", "Paused=True"), "Paused=True"),
    failed({ phase: "Failed", ...conditions("Ready=False") }, "Ready=False"),
  ],
  "kubevirt.io/VirtualMachineInstanceMigration": [
    ready({ phase: "Succeeded" }, "Succeeded"),
    failed({ phase: "Failed" }, "Failed"),
  ],
  "cluster.x-k8s.io/Cluster": [
    ready({ ...conditions("Ready=True"), phase: "Provisioned" }, readyAs),
    ready(
      { ...conditions("Available=True"), phase: "Provisioned" },
      "Available=True",
    ),
    waiting(
      { ...conditions("Ready=True"), phase: "Provisioning" },
      "Provisioning",
    ),
    waiting({ ...conditions("Ready=True"), phase: "Provisioned" }, "paused", {
      spec: { paused: true },
    }),
    waiting({}, "no condition Available"),
  ],
  "cluster.x-k8s.io/MachineDeployment": [
    ready(
      {
        phase: "Running",
        replicas: 2,
        updatedReplicas: 2,
        availableReplicas: 2,
      },
      "2 of 2 machines available",
      { spec: { replicas: 2 } },
    ),
    ready(
      { replicas: 1, upToDateReplicas: 1, availableReplicas: 1 },
      "1 of 1 machine available",
    ),
    waiting(
      {
        phase: "ScalingUp",
        replicas: 2,
        updatedReplicas: 2,
        availableReplicas: 1,
      },
      "ScalingUp, 1 of 2 machines available",
      { spec: { replicas: 2 } },
    ),
    waiting({}, "paused", { spec: { paused: true } }),
  ],
  "karpenter.sh/NodeClaim": [
    ...byReady,
    waiting(
      conditions("Ready=True", "Disrupting=True: Expired"),
      "Disrupting=True: Expired",
    ),
  ],
  "apps.openshift.io/DeploymentConfig": [
    ready(
      {
        availableReplicas: 1,
        ...conditions("Progressing=True: NewReplicationControllerAvailable"),
      },
      "1 of 1 replica available",
    ),
    waiting(
      {
        availableReplicas: 1,
        ...conditions("Available=True", "Progressing=Unknown"),
      },
      "Progressing=Unknown; 1 of 1 replica available",
    ),
    waiting(
      conditions("Progressing=True: NewReplicationControllerAvailable"),
      "0 of 1 replica available",
    ),
    failed(
      conditions("Progressing=False: ProgressDeadlineExceeded"),
      "ProgressDeadlineExceeded: 0 of 1 replica available",
    ),
  ],
  "config.openshift.io/ClusterOperator": [
    ready(conditions("Available=True", "Degraded=False"), "Available=True"),
    waiting(
      conditions("Available=True", "Degraded=True: Bad"),
      "Degraded=True: Bad",
    ),
    waiting(
      conditions("Available=True", "Progressing=True"),
      "Progressing=True",
    ),
  ],
  "operator.openshift.io/IngressController": [
    ready(conditions("Available=True"), "Available=True"),
    waiting(
      conditions("Available=True", "DeploymentReplicasAllAvailable=False"),
      "DeploymentReplicasAllAvailable=False",
    ),
  ],
  "gateway.networking.k8s.io/Gateway": [
    ready(
      {
        ...conditions("Accepted=True", "Programmed=True"),
        listeners: [{ name: "http", ...conditions("Programmed=True") }],
      },
      "Programmed=True",
    ),
    waiting(
      conditions("Accepted=True", "Programmed=False: Pending"),
      "Programmed=False: Pending",
    ),
    waiting(
      conditions("Accepted=False: Invalid", "Programmed=True"),
      "Accepted=False: Invalid",
    ),
    waiting(
      {
        ...conditions("Programmed=True"),
        listeners: [
          { name: "https", ...conditions("ResolvedRefs=False: NoCertificate") },
        ],
      },
      "listener https: ResolvedRefs=False: NoCertificate",
    ),
    waiting({}, "no condition Programmed"),
  ],
  "gateway.networking.k8s.io/GatewayClass": [
    ready(conditions("Accepted=True"), "Accepted=True"),
    waiting(conditions("Accepted=Unknown"), "Accepted=Unknown"),
  ],
  "gateway.networking.k8s.io/ReferenceGrant": [ready({}, "there")],
  "gateway.networking.k8s.io/BackendTLSPolicy": [
    ready(
      { ancestors: [{ ancestorRef: { name: "a" }, ...accepted }] },
      "accepted by Gateway a",
    ),
    waiting({ ancestors: [] }, "no gateway has accepted it"),
    waiting(
      {
        ancestors: [
          { ancestorRef: { name: "a" }, ...accepted },
          { ancestorRef: { name: "b" }, ...conditions("Accepted=False: Bad") },
        ],
      },
      "Gateway b: Accepted=False: Bad",
    ),
  ],
  "gateway.networking.k8s.io/HTTPRoute": route,
  "gateway.networking.k8s.io/GRPCRoute": route,
  "gateway.networking.k8s.io/TLSRoute": route,
  "gateway.networking.k8s.io/TCPRoute": route,
  "gateway.networking.k8s.io/UDPRoute": route,
  "kafka.strimzi.io/Kafka": strimzi,
  "kafka.strimzi.io/KafkaBridge": strimzi,
  "kafka.strimzi.io/KafkaConnect": strimzi,
  "kafka.strimzi.io/KafkaConnector": strimzi,
  "kafka.strimzi.io/KafkaMirrorMaker2": strimzi,
  "kafka.strimzi.io/KafkaTopic": strimzi,
  "kafka.strimzi.io/KafkaUser": strimzi,
};

for (const [kind, cases] of Object.entries(CASES)) {
  Deno.test(`isReady() judges ${kind}`, () => check(kind, cases));
}

Deno.test("isReady() is tested on each kind that it knows", () => {
  const known = [...DELIVERY_KINDS, ...GATEWAY_KINDS, ...PLATFORM_KINDS];
  assertEquals(
    known.map(([kind]) => kind).filter((kind) => CASES[kind] === undefined),
    [],
  );
});

Deno.test("isReady() judges managed resources of Crossplane by Ready and Synced", () => {
  check("s3.aws.crossplane.io/Bucket", [
    ready(conditions("Ready=True", "Synced=True"), readyAs),
    waiting(
      conditions("Ready=True", "Synced=False: ReconcileError"),
      "Synced=False: ReconcileError",
    ),
    waiting(
      conditions("Synced=True", "Ready=False: Creating"),
      "Ready=False: Creating",
    ),
  ]);
});

/**
 * Conditions on the objects of a real control plane. The states come from the
 * server: its responses to writes, including stale status, and the states that
 * its controllers and kwok bring the objects into, awaited with `waitFor`. The
 * status of rollouts is compared with `kubectl`.
 */

import { numberField } from "../../internal/json_fields.ts";
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  all,
  isConditionTrue,
  isCrdEstablished,
  isCreated,
  isDaemonSetRolledOut,
  isDeleted,
  isDeploymentRolledOut,
  isJobComplete,
  isLoadBalancerReady,
  isPodCompleted,
  isPodReady,
  isPodRunning,
  isPvcBound,
  isReady,
  isStatefulSetRolledOut,
  jsonPath,
  matches,
  not,
  withPods,
} from "../../conditions/mod.ts";
import { JsonPathTemplate } from "../../conditions/json_path/template.ts";
import {
  type KubernetesObject,
  StatusError,
  waitFor,
} from "../../watch/mod.ts";
import { podNamed } from "./_changes.ts";
import {
  apps,
  Bench,
  judge,
  newTemplate,
  nowhere,
  workload,
} from "./_bench.ts";
import { OurClient } from "./_our_client.ts";
import { ControlPlane } from "../control_plane/control_plane.ts";
import { e2eTest } from "./suite.ts";

const core = "/api/v1/namespaces/default";
const jobs = "/apis/batch/v1/namespaces/default/jobs";
const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

const stale =
  "the status is from generation 1, but the object is at generation 2";
const ready = "Running, 1 of 1 container ready";
const unobserved = "the newest specification has not been observed";
const onlyRolling =
  "rollout status is only available for RollingUpdate strategy type";

/** Whether a controller has observed the current specification of an object. */
const isObserved = matches((object) => {
  const { generation } = object?.metadata ?? {};
  return generation !== undefined &&
    jsonPath("{.status.observedGeneration}", generation)(object);
});

/** Deployments in all states, compared with kubectl. */
async function deployments(bench: Bench) {
  const path = `${apps}/deployments`;
  const condition = isDeploymentRolledOut();
  const created = await bench.create(path, workload("web", { replicas: 2 }));
  const done = await bench.reach(path, "web", condition);
  await bench.compareRollout("deployments/web");
  const scaled = await bench.patch(`${path}/web`, { spec: { replicas: 3 } });
  await bench.reach(path, "web", condition);
  const strategy = { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };
  await bench.patch(`${path}/web`, {
    spec: { strategy, ...newTemplate("2", nowhere) },
  });
  const half = await bench.reach(
    path,
    "web",
    all(isObserved, jsonPath("{.status.updatedReplicas}", 1)),
  );
  await bench.compareRollout("deployments/web");

  const slowly = { minReadySeconds: 3_600, progressDeadlineSeconds: 7_200 };
  await bench.create(path, workload("slow", { replicas: 2, ...slowly }));
  const slow = await bench.reach(
    path,
    "slow",
    all(isObserved, jsonPath("{.status.readyReplicas}", 2)),
  );
  await bench.compareRollout("deployments/slow");

  const hasty = { replicas: 2, progressDeadlineSeconds: 1 };
  await bench.create(path, workload("late", hasty, nowhere));
  const late = await bench.reach(
    path,
    "late",
    isConditionTrue("Progressing", "False"),
  );
  await bench.compareRollout("deployments/late");
  const pods = (await bench.client.listerWatcher(`${core}/pods`).list({
    labelSelector: "app=late",
  })).items;

  return { created, done, scaled, half, slow, late, pods };
}

async function judgeDeployments(bench: Bench): Promise<void> {
  const states = await deployments(bench);
  const { created, done, scaled, half, slow, late, pods } = states;
  const condition = isDeploymentRolledOut();
  const failure = 'deployment "late" exceeded its progress deadline';
  judge([
    ["created", condition, created, false, unobserved],
    ["rolled out", condition, done, true, "2 of 2 replicas available"],
    ["scaled, not observed", condition, scaled, false, stale],
    ["half updated", condition, half, false, "1 of 3 replicas updated"],
    [
      "ready, not available",
      condition,
      slow,
      false,
      "0 of 2 replicas available",
    ],
    [
      "too late",
      condition,
      late,
      failure,
      "ProgressDeadlineExceeded: 0 of 2 replicas available",
    ],
    [
      "too late, with its pods",
      withPods(condition, () => pods),
      late,
      failure,
      `ProgressDeadlineExceeded: 0 of 2 replicas available; pod ${
        pods[0]?.metadata?.name
      }: Unschedulable: 0/1 nodes are available: …`,
    ],
    ["half updated", not(condition), half, true, "1 of 3 replicas updated"],
  ]);
  judgeStatus(states);
}

/** Conditions on the status of objects of any kind. */
function judgeStatus(
  { created, done, scaled, late }: Awaited<ReturnType<typeof deployments>>,
): void {
  const isAvailable = isConditionTrue("Available");
  judge([
    [
      "created",
      isAvailable,
      created,
      false,
      "no condition Available, 0 of 2 replicas available",
    ],
    [
      "rolled out",
      isAvailable,
      done,
      true,
      "Available=True: 2 of 2 replicas available (…",
    ],
    [
      "rolled out",
      isConditionTrue("available", "false"),
      done,
      false,
      "Available=True: 2 of 2 replicas available (…",
    ],
    ["scaled, not observed", isAvailable, scaled, false, stale],
    [
      "too late",
      isAvailable,
      late,
      false,
      "Available=False: 0 of 2 replicas available (MinimumReplicasUnavailable)",
    ],
    [
      "rolled out",
      jsonPath("{.status.readyReplicas}", 2),
      done,
      true,
      "{.status.readyReplicas} is 2",
    ],
    [
      "scaled, not observed",
      jsonPath("{.status.readyReplicas}", 2),
      scaled,
      false,
      stale,
    ],
    [
      "scaled, not observed",
      jsonPath("{.spec.replicas}", 3),
      scaled,
      true,
      "{.spec.replicas} is 3",
    ],
    [
      "rolled out",
      jsonPath('status.conditions[?(@.type=="Available")].status'),
      done,
      true,
      'status.conditions[?(@.type=="Available")].status is there',
    ],
    [
      "rolled out",
      jsonPath("{.status.conditions[*].type}"),
      done,
      "given jsonpath expression matches more than one value",
      "given jsonpath expression matches more than one value",
    ],
  ]);
}

async function judgeStatefulSets(bench: Bench): Promise<void> {
  const path = `${apps}/statefulsets`;
  const condition = isStatefulSetRolledOut();
  const created = await bench.create(path, workload("db", { replicas: 2 }));
  const done = await bench.reach(path, "db", condition);
  await bench.compareRollout("statefulsets/db");
  const updateStrategy = {
    type: "RollingUpdate",
    rollingUpdate: { partition: 1 },
  };
  const changed = await bench.patch(`${path}/db`, {
    spec: { updateStrategy, ...newTemplate("2") },
  });
  const partitioned = await bench.reach(path, "db", condition);
  await bench.compareRollout("statefulsets/db");
  await bench.create(path, workload("stuck", { replicas: 2 }, nowhere));
  const stuck = await bench.reach(
    path,
    "stuck",
    all(isObserved, jsonPath("{.status.replicas}", 1)),
  );
  await bench.compareRollout("statefulsets/stuck");
  const byHand = { updateStrategy: { type: "OnDelete" } };
  await bench.create(path, workload("hand", byHand));
  const hand = await bench.reach(path, "hand", isObserved);
  await bench.compareRollout("statefulsets/hand");
  judge([
    ["created", condition, created, false, unobserved],
    ["rolled out", condition, done, true, "2 of 2 replicas updated"],
    ["changed, not observed", condition, changed, false, stale],
    [
      "rolled out beyond the partition",
      condition,
      partitioned,
      true,
      "1 of 1 replica updated (partition 1)",
    ],
    ["not ready", condition, stuck, false, "0 of 2 replicas ready"],
    ["updated by hand", condition, hand, onlyRolling, onlyRolling],
  ]);
}

async function judgeDaemonSets(bench: Bench): Promise<void> {
  const path = `${apps}/daemonsets`;
  const condition = isDaemonSetRolledOut();
  const created = await bench.create(path, workload("agent"));
  // A DaemonSet desires no pods until its controller has counted the nodes.
  const isScheduled = jsonPath("{.status.desiredNumberScheduled}", 1);
  const done = await bench.reach(path, "agent", all(isScheduled, condition));
  await bench.compareRollout("daemonsets/agent");
  const changed = await bench.patch(`${path}/agent`, {
    spec: newTemplate("2"),
  });
  await bench.create(path, workload("slow", { minReadySeconds: 3_600 }));
  const slow = await bench.reach(
    path,
    "slow",
    all(
      isScheduled,
      jsonPath("{.status.numberReady}", 1),
      jsonPath("{.status.updatedNumberScheduled}", 1),
    ),
  );
  await bench.compareRollout("daemonsets/slow");
  await bench.create(path, workload("nowhere", {}, nowhere));
  const unwanted = await bench.reach(path, "nowhere", isObserved);
  await bench.compareRollout("daemonsets/nowhere");
  const byHand = { updateStrategy: { type: "OnDelete" } };
  await bench.create(path, workload("hand", byHand));
  const hand = await bench.reach(path, "hand", isObserved);
  await bench.compareRollout("daemonsets/hand");
  judge([
    ["created", condition, created, false, unobserved],
    ["rolled out", condition, done, true, "1 of 1 pod available"],
    ["changed, not observed", condition, changed, false, stale],
    ["ready, not available", condition, slow, false, "0 of 1 pod available"],
    ["wanted on no node", condition, unwanted, true, "0 of 0 pods available"],
    ["updated by hand", condition, hand, onlyRolling, onlyRolling],
  ]);
}

/** Pods in all states: run by kwok, and not run at all. */
async function podStates(bench: Bench) {
  const path = `${core}/pods`;
  const created = await bench.create(path, podNamed("runner"));
  const running = await bench.reach(
    path,
    "runner",
    all(isPodRunning(), isPodReady()),
  );
  // States that a kubelet reports, but kwok does not.
  await bench.patch(`${path}/runner/status`, {
    status: { observedGeneration: 1 },
  });
  const changed = await bench.patch(`${path}/runner`, {
    spec: { activeDeadlineSeconds: 86_400 },
  });
  const { spec } = podNamed("lost");
  const lostPod = (name: string) => ({
    metadata: { name },
    spec: Object.assign({}, spec, nowhere),
  });
  await bench.create(path, lostPod("lost"));
  const lost = await bench.reach(
    path,
    "lost",
    isConditionTrue("PodScheduled", "False"),
  );
  const container = (state: object) => ({
    name: "main",
    image: "none",
    imageID: "",
    ready: false,
    restartCount: 0,
    state,
  });
  await bench.create(path, lostPod("pulling"));
  const pulling = await bench.patch(`${path}/pulling/status`, {
    status: {
      containerStatuses: [
        container({ waiting: { reason: "ImagePullBackOff" } }),
      ],
    },
  });
  await bench.create(path, lostPod("failing"));
  const failing = await bench.patch(`${path}/failing/status`, {
    status: {
      phase: "Failed",
      containerStatuses: [
        container({ terminated: { exitCode: 3, reason: "Error" } }),
      ],
    },
  });
  await bench.create(path, lostPod("over"));
  const over = await bench.patch(`${path}/over/status`, {
    status: { phase: "Succeeded" },
  });
  return { created, running, changed, lost, pulling, failing, over };
}

async function judgePods(bench: Bench): Promise<void> {
  const { created, running, changed, lost, pulling, failing, over } =
    await podStates(bench);
  const why = "Error (exit code 3)";
  const [notRunning, notReady] = [
    "can no longer be running:",
    "can no longer become ready:",
  ];
  const table = [
    ["created", created, [false, false, false], "Pending"],
    ["running", running, [true, true, false], ready],
    ["changed, not observed", changed, [false, false, false], stale],
    [
      "on no node",
      lost,
      [false, false, false],
      "Pending: Unschedulable: 0/1 nodes are available: …",
    ],
    [
      "without its image",
      pulling,
      [false, false, false],
      "Pending: ImagePullBackOff",
    ],
    [
      "failed",
      failing,
      [
        `pod "failing" ${notRunning} it has failed: ${why}`,
        `pod "failing" ${notReady} it has failed: ${why}`,
        `pod "failing" has failed: ${why}`,
      ],
      `Failed: ${why}`,
    ],
    [
      "over",
      over,
      [
        `pod "over" ${notRunning} it has succeeded`,
        `pod "over" ${notReady} it has succeeded`,
        true,
      ],
      "Succeeded",
    ],
  ] as const;
  const conditions = [isPodRunning(), isPodReady(), isPodCompleted()];
  for (const [state, object, verdicts, explain] of table) {
    judge(conditions.map((condition, index) => [
      state,
      condition,
      object,
      verdicts[index] ?? false,
      // Whether a pod has finished does not depend on its specification.
      explain === stale && index === 2 ? ready : explain,
    ]));
  }
}

async function judgeJobs(bench: Bench): Promise<void> {
  const condition = isJobComplete();
  const job = (name: string, spec: object, pod: object = {}) => ({
    metadata: { name },
    spec: {
      template: {
        spec: Object.assign({}, podNamed(name).spec, pod, {
          restartPolicy: "Never",
        }),
      },
      ...spec,
    },
  });
  const created = await bench.create(jobs, job("import", { completions: 2 }));
  const done = await bench.reach(jobs, "import", condition);
  await bench.create(jobs, job("late", { activeDeadlineSeconds: 1 }, nowhere));
  const late = await bench.reach(jobs, "late", isConditionTrue("Failed"));
  await bench.create(jobs, job("stuck", { completions: 2 }, nowhere));
  const stuck = await bench.reach(
    jobs,
    "stuck",
    jsonPath("{.status.active}", 1),
  );
  await bench.create(jobs, job("suspended", { suspend: true }));
  const suspended = await bench.reach(
    jobs,
    "suspended",
    isConditionTrue("Suspended"),
  );
  const why = "DeadlineExceeded: Job was active longer than specified deadline";
  judge([
    [
      "created",
      condition,
      created,
      false,
      "0 of 2 pods succeeded, 0 failed, 0 active",
    ],
    [
      "complete",
      condition,
      done,
      true,
      "2 of 2 pods succeeded, 0 failed, 0 active",
    ],
    [
      "failed",
      condition,
      late,
      `job "late" has failed: ${why}`,
      `failed: ${why}; 0 of 1 pod succeeded, …`,
    ],
    [
      "active",
      condition,
      stuck,
      false,
      "0 of 2 pods succeeded, 0 failed, 1 active",
    ],
    ["suspended", condition, suspended, false, "suspended"],
  ]);
}

async function judgeDefinitions(bench: Bench): Promise<void> {
  const condition = isCrdEstablished();
  const definition = (plural: string, kind: string) => ({
    metadata: { name: `${plural}.example.com` },
    spec: {
      group: "example.com",
      scope: "Namespaced",
      names: { plural, kind },
      versions: [{
        name: "v1",
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: "object",
            "x-kubernetes-preserve-unknown-fields": true,
          },
        },
      }],
    },
  });
  const created = await bench.create(
    definitions,
    definition("crontabs", "CronTab"),
  );
  const done = await bench.reach(
    definitions,
    "crontabs.example.com",
    condition,
  );
  await bench.create(definitions, definition("others", "CronTab"));
  const conflict = await bench.reach(
    definitions,
    "others.example.com",
    isConditionTrue("NamesAccepted", "False"),
  );
  judge([
    ["created", condition, created, false, "no condition Established"],
    [
      "established",
      condition,
      done,
      true,
      "Established=True: InitialNamesAccepted, …",
    ],
    [
      "with a name that is taken",
      condition,
      conflict,
      `custom resource definition "others.example.com" is ${
        condition.explain(conflict)
      }`,
      "not established, NamesAccepted=False: …",
    ],
  ]);
}

async function judgeClaims(bench: Bench): Promise<void> {
  const claims = `${core}/persistentvolumeclaims`;
  const shape = {
    accessModes: ["ReadWriteOnce"],
    storageClassName: "",
  };
  const storage = "1Gi";
  const claim = await bench.create(claims, {
    metadata: { name: "data" },
    spec: { ...shape, resources: { requests: { storage } } },
  });
  await bench.create("/api/v1/persistentvolumes", {
    metadata: { name: "volume" },
    spec: {
      ...shape,
      capacity: { storage },
      hostPath: { path: "/nowhere" },
      claimRef: { namespace: "default", name: "data" },
    },
  });
  const bound = await bench.reach(claims, "data", isPvcBound());
  judge([
    ["claimed", isPvcBound(), claim, false, "Pending"],
    ["bound", isPvcBound(), bound, true, "Bound"],
  ]);
}

async function judgeAddresses(bench: Bench): Promise<void> {
  const services = `${core}/services`;
  const ports = [{ port: 80 }];
  const service = await bench.create(services, {
    metadata: { name: "web" },
    spec: { type: "LoadBalancer", ports },
  });
  const addressed = await bench.patch(`${services}/web/status`, {
    status: {
      loadBalancer: { ingress: [{ ip: "192.0.2.7" }, { hostname: "lb.test" }] },
    },
  });
  const internal = await bench.create(services, {
    metadata: { name: "internal" },
    spec: { ports },
  });
  const ingresses = "/apis/networking.k8s.io/v1/namespaces/default/ingresses";
  await bench.create(ingresses, {
    metadata: { name: "web" },
    spec: {
      defaultBackend: { service: { name: "web", port: { number: 80 } } },
    },
  });
  const ingress = await bench.patch(`${ingresses}/web/status`, {
    status: { loadBalancer: { ingress: [{ ip: "192.0.2.8" }] } },
  });
  judge([
    [
      "without an address",
      isLoadBalancerReady(),
      service,
      false,
      "no address yet",
    ],
    [
      "with addresses",
      isLoadBalancerReady(),
      addressed,
      true,
      "at 192.0.2.7, lb.test",
    ],
    [
      "of another type",
      isLoadBalancerReady(),
      internal,
      false,
      "type is ClusterIP, not LoadBalancer",
    ],
    ["an ingress", isLoadBalancerReady(), ingress, true, "at 192.0.2.8"],
  ]);
}

/** Objects of several kinds, as `isReady` judges them. */
async function judgeReadiness(bench: Bench): Promise<void> {
  const ready = isReady();
  const deployments = `${apps}/deployments`;
  await bench.create(deployments, workload("held", { replicas: 1 }));
  const done = await bench.reach(deployments, "held", ready);
  await bench.patch(`${deployments}/held`, {
    spec: { paused: true, ...newTemplate("2") },
  });
  const paused = await bench.reach(deployments, "held", isObserved);
  await bench.compareRollout("deployments/held");

  const map = await bench.create(`${core}/configmaps`, {
    metadata: { name: "settings" },
  });
  const budget = await bench.create(
    "/apis/policy/v1/namespaces/default/poddisruptionbudgets",
    {
      metadata: { name: "held" },
      spec: { minAvailable: 1, selector: { matchLabels: { app: "held" } } },
    },
  );
  judge([
    ["rolled out", ready, done, true, "1 of 1 replica available"],
    ["paused", ready, paused, false, "0 of 1 replica updated; paused"],
    ["without a state", ready, map, true, "there"],
    ["not counted yet", ready, budget, false, unobserved],
  ]);
  await judgeQuota(bench);
  await judgeScaleDown(bench);
  await judgeNamespace(bench);
}

async function judgeQuota(bench: Bench): Promise<void> {
  await bench.create("/api/v1/namespaces", { metadata: { name: "small" } });
  const quotas = "/api/v1/namespaces/small/resourcequotas";
  await bench.create(quotas, {
    metadata: { name: "none" },
    spec: { hard: { pods: "0" } },
  });
  await bench.reach(quotas, "none", jsonPath("{.status.hard.pods}", "0"));
  const path = "/apis/apps/v1/namespaces/small/deployments";
  await bench.create(path, workload("web", { replicas: 1 }));
  const refused = await bench.reach(
    path,
    "web",
    all(isObserved, isConditionTrue("ReplicaFailure")),
  );
  const why = "0 of 1 replica updated; FailedCreate: pods …";
  judge([
    ["over its quota", isReady(), refused, false, why],
    ["over its quota", isDeploymentRolledOut(), refused, false, why],
  ]);
}

/** A StatefulSet that is scaled to 0 while its pod is held by a finalizer. */
async function judgeScaleDown(bench: Bench): Promise<void> {
  const path = `${apps}/statefulsets`;
  // On no node, so that kwok does not remove the finalizer.
  await bench.create(path, workload("shrinking", { replicas: 1 }, nowhere));
  await bench.reach(`${core}/pods`, "shrinking-0", isCreated());
  const pod = `${core}/pods/shrinking-0`;
  await bench.patch(pod, { metadata: { finalizers: ["example.com/keep"] } });
  await bench.patch(`${pod}/status`, {
    status: {
      phase: "Running",
      conditions: [{ type: "Ready", status: "True" }],
    },
  });
  await bench.reach(path, "shrinking", isReady());
  await bench.patch(`${path}/shrinking`, { spec: { replicas: 0 } });
  // The controller first counts the pod that it deletes as updated.
  const isDeleting = matches((object) =>
    numberField(object, "status", "updatedReplicas") === undefined
  );
  const shrinking = await bench.reach(
    path,
    "shrinking",
    all(isObserved, isDeleting),
  );
  await bench.compareRollout("statefulsets/shrinking");
  judge([
    [
      "scaled down, with a pod that is left",
      isReady(),
      shrinking,
      false,
      "1 surplus replica pending termination",
    ],
    [
      "scaled down, with a pod that is left",
      isStatefulSetRolledOut(),
      shrinking,
      true,
      "0 of 0 replicas …",
    ],
  ]);
  await bench.patch(pod, { metadata: { finalizers: null } });
  await bench.reach(path, "shrinking", isReady());
}

async function judgeNamespace(bench: Bench): Promise<void> {
  const namespaces = "/api/v1/namespaces";
  const created = await bench.create(namespaces, {
    metadata: { name: "leaving" },
  });
  const maps = `${namespaces}/leaving/configmaps`;
  await bench.create(maps, {
    metadata: { name: "kept", finalizers: ["example.com/keep"] },
  });
  await bench.plane.request("DELETE", `${namespaces}/leaving`);
  const leaving = await bench.reach(
    namespaces,
    "leaving",
    isConditionTrue("NamespaceFinalizersRemaining"),
  );
  judge([
    ["active", isReady(), created, true, "Active"],
    ["with content", isReady(), leaving, false, "being deleted for …"],
  ]);
  const remaining =
    "Some content in the namespace has finalizers remaining: example.com/keep in 1 resource instances";
  assert(isReady().explain(leaving).endsWith(remaining));
  assert(isDeleted().explain(leaving).endsWith(remaining));
  const gone = await begun(bench, namespaces, "leaving");
  await bench.patch(`${maps}/kept`, { metadata: { finalizers: null } });
  await gone.objects;
}

/** Starts to wait for a deletion; resolves once the object has been listed. */
async function begun(
  bench: Bench,
  path: string,
  name: string,
): Promise<{ objects: Promise<KubernetesObject[]> }> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const objects = bench.wait(path, isDeleted(), {
    name,
    onProgress: () => resolve(),
  });
  await Promise.race([promise, objects]);
  return { objects };
}

async function judgeDeletions(bench: Bench): Promise<void> {
  const path = `${core}/configmaps`;
  const map = { metadata: { name: "kept", finalizers: ["example.com/keep"] } };
  const created = await bench.create(path, map);
  const uid = created.metadata?.uid;
  await bench.plane.request("DELETE", `${path}/kept`);
  const going = await bench.reach(path, "kept", isCreated());
  const gone = await begun(bench, path, "kept");
  await bench.patch(`${path}/kept`, { metadata: { finalizers: null } });
  const [last] = await gone.objects;
  assertEquals(last?.metadata?.uid, uid);
  const again = await bench.create(path, { metadata: { name: "kept" } });
  judge([
    ["created", isCreated(), created, true, "there"],
    ["created", isDeleted(uid), created, false, "there, not being deleted"],
    [
      "held by a finalizer",
      isDeleted(uid),
      going,
      false,
      "being deleted for …",
    ],
    [
      "another of that name",
      isDeleted(uid),
      again,
      true,
      "gone, replaced by another object of the same name",
    ],
    [
      "another of that name",
      isDeleted(),
      again,
      false,
      "there, not being deleted",
    ],
  ]);
  assert(
    isDeleted().explain(going).endsWith(
      ", held by 1 finalizer: example.com/keep",
    ),
  );
}

/** What both print, or fail with, for a Deployment that has been rolled out. */
async function compareTemplates(bench: Bench): Promise<void> {
  const web = await bench.plane.request("GET", `${apps}/deployments/slow`);
  for (
    const template of [
      "{.metadata.name}",
      "{.metadata.generation} of {.status.observedGeneration}",
      "{.metadata.labels}",
      "{.spec.template.spec.containers[*].image}",
      '{.status.conditions[?(@.type=="Progressing")].reason}',
      "{.status.conditions[-1:].status}",
      '{range .status.conditions[*]}{.type}={.status}{"\\n"}{end}',
      "{.spec.strategy.rollingUpdate['maxSurge','maxUnavailable']}",
      "{..image}",
      "{.spec.paused}",
      "{.status}",
      "{.status.conditions[9].type}",
      "{.status.conditions[?(@.type>1)].type}",
      "{.metadata.name",
    ]
  ) {
    const { code, stdout, stderr } = await bench.plane.kubectl(
      ["get", "deployment/slow", `-o=jsonpath=${template}`],
    );
    let ours: string;
    try {
      ours = new JsonPathTemplate(template).render(web);
    } catch (error) {
      assert(error instanceof Error);
      // Only ours includes the position.
      const why = error.message.replace(/^Cannot .*': | at position \d+$/g, "");
      assertEquals(code, 1, template);
      assert(stderr.includes(why), `${template}: ${why}: ${stderr}`);
      continue;
    }
    assertEquals([ours, 0], [stdout, code], template);
  }
}

e2eTest(
  "conditions evaluate the objects of a control plane",
  async (context) => {
    await using plane = await ControlPlane.start({
      workloads: true,
      users: [{ name: "alice" }],
    });
    using client = new OurClient(plane.client());
    const bench = new Bench(plane, client);
    await context.step("Deployments", () => judgeDeployments(bench));
    await context.step("StatefulSets", () => judgeStatefulSets(bench));
    await context.step("DaemonSets", () => judgeDaemonSets(bench));
    await context.step("Pods", () => judgePods(bench));
    await context.step("Jobs", () => judgeJobs(bench));
    await context.step("definitions", () => judgeDefinitions(bench));
    await context.step("claims", () => judgeClaims(bench));
    await context.step("addresses", () => judgeAddresses(bench));
    await context.step("deletions", () => judgeDeletions(bench));
    await context.step("readiness", () => judgeReadiness(bench));

    await context.step("JSONPath", () => compareTemplates(bench));

    await context.step(
      "waitFor() fails at once if listing is forbidden",
      async () => {
        using alice = new OurClient(plane.client("alice"));
        const pods = alice.listerWatcher(`${core}/pods`);
        const error = await assertRejects(
          () => waitFor(pods, isPodReady(), { name: "runner" }),
          StatusError,
        );
        assertEquals(error.code, 403);
        assertEquals(alice.watches, 0);
      },
    );

    await context.step(
      "a rollout that is begun is never found done before",
      async () => {
        const path = `${apps}/deployments`;
        await bench.create(path, workload("again", { replicas: 1 }));
        for (let version = 1; version <= 5; version++) {
          const changed = await bench.patch(`${path}/again`, {
            spec: newTemplate(String(version)),
          });
          const done = await bench.reach(
            path,
            "again",
            isDeploymentRolledOut(),
          );
          assertEquals(done.metadata?.generation, changed.metadata?.generation);
        }
      },
    );
  },
);

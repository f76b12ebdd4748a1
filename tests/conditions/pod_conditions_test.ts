import { assertEquals, assertThrows } from "@std/assert";
import { podState, podTrouble } from "../../conditions/_pod_state.ts";
import { matches } from "../../conditions/combinators.ts";
import {
  isPodCompleted,
  isPodReady,
  isPodRunning,
  withPods,
} from "../../conditions/pod_conditions.ts";

const waiting = (reason: string) => ({ state: { waiting: { reason } } });
const terminated = (exitCode: number, reason?: string) => ({
  state: { terminated: { exitCode, reason } },
});
const ready = { ready: true, state: { running: {} } };
const pod = (status: object, name = "web") => ({
  kind: "Pod",
  metadata: { name },
  status,
});

/** The status of a pod, its description, and what is wrong with it. */
const STATES: readonly [object, string, string | undefined][] = [
  [{}, "no phase", undefined],
  [{ phase: "Pending" }, "Pending", undefined],
  [
    { phase: "Pending", containerStatuses: [waiting("ContainerCreating")] },
    "Pending",
    undefined,
  ],
  [
    {
      phase: "Pending",
      initContainerStatuses: [waiting("ErrImagePull")],
      containerStatuses: [waiting("PodInitializing")],
    },
    "Pending: ErrImagePull",
    "ErrImagePull",
  ],
  [
    {
      phase: "Pending",
      conditions: [
        {
          type: "PodScheduled",
          status: "False",
          reason: "Unschedulable",
          message: "0/1 nodes are available.",
        },
      ],
    },
    "Pending: Unschedulable: 0/1 nodes are available.",
    "Unschedulable: 0/1 nodes are available.",
  ],
  [
    {
      phase: "Pending",
      conditions: [{ type: "PodScheduled", status: "False" }],
    },
    "Pending",
    undefined,
  ],
  [
    {
      phase: "Running",
      containerStatuses: [ready, waiting("CrashLoopBackOff")],
    },
    "Running, 1 of 2 containers ready: CrashLoopBackOff",
    "CrashLoopBackOff",
  ],
  [
    {
      phase: "Running",
      containerStatuses: [{ ready: false, state: { running: {} } }],
    },
    "Running, 0 of 1 container ready",
    undefined,
  ],
  [
    {
      phase: "Running",
      initContainerStatuses: [terminated(0, "Completed")],
      containerStatuses: [terminated(137, "OOMKilled")],
    },
    "Running, 0 of 1 container ready: OOMKilled (exit code 137)",
    "OOMKilled (exit code 137)",
  ],
  [{ phase: "Succeeded" }, "Succeeded", undefined],
  // A leftover condition of a pod that has been scheduled since.
  [
    {
      phase: "Succeeded",
      conditions: [
        { type: "PodScheduled", status: "False", reason: "Unschedulable" },
      ],
    },
    "Succeeded",
    undefined,
  ],
  [
    { phase: "Failed", reason: "Evicted", message: "low on memory" },
    "Failed: Evicted: low on memory",
    "Evicted: low on memory",
  ],
  [
    { phase: "Failed", containerStatuses: [terminated(3)] },
    "Failed: Error (exit code 3)",
    "Error (exit code 3)",
  ],
  [{ phase: "Failed" }, "Failed: Failed", "Failed"],
];

Deno.test("podState() and podTrouble() describe a pod", () => {
  for (const [status, state, trouble] of STATES) {
    const label = JSON.stringify(status);
    assertEquals(podState(pod(status)), state, label);
    assertEquals(podTrouble(pod(status)), trouble, label);
  }
});

Deno.test("isPodRunning() is met in the phase Running", () => {
  const condition = isPodRunning();
  for (const phase of ["Pending", "Running", "Unknown"]) {
    assertEquals(condition(pod({ phase })), phase === "Running", phase);
  }
  assertEquals(condition(undefined), false);
  assertEquals(condition.explain(pod({ phase: "Pending" })), "Pending");
});

Deno.test("isPodReady() is met by the condition Ready, and explains the state of the containers", () => {
  const condition = isPodReady();
  const status = { phase: "Running", containerStatuses: [ready, {}] };
  const conditions = (value: string) => [{ type: "Ready", status: value }];
  assertEquals(
    condition(pod({ ...status, conditions: conditions("True") })),
    true,
  );
  const unready = pod({ ...status, conditions: conditions("False") });
  assertEquals(condition(unready), false);
  assertEquals(
    condition.explain(unready),
    "Running, 1 of 2 containers ready",
  );
});

/** A pod that is over, and what the conditions throw. */
const OVER: readonly [object, string][] = [
  [{ phase: "Succeeded" }, "it has succeeded"],
  [{ phase: "Failed", reason: "Evicted" }, "it has failed: Evicted"],
  [
    { phase: "Failed", containerStatuses: [terminated(3)] },
    "it has failed: Error (exit code 3)",
  ],
  // It stays over, whatever its specification becomes.
  [{ phase: "Succeeded", observedGeneration: 1 }, "it has succeeded"],
];

Deno.test("isPodRunning() and isPodReady() throw for a pod that is over", () => {
  for (const [status, why] of OVER) {
    const over = { ...pod(status), metadata: { name: "web", generation: 2 } };
    for (
      const [condition, never] of [
        [isPodRunning(), "can no longer be running"],
        [isPodReady(), "can no longer become ready"],
      ] as const
    ) {
      const error = assertThrows(() => condition(over), Error);
      assertEquals(error.message, `pod "web" ${never}: ${why}`);
      assertEquals(condition.explain(over), podState(over));
    }
  }
});

const sidecar = { name: "proxy", restartPolicy: "Always" };
const gate = {
  type: "Ready",
  status: "False",
  reason: "ReadinessGatesNotReady",
  message: 'corresponding condition of pod readiness gate "lb" does not exist.',
};

/** The specification and the status of a pod that is not ready, and why. */
const UNREADY: readonly [object, object, string][] = [
  [
    {},
    { phase: "Running", containerStatuses: [ready], conditions: [gate] },
    `Running, 1 of 1 container ready: ReadinessGatesNotReady: ${gate.message}`,
  ],
  [
    {},
    {
      phase: "Running",
      containerStatuses: [ready],
      conditions: [{ type: "Ready", status: "False" }],
    },
    "Running, 1 of 1 container ready: Ready=False without a reason (is its node lost?)",
  ],
  [
    {},
    {
      phase: "Running",
      reason: "NodeLost",
      message: "Node n1 which was running pod web is unresponsive",
      containerStatuses: [ready],
      conditions: [{ type: "Ready", status: "Unknown" }],
    },
    "Running, 1 of 1 container ready: NodeLost: Node n1 which was running pod web is unresponsive",
  ],
  [
    {},
    {
      phase: "Running",
      containerStatuses: [ready],
      conditions: [
        { type: "Ready", status: "False" },
        {
          type: "DisruptionTarget",
          status: "True",
          reason: "DeletionByTaintManager",
        },
      ],
    },
    "Running, 1 of 1 container ready: DeletionByTaintManager",
  ],
  // The containers say more than "containers with unready status".
  [
    {},
    {
      phase: "Running",
      containerStatuses: [ready, { ready: false }],
      conditions: [
        { type: "Ready", status: "False", reason: "ContainersNotReady" },
      ],
    },
    "Running, 1 of 2 containers ready",
  ],
  [
    { initContainers: [{ name: "migrate" }, sidecar] },
    {
      phase: "Running",
      initContainerStatuses: [
        { name: "migrate", ready: false, ...terminated(0) },
        { name: "proxy", ready: false, state: { running: {} } },
      ],
      containerStatuses: [ready],
    },
    "Running, 1 of 1 container ready, sidecar proxy not ready",
  ],
  [
    { initContainers: [sidecar] },
    {
      phase: "Pending",
      initContainerStatuses: [
        { name: "proxy", ready: false, ...waiting("CrashLoopBackOff") },
      ],
    },
    "Pending, sidecar proxy not ready: CrashLoopBackOff",
  ],
  [
    { initContainers: [{ name: "migrate" }, sidecar] },
    {
      phase: "Pending",
      initContainerStatuses: [
        { name: "migrate", ready: false, state: { running: {} } },
        { name: "proxy", ready: false, ...waiting("PodInitializing") },
      ],
    },
    "Pending",
  ],
  [
    { initContainers: [sidecar] },
    {
      phase: "Running",
      initContainerStatuses: [{ name: "proxy", ready: true }],
      containerStatuses: [ready],
    },
    "Running, 1 of 1 container ready",
  ],
];

Deno.test("isPodReady() explains readiness gates, lost nodes and sidecars", () => {
  for (const [spec, status, why] of UNREADY) {
    const unready = { ...pod(status), spec };
    assertEquals(isPodReady()(unready), false, why);
    assertEquals(isPodReady().explain(unready), why);
  }
});

Deno.test("isPodRunning() and isPodReady() are not met by a stale status", () => {
  const stale = {
    ...pod({
      observedGeneration: 1,
      phase: "Running",
      conditions: [{ type: "Ready", status: "True" }],
    }),
    metadata: { name: "web", generation: 2 },
  };
  for (const condition of [isPodRunning(), isPodReady()]) {
    assertEquals(condition(stale), false);
    assertEquals(
      condition.explain(stale),
      "the status is from generation 1, but the object is at generation 2",
    );
  }
});

Deno.test("isPodCompleted() is met when the pod has succeeded, and throws the reason when it has failed", () => {
  const condition = isPodCompleted();
  for (const phase of ["Pending", "Running", "Succeeded"]) {
    assertEquals(condition(pod({ phase })), phase === "Succeeded", phase);
  }
  const failed = pod({ phase: "Failed", containerStatuses: [terminated(1)] });
  const error = assertThrows(() => condition(failed), Error);
  assertEquals(error.message, 'pod "web" has failed: Error (exit code 1)');
  assertEquals(condition.explain(failed), "Failed: Error (exit code 1)");
});

Deno.test("the conditions on pods throw for another kind", () => {
  const job = { kind: "Job", metadata: {} };
  for (const condition of [isPodRunning(), isPodReady(), isPodCompleted()]) {
    assertThrows(
      () => condition(job),
      TypeError,
      "Cannot evaluate the condition on a Job",
    );
  }
});

const bad = pod({ containerStatuses: [waiting("ImagePullBackOff")] }, "web-2");
const worse = pod({ containerStatuses: [waiting("ErrImagePull")] }, "web-3");
const fine = pod({ containerStatuses: [ready] }, "web-1");
const no = matches(() => false, () => "2 of 3 replicas available");

Deno.test("withPods() names the first pod with a problem", () => {
  const owners: unknown[] = [];
  const condition = withPods(no, (owner) => {
    owners.push(owner);
    return new Set([fine, bad, worse]);
  });
  const owner = { metadata: { name: "web" } };
  assertEquals(condition(owner), false);
  assertEquals(
    condition.explain(owner),
    "2 of 3 replicas available; pod web-2: ImagePullBackOff",
  );
  assertEquals(owners, [owner]);
});

Deno.test("withPods() adds nothing if no pod has a problem or the pods are unknown", () => {
  const yes = matches(() => true, () => "yes");
  const owner = { metadata: {} };
  assertEquals(withPods(no, () => [fine]).explain(owner), no.explain(owner));
  assertEquals(withPods(yes, () => [bad]).explain(owner), "yes");
  assertEquals(withPods(yes, () => [bad])(owner), true);
  assertEquals(withPods(no, () => [bad]).explain(undefined), no.explain(owner));
  const failing = withPods(no, () => {
    throw new Error("no cache");
  });
  assertEquals(failing.explain(owner), no.explain(owner));
});

Deno.test("withPods() also explains a condition that throws", () => {
  const failed = matches(() => {
    throw new Error("deadline");
  }, () => "too late");
  const condition = withPods(failed, () => [bad]);
  assertThrows(() => condition({}), Error, "deadline");
  assertEquals(
    condition.explain({}),
    "too late; pod web-2: ImagePullBackOff",
  );
});

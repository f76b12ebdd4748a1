import { assertEquals, assertThrows } from "@std/assert";
import {
  isDaemonSetRolledOut,
  isDeploymentRolledOut,
  isStatefulSetRolledOut,
} from "../../conditions/rollout_conditions.ts";

const updateStrategy = { type: "RollingUpdate" };
const CONDITIONS = [
  {
    kind: "Deployment",
    condition: isDeploymentRolledOut(),
    spec: { replicas: 3 },
    done: { replicas: 3, updatedReplicas: 3, availableReplicas: 3 },
    half: { replicas: 3, updatedReplicas: 3, availableReplicas: 2 },
    why: "2 of 3 replicas available",
  },
  {
    kind: "StatefulSet",
    condition: isStatefulSetRolledOut(),
    spec: { replicas: 3, updateStrategy },
    done: { readyReplicas: 3 },
    half: { readyReplicas: 2 },
    why: "2 of 3 replicas ready",
  },
  {
    kind: "DaemonSet",
    condition: isDaemonSetRolledOut(),
    spec: { updateStrategy },
    done: {
      desiredNumberScheduled: 3,
      updatedNumberScheduled: 3,
      numberAvailable: 3,
    },
    half: { desiredNumberScheduled: 3, updatedNumberScheduled: 2 },
    why: "2 of 3 pods updated",
  },
] as const;

for (const { kind, condition, spec, done, half, why } of CONDITIONS) {
  const object = (status: object, generation = 2) => ({
    kind,
    metadata: { name: "web", generation },
    spec,
    status: { observedGeneration: 2, ...status },
  });

  Deno.test(`is${kind}RolledOut() is met when all pods are updated and available`, () => {
    assertEquals(condition(object(done)), true);
    assertEquals(condition(object(half)), false);
    assertEquals(condition.explain(object(half)), why);
  });

  Deno.test(`is${kind}RolledOut() is not met by a stale status`, () => {
    const stale = object(done, 3);
    assertEquals(condition(stale), false);
    assertEquals(
      condition.explain(stale),
      "the status is from generation 2, but the object is at generation 3",
    );
    const untouched = { kind, metadata: { generation: 1 }, spec };
    assertEquals(condition(untouched), false);
    assertEquals(
      condition.explain(untouched),
      "the newest specification has not been observed",
    );
  });

  Deno.test(`is${kind}RolledOut() is not met if the object does not exist`, () => {
    assertEquals(condition(undefined), false);
    assertEquals(condition.explain(undefined), "not there");
  });

  Deno.test(`is${kind}RolledOut() throws for another kind`, () => {
    const pod = { kind: "Pod", metadata: { name: "web" } };
    const why =
      `Cannot evaluate the condition on a Pod: it applies only to a ${kind}`;
    assertThrows(() => condition(pod), TypeError, why);
    assertEquals(condition.explain(pod), why);
  });
}

Deno.test("isDeploymentRolledOut() throws when the progress deadline is exceeded, and explains the progress", () => {
  const condition = isDeploymentRolledOut();
  const deployment = {
    metadata: { name: "web", generation: 1 },
    spec: { replicas: 3 },
    status: {
      observedGeneration: 1,
      replicas: 3,
      updatedReplicas: 3,
      availableReplicas: 1,
      conditions: [
        { type: "Progressing", reason: "ProgressDeadlineExceeded" },
      ],
    },
  };
  assertThrows(
    () => condition(deployment),
    Error,
    'deployment "web" exceeded its progress deadline',
  );
  assertEquals(
    condition.explain(deployment),
    "ProgressDeadlineExceeded: 1 of 3 replicas available",
  );
});

Deno.test("isStatefulSetRolledOut() and isDaemonSetRolledOut() throw for the strategy OnDelete", () => {
  const object = {
    metadata: { name: "db", generation: 1 },
    spec: { replicas: 1, updateStrategy: { type: "OnDelete" } },
    status: { observedGeneration: 1 },
  };
  const why =
    "rollout status is only available for RollingUpdate strategy type";
  for (const condition of [isStatefulSetRolledOut(), isDaemonSetRolledOut()]) {
    assertThrows(() => condition(object), Error, why);
    assertEquals(condition.explain(object), why);
  }
});

const quota = {
  type: "ReplicaFailure",
  status: "True",
  reason: "FailedCreate",
  message: 'pods "web-1" is forbidden: exceeded quota: small',
};
const exceeded =
  'FailedCreate: pods "web-1" is forbidden: exceeded quota: small';

Deno.test("isDeploymentRolledOut() explains what holds a rollout up", () => {
  const condition = isDeploymentRolledOut();
  const half = { replicas: 3, updatedReplicas: 1, availableReplicas: 1 };
  const deployment = (spec: object, conditions: readonly object[]) => ({
    metadata: { name: "web", generation: 1 },
    spec: { replicas: 3, ...spec },
    status: { observedGeneration: 1, ...half, conditions },
  });
  const summary = "1 of 3 replicas updated";
  for (
    const [object, why] of [
      [deployment({}, []), summary],
      [deployment({ paused: true }, []), `${summary}; paused`],
      [deployment({}, [quota]), `${summary}; ${exceeded}`],
      [deployment({}, [{ ...quota, status: "False" }]), summary],
      [
        deployment({ paused: true }, [quota]),
        `${summary}; paused; ${exceeded}`,
      ],
      [
        deployment({}, [
          { type: "Progressing", reason: "ProgressDeadlineExceeded" },
          quota,
        ]),
        `ProgressDeadlineExceeded: 1 of 3 replicas available; ${exceeded}`,
      ],
    ] as const
  ) {
    assertEquals(condition.explain(object), why);
  }
});

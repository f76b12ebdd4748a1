// Rollouts as conditions.

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

  Deno.test(`is${kind}RolledOut() is met when all are updated and there`, () => {
    assertEquals(condition(object(done)), true);
    assertEquals(condition(object(half)), false);
    assertEquals(condition.explain(object(half)), why);
  });

  Deno.test(`is${kind}RolledOut() does not believe a status that is behind`, () => {
    const stale = object(done, 3);
    assertEquals(condition(stale), false);
    assertEquals(
      condition.explain(stale),
      "the status is of generation 2, generation 3 has not been observed",
    );
    const untouched = { kind, metadata: { generation: 1 }, spec };
    assertEquals(condition(untouched), false);
    assertEquals(
      condition.explain(untouched),
      "the newest specification has not been observed",
    );
  });

  Deno.test(`is${kind}RolledOut() is not met by what is not there`, () => {
    assertEquals(condition(undefined), false);
    assertEquals(condition.explain(undefined), "not there");
  });

  Deno.test(`is${kind}RolledOut() refuses to judge another kind`, () => {
    const pod = { kind: "Pod", metadata: { name: "web" } };
    const why = `Cannot judge a Pod: the condition is for a ${kind}`;
    assertThrows(() => condition(pod), TypeError, why);
    assertEquals(condition.explain(pod), why);
  });
}

Deno.test("isDeploymentRolledOut() throws when the deadline has passed, and says how far it came", () => {
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

Deno.test("isStatefulSetRolledOut() and isDaemonSetRolledOut() throw when nothing rolls out", () => {
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

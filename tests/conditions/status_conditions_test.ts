// `status.conditions`, evaluated as by `kubectl wait --for=condition`.

import { assertEquals } from "@std/assert";
import { isConditionTrue } from "../../conditions/status_conditions.ts";
import type { KubernetesObject } from "../../api/types.ts";

/** An object with the given conditions and other fields. */
function withConditions(
  conditions: unknown,
  rest: { generation?: number; observedGeneration?: number; spec?: object } =
    {},
  status: object = {},
): KubernetesObject {
  const { generation, observedGeneration, spec } = rest;
  const object = {
    metadata: { name: "web", ...(generation ? { generation } : {}) },
    ...(spec ? { spec } : {}),
    status: {
      ...(observedGeneration ? { observedGeneration } : {}),
      ...status,
      conditions,
    },
  };
  return object;
}

const ready = { type: "Ready", status: "True" };
const unready = {
  type: "Ready",
  status: "False",
  reason: "ContainersNotReady",
  message: "containers with\nunready status: [web]",
};

/**
 * Type, value, an object, whether the condition is met, and the explanation.
 */
const CASES: readonly [
  string,
  string,
  KubernetesObject | undefined,
  boolean,
  string,
][] = [
  ["Ready", "true", withConditions([ready]), true, "Ready=True"],
  ["ready", "TRUE", withConditions([ready]), true, "Ready=True"],
  ["Ready", "false", withConditions([ready]), false, "Ready=True"],
  [
    "Ready",
    "False",
    withConditions([unready]),
    true,
    "Ready=False: ContainersNotReady, containers with unready status: [web]",
  ],
  [
    "Ready",
    "true",
    withConditions([unready]),
    false,
    "Ready=False: ContainersNotReady, containers with unready status: [web]",
  ],
  ["Ready", "true", withConditions([]), false, "no condition Ready"],
  ["Ready", "true", { metadata: {} }, false, "no condition Ready"],
  ["Ready", "true", withConditions("nonsense"), false, "no condition Ready"],
  ["Ready", "true", withConditions([null, 5]), false, "no condition Ready"],
  [
    "Ready",
    "true",
    withConditions([{ type: "Ready" }, ready]),
    true,
    "Ready=True",
  ],
  [
    "Ready",
    "true",
    withConditions([ready], { generation: 2, observedGeneration: 1 }),
    false,
    "the status is from generation 1, but the object is at generation 2",
  ],
  [
    "Ready",
    "true",
    withConditions([ready], { generation: 2, observedGeneration: 2 }),
    true,
    "Ready=True",
  ],
  [
    "Ready",
    "true",
    withConditions([ready], { generation: 2 }),
    true,
    "Ready=True",
  ],
  [
    "Ready",
    "true",
    withConditions([ready], { generation: 1, observedGeneration: 2 }),
    true,
    "Ready=True",
  ],
  [
    "Ready",
    "Unknown",
    withConditions([unready, ready]),
    false,
    "Ready=False: ContainersNotReady, containers with unready status: [web]",
  ],
  [
    "Ready",
    "true",
    withConditions([{ ...ready, observedGeneration: 1 }], {
      generation: 2,
      observedGeneration: 2,
    }),
    false,
    "the status is from generation 1, but the object is at generation 2",
  ],
  [
    "Ready",
    "true",
    withConditions([{ ...ready, observedGeneration: 2 }], {
      generation: 2,
      observedGeneration: 1,
    }),
    true,
    "Ready=True",
  ],
  [
    "Available",
    "true",
    withConditions(
      [{
        type: "Available",
        status: "False",
        reason: "MinimumReplicasUnavailable",
        message: "Deployment does not have minimum availability.",
      }],
      { spec: { replicas: 3 } },
      { availableReplicas: 1 },
    ),
    false,
    "Available=False: 1 of 3 replicas available (MinimumReplicasUnavailable)",
  ],
  [
    "Available",
    "true",
    withConditions([], { spec: { replicas: 1 } }),
    false,
    "no condition Available, 0 of 1 replica available",
  ],
  [
    "Available",
    "true",
    withConditions(
      [
        { type: "Available", status: "False" },
        {
          type: "ReplicaFailure",
          status: "True",
          reason: "FailedCreate",
          message: "exceeded quota",
        },
      ],
      { spec: { replicas: 3, paused: true } },
    ),
    false,
    "Available=False: 0 of 3 replicas available; paused; FailedCreate: exceeded quota",
  ],
  ["Ready", "true", undefined, false, "not there"],
];

Deno.test("isConditionTrue() evaluates a condition as kubectl does", () => {
  for (const [type, value, object, met, how] of CASES) {
    const condition = isConditionTrue(type, value);
    const label = `${type}=${value} on ${JSON.stringify(object)}`;
    assertEquals(
      [condition(object), condition.explain(object)],
      [met, how],
      label,
    );
  }
});

Deno.test("isConditionTrue() waits for True by default", () => {
  const isReady = isConditionTrue("Ready");
  assertEquals(isReady(withConditions([ready])), true);
  assertEquals(isReady(withConditions([unready])), false);
});

/**
 * What `wait` waits for, judged on one object's state, as `kubectl wait` does.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import type { KubernetesObject } from "../mod.ts";
import { waitCondition } from "../cli/_wait_condition.ts";

/** An object with those conditions, and whatever else. */
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

/** Name and value waited for, an object, whether it is met, why not. */
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
  ["Ready", "False", withConditions([unready]), true, ""],
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
    "the status is of generation 1, generation 2 has not been observed",
  ],
  [
    "Ready",
    "true",
    withConditions([ready], { generation: 2, observedGeneration: 2 }),
    true,
    "",
  ],
  ["Ready", "true", withConditions([ready], { generation: 2 }), true, ""],
  [
    "Ready",
    "true",
    withConditions([{ ...ready, observedGeneration: 1 }], {
      generation: 2,
      observedGeneration: 2,
    }),
    false,
    "the status is of generation 1, generation 2 has not been observed",
  ],
  [
    "Ready",
    "true",
    withConditions([{ ...ready, observedGeneration: 2 }], {
      generation: 2,
      observedGeneration: 1,
    }),
    true,
    "",
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
  ["Ready", "true", undefined, false, "deleted; waiting for it to come back"],
];

Deno.test("waitCondition() judges a condition as kubectl does", () => {
  for (const [name, value, object, met, why] of CASES) {
    const condition = waitCondition({ type: "condition", name, value });
    const label = `${name}=${value} on ${JSON.stringify(object)}`;
    assertEquals(condition.isMet(object, undefined), met, label);
    if (!met) assertEquals(condition.explain(object), why, label);
  }
});

Deno.test("waitCondition() takes a new object of the same name for a deletion", () => {
  const condition = waitCondition({ type: "delete" });
  const object = { metadata: { name: "web", uid: "1" } };
  assertEquals(condition.wantsAbsence, true);
  assertEquals(condition.isMet(object, "1"), false);
  assertEquals(condition.isMet(object, "2"), true);
  assertEquals(condition.isMet(object, undefined), false);
  assertEquals(condition.isMet(undefined, "1"), true);
});

Deno.test("waitCondition() says what a deletion waits for", () => {
  using _time = new FakeTime("2024-05-01T12:00:30Z");
  const { explain } = waitCondition({ type: "delete" });
  const deletionTimestamp = "2024-05-01T12:00:00Z";
  const finalizers = ["example.com/a", "example.com/b"];
  assertEquals(explain({ metadata: {} }), "there, not being deleted");
  assertEquals(
    explain({ metadata: { deletionTimestamp } }),
    "being deleted for 30s",
  );
  assertEquals(
    explain({ metadata: { deletionTimestamp, finalizers } }),
    "being deleted for 30s, held by 2 finalizers: example.com/a, example.com/b",
  );
});

// What a server sends may be any JSON: the conditions answer, or throw the
// errors that they document, and their explanations never throw.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { READY_KINDS } from "../../conditions/_ready_kinds.ts";
import {
  type Condition,
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
  withPods,
} from "../../conditions/mod.ts";
import { parseGroupKind } from "../../conditions/_group_kind.ts";
import type { KubernetesObject } from "../../api/types.ts";

/** The conditions, and the kinds that each is about. */
const CONDITIONS: readonly [Condition, readonly string[]][] = [
  [isReady(), [...READY_KINDS.keys(), "example.com/Widget"]],
  [isReady({ noSign: "ready" }), ["example.com/Widget"]],
  [isConditionTrue("Ready"), ["Pod"]],
  [isConditionTrue("Available", "False"), ["apps/Deployment"]],
  [isCreated(), ["Pod"]],
  [isDeleted(), ["Pod", "Namespace"]],
  [isDeleted("1"), ["Pod"]],
  [isDeploymentRolledOut(), ["apps/Deployment"]],
  [isStatefulSetRolledOut(), ["apps/StatefulSet"]],
  [isDaemonSetRolledOut(), ["apps/DaemonSet"]],
  [isJobComplete(), ["batch/Job"]],
  [isPodRunning(), ["Pod"]],
  [isPodReady(), ["Pod"]],
  [isPodCompleted(), ["Pod"]],
  [isPvcBound(), ["PersistentVolumeClaim"]],
  [isLoadBalancerReady(), ["Service", "networking.k8s.io/Ingress"]],
  [isCrdEstablished(), ["apiextensions.k8s.io/CustomResourceDefinition"]],
  [
    withPods(isDeploymentRolledOut(), (owner) => [owner]),
    ["apps/Deployment"],
  ],
  [jsonPath("{.status.phase}", "Running"), ["Pod"]],
  [jsonPath("status.conditions[0].type"), ["Pod"]],
  [jsonPath('status.conditions[?(@.type=="Ready")].status', "True"), ["Pod"]],
  [jsonPath("..name"), ["Pod"]],
];

/** The errors that the documentation of the conditions names. */
const DOCUMENTED =
  /can no longer|has failed|is failing|exceeded its progress deadline|only available for RollingUpdate|has lost its volume|is not established|cannot become ready|applies only to|matches more than one|nested object or list|is not array or slice|for comparison|one element at a time/;

/** The names and values that the conditions look at. */
const WORDS = [
  "True",
  "False",
  "Unknown",
  "Running",
  "Pending",
  "Failed",
  "Succeeded",
  "Ready",
  "Available",
  "Stalled",
  "Progressing",
  "NotReady",
  "NamesAccepted",
  "FailureTarget",
  "LoadBalancer",
  "RollingUpdate",
  "OnDelete",
  "PodScheduled",
  "2",
];
const FIELDS = [
  "type",
  "status",
  "reason",
  "message",
  "phase",
  "state",
  "name",
  "conditions",
  "containerStatuses",
  "initContainerStatuses",
  "initContainers",
  "waiting",
  "terminated",
  "exitCode",
  "parents",
  "parentRef",
  "parentRefs",
  "listeners",
  "replicas",
  "updateStrategy",
  "rollingUpdate",
  "partition",
  "observedGeneration",
  "generation",
  "deletionTimestamp",
  "finalizers",
  "annotations",
  "loadBalancer",
  "ingress",
  "error",
  "uid",
];

const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.constantFrom(...WORDS),
    fc.constantFrom(null, true, false, 0, -1, 2, 1.5, ""),
    fc.string(),
    fc.array(tie("json"), { maxLength: 3 }),
    fc.dictionary(
      fc.oneof(fc.constantFrom(...FIELDS), fc.constant("__proto__")),
      tie("json"),
      { maxKeys: 5 },
    ),
  ),
}));

const parts = fc.record({ metadata: json, spec: json, status: json });

/** What the server has sent, whatever its type says. */
function objectOf(apiVersion: unknown, kind: unknown, rest: object) {
  const text = JSON.stringify({ apiVersion, kind, ...rest });
  const object: KubernetesObject = JSON.parse(text);
  return object;
}

function check(condition: Condition, object: KubernetesObject): void {
  assertEquals(typeof condition.explain(object), "string");
  try {
    assertEquals(typeof condition(object), "boolean");
  } catch (error) {
    assert(error instanceof Error, String(error));
    assert(DOCUMENTED.test(error.message), error.stack);
  }
}

Deno.test("the conditions throw only documented errors, whatever the object is", () => {
  fc.assert(
    fc.property(parts, fc.nat(), (rest, index) => {
      for (const [condition, kinds] of CONDITIONS) {
        const key = kinds[index % kinds.length] ?? "";
        const { group, kind } = parseGroupKind(key);
        check(condition, objectOf(`${group}/v1`, kind, rest));
        check(condition, objectOf(undefined, undefined, rest));
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("the conditions throw only documented errors, whatever the kind is", () => {
  fc.assert(
    fc.property(json, json, parts, (apiVersion, kind, rest) => {
      for (const [condition] of CONDITIONS) {
        check(condition, objectOf(apiVersion, kind, rest));
      }
    }),
    { numRuns: 100 },
  );
});

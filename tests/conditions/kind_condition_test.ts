// Which objects a condition is about: a kind is a group and a kind.

import { assertEquals, assertThrows } from "@std/assert";
import {
  isCrdEstablished,
  isDaemonSetRolledOut,
  isDeploymentRolledOut,
  isJobComplete,
  isLoadBalancerReady,
  isPodReady,
  isPvcBound,
  isStatefulSetRolledOut,
} from "../../conditions/mod.ts";
import type { Condition } from "../../conditions/mod.ts";

/** A condition, an object of another kind, and what the error says. */
const OTHERS: readonly [Condition, string, string, string][] = [
  [
    isDaemonSetRolledOut(),
    "apps.kruise.io/v1alpha1",
    "DaemonSet",
    "on a DaemonSet of the group apps.kruise.io: it applies only to a DaemonSet of the group apps or extensions",
  ],
  [
    isStatefulSetRolledOut(),
    "apps.kruise.io/v1beta1",
    "StatefulSet",
    "on a StatefulSet of the group apps.kruise.io: it applies only to a StatefulSet of the group apps",
  ],
  [
    isDeploymentRolledOut(),
    "apps/v1",
    "StatefulSet",
    "on a StatefulSet of the group apps: it applies only to a Deployment of the group apps or extensions",
  ],
  [
    isJobComplete(),
    "batch.volcano.sh/v1alpha1",
    "Job",
    "on a Job of the group batch.volcano.sh: it applies only to a Job of the group batch",
  ],
  [
    isLoadBalancerReady(),
    "serving.knative.dev/v1",
    "Service",
    "on a Service of the group serving.knative.dev: it applies only to a Service or Ingress of the core group or the group networking.k8s.io or extensions",
  ],
  // Each of the two groups has one of the kinds, but not this one.
  [
    isLoadBalancerReady(),
    "networking.k8s.io/v1",
    "Service",
    "on a Service of the group networking.k8s.io",
  ],
  [
    isPodReady(),
    "metrics.k8s.io/v1beta1",
    "Pod",
    "on a Pod of the group metrics.k8s.io: it applies only to a Pod of the core group",
  ],
  [
    isPvcBound(),
    "v1",
    "Pod",
    "on a Pod of the core group: it applies only to a PersistentVolumeClaim of the core group",
  ],
  [
    isCrdEstablished(),
    "example.com/v1",
    "CustomResourceDefinition",
    "of the group example.com: it applies only to a CustomResourceDefinition of the group apiextensions.k8s.io",
  ],
];

Deno.test("a condition on a kind throws for that kind in another group", () => {
  for (const [condition, apiVersion, kind, why] of OTHERS) {
    const object = { apiVersion, kind, metadata: { name: "web" } };
    const error = assertThrows(() => condition(object), TypeError, why);
    assertEquals(condition.explain(object), error.message);
  }
});

/** A condition, and what it is about. */
const OWN: readonly [Condition, string, string][] = [
  [isDeploymentRolledOut(), "apps/v1", "Deployment"],
  [isDeploymentRolledOut(), "extensions/v1beta1", "Deployment"],
  [isDaemonSetRolledOut(), "apps/v1", "DaemonSet"],
  [isStatefulSetRolledOut(), "apps/v1beta2", "StatefulSet"],
  [isJobComplete(), "batch/v1", "Job"],
  [isPodReady(), "v1", "Pod"],
  [isLoadBalancerReady(), "v1", "Service"],
  [isLoadBalancerReady(), "networking.k8s.io/v1", "Ingress"],
  [isPvcBound(), "v1", "PersistentVolumeClaim"],
  [isCrdEstablished(), "apiextensions.k8s.io/v1", "CustomResourceDefinition"],
];

Deno.test("a condition on a kind takes an object without apiVersion at its kind", () => {
  for (const [condition, apiVersion, kind] of OWN) {
    const spec = { replicas: 1, updateStrategy: { type: "RollingUpdate" } };
    const object = { metadata: { name: "web", generation: 1 }, spec };
    assertEquals(condition({ apiVersion, kind, ...object }), false, kind);
    assertEquals(condition({ kind, ...object }), false, kind);
    assertEquals(condition(object), false, kind);
  }
});

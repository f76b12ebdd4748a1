/**
 * What resources may be called.
 *
 * @module
 */

import { assertEquals, assertThrows } from "@std/assert";
import { apiVersionOf, findResource } from "../cli/_resources.ts";
import { UsageError } from "../cli/_usage_error.ts";

/** What it is called, its plural, its apiVersion, whether it has namespaces. */
const KNOWN: readonly [string, string, string, boolean | undefined][] = [
  ["pods", "pods", "v1", true],
  ["pod", "pods", "v1", true],
  ["po", "pods", "v1", true],
  ["Pod", "pods", "v1", true],
  ["svc", "services", "v1", true],
  ["cm", "configmaps", "v1", true],
  ["pvc", "persistentvolumeclaims", "v1", true],
  ["no", "nodes", "v1", false],
  ["namespace", "namespaces", "v1", false],
  ["pv", "persistentvolumes", "v1", false],
  ["ep", "endpoints", "v1", true],
  ["deploy", "deployments", "apps/v1", true],
  ["Deployment", "deployments", "apps/v1", true],
  ["deployments.apps", "deployments", "apps/v1", true],
  ["deployment.apps", "deployments", "apps/v1", true],
  ["deployments.v1.apps", "deployments", "apps/v1", true],
  ["deployments.v1beta1.apps", "deployments", "apps/v1beta1", true],
  ["hpa.v1.autoscaling", "horizontalpodautoscalers", "autoscaling/v1", true],
  ["pods.v1.", "pods", "v1", true],
  ["sts", "statefulsets", "apps/v1", true],
  ["job", "jobs", "batch/v1", true],
  ["ing", "ingresses", "networking.k8s.io/v1", true],
  ["crd", "customresourcedefinitions", "apiextensions.k8s.io/v1", false],
  ["events", "events", "v1", true],
  ["events.events.k8s.io", "events", "events.k8s.io/v1", true],
  ["csr", "certificatesigningrequests", "certificates.k8s.io/v1", false],
  ["widgets.v1.example.com", "widgets", "example.com/v1", undefined],
  [
    "widgets.v2alpha1.example.com",
    "widgets",
    "example.com/v2alpha1",
    undefined,
  ],
];

const UNKNOWN: readonly [string, string][] = [
  ["deploymnts", "did you mean deployments?"],
  ["foos", "plural.version.group"],
  ["", "plural.version.group"],
  ["widgets.example.com", "such as widgets.v1.example.com"],
  ["pods.v1", "such as certificates.v1.cert-manager.io"],
  ["wid_gets.v1.example.com", "malformed"],
  ["widgets.v1.example..com", "malformed"],
  ["all", "plural.version.group"],
];

Deno.test("findResource() knows resources by all their names", () => {
  for (const [text, plural, apiVersion, namespaced] of KNOWN) {
    const found = findResource(text);
    assertEquals(
      [found.plural, apiVersionOf(found), found.namespaced],
      [plural, apiVersion, namespaced],
      text,
    );
  }
});

Deno.test("findResource() says what to write for others", () => {
  for (const [text, advice] of UNKNOWN) {
    assertThrows(() => findResource(text), UsageError, advice, text);
  }
});

Deno.test("findResource() tells what every Kubernetes has from the rest", () => {
  assertEquals(findResource("deployments").builtIn, true);
  assertEquals(findResource("deployments.v1beta1.apps").builtIn, false);
  assertEquals(findResource("widgets.v1.example.com").builtIn, false);
});

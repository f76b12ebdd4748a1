/**
 * The names of built-in resources.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import {
  apiVersionOf,
  builtInByShortName,
  builtInKind,
  builtInResource,
  type ResourceType,
} from "../../../cli/resources/built_in.ts";

/** A name, the plural, the apiVersion, and whether it is namespaced. */
const KNOWN: readonly [string, string, string, boolean][] = [
  ["pods", "pods", "v1", true],
  ["pod", "pods", "v1", true],
  ["Pod", "pods", "v1", true],
  ["namespace", "namespaces", "v1", false],
  ["Deployment", "deployments", "apps/v1", true],
  ["deployments.apps", "deployments", "apps/v1", true],
  ["deployment.apps", "deployments", "apps/v1", true],
  ["deployments.v1.apps", "deployments", "apps/v1", true],
  ["pods.v1.", "pods", "v1", true],
  ["job", "jobs", "batch/v1", true],
  ["events", "events", "v1", true],
  ["events.events.k8s.io", "events", "events.k8s.io/v1", true],
];

/** A short name, the plural, the apiVersion, and whether it is namespaced. */
const SHORT: readonly [string, string, string, boolean][] = [
  ["po", "pods", "v1", true],
  ["svc", "services", "v1", true],
  ["cm", "configmaps", "v1", true],
  ["pvc", "persistentvolumeclaims", "v1", true],
  ["no", "nodes", "v1", false],
  ["pv", "persistentvolumes", "v1", false],
  ["ep", "endpoints", "v1", true],
  ["deploy", "deployments", "apps/v1", true],
  ["sts", "statefulsets", "apps/v1", true],
  ["ing", "ingresses", "networking.k8s.io/v1", true],
  ["crd", "customresourcedefinitions", "apiextensions.k8s.io/v1", false],
  ["csr", "certificatesigningrequests", "certificates.k8s.io/v1", false],
  ["deploy.apps", "deployments", "apps/v1", true],
];

/** Names that only a server can resolve. */
const UNKNOWN = [
  "",
  "all",
  "foos",
  "deployments.v1beta1.apps",
  "hpa.v1.autoscaling",
  "pods.v1",
  "pods.example.com",
  "widgets.v1.example.com",
];

/** A resource in short. */
function described(found: ResourceType | undefined) {
  return [found?.plural, found && apiVersionOf(found), found?.namespaced];
}

Deno.test("builtInResource() finds resources by their full names", () => {
  for (const [text, ...expected] of KNOWN) {
    assertEquals(described(builtInResource(text)), expected, text);
    assertEquals(builtInByShortName(text), undefined, text);
  }
});

Deno.test("builtInByShortName() finds resources by their short names", () => {
  for (const [text, ...expected] of SHORT) {
    assertEquals(described(builtInByShortName(text)), expected, text);
    assertEquals(builtInResource(text), undefined, text);
  }
});

Deno.test("builtInResource() does not find other resources", () => {
  for (const text of UNKNOWN) assertEquals(builtInResource(text), undefined);
});

Deno.test("builtInKind() finds resources by kind", () => {
  assertEquals(builtInKind("apps/v1", "Deployment")?.plural, "deployments");
  assertEquals(builtInKind("v1", "Event")?.group, "");
  assertEquals(builtInKind("events.k8s.io/v1", "Event")?.plural, "events");
  assertEquals(builtInKind("v1", "Deployment"), undefined);
  assertEquals(builtInKind("v1", "pod"), undefined);
});

/**
 * The names of built-in resources.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import {
  apiVersionOf,
  builtInKind,
  builtInResource,
} from "../../../cli/resources/built_in.ts";

/** A name, the plural, the apiVersion, and whether it is namespaced. */
const KNOWN: readonly [string, string, string, boolean][] = [
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
  ["pods.v1.", "pods", "v1", true],
  ["sts", "statefulsets", "apps/v1", true],
  ["job", "jobs", "batch/v1", true],
  ["ing", "ingresses", "networking.k8s.io/v1", true],
  ["crd", "customresourcedefinitions", "apiextensions.k8s.io/v1", false],
  ["events", "events", "v1", true],
  ["events.events.k8s.io", "events", "events.k8s.io/v1", true],
  ["csr", "certificatesigningrequests", "certificates.k8s.io/v1", false],
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

Deno.test("builtInResource() finds resources by all their names", () => {
  for (const [text, plural, apiVersion, namespaced] of KNOWN) {
    const found = builtInResource(text);
    assertEquals(
      [found?.plural, found && apiVersionOf(found), found?.namespaced],
      [plural, apiVersion, namespaced],
      text,
    );
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

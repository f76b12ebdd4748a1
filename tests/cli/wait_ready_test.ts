/**
 * `wait --for=ready`, against an API server over HTTP.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { KubernetesObject } from "../../mod.ts";
import { FakeIo } from "../support/cli_io.ts";
import { CliStage } from "../support/cli_stage.ts";

const MANIFEST = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
---
apiVersion: v1
kind: Service
metadata: {name: web}
`;

const WEB = "/apis/apps/v1/namespaces/default/deployments/web";
const SERVICE = "/api/v1/namespaces/default/services/web";
const EVENTS = "/api/v1/namespaces/default/events";

/** An object with more fields than the type knows. */
function object(fields: Record<string, unknown>): KubernetesObject {
  return Object.assign({}, fields);
}

/** The objects of the manifest: only the ConfigMap is ready. */
const OBJECTS: readonly KubernetesObject[] = [
  object({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "default" },
    spec: { replicas: 1, selector: { matchLabels: { app: "web" } } },
    status: { observedGeneration: 9, replicas: 1, updatedReplicas: 1 },
  }),
  object({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "settings", namespace: "default" },
  }),
  object({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web", namespace: "default" },
    spec: { type: "LoadBalancer" },
  }),
];

const POD = object({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "web-1", namespace: "default", labels: { app: "web" } },
  status: {
    phase: "Pending",
    containerStatuses: [
      { name: "c", state: { waiting: { reason: "ImagePullBackOff" } } },
    ],
  },
});

/** A warning about a pod. */
function warning({ metadata }: KubernetesObject): KubernetesObject {
  return object({
    apiVersion: "v1",
    kind: "Event",
    metadata: { name: "web-1.1", namespace: "default" },
    type: "Warning",
    reason: "Failed",
    message: "Back-off pulling image",
    involvedObject: { kind: "Pod", name: metadata?.name, uid: metadata?.uid },
  });
}

function withManifest() {
  const stdin = { read: () => Promise.resolve(MANIFEST) };
  return Object.assign(new FakeIo(), { stdin });
}

Deno.test("wait --for=ready waits for everything in a manifest", async () => {
  await using stage = await CliStage.set({ objects: OBJECTS });
  const io = withManifest();
  const waiting = stage.start("wait -f - --for=ready", io);
  await io.stdout.wrote("configmap/settings condition met");
  await io.stderr.wrote("0 of 1 replica available");
  stage.server.patch(SERVICE, {
    status: { loadBalancer: { ingress: [{ ip: "192.0.2.1" }] } },
  });
  await io.stdout.wrote("service/web condition met");
  stage.server.patch(WEB, { status: { availableReplicas: 1 } });
  assertEquals((await waiting).code, 0);
  assertEquals(io.stdout.lines.at(-1), "deployment.apps/web condition met");
});

Deno.test("wait --for=ready says which pod holds a workload back, and why", async () => {
  await using stage = await CliStage.set({ objects: OBJECTS });
  const io = new FakeIo();
  const waiting = stage.start("wait deployment/web --for=ready", io);
  const pod = stage.server.create(POD);
  await io.stderr.wrote("pod web-1: ImagePullBackOff");
  stage.server.create(warning(pod));
  await io.stderr.wrote(
    "deployment.apps/web: 0 of 1 replica available; pod web-1: ImagePullBackOff; Failed: Back-off pulling image",
  );
  stage.server.patch(WEB, { status: { availableReplicas: 1 } });
  assertEquals((await waiting).code, 0);
});

Deno.test("wait --for=ready says in the end why a pod is not ready", async () => {
  await using stage = await CliStage.set();
  const pod = stage.server.create(POD);
  stage.server.create(warning(pod));
  const io = new FakeIo();
  const waiting = stage.start("wait pod/web-1 --for=ready", io);
  const why =
    "pod/web-1: Pending: ImagePullBackOff; Failed: Back-off pulling image";
  await io.stderr.wrote(why);
  io.interrupt("SIGINT");
  const { stderr } = await waiting;
  assertEquals(stderr.at(-1), `interrupted: ${why}`);
});

Deno.test("wait --for=ready is silent about events that may not be read", async () => {
  await using stage = await CliStage.set({ objects: OBJECTS });
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  stage.server.failNext({
    status: 403,
    count: Infinity,
    match({ path }) {
      if (path === EVENTS) resolve();
      return path === EVENTS;
    },
  });
  const io = new FakeIo();
  const waiting = stage.start("wait deployment/web --for=ready", io);
  stage.server.create(POD);
  await io.stderr.wrote("pod web-1: ImagePullBackOff");
  await asked;
  stage.server.patch(WEB, { status: { availableReplicas: 1 } });
  const { code, stderr } = await waiting;
  assertEquals(code, 0);
  assertEquals(stderr.join("\n").includes("forbidden"), false);
});

Deno.test("wait --for=ready ends where an object can no longer become ready", async () => {
  const failed = object({
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "import", namespace: "default" },
    status: {
      conditions: [{
        type: "Failed",
        status: "True",
        reason: "BackoffLimitExceeded",
      }],
    },
  });
  await using stage = await CliStage.set({ objects: [failed] });
  for (const goal of ["ready", "condition=complete"]) {
    const { code, stdout, stderr } = await stage.start(
      `wait job/import --for=${goal} --timeout=1h`,
    );
    assertEquals([code, stdout, stderr], [1, [], [
      'error: job.batch/import: job "import" has failed: BackoffLimitExceeded',
    ]]);
  }
});

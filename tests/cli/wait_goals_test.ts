/**
 * `wait` with all conditions and selections of `kubectl wait`, against an API
 * server over HTTP.
 *
 * @module
 */

import { assertEquals, assertStringIncludes } from "@std/assert";
import type { KubernetesObject } from "../../mod.ts";
import { FakeIo } from "../support/cli_io.ts";
import { CliStage } from "../support/cli_stage.ts";

function pod(
  name: string,
  parts: { ready?: boolean; phase?: string; namespace?: string } = {},
): KubernetesObject {
  const { ready = false, phase = "Pending", namespace = "default" } = parts;
  const object = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace, labels: { app: "web" } },
    status: {
      phase,
      conditions: [{ type: "Ready", status: ready ? "True" : "False" }],
    },
  };
  return object;
}

function deployment(name: string): KubernetesObject {
  const object = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: "default" },
    spec: { replicas: 1, selector: { matchLabels: { app: name } } },
    status: { conditions: [{ type: "Available", status: "False" }] },
  };
  return object;
}

const PODS = "/api/v1/namespaces/default/pods";
const READY = { status: { conditions: [{ type: "Ready", status: "True" }] } };

Deno.test("wait waits for named objects over one watch", async () => {
  await using stage = await CliStage.set({
    objects: [
      pod("a", { ready: true }),
      pod("b"),
      pod("c", { ready: true }),
      pod("d"),
    ],
  });
  const waiting = stage.start(
    "wait pod/c pod/a pod/b pods/a --for=condition=Ready",
  );
  await stage.server.watchStarted(1);
  stage.server.patch(`${PODS}/b`, READY);
  const { code, stdout } = await waiting;
  assertEquals([code, stdout], [
    0,
    ["pod/c condition met", "pod/a condition met", "pod/b condition met"],
  ]);
  assertEquals(stage.server.watchStarts, 1);
  assertEquals(stage.server.requests.length, 2);
});

Deno.test("wait watches each name if it may not list all objects", async () => {
  await using stage = await CliStage.set({
    objects: [pod("a", { ready: true }), pod("b")],
  });
  stage.server.failNext({ status: 403 });
  const args = "pod/a pod/b pod/c --for=condition=Ready --timeout=0";
  const { code, stdout, stderr } = await stage.start(`wait ${args}`);
  assertEquals([code, stdout], [1, ["pod/a condition met"]]);
  assertEquals(
    stderr.filter((line) => /^error/i.test(line)),
    [
      'Error from server (NotFound): pods "c" not found',
      "error: condition not met for pods/b",
    ],
  );
  assertEquals(
    stage.server.requests.map(({ query }) => query.fieldSelector),
    [undefined, ...["a", "b", "c"].map((name) => `metadata.name=${name}`)],
  );
});

Deno.test("wait --for=create starts before the object exists", async () => {
  await using stage = await CliStage.set();
  const waiting = stage.start(
    "wait pod/a pod/b --for=condition=Ready --for=create",
  );
  await stage.server.watchStarted(1);
  stage.server.create(pod("b", { ready: true }));
  stage.server.create(pod("other", { ready: true }));
  stage.server.create(pod("a"));
  stage.server.patch(`${PODS}/a`, READY);
  const { code, stdout } = await waiting;
  assertEquals(code, 0);
  assertEquals(stdout, [
    "pod/b condition met",
    "pod/b condition met",
    "pod/a condition met",
    "pod/a condition met",
  ]);
});

Deno.test("wait --for=create accepts the first objects of a selection", async () => {
  await using stage = await CliStage.set();
  const waiting = stage.start("wait configmaps,pods -l app=web --for=create");
  await stage.server.watchStarted(2);
  stage.server.create(pod("a"));
  assertEquals(await waiting, {
    code: 0,
    stdout: ["pod/a condition met"],
    stderr: ["0 of 2 met; configmaps: none there yet; and 1 more"],
  });
});

Deno.test("wait for a creation goes on with what has come", async () => {
  await using stage = await CliStage.set();
  const io = new FakeIo();
  const waiting = stage.start(
    "wait pods -l app=web --for=create --for=condition=Ready",
    io,
  );
  await stage.server.watchStarted(1);
  stage.server.create(pod("a"));
  await io.stdout.wrote("pod/a condition met");
  stage.server.patch(`${PODS}/a`, READY);
  const { code, stdout } = await waiting;
  assertEquals(code, 0);
  assertEquals(stdout, ["pod/a condition met", "pod/a condition met"]);
});

Deno.test("wait --for=create reports what was not created", async () => {
  await using stage = await CliStage.set();
  assertEquals(await stage.start("wait pods --all --for=create --timeout=0"), {
    code: 1,
    stdout: [],
    stderr: [
      "pods: none there yet",
      "error: condition not met for pods",
    ],
  });
  assertEquals(await stage.start("wait pod/a --for=create --timeout=0"), {
    code: 1,
    stdout: [],
    stderr: [
      "pods/a: not there yet",
      "error: condition not met for pods/a",
    ],
  });
});

Deno.test("wait waits for several conditions in turn", async () => {
  await using stage = await CliStage.set({
    objects: [pod("a", { ready: true })],
  });
  const waiting = stage.start(
    "wait pod/a --for=condition=Ready --for=jsonpath={.status.phase}=Running",
  );
  await stage.server.watchStarted(1);
  stage.server.patch(`${PODS}/a`, { status: { phase: "Running" } });
  assertEquals(await waiting, {
    code: 0,
    stdout: ["pod/a condition met", "pod/a condition met"],
    stderr: ["pod/a: {.status.phase} is Pending, not Running"],
  });
});

Deno.test("wait reports an object whose condition throws, and continues", async () => {
  await using stage = await CliStage.set({ objects: [pod("a"), pod("b")] });
  const { code, stdout, stderr } = await stage.start(
    "wait pods --all --for=jsonpath={.status.conditions[*]['type','status']}",
  );
  assertEquals([code, stdout], [1, []]);
  assertEquals(stderr.map((line) => line.split(":").slice(0, 2).join(":")), [
    "error: pod/a",
    "error: pod/b",
  ]);
});

Deno.test("wait prints objects in the requested format", async () => {
  await using stage = await CliStage.set({ objects: [pod("a"), pod("b")] });
  const print = async (form: string) => {
    const io = new FakeIo();
    await stage.start(`wait pods --all --for=create -o ${form}`, io);
    return io.stdout.text;
  };
  assertEquals(await print("name"), "pod/a\npod/b\n");
  assertEquals(await print("jsonpath={.metadata.name}"), "ab");
  assertEquals(
    await print("jsonpath-as-json={.metadata.name}"),
    '[\n    "a"\n]\n[\n    "b"\n]\n',
  );
  const [first = "", second = ""] = (await print("yaml")).split("---\n");
  assertStringIncludes(first, "kind: Pod\nmetadata:\n");
  assertStringIncludes(second, "  name: b\n  namespace: default\n");
  const json = (await print("json")).split(/(?<=^\}\n)/m);
  assertEquals(
    json.map((text) => JSON.parse(text).metadata.name),
    ["a", "b"],
  );
});

Deno.test("wait fails if it cannot print an object", async () => {
  await using stage = await CliStage.set({ objects: [pod("a")] });
  const { code, stderr } = await stage.start(
    "wait pod/a --for=create -o jsonpath={.nope} --allow-missing-template-keys=false",
  );
  assertEquals(code, 1);
  assertEquals(stderr, ["error: cannot print pod/a: nope is not found"]);
});

Deno.test("wait rejects a malformed template before the first request", async () => {
  await using stage = await CliStage.set({ objects: [pod("a")] });
  const { code, stderr } = await stage.start(
    "wait pod/a --for=create -o jsonpath={",
  );
  assertEquals([code, stderr.length], [2, 1]);
  assertStringIncludes(stderr[0] ?? "", "malformed jsonpath template");
  assertEquals(stage.server.requests, []);
});

Deno.test("wait reads manifests from standard input", async () => {
  await using stage = await CliStage.set({
    objects: [pod("a"), pod("b", { namespace: "x" })],
  });
  const text = `
apiVersion: v1
kind: Pod
metadata: {name: a}
---
# Nothing here.
---
apiVersion: v1
kind: PodList
items:
- metadata: {name: b, namespace: x}
`;
  const stdin = { read: () => Promise.resolve(text) };
  const io = Object.assign(new FakeIo(), { stdin });
  const { code, stdout } = await stage.start("wait -f - --for=create", io);
  assertEquals(code, 0);
  assertEquals(stdout.sort(), ["pod/a condition met", "pod/b condition met"]);
});

Deno.test("wait reports which pod is failing", async () => {
  await using stage = await CliStage.set({ objects: [deployment("web")] });
  const io = new FakeIo();
  const waiting = stage.start(
    "wait deployment/web --for=condition=Available",
    io,
  );
  await stage.server.watchStarted(2);
  stage.server.create({
    ...pod("web-1"),
    ...{
      status: {
        containerStatuses: [
          { name: "c", state: { waiting: { reason: "ImagePullBackOff" } } },
        ],
      },
    },
  });
  await io.stderr.wrote("pod web-1: ImagePullBackOff");
  stage.server.patch("/apis/apps/v1/namespaces/default/deployments/web", {
    status: { conditions: [{ type: "Available", status: "True" }] },
  });
  assertEquals((await waiting).code, 0);
  assertEquals(
    stage.server.requests.filter(({ path }) => path === PODS)
      .map(({ query }) => query.labelSelector),
    ["app=web", "app=web"],
  );
});

Deno.test("wait does not report pods that it may not list", async () => {
  await using stage = await CliStage.set({ objects: [deployment("web")] });
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  stage.server.failNext({
    status: 403,
    count: Infinity,
    match({ path }) {
      if (path === PODS) resolve();
      return path === PODS;
    },
  });
  const waiting = stage.start("wait deployment/web --for=condition=Available");
  await asked;
  stage.server.patch("/apis/apps/v1/namespaces/default/deployments/web", {
    status: { conditions: [{ type: "Available", status: "True" }] },
  });
  assertEquals(await waiting, {
    code: 0,
    stdout: ["deployment.apps/web condition met"],
    stderr: ["deployment.apps/web: Available=False: 0 of 1 replica available"],
  });
});

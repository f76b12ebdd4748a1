/**
 * The objects for the comparison of command lines: objects of all kinds that
 * they can wait for, in all states, created once.
 */

import { podNamed } from "./_changes.ts";
import { conditionStatus } from "../control_plane/fake_node.ts";
import { poll } from "./_within.ts";
import {
  type ControlPlane,
  RequestError,
} from "../control_plane/control_plane.ts";
import type { JsonObject } from "../control_plane/json_client.ts";

const core = "/api/v1/namespaces/default";
const apps = "/apis/apps/v1/namespaces/default";
const extensions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const example = "/apis/example.com/v1";

const { spec: podSpec } = podNamed("any");
const nowhere = { nodeSelector: { "kubernetes.io/hostname": "none" } };

/** Creates all objects, and waits until they no longer change. */
export async function makeCliState(plane: ControlPlane): Promise<void> {
  await plane.request("POST", "/api/v1/namespaces", {
    metadata: { name: "shop" },
  });
  await makeConfigs(plane);
  await makeWidgets(plane);
  await makeWorkloads(plane);
  await makePods(plane);
  await settle(plane);
}

async function makeConfigs(plane: ControlPlane): Promise<void> {
  for (const name of ["settings", "colours"]) {
    await plane.request("POST", `${core}/configmaps`, {
      metadata: { name, labels: { set: "both" } },
      data: { mode: "dark", "odd.key": "yes" },
    });
  }
}

async function makeWidgets(plane: ControlPlane): Promise<void> {
  await plane.request("POST", extensions, definition("widget", "Namespaced"));
  await plane.request("POST", extensions, definition("gear", "Cluster"));
  // As that of kube-ovn: the short name of the built-in ipaddresses.
  await plane.request("POST", extensions, definition("ip", "Cluster"));
  for (const name of ["widgets", "gears", "ips"]) {
    await poll(`${name} to be established`, async () => {
      const path = `${extensions}/${name}.example.com`;
      const found = await plane.request("GET", path);
      return conditionStatus(found, "Established") === "True";
    });
  }
  const widgets = `${example}/namespaces/default/widgets`;
  await makeCustom(plane, widgets, "Widget", "w1");
  await makeCustom(plane, `${example}/gears`, "Gear", "g1");
  await makeCustom(plane, `${example}/ips`, "Ip", "vm1");
  await makeLarge(plane);
}

/** Creates a gear with an integer that JavaScript would round. */
async function makeLarge(plane: ControlPlane): Promise<void> {
  const path = `${plane.directory}/large.json`;
  await Deno.writeTextFile(
    path,
    '{"apiVersion":"example.com/v1","kind":"Gear","metadata":{"name":"large"},"spec":{"size":9007199254740993,"sizes":[-9223372036854775808,9223372036854775807]}}',
  );
  const { code, stderr } = await plane.kubectl(["create", "-f", path]);
  if (code !== 0) throw new Error(`cannot create the large gear: ${stderr}`);
}

function definition(singular: string, scope: string): JsonObject {
  const plural = `${singular}s`;
  const kind = `${singular.charAt(0).toUpperCase()}${singular.slice(1)}`;
  const schema = {
    openAPIV3Schema: {
      type: "object",
      "x-kubernetes-preserve-unknown-fields": true,
    },
  };
  const columns = [
    { name: "Size", type: "integer", jsonPath: ".spec.size" },
    { name: "Colour", type: "string", jsonPath: ".spec.colour", priority: 1 },
  ];
  return {
    metadata: { name: `${plural}.example.com` },
    spec: {
      group: "example.com",
      scope,
      names: { plural, singular, kind, shortNames: [`${singular.charAt(0)}x`] },
      versions: [{
        name: "v1",
        served: true,
        storage: true,
        schema,
        additionalPrinterColumns: columns,
      }],
    },
  };
}

async function makeCustom(
  plane: ControlPlane,
  path: string,
  kind: string,
  name: string,
): Promise<void> {
  // An established resource may not be served immediately.
  await poll(`${path} to be served`, async () => {
    try {
      await plane.request("POST", path, {
        apiVersion: "example.com/v1",
        kind,
        metadata: { name },
        spec: { size: 3, colour: "red" },
        status: { conditions: [{ type: "Ready", status: "True" }] },
      });
      return true;
    } catch (error) {
      // A request that appeared to fail may have created it.
      return error instanceof RequestError && error.code === 409;
    }
  });
}

function workload(name: string, more: object, pod: object = {}): JsonObject {
  const labels = { app: name };
  return {
    metadata: { name, labels },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { ...podSpec as object, ...pod },
      },
      ...more,
    },
  };
}

async function makeWorkloads(plane: ControlPlane): Promise<void> {
  const deployments = `${apps}/deployments`;
  const expiring = { replicas: 1, progressDeadlineSeconds: 2 };
  const byHand = { replicas: 1, updateStrategy: { type: "OnDelete" } };
  const service = { serviceName: "none" };
  for (
    const [path, body] of [
      [deployments, workload("web", { replicas: 2 })],
      [deployments, workload("stuck", { replicas: 2 }, nowhere)],
      [deployments, workload("expired", expiring, nowhere)],
      [`${apps}/statefulsets`, workload("db", { replicas: 1, ...service })],
      [`${apps}/statefulsets`, workload("byhand", { ...byHand, ...service })],
      [`${apps}/daemonsets`, workload("agent", {})],
    ] as const
  ) {
    await plane.request("POST", path, body);
  }
}

async function makePods(plane: ControlPlane): Promise<void> {
  for (const name of ["pod-a", "pod-b"]) {
    const pod = podNamed(name);
    const labels = { tier: "front" };
    const metadata = { ...pod.metadata, labels };
    await plane.request("POST", `${core}/pods`, { ...pod, metadata });
  }
  await plane.request(
    "POST",
    "/api/v1/namespaces/shop/pods",
    {
      ...podNamed("till"),
      metadata: { name: "till", labels: { tier: "front" } },
    },
  );
}

/** Waits until no object changes by itself any more. */
async function settle(plane: ControlPlane): Promise<void> {
  const ready = async (path: string, type: string, status: string) => {
    await poll(
      `${path} to be ${type}=${status}`,
      async () =>
        conditionStatus(await plane.request("GET", path), type) === status,
    );
  };
  for (const name of ["pod-a", "pod-b"]) {
    await ready(`${core}/pods/${name}`, "Ready", "True");
  }
  await ready("/api/v1/namespaces/shop/pods/till", "Ready", "True");
  await ready(`${apps}/deployments/web`, "Available", "True");
  await ready(`${apps}/deployments/expired`, "Progressing", "False");
  for (
    const [path, field] of [
      ["statefulsets/db", "readyReplicas"],
      ["statefulsets/byhand", "readyReplicas"],
      ["daemonsets/agent", "numberReady"],
    ]
  ) {
    await poll(`${path} to be ready`, async () => {
      const { status } = await plane.request("GET", `${apps}/${path}`);
      return Object.entries(status ?? {}).some(([name, value]) =>
        name === field && value === 1
      );
    });
  }
}

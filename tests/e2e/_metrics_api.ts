/**
 * An API behind the aggregator that answers as metrics-server does: it computes
 * its objects at each request, so that its lists have no version and it cannot
 * be watched. The refusal is the one that kube-apiserver's own machinery, on
 * which metrics-server is built, gives for such a resource.
 *
 * @module
 */

import {
  issueServiceCertificate,
  registerApi,
} from "../control_plane/aggregated_api.ts";
import type { ControlPlane } from "../control_plane/control_plane.ts";

const group = "metrics.k8s.io";
const version = "v1beta1";
const apiVersion = `${group}/${version}`;
const root = `/apis/${apiVersion}`;

/** The metrics of the pods in the namespace `default`. */
export const podMetricsPath = `${root}/namespaces/default/pods`;

const resources = {
  kind: "APIResourceList",
  apiVersion: "v1",
  groupVersion: apiVersion,
  resources: [{
    name: "pods",
    singularName: "",
    namespaced: true,
    kind: "PodMetrics",
    verbs: ["get", "list"],
  }],
};

const refusal = {
  kind: "Status",
  apiVersion: "v1",
  metadata: {},
  status: "Failure",
  message: 'watch is not supported on resources of kind "pods.metrics.k8s.io"',
  reason: "MethodNotAllowed",
  details: { group, kind: "pods" },
  code: 405,
};

function metricsOf(name: string): Record<string, unknown> {
  return {
    metadata: { name, namespace: "default" },
    timestamp: new Date().toISOString(),
    window: "15s",
    containers: [{ name: "main", usage: { cpu: "1m", memory: "1Mi" } }],
  };
}

function answer(request: Request): Response {
  const { pathname, searchParams } = new URL(request.url);
  if (pathname === root) return Response.json(resources);
  if (pathname === podMetricsPath) {
    return searchParams.get("watch") === "true"
      ? Response.json(refusal, { status: 405 })
      : Response.json({
        kind: "PodMetricsList",
        apiVersion,
        metadata: {},
        items: [metricsOf("web")],
      });
  }
  if (pathname === `${podMetricsPath}/web`) {
    return Response.json({
      kind: "PodMetrics",
      apiVersion,
      ...metricsOf("web"),
    });
  }
  return new Response("404 page not found\n", { status: 404 });
}

/**
 * Starts the server and registers its API.
 *
 * @param plane A control plane with the option `aggregation`.
 * @returns The server.
 */
export async function startMetricsApi(
  plane: ControlPlane,
): Promise<AsyncDisposable> {
  const service = "metrics-server";
  const { caCert, server } = await issueServiceCertificate(service);
  await using stack = new AsyncDisposableStack();
  const http = stack.use(Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    cert: server.certificate,
    key: server.key,
    onListen: () => {},
  }, answer));
  const { port } = http.addr;
  await registerApi(plane, { group, version, service, port, caCert });
  return stack.move();
}

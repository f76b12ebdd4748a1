/**
 * Wait for Kubernetes objects and watch them, on any JavaScript runtime:
 * client-go's
 * [`tools/watch`](https://pkg.go.dev/k8s.io/client-go/tools/watch) and
 * [`tools/cache/synctrack`](https://pkg.go.dev/k8s.io/client-go/tools/cache/synctrack)
 * for TypeScript, with `ReadableStream` for results and `AbortSignal` for
 * contexts. Only requires `fetch`, and does no I/O when imported.
 *
 * @example Wait for a Deployment to become available
 * ```ts
 * import {
 *   isConditionTrue,
 *   resourcePath,
 *   RestListerWatcher,
 *   waitFor,
 * } from "@watchtools/kube";
 * import { FakeApiServer } from "@watchtools/kube/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = new FakeApiServer();
 * const deployments = new RestListerWatcher({
 *   server: "https://kubernetes.default.svc",
 *   path: resourcePath({
 *     apiVersion: "apps/v1",
 *     plural: "deployments",
 *     namespace: "default",
 *   }),
 *   fetch: server.fetch, // On a cluster: a token, or Cluster of ./cluster
 * });
 * server.create({
 *   apiVersion: "apps/v1",
 *   kind: "Deployment",
 *   metadata: { name: "web", namespace: "default" },
 *   status: { conditions: [{ type: "Available", status: "True" }] },
 * });
 *
 * const [web] = await waitFor(deployments, isConditionTrue("Available"), {
 *   name: "web",
 *   timeoutMs: 30_000,
 * });
 * assertEquals(web?.metadata?.name, "web");
 * ```
 *
 * @module
 */

export * from "./synctrack/mod.ts";
export * from "./watch/mod.ts";

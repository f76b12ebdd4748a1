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
 *   type KubernetesObject,
 *   listWatchUntil,
 *   resourcePath,
 *   RestListerWatcher,
 * } from "@watchtools/kube";
 * import { FakeApiServer } from "@watchtools/kube/testing";
 * import { assertEquals } from "@std/assert";
 *
 * interface Deployment extends KubernetesObject {
 *   status?: { conditions?: { type: string; status: string }[] };
 * }
 *
 * await using server = new FakeApiServer();
 * const deployments = new RestListerWatcher<Deployment>({
 *   server: "https://kubernetes.default.svc",
 *   path: resourcePath({
 *     apiVersion: "apps/v1",
 *     plural: "deployments",
 *     namespace: "default",
 *   }),
 *   fieldSelector: "metadata.name=web",
 *   fetch: server.fetch,
 * });
 *
 * server.create({
 *   apiVersion: "apps/v1",
 *   kind: "Deployment",
 *   metadata: { name: "web", namespace: "default" },
 *   status: { conditions: [{ type: "Available", status: "True" }] },
 * });
 * const event = await listWatchUntil(deployments, (event) =>
 *   event.type !== "ERROR" && event.type !== "BOOKMARK" &&
 *   (event.object.status?.conditions ?? []).some(
 *     ({ type, status }) => type === "Available" && status === "True",
 *   ), { signal: AbortSignal.timeout(30_000) });
 * assertEquals(event.type, "ADDED");
 * ```
 *
 * @module
 */

export * from "./synctrack/mod.ts";
export * from "./watch/mod.ts";

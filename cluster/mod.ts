/**
 * Connects to clusters with the credentials, TLS settings and proxies that
 * `kubectl` would use: from a kubeconfig file, from the service account of a
 * pod, or from client-node's `KubeConfig`.
 *
 * Importing this does no I/O and does not load client-node, which is slow to
 * load and needed only for the auth providers `oidc`, `gcp` and `azure`.
 *
 * @example List the pods of the cluster that kubectl would use
 * ```ts
 * import { Cluster } from "@watchtools/kube/cluster";
 * import { FakeApiServer } from "@watchtools/kube/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = new FakeApiServer();
 * await using listener = await server.listen();
 *
 * // Without options: from KUBECONFIG, ~/.kube/config, or the service account.
 * await using cluster = Cluster.fromDefault({ server: listener.url });
 * const pods = await cluster.listerWatcher({ apiVersion: "v1", plural: "pods" });
 * assertEquals((await pods.list({})).items, []);
 * ```
 *
 * @module
 */

export * from "./cluster.ts";
export type * from "./cluster_options.ts";
export * from "./kubeconfig_error.ts";
export * from "./unknown_kind_error.ts";

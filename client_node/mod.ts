/**
 * For programs that use `npm:@kubernetes/client-node`: its typed API calls as
 * listers and watchers, an informer with its `makeInformer`'s signature, and
 * `Cluster`, which takes its `KubeConfig`.
 *
 * Importing this does not load client-node.
 *
 * @example List pods with client-node's KubeConfig
 * ```ts
 * import { KubeConfig } from "@kubernetes/client-node";
 * import { Cluster } from "@watchtools/kube/client-node";
 * import { FakeApiServer } from "@watchtools/kube/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = new FakeApiServer();
 * await using listener = await server.listen();
 * const kubeConfig = new KubeConfig();
 * kubeConfig.loadFromClusterAndUser(
 *   { name: "fake", server: listener.url, skipTLSVerify: true },
 *   { name: "me" },
 * );
 *
 * await using cluster = Cluster.fromKubeConfig(kubeConfig);
 * const pods = await cluster.listerWatcher({ apiVersion: "v1", plural: "pods" });
 * assertEquals((await pods.list({})).items, []);
 * ```
 *
 * @module
 */

export * from "../cluster/mod.ts";
export * from "./client_node_informer.ts";
export * from "./client_node_lister.ts";
export * from "./make_informer.ts";
export type * from "./typed_list.ts";

/** A short script that uses this library with a kubeconfig. */
import { Cluster } from "@watchtools/kube/client-node";
await using cluster = Cluster.fromDefault();
const { namespace } = cluster;
const what = { apiVersion: "v1", plural: "pods", namespace };
await (await cluster.listerWatcher(what)).list({});

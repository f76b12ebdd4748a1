/** A short script that uses only client-node. */
import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
const kubeConfig = new KubeConfig();
kubeConfig.loadFromDefault();
const api = kubeConfig.makeApiClient(CoreV1Api);
await api.listNamespacedPod({ namespace: "default" });

/**
 * A typical program that uses client-node: it prints what happens to the pods
 * of a namespace. `_moved_informer_program.ts` is the same, but imports
 * `makeInformer` from this package.
 */

import process from "node:process";
import { CoreV1Api, KubeConfig, type V1Pod } from "@kubernetes/client-node";
import { makeInformer } from "@watchtools/kube/client-node";

const kubeConfig = new KubeConfig();
kubeConfig.loadFromDefault();
const coreApi = kubeConfig.makeApiClient(CoreV1Api);

const informer = makeInformer(
  kubeConfig,
  "/api/v1/namespaces/default/pods",
  () => coreApi.listNamespacedPod({ namespace: "default" }),
);

function show(verb: string): (pod: V1Pod) => void {
  return ({ metadata }) => {
    const known = informer.get(metadata?.name ?? "", metadata?.namespace);
    const stored = known?.metadata?.resourceVersion ?? "gone";
    print(`${verb} ${metadata?.name} ${metadata?.resourceVersion} ${stored}`);
  };
}

informer.on("add", show("add"));
informer.on("update", show("update"));
informer.on("delete", show("delete"));
informer.on("connect", () => print("connect"));
informer.on("error", (error) => print(`error ${error.message}`));

process.once("SIGTERM", async () => {
  await informer.stop();
  print(`stopped with ${informer.list().length}`);
});

await informer.start();
print(`started with ${informer.list("default").length}`);

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

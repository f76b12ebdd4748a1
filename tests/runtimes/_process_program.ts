/**
 * The suite as a program of Deno, Node or Bun: `_process_program.ts STAGE`. It
 * ends by itself: nothing that the package leaves behind keeps it alive.
 */

import process from "node:process";
import { RestListerWatcher } from "@watchtools/kube";
import { Cluster } from "@watchtools/kube/cluster";
import type { Behavior } from "./_behaviors.ts";
import { kubeConfigFor, TOKEN } from "./_kube_config.ts";
import { runSuite } from "./_suite.ts";

/** A cluster whose certificate is signed by its own authority. */
const reachesCluster: Behavior = async (call) => {
  const { id, url, ca } = await call("open", { tls: true, token: TOKEN });
  try {
    await using cluster = Cluster.fromKubeConfig(kubeConfigFor(url, ca));
    const objects = new RestListerWatcher({
      ...cluster.restOptions,
      path: "/api/v1/namespaces/default/configmaps",
    });
    const { items } = await objects.list({});
    if (items.length !== 0) throw new Error("expected an empty list");
  } finally {
    await call("close", id);
  }
};

const [stage = ""] = process.argv.slice(2);
await runSuite({
  stage,
  more: new Map([["Cluster with an authority of its own", reachesCluster]]),
});

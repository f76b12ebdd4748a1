/**
 * Following the rollout of one object.
 *
 * @module
 */

import { assertEquals, assertRejects } from "@std/assert";
import type { KubernetesObject } from "../../mod.ts";
import { followRollout } from "../../cli/_rollout_follower.ts";
import { FakeListerWatcher } from "../../testing/mod.ts";

function daemonSet(apiVersion: string): KubernetesObject {
  return Object.assign({
    apiVersion,
    kind: "DaemonSet",
    metadata: { name: "web", namespace: "default", generation: 1 },
  }, {
    spec: { updateStrategy: { type: "RollingUpdate" } },
    status: { observedGeneration: 1 },
  });
}

/** What a rollout reports. */
async function follow(object: KubernetesObject): Promise<string[]> {
  const reported: string[] = [];
  await followRollout(new FakeListerWatcher({ objects: [object] }), {
    signal: new AbortController().signal,
    timeoutMs: 0,
    watch: true,
    revision: 0,
    check: () => undefined,
    onStatus: (message) => void reported.push(message),
    onRetry: () => {},
  });
  return reported;
}

Deno.test("followRollout() reports a rollout", async () => {
  assertEquals(await follow(daemonSet("apps/v1")), [
    'daemon set "web" successfully rolled out',
  ]);
});

Deno.test("followRollout() refuses a kind of the same name in another group", async () => {
  await assertRejects(
    () => follow(daemonSet("apps.kruise.io/v1alpha1")),
    TypeError,
    "no status viewer has been implemented for DaemonSet.apps.kruise.io: rollout status is for DaemonSet.apps",
  );
});

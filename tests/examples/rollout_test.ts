// The rollout before the change is not mistaken for the one after it.

import { assertEquals, assertRejects } from "@std/assert";
import { ConditionNotMetError, RestListerWatcher } from "@watchtools/kube";
import { FakeApiServer } from "@watchtools/kube/testing";
import { rollOut } from "../../examples/rollout.ts";

const PATH = "/apis/apps/v1/namespaces/default/deployments";
const WEB = `${PATH}/web`;

/** A server with a Deployment that is already rolled out. */
function stage() {
  const server = new FakeApiServer({
    objects: [{
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "web", namespace: "default", generation: 1 },
      spec: { replicas: 2 },
      status: statusOf(1, 2),
    }],
  });
  const deployments = new RestListerWatcher({
    server: "http://fake",
    path: PATH,
    fetch: server.fetch,
  });
  const change = () => {
    const { metadata } = server.patch(WEB, { spec: { paused: false } });
    return Promise.resolve(metadata?.generation);
  };
  return { server, deployments, change };
}

function statusOf(observedGeneration: number, updatedReplicas: number) {
  return {
    observedGeneration,
    replicas: 2,
    updatedReplicas,
    availableReplicas: updatedReplicas,
  };
}

Deno.test("rollOut() waits for the rollout of its own change", async () => {
  const { server, deployments, change } = stage();
  await using _server = server;
  const lines: string[] = [];
  const rolledOut = rollOut(deployments, {
    name: "web",
    change,
    timeoutMs: 0,
    log: (line) => lines.push(line),
  });
  await server.watchStarted(1);
  const generation = Number(server.get(WEB)?.metadata?.generation);
  server.patch(WEB, { status: statusOf(generation, 1) });
  server.patch(WEB, { status: statusOf(generation, 2) });
  const deployment = await rolledOut;
  assertEquals(generation, 2);
  assertEquals(deployment?.metadata?.generation, generation);
  assertEquals(lines.at(-1), "web: rolled out");
});

Deno.test("rollOut() says how far it came when it times out", async () => {
  const { server, deployments, change } = stage();
  await using _server = server;
  const error = await assertRejects(
    () =>
      rollOut(deployments, {
        name: "web",
        change,
        timeoutMs: 1,
        log: () => {},
      }),
    ConditionNotMetError,
  );
  assertEquals(error.timedOut, true);
});

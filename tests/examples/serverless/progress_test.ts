// What is streamed, and that nothing is watched for a client that has gone.

import { assertEquals } from "@std/assert";
import { FakeListerWatcher } from "@watchtools/kube/testing";
import { streamRollout } from "../../../examples/serverless/progress.ts";

const web = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", generation: 1 },
  spec: { replicas: 1 },
};
const status = { observedGeneration: 1, replicas: 1, updatedReplicas: 1 };

Deno.test("streamRollout() streams the progress until it is ready", async () => {
  const deployments = new FakeListerWatcher({ objects: [web] });
  const response = streamRollout(deployments, {
    name: "web",
    timeoutMs: 600_000,
    signal: new AbortController().signal,
  });
  assertEquals(response.headers.get("content-type"), "text/event-stream");
  const text = response.text();
  await deployments.watchCalled(1);
  deployments.modify({ ...web, ...{ status } });
  deployments.modify({
    ...web,
    ...{ status: { ...status, availableReplicas: 1 } },
  });
  assertEquals((await text).trim().split("\n\n"), [
    'event: progress\ndata: "the newest specification has not been observed"',
    'event: progress\ndata: "0 of 1 replica available"',
    'event: ready\ndata: "web"',
  ]);
  assertEquals(deployments.openWatches, 0);
});

Deno.test("streamRollout() says why it has failed", async () => {
  const response = streamRollout(new FakeListerWatcher({ objects: [web] }), {
    name: "web",
    timeoutMs: 1,
    signal: new AbortController().signal,
  });
  const last = (await response.text()).trim().split("\n\n").at(-1) ?? "";
  assertEquals(last.split("\n")[0], "event: failed");
});

for (const how of ["aborts", "cancels"]) {
  Deno.test(`streamRollout() stops watching when the client ${how}`, async () => {
    const deployments = new FakeListerWatcher({ objects: [web] });
    const client = new AbortController();
    const response = streamRollout(deployments, {
      name: "web",
      timeoutMs: 600_000,
      signal: client.signal,
    });
    await deployments.watchCalled(1);
    if (how === "aborts") client.abort();
    else await response.body?.cancel();
    while (deployments.openWatches > 0) await Promise.resolve();
  });
}

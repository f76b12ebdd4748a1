// The exit status of each step, and the file between them.

import { assertEquals } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import type { KubernetesObject } from "@watchtools/kube";
import { FakeListerWatcher } from "@watchtools/kube/testing";
import { waitOneStep } from "../../../examples/serverless/ci_steps.ts";

const web = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", generation: 1 },
  spec: { replicas: 1 },
};
const status = {
  observedGeneration: 1,
  replicas: 1,
  updatedReplicas: 1,
  availableReplicas: 1,
};

/** The steps of a job, with the clock in between in their hands. */
async function job(
  run: (
    step: (budgetMs: number) => Promise<number>,
    deployments: FakeListerWatcher,
    lines: string[],
  ) => Promise<void>,
): Promise<void> {
  const directory = await Deno.makeTempDir();
  const deployments = new FakeListerWatcher<KubernetesObject>({
    objects: [web],
  });
  const lines: string[] = [];
  const step = (budgetMs: number) =>
    waitOneStep(deployments, {
      name: "web",
      file: `${directory}/rollout.json`,
      budgetMs,
      timeoutMs: 60_000,
      log: (line) => lines.push(line),
    });
  try {
    await run(step, deployments, lines);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("waitOneStep() goes on until it is rolled out", async () => {
  await job(async (step, deployments, lines) => {
    assertEquals(await step(300), 75);
    deployments.modify({ ...web, ...{ status } });
    assertEquals(await step(30_000), 0);
    assertEquals(lines.length, 2);
    assertEquals(lines[1], "web: rolled out");
  });
});

Deno.test("waitOneStep() gives up when all steps have taken too long", async () => {
  await job(async (step, _, lines) => {
    assertEquals(await step(300), 75);
    {
      // A day later.
      using time = new FakeTime(Date.now() + 86_400_000);
      const last = step(30_000);
      let isSettled = false;
      last.finally(() => isSettled = true);
      while (!isSettled) await time.tickAsync(10);
      assertEquals(await last, 1);
    }
    assertEquals(lines.length, 2);
  });
});

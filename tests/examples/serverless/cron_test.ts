// Each failed pod is reported once, and two runs at once do no harm.

import { assertEquals } from "@std/assert";
import { MemoryCheckpointStore } from "@watchtools/kube/serverless";
import { FakeListerWatcher } from "@watchtools/kube/testing";
import { FakeTime } from "@std/testing/time";
import { type Pod, reportFailures } from "../../../examples/serverless/cron.ts";
import { settleInTime } from "../../support/settle_in_time.ts";

function pod(name: string, phase: string, reason?: string): Pod {
  return {
    metadata: { name, namespace: "shop" },
    status: { phase, ...(reason === undefined ? {} : { reason }) },
  };
}

Deno.test("reportFailures() reports each failed pod once", async () => {
  const pods = new FakeListerWatcher<Pod>();
  const checkpoints = new MemoryCheckpointStore();
  const lines: string[] = [];
  using time = new FakeTime();
  const run = () =>
    settleInTime(
      time,
      reportFailures(pods, {
        checkpoints,
        budgetMs: 2_000,
        report: (line) => {
          lines.push(line);
        },
      }),
    );
  pods.add(pod("old", "Failed", "Evicted"));
  assertEquals(await run(), 1);
  pods.add(pod("web", "Running"));
  pods.modify(pod("web", "Failed"));
  pods.delete("shop/old");
  assertEquals(await run(), 3);
  assertEquals(await run(), 0);
  assertEquals(lines, ["shop/old: Evicted", "shop/web: no reason given"]);
});

Deno.test("reportFailures() leaves the rest to a run that is at it", async () => {
  const pods = new FakeListerWatcher<Pod>();
  const checkpoints = new MemoryCheckpointStore();
  pods.add(pod("web", "Failed"));
  using time = new FakeTime();
  const run = () =>
    reportFailures(pods, { checkpoints, budgetMs: 2_000, report: () => {} });
  const results = await settleInTime(time, Promise.all([run(), run()]));
  assertEquals(results.filter((handled) => handled === undefined).length, 1);
});

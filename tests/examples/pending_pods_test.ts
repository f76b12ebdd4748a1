/**
 * How to test an automation: the fake replaces the cluster and `FakeTime` the
 * clock, so that no test waits for a server or for real time.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { FakeListerWatcher } from "@watchtools/kube/testing";
import { alarmForPendingPods, type Pod } from "../../examples/pending_pods.ts";

const MINUTE_MS = 60_000;
const STEP_MS = 10_000;

const pod = (phase: string, fields: object = {}): Pod => ({
  metadata: { name: "web", namespace: "shop" },
  status: { phase, ...fields },
});

/**
 * Advances time by ten seconds at a time, so that what a timer starts, such as
 * another watch, can finish before the next timer fires.
 */
async function pass(time: FakeTime, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= STEP_MS) {
    await time.tickAsync(Math.min(left, STEP_MS));
  }
  await time.runMicrotasks();
}

/** Starts the automation with a fake. */
function start(pods: FakeListerWatcher<Pod>) {
  const alarms: string[] = [];
  const stop = new AbortController();
  const done = alarmForPendingPods(
    pods,
    (key, why) => alarms.push(`${key}: ${why}`),
    { afterMs: 5 * MINUTE_MS, signal: stop.signal },
  );
  return {
    alarms,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await done;
      // Nothing is left open.
      assertEquals(pods.openWatches, 0);
    },
  };
}

Deno.test("alarmForPendingPods() raises one alarm when the time is over", async () => {
  using time = new FakeTime();
  const pods = new FakeListerWatcher<Pod>();
  await using automation = start(pods);
  await pods.watchCalled(1);
  pods.add(pod("Pending"));
  await pass(time, 5 * MINUTE_MS - 1);
  assertEquals(automation.alarms, []);
  await pass(time, 1);
  assertEquals(automation.alarms, ["shop/web: Pending"]);
  await pass(time, 10 * MINUTE_MS);
  assertEquals(automation.alarms.length, 1);
});

Deno.test("alarmForPendingPods() raises none for a pod that starts in time", async () => {
  using time = new FakeTime();
  const pods = new FakeListerWatcher<Pod>({ objects: [pod("Pending")] });
  await using automation = start(pods);
  await pass(time, 4 * MINUTE_MS);
  pods.modify(pod("Running"));
  await pass(time, 10 * MINUTE_MS);
  assertEquals(automation.alarms, []);
});

Deno.test("alarmForPendingPods() gives each pod of a name its own time", async () => {
  using time = new FakeTime();
  const pods = new FakeListerWatcher<Pod>({ objects: [pod("Pending")] });
  await using automation = start(pods);
  await pass(time, 4 * MINUTE_MS);
  pods.delete(pod("Pending"));
  pods.add(pod("Pending"));
  await pass(time, 4 * MINUTE_MS);
  assertEquals(automation.alarms, []);
  await pass(time, MINUTE_MS);
  assertEquals(automation.alarms.length, 1);
});

Deno.test("alarmForPendingPods() gives the newest reason", async () => {
  using time = new FakeTime();
  const pods = new FakeListerWatcher<Pod>({ objects: [pod("Pending")] });
  await using automation = start(pods);
  await pass(time, MINUTE_MS);
  const waiting = { reason: "ImagePullBackOff" };
  pods.modify(
    pod("Pending", {
      containerStatuses: [{ name: "web", state: { waiting } }],
    }),
  );
  await pass(time, 4 * MINUTE_MS);
  assertEquals(automation.alarms, ["shop/web: Pending: ImagePullBackOff"]);
});

Deno.test("alarmForPendingPods() counts from the creation of the pod", async () => {
  using time = new FakeTime();
  const old = pod("Pending");
  const creationTimestamp = new Date(Date.now() - 4 * MINUTE_MS).toISOString();
  old.metadata = { ...old.metadata, creationTimestamp };
  const pods = new FakeListerWatcher<Pod>({ objects: [old] });
  await using automation = start(pods);
  await pass(time, MINUTE_MS);
  assertEquals(automation.alarms.length, 1);
});

Deno.test("alarmForPendingPods() knows what changed while it could not watch", async () => {
  using time = new FakeTime();
  const pods = new FakeListerWatcher<Pod>({ objects: [pod("Pending")] });
  await using automation = start(pods);
  await pass(time, MINUTE_MS);
  // The pod is deleted while disconnected, and the history with it.
  pods.failNextWatch(new TypeError("connection refused"), 2);
  pods.disconnect({ error: new TypeError("connection reset") });
  pods.delete(pod("Pending"));
  pods.advance();
  pods.compact();
  await pass(time, 10 * MINUTE_MS);
  assertEquals(automation.alarms, []);
});

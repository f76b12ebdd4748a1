// The counts follow the cache.

import { assertEquals } from "@std/assert";
import { FakeListerWatcher } from "@watchtools/kube/testing";
import { type Pod, reportPodsByNode } from "../../examples/pods_by_node.ts";

const pod = (name: string, nodeName?: string): Pod => ({
  metadata: { name },
  spec: nodeName === undefined ? {} : { nodeName },
});

/** Runs it, making one change after each report; stops after the last one. */
async function reports(
  pods: FakeListerWatcher<Pod>,
  changes: readonly (() => unknown)[],
): Promise<string[]> {
  const lines: string[] = [];
  const stop = new AbortController();
  await reportPodsByNode(pods, (node, count) => {
    const change = changes[lines.length];
    lines.push(`${node}: ${count}`);
    if (change === undefined) stop.abort();
    else change();
  }, { signal: stop.signal });
  return lines;
}

Deno.test("reportPodsByNode() reports the current counts and each change", async () => {
  const pods = new FakeListerWatcher<Pod>({
    objects: [pod("a", "one"), pod("b", "one"), pod("c")],
  });
  const lines = await reports(pods, [
    () => pods.modify(pod("c", "two")),
    () => pods.delete(pod("a")),
  ]);
  assertEquals(lines, ["one: 2", "two: 1", "one: 1"]);
  assertEquals(pods.openWatches, 0);
});

Deno.test("reportPodsByNode() counts a node that has lost its last pod", async () => {
  const pods = new FakeListerWatcher<Pod>({ objects: [pod("a", "one")] });
  const lines = await reports(pods, [() => pods.delete(pod("a"))]);
  assertEquals(lines, ["one: 1", "one: 0"]);
});

Deno.test("reportPodsByNode() ends when it is aborted before the sync", async () => {
  const pods = new FakeListerWatcher<Pod>();
  pods.hangNextWatch();
  const stop = new AbortController();
  const running = reportPodsByNode(pods, () => {}, { signal: stop.signal });
  await pods.watchCalled(1);
  stop.abort();
  await running;
});

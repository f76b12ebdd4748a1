/**
 * The pods that say why a workload does not meet its conditions.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { LazyPodWatch } from "../../cli/_lazy_pod_watch.ts";
import { podSelector, PodWatch } from "../../cli/_pod_watch.ts";
import { FakeListerWatcher } from "../../testing/fake_lister_watcher.ts";
import type { Target } from "../../cli/resources/selection.ts";
import type { KubernetesObject } from "../../mod.ts";

function workload(name: string, selector: unknown, kind = "Deployment") {
  const metadata = { name, namespace: "default" };
  const object = { kind, metadata, spec: { selector } };
  const workload: KubernetesObject = object;
  return workload;
}

function stuck(name: string, app: string): KubernetesObject {
  const waiting = { reason: "ImagePullBackOff" };
  const object = {
    metadata: { name, namespace: "default", labels: { app } },
    status: { containerStatuses: [{ name: "c", state: { waiting } }] },
  };
  return object;
}

/** A selector, and how it is written. */
const SELECTORS: readonly [unknown, string, string?][] = [
  [undefined, ""],
  [{ matchLabels: { app: "web", tier: "x" } }, "app=web,tier=x"],
  [
    {
      matchLabels: { app: "web" },
      matchExpressions: [
        { key: "a", operator: "In", values: ["b", "c"] },
        { key: "a", operator: "NotIn", values: ["d"] },
        { key: "e", operator: "Exists" },
        { key: "f", operator: "DoesNotExist" },
      ],
    },
    "app=web,a in (b,c),a notin (d),e,!f",
  ],
  [{ app: "web" }, "app=web", "ReplicationController"],
];

Deno.test("podSelector() writes the selector of a workload", () => {
  for (const [selector, text, kind] of SELECTORS) {
    assertEquals(podSelector(workload("web", selector, kind)), text);
  }
});

Deno.test("LazyPodWatch says what is wrong with a pod, and does not watch for that", async () => {
  const changed = Promise.withResolvers<void>();
  await using watch = new LazyPodWatch({
    source: () => {
      throw new Error("not to be asked");
    },
    changed: changed.resolve,
  });
  const pod = { ...stuck("web-1", "web"), kind: "Pod" };
  assertEquals(watch.troubleOf(pod), undefined);
  await changed.promise;
  assertEquals(watch.troubleOf(pod), "ImagePullBackOff");
});

Deno.test("PodWatch watches the pods of one workload, then of all", async () => {
  const pods = new FakeListerWatcher();
  pods.add(stuck("web-1", "web"));
  const asked: (string | undefined)[] = [];
  let change = Promise.withResolvers<void>();
  const watch = new PodWatch({
    source({ labelSelector }: Target) {
      asked.push(labelSelector);
      return pods;
    },
    changed: () => change.resolve(),
  });
  const web = workload("web", { matchLabels: { app: "web" } });
  const api = workload("api", { matchLabels: { app: "api" } });
  assertEquals(watch.troubleOf(web), undefined);
  watch.add(web);
  watch.add(web);
  await change.promise;
  assertEquals(watch.troubleOf(web), "pod web-1: ImagePullBackOff");
  assertEquals(watch.troubleOf(api), undefined);
  change = Promise.withResolvers();
  watch.add(api);
  watch.add(web);
  await change.promise;
  assertEquals(asked, ["app=web", undefined]);
  assertEquals(watch.troubleOf(web), "pod web-1: ImagePullBackOff");
  await watch[Symbol.asyncDispose]();
  watch.add(workload("late", { matchLabels: { app: "late" } }));
  assertEquals(asked.length, 2);
});

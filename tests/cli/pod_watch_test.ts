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
import { type KubernetesObject, StatusError } from "../../mod.ts";

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
    thorough: false,
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
    thorough: false,
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

/** A pod of the app `web`. */
function webPod(name: string, status: Record<string, unknown>) {
  const metadata = {
    name,
    namespace: "default",
    uid: `uid-${name}`,
    labels: { app: "web" },
  };
  const pod: KubernetesObject = Object.assign({ kind: "Pod", metadata }, {
    status,
  });
  return pod;
}

/** An event of a pod. */
function event(
  pod: string,
  name: string,
  fields: Record<string, unknown>,
): KubernetesObject {
  return Object.assign({
    metadata: { name, namespace: "default" },
    type: "Warning",
    involvedObject: { kind: "Pod", name: pod, uid: `uid-${pod}` },
  }, fields);
}

/** A thorough watch over pods and events, and what it has asked for. */
function thoroughWatch() {
  const pods = new FakeListerWatcher();
  const events = new FakeListerWatcher();
  const asked: (string | undefined)[] = [];
  const changes = new EventTarget();
  const watch = new PodWatch({
    source({ resource, fieldSelector }: Target) {
      if (resource.plural === "pods") return pods;
      asked.push(fieldSelector);
      return events;
    },
    changed: () => void changes.dispatchEvent(new Event("change")),
    thorough: true,
  });
  /** Resolves when a workload is explained so. */
  const says = async (workload: KubernetesObject, text: string | undefined) => {
    while (watch.troubleOf(workload) !== text) {
      await new Promise((resolve) =>
        changes.addEventListener("change", resolve, { once: true })
      );
    }
  };
  return {
    pods,
    events,
    asked,
    watch,
    says,
    [Symbol.asyncDispose]: () => watch[Symbol.asyncDispose](),
  };
}

const WEB = workload("web", { matchLabels: { app: "web" } });

Deno.test("PodWatch adds the last warning about the pod that is in trouble", async () => {
  await using play = thoroughWatch();
  const { pods, events, watch, says, asked } = play;
  const waiting = { reason: "ErrImagePull" };
  pods.add(webPod("web-1", {
    containerStatuses: [{ name: "c", state: { waiting } }],
  }));
  watch.add(WEB);
  await says(WEB, "pod web-1: ErrImagePull");
  events.add(event("web-1", "a", {
    reason: "Failed",
    message: "Failed to pull image",
    lastTimestamp: "2026-01-01T00:00:02Z",
  }));
  await says(WEB, "pod web-1: ErrImagePull; Failed: Failed to pull image");
  // Neither an older one, nor one of another pod, nor one that is no warning.
  events.add(event("web-1", "b", {
    reason: "Old",
    eventTime: "2026-01-01T00:00:01.000000Z",
  }));
  events.add(event("web-2", "c", {
    reason: "Other",
    lastTimestamp: "2026-01-01T00:00:03Z",
  }));
  events.add(event("web-1", "d", {
    reason: "Pulling",
    type: "Normal",
    lastTimestamp: "2026-01-01T00:00:04Z",
  }));
  events.add(event("web-1", "e", {
    reason: "BackOff",
    message: "Back-off pulling image",
    series: { lastObservedTime: "2026-01-01T00:00:05.000000Z" },
  }));
  await says(WEB, "pod web-1: ErrImagePull; BackOff: Back-off pulling image");
  assertEquals(asked, [
    "involvedObject.kind=Pod,type=Warning,involvedObject.uid=uid-web-1",
  ]);
});

Deno.test("PodWatch does not repeat what the pod says itself", async () => {
  await using play = thoroughWatch();
  const message = "0/3 nodes are available";
  play.pods.add(webPod("web-1", {
    phase: "Pending",
    conditions: [{
      type: "PodScheduled",
      status: "False",
      reason: "Unschedulable",
      message,
    }],
  }));
  play.events.add(event("web-1", "a", { reason: "FailedScheduling", message }));
  play.events.add(event("web-1", "b", { reason: "Late", type: "Normal" }));
  play.watch.add(WEB);
  await play.says(WEB, `pod web-1: Unschedulable: ${message}`);
  const named = webPod("web-1", {});
  await play.says(named, `FailedScheduling: ${message}`);
  await play.says(WEB, `pod web-1: Unschedulable: ${message}`);
});

Deno.test("PodWatch reports a pod that is not ready yet, if it is thorough", async () => {
  await using play = thoroughWatch();
  const { pods, events, watch, says } = play;
  const ready = [{ type: "Ready", status: "True" }];
  pods.add(webPod("web-1", { phase: "Running", conditions: ready }));
  pods.add(webPod("web-2", { phase: "Succeeded" }));
  const leaving = webPod("web-3", { phase: "Pending" });
  leaving.metadata = {
    ...leaving.metadata,
    deletionTimestamp: "2026-01-01T00:00:00Z",
  };
  pods.add(leaving);
  pods.add(webPod("web-4", { phase: "Pending" }));
  watch.add(WEB);
  await says(WEB, "pod web-4: Pending");
  events.add(
    event("web-4", "a", { reason: "FailedMount", message: "no\nway" }),
  );
  await says(WEB, "pod web-4: Pending; FailedMount: no way");
});

Deno.test("PodWatch watches the warnings of all pods once it needs several", async () => {
  await using play = thoroughWatch();
  const { pods, events, watch, says, asked } = play;
  pods.add(webPod("web-1", { phase: "Pending" }));
  watch.add(WEB);
  await says(WEB, "pod web-1: Pending");
  pods.delete(webPod("web-1", {}));
  pods.add(webPod("web-2", { phase: "Pending" }));
  await says(WEB, "pod web-2: Pending");
  events.add(event("web-2", "a", { reason: "Unhealthy", message: "503" }));
  await says(WEB, "pod web-2: Pending; Unhealthy: 503");
  assertEquals(asked.at(-1), "involvedObject.kind=Pod,type=Warning");
});

Deno.test("PodWatch says nothing of events that may not be read", async () => {
  const pods = new FakeListerWatcher();
  pods.add(webPod("web-1", { phase: "Pending" }));
  const changed = Promise.withResolvers<void>();
  const refused = Promise.withResolvers<void>();
  await using watch = new PodWatch({
    source: ({ resource }: Target) =>
      resource.plural === "pods" ? pods : {
        list() {
          refused.resolve();
          return Promise.reject(new StatusError({ code: 403 }));
        },
        watch: () => Promise.reject(new Error("not to be called")),
      },
    changed: () => changed.resolve(),
    thorough: true,
  });
  watch.add(WEB);
  await changed.promise;
  assertEquals(watch.troubleOf(WEB), "pod web-1: Pending");
  await refused.promise;
  assertEquals(watch.troubleOf(WEB), "pod web-1: Pending");
});

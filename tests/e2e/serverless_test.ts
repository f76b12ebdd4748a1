/**
 * Invocations on a real control plane: events in between, expired versions, an
 * etcd that is made anew, a checkpoint in a ConfigMap, and how many requests an
 * invocation costs that finds nothing new.
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  CheckpointMismatchError,
  type CheckpointStore,
  configMapCheckpoints,
  MemoryCheckpointStore,
  resumeWatch,
  type ResumeWatchOptions,
  shardOf,
} from "../../serverless/mod.ts";
import type { KubernetesList, ListerWatcher } from "../../watch/mod.ts";
import { ControlPlane } from "../control_plane/control_plane.ts";
import { OurClient } from "./_our_client.ts";
import { e2eTest } from "./suite.ts";

const path = "/api/v1/namespaces/default/configmaps";
const labelSelector = "test=serverless";

/** Long enough for a watch of two seconds, which the server ends by itself. */
const budgetMs = 3_000;

/** Writes ConfigMaps, and runs invocations that watch them. */
class Stage implements Disposable {
  readonly plane: ControlPlane;
  readonly client: OurClient;
  readonly source: ListerWatcher;
  readonly state = new Map<string, string>();
  events: string[] = [];

  constructor(plane: ControlPlane) {
    this.plane = plane;
    this.client = new OurClient(plane.client());
    this.source = this.client.listerWatcher(path, { labelSelector });
  }

  async create(name: string): Promise<void> {
    const labels = { test: "serverless" };
    await this.plane.request("POST", path, { metadata: { name, labels } });
  }

  async update(name: string, value: string): Promise<void> {
    const labels = { test: "serverless" };
    const metadata = { name, labels };
    await this.plane.request("PUT", `${path}/${name}`, {
      metadata,
      data: { value },
    });
  }

  async delete(name: string): Promise<void> {
    await this.plane.request("DELETE", `${path}/${name}`);
  }

  async invoke(
    store: CheckpointStore,
    source = this.source,
    options: ResumeWatchOptions = {},
  ) {
    this.events = [];
    return await resumeWatch(source, store, ({ type, object }) => {
      const { name = "", uid = "", resourceVersion = "" } = object.metadata ??
        {};
      this.events.push(`${type} ${name}`);
      if (type === "DELETED") this.state.delete(name);
      else this.state.set(name, `${uid} ${resourceVersion}`);
    }, { budgetMs, ...options });
  }

  /** Asserts that what the handler has built is what the server has. */
  async assertSame(): Promise<void> {
    const { items } = await this.source.list({});
    const expected = items.map(({ metadata }): [string, string] => [
      metadata?.name ?? "",
      `${metadata?.uid} ${metadata?.resourceVersion}`,
    ]);
    assertEquals(new Map([...this.state].sort()), new Map(expected));
  }

  [Symbol.dispose](): void {
    this.client[Symbol.dispose]();
  }
}

e2eTest(
  "resumeWatch() carries on across invocations and expired versions",
  async () => {
    await using plane = await ControlPlane.start();
    using stage = new Stage(plane);
    const store = configMapCheckpoints({
      ...plane.client(),
      fetch: stage.client.fetch,
    }, "default/checkpoint");
    for (const name of ["a", "b", "c"]) await stage.create(name);

    const first = await stage.invoke(store);
    assertEquals(stage.events, ["ADDED a", "ADDED b", "ADDED c"]);
    assertEquals([first.handled, first.caughtUp], [3, true]);
    assert((await store.load())?.cluster !== undefined);

    await stage.update("a", "1");
    await stage.delete("b");
    await stage.create("d");
    const second = await stage.invoke(store);
    assertEquals(stage.events, ["MODIFIED a", "DELETED b", "ADDED d"]);
    assertEquals([second.caughtUp, second.relisted], [true, false]);

    await stage.update("a", "2");
    await stage.delete("c");
    await stage.create("e");
    await plane.compactEtcd();
    await plane.restartApiserver();
    const third = await stage.invoke(store);
    assertEquals(stage.events, ["DELETED c", "MODIFIED a", "ADDED e"]);
    assertEquals([third.caughtUp, third.relisted], [true, true]);
    await stage.assertSame();
  },
);

e2eTest(
  "resumeWatch() notices an etcd that has been made anew",
  async () => {
    await using plane = await ControlPlane.start();
    using stage = new Stage(plane);
    // Versions that the new etcd does not reach soon.
    for (const name of ["a", "b"]) await stage.create(name);
    for (let i = 0; i < 300; i++) await stage.update("a", `${i}`);
    const { source } = stage;
    // It cannot tell the cluster, as without permission for kube-system.
    const anonymous: ListerWatcher = {
      list: (options) => source.list(options),
      watch: (options) => source.watch(options),
    };
    const known = new MemoryCheckpointStore();
    const unknown = new MemoryCheckpointStore();
    await stage.invoke(known);
    await stage.invoke(unknown, anonymous);

    await plane.wipeEtcd();
    await stage.create("c");
    await assertRejects(() => stage.invoke(known), CheckpointMismatchError);
    assertEquals(stage.events, []);

    const result = await stage.invoke(unknown, anonymous);
    assertEquals(stage.events, ["DELETED a", "DELETED b", "ADDED c"]);
    assertEquals([result.caughtUp, result.relisted], [true, true]);
    await stage.assertSame();
  },
);

e2eTest(
  "resumeWatch() sends three requests at most where there is nothing new",
  async () => {
    await using plane = await ControlPlane.start();
    using stage = new Stage(plane);
    await stage.create("a");
    const store = new MemoryCheckpointStore();
    await stage.invoke(store);
    for (const budget of [1_500, 6_500]) {
      const before = stage.client.requests.length;
      const result = await stage.invoke(store, stage.source, {
        budgetMs: budget,
      });
      const sent = stage.client.requests.slice(before);
      assertEquals(stage.events, []);
      assertEquals(result.caughtUp, true);
      assertEquals(
        sent.filter((url) => url.searchParams.has("watch")).length,
        1,
      );
      // The version and the cluster are checked.
      assert(sent.length <= 3, sent.join("\n"));
    }
  },
);

e2eTest("shardOf() agrees with a server that knows shards", async () => {
  await using plane = await ControlPlane.start();
  using stage = new Stage(plane);
  const { source } = stage;
  for (let i = 0; i < 30; i++) await stage.create(`map-${i}`);
  // It gets everything, as from a server that does not know shards.
  const whole: ListerWatcher = {
    list: ({ shardSelector: _, ...options }) => source.list(options),
    watch: ({ shardSelector: _, ...options }) => source.watch(options),
  };
  const count = 3;
  for (let index = 0; index < count; index++) {
    const before = stage.client.requests.length;
    const theirs = await shardOf(source, { index, count }).list({});
    const ours = await shardOf(whole, { index, count }).list({});
    const [asked] = stage.client.requests.slice(before);
    const shardSelector = asked?.searchParams.get("shardSelector") ?? "";
    // Only the server has chosen these.
    const chosen = await source.list({ shardSelector });
    const names = (list: KubernetesList) =>
      list.items.map(({ metadata }) => metadata?.name);
    assert(chosen.items.length > 0);
    assertEquals(names(ours), names(chosen));
    assertEquals(names(theirs), names(chosen));
  }
});

// The patterns by which Sieve perturbs what a controller sees of its cluster
// (Sun et al., "Automatic Reliability Testing for Cluster Management
// Controllers", OSDI '22), and what the watchers make of them: stale state,
// unobserved states, and time travel.

import { assertEquals, assertInstanceOf } from "@std/assert";
import {
  type ChangeEvent,
  IndexerInformerWatcher,
  isDeleted,
  matches,
  RestListerWatcher,
  RetryWatcher,
  waitFor,
  type WatchEvent,
} from "../../mod.ts";
import {
  FakeApiServer,
  type Fault,
  type FaultTarget,
  type StoredObject,
} from "../../testing/mod.ts";
import { Clock } from "../support/clock.ts";
import { isPending, turn } from "../support/wait_fakes.ts";

const PODS: FaultTarget = { resource: "pods" };
const PATH = "/api/v1/namespaces/default/pods";

function pod(name: string, phase = "Pending"): StoredObject {
  const metadata = { name, namespace: "default" };
  return { apiVersion: "v1", kind: "Pod", metadata, status: { phase } };
}

/** A replica that is behind, for longer than these tests. */
function replicaBehind(behind: number): Fault {
  return { type: "laggingReplica", behind, catchUpMs: 600_000 };
}

function phaseOf({ status }: StoredObject): unknown {
  return typeof status === "object" && status !== null && "phase" in status
    ? status.phase
    : undefined;
}

/** A server, and what can be seen of it, in simulated time. */
class Scene implements AsyncDisposable {
  readonly time = new Clock();
  readonly server = new FakeApiServer();
  readonly pods = new RestListerWatcher<StoredObject>({
    server: "http://fake",
    path: PATH,
    fetch: this.server.fetch,
  });
  readonly seen: string[] = [];

  informer(watchList = true): IndexerInformerWatcher<StoredObject> {
    const informer = new IndexerInformerWatcher(this.pods, {
      watchList,
      watchTimeoutMs: 60_000,
    });
    this.#read(informer.events);
    return informer;
  }

  retryWatcher(): RetryWatcher<StoredObject> {
    const { resourceVersion } = this.server;
    const watcher = new RetryWatcher(resourceVersion, this.pods, {
      watchTimeoutMs: 60_000,
    });
    this.#read(watcher.events);
    return watcher;
  }

  /** Lets time pass, in steps. */
  async pass(ms: number): Promise<void> {
    await turn();
    const end = this.time.now + ms;
    while (this.time.now < end) {
      this.time.tick(Math.min(100, end - this.time.now));
      await turn();
    }
  }

  /** What has been seen since the last time. */
  take(): string[] {
    return this.seen.splice(0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
    this.time.restore();
  }

  async #read(
    events: ReadableStream<
      WatchEvent<StoredObject> | ChangeEvent<StoredObject>
    >,
  ): Promise<void> {
    for await (const event of events) {
      this.seen.push(
        event.type === "ERROR"
          ? `ERROR ${event.object.code}`
          : `${event.type} ${event.object.metadata?.name}` +
            (event.type === "BOOKMARK" || event.type === "DELETED"
              ? ""
              : ` ${phaseOf(event.object)}`),
      );
    }
  }
}

Deno.test("stale state: an informer that begins at a replica that lags catches up with it", async () => {
  await using scene = new Scene();
  const { server } = scene;
  server.create(pod("web"));
  server.update(pod("web", "Running"));
  server.faults.schedule([
    { atMs: 0, lastsMs: 10_000, target: PODS, fault: replicaBehind(1) },
  ]);
  await scene.pass(1);
  await using informer = scene.informer(false);
  await scene.pass(1_000);
  assertEquals(scene.take(), ["ADDED web Pending"]);
  await scene.pass(180_000);
  assertEquals(scene.take(), ["MODIFIED web Running"]);
  assertEquals(informer.indexer.size, 1);
});

Deno.test("stale state: waitFor() does not take what a replica that lags shows for the state", async () => {
  await using scene = new Scene();
  const { server } = scene;
  server.create(pod("web", "Running"));
  server.update(pod("web", "Pending"));
  server.faults.next(PODS, replicaBehind(1), { count: Infinity });
  const abort = new AbortController();
  const { signal } = abort;
  const isRunning = matches<StoredObject>((object) =>
    object !== undefined && phaseOf(object) === "Running"
  );
  const wait = waitFor(scene.pods, isRunning, { signal });
  wait.catch(() => {});
  await scene.pass(30_000);
  assertEquals(await isPending(wait), true);
  server.faults.clear();
  server.update(pod("web", "Running"));
  await scene.pass(180_000);
  assertEquals((await wait).length, 1);
});

Deno.test("unobserved states: a RetryWatcher delivers what happened while its connection was down", async () => {
  await using scene = new Scene();
  const { server } = scene;
  await using _watcher = scene.retryWatcher();
  await scene.pass(1);
  server.faults.next({}, { type: "refuse" }, { count: 3 });
  server.dropConnections();
  server.create(pod("brief"));
  server.update(pod("brief", "Running"));
  server.delete(`${PATH}/brief`);
  server.create(pod("brief"));
  await scene.pass(60_000);
  assertEquals(scene.take(), [
    "ADDED brief Pending",
    "MODIFIED brief Running",
    "DELETED brief",
    "ADDED brief Pending",
  ]);
});

Deno.test("unobserved states: an informer that lists again invents nothing of what it has not seen", async () => {
  for (const watchList of [true, false]) {
    await using scene = new Scene();
    const { server } = scene;
    server.create(pod("web"));
    server.create(pod("gone"));
    await using _informer = scene.informer(watchList);
    await scene.pass(1_000);
    scene.take();
    server.faults.next({}, { type: "refuse" }, { count: 3 });
    server.dropConnections();
    server.create(pod("brief"));
    server.delete(`${PATH}/brief`);
    server.delete(`${PATH}/gone`);
    server.delete(`${PATH}/web`);
    server.create(pod("web", "Running"));
    server.faults.now({ type: "compaction" });
    await scene.pass(120_000);
    // Another object under the name, which the uid tells.
    assertEquals(scene.take().sort(), [
      "ADDED web Running",
      "DELETED gone",
      "DELETED web",
    ]);
  }
});

Deno.test("unobserved states: a wait for a deletion ends when the object came back in the meantime", async () => {
  await using scene = new Scene();
  const { server } = scene;
  server.create(pod("web"));
  const wait = waitFor(scene.pods, isDeleted(), { name: "web" });
  wait.catch(() => {});
  await scene.pass(1_000);
  server.faults.next({}, { type: "refuse" }, { count: 3 });
  server.dropConnections();
  server.delete(`${PATH}/web`);
  server.create(pod("web"));
  server.faults.now({ type: "compaction" });
  await scene.pass(120_000);
  assertEquals(await isPending(wait), false);
  await wait;
});

Deno.test("time travel: an informer does not go back when it is connected to a replica that lags", async () => {
  for (const watchList of [true, false]) {
    await using scene = new Scene();
    const { server } = scene;
    server.create(pod("web"));
    await using informer = scene.informer(watchList);
    await scene.pass(1_000);
    server.update(pod("web", "Running"));
    server.create(pod("api"));
    await scene.pass(1_000);
    scene.take();
    const version = informer.controller.lastSyncResourceVersion();
    server.faults.next(PODS, replicaBehind(2), { count: 30 });
    server.faults.now({ type: "errorEvent", status: 500 });
    server.faults.now({ type: "reset", afterBytes: 0 });
    await scene.pass(240_000);
    assertEquals(scene.take(), []);
    assertEquals(informer.indexer.listKeys().sort(), [
      "default/api",
      "default/web",
    ]);
    assertEquals(informer.controller.lastSyncResourceVersion(), version);
  }
});

Deno.test("time travel: a RetryWatcher repeats nothing when it is connected to a replica that lags", async () => {
  await using scene = new Scene();
  const { server } = scene;
  await using _watcher = scene.retryWatcher();
  server.create(pod("web"));
  server.update(pod("web", "Running"));
  await scene.pass(1_000);
  assertEquals(scene.take(), ["ADDED web Pending", "MODIFIED web Running"]);
  const fault: Fault = { type: "laggingReplica", behind: 2, catchUpMs: 10_000 };
  server.faults.next(PODS, fault);
  server.dropConnections();
  server.update(pod("web", "Failed"));
  await scene.pass(5_000);
  assertEquals(scene.take(), []);
  await scene.pass(60_000);
  assertEquals(scene.take(), ["MODIFIED web Failed"]);
});

Deno.test("time travel: a RetryWatcher ends when the server was restored from a backup", async () => {
  await using scene = new Scene();
  const { server } = scene;
  await using watcher = scene.retryWatcher();
  for (const name of ["a", "b", "c"]) server.create(pod(name));
  await scene.pass(1_000);
  scene.take();
  server.faults.now({ type: "restoredBackup", versions: 2 });
  server.create(pod("other"));
  await scene.pass(180_000);
  assertEquals(scene.take(), ["ERROR 410"]);
  assertEquals(await isPending(watcher.done), false);
});

Deno.test("time travel: an informer goes back with a server that was restored from a backup", async () => {
  for (const watchList of [true, false]) {
    await using scene = new Scene();
    const { server } = scene;
    server.create(pod("web"));
    await using informer = scene.informer(watchList);
    await scene.pass(1_000);
    server.update(pod("web", "Running"));
    server.create(pod("lost"));
    await scene.pass(1_000);
    scene.take();
    server.faults.now({ type: "restoredBackup", versions: 2 });
    await scene.pass(240_000);
    assertEquals(scene.take().sort(), ["DELETED lost", "MODIFIED web Pending"]);
    assertInstanceOf(informer.indexer.getByKey("default/web"), Object);
  }
});

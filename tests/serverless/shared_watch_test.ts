import { assert, assertEquals, assertThrows } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import {
  configMapCheckpoints,
  type HeldShard,
  MemoryCheckpointStore,
  ShardLostError,
  sharedWatch,
  type SharedWatchHandler,
  SharingMismatchError,
} from "../../serverless/mod.ts";
import type { KubernetesList } from "../../watch/mod.ts";
import { FakeApiServer, FakeListerWatcher } from "../../testing/mod.ts";
import {
  type ReplicaOptions,
  SimulatedProcess,
  type StartedReplica,
  startReplica,
} from "../support/replicas.ts";
import { captureConsole, turn } from "../support/wait_fakes.ts";

const LEASES = "/apis/coordination.k8s.io/v1/namespaces/jobs/leases";

/** A server, replicas, and faked time in which they live. */
class Stage implements AsyncDisposable {
  readonly server = new FakeApiServer();
  readonly time = new FakeTime();
  readonly replicas: StartedReplica[] = [];
  readonly stores = new Map<number, MemoryCheckpointStore>();
  #objects = 0;

  /** Returns the checkpoint of a shard, which all replicas share. */
  readonly checkpoints = ({ index }: { index: number }) => {
    const store = this.stores.get(index) ?? new MemoryCheckpointStore();
    this.stores.set(index, store);
    return store;
  };

  start(
    handler: SharedWatchHandler = () => {},
    options: Partial<ReplicaOptions> = {},
  ): StartedReplica {
    const process = new SimulatedProcess(this.server);
    const replica = startReplica(handler, { process, ...options });
    this.replicas.push(replica);
    return replica;
  }

  create(count: number): void {
    for (let i = 0; i < count; i++) {
      this.server.create({
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: `map-${this.#objects++}`, namespace: "default" },
      });
    }
  }

  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 50) {
      await turn();
      this.time.tick(50);
    }
    await turn();
    await turn();
  }

  lease(name: string): Record<string, unknown> {
    return Object(this.server.get(`${LEASES}/${name}`)?.spec);
  }

  /** The names of all Leases, as they are on the server. */
  async leases(): Promise<string[]> {
    const response = await this.server.fetch(`https://fake${LEASES}`);
    const { items }: KubernetesList = await response.json();
    return items.map(({ metadata }) => metadata?.name ?? "").sort();
  }

  get held(): (readonly number[])[] {
    return this.replicas.map(({ watch }) => watch.shards);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = Promise.all(
      this.replicas.map(({ process, watch }) => process.bury(watch)),
    );
    let isOver = false;
    ended.finally(() => isOver = true);
    while (!isOver) await this.pass(50);
    await ended;
    this.time.restore();
    await this.server[Symbol.asyncDispose]();
  }
}

/** A handler that goes on until it is told to end. */
class Busy {
  readonly shards: HeldShard[] = [];
  #gates: PromiseWithResolvers<void>[] = [];

  #isOver = false;

  readonly handler: SharedWatchHandler = async (_event, shard) => {
    this.shards.push(shard);
    if (this.#isOver) return;
    const gate = Promise.withResolvers<void>();
    this.#gates.push(gate);
    await gate.promise;
  };

  end(): void {
    this.#isOver = true;
    for (const { resolve } of this.#gates) resolve();
  }
}

Deno.test("sharedWatch() hands each object to one of several replicas", async () => {
  await using stage = new Stage();
  stage.create(40);
  const names: (string | undefined)[][] = [[], [], []];
  for (const seen of names) {
    stage.start(({ object }) => void seen.push(object.metadata?.name));
    await stage.pass(2_500);
  }
  names.forEach((seen) => seen.length = 0);
  stage.create(40);
  await stage.pass(200);
  assertEquals(stage.held.map(({ length }) => length).sort(), [1, 1, 2]);
  assertEquals(stage.held.flat().sort(), [0, 1, 2, 3]);
  assertEquals(names.flat().length, 40);
  assertEquals(new Set(names.flat()).size, 40);
  for (const seen of names) assert(seen.length > 0);
  for (const { failures } of stage.replicas) assertEquals(failures, []);
});

Deno.test("sharedWatch() writes Leases as client-go does", async () => {
  await using stage = new Stage();
  const { watch } = stage.start(undefined, { shards: 1, identity: "pod-a" });
  await stage.pass(4_500);
  const spec = stage.lease("maps-0");
  assertEquals(spec.holderIdentity, watch.identity);
  assert(watch.identity.startsWith("pod-a_"));
  assertEquals([spec.leaseDurationSeconds, spec.leaseTransitions], [15, 0]);
  const [acquired, renewed] = [spec.acquireTime, spec.renewTime].map((text) =>
    Date.parse(String(text))
  );
  assertEquals((renewed ?? 0) - (acquired ?? 0), 4_000);
});

Deno.test("sharedWatch() gives a replica that comes its share, when the handler is done", async () => {
  await using stage = new Stage();
  stage.create(20);
  const busy = new Busy();
  stage.start(busy.handler);
  await stage.pass(500);
  assertEquals(stage.held, [[0, 1, 2, 3]]);
  stage.start();
  await stage.pass(20_000);
  // The shards that move are still in the hand of the first one.
  assertEquals(stage.held, [[0, 1], []]);
  const moved = busy.shards.filter(({ signal }) => signal.aborted);
  assertEquals(moved.map(({ index }) => index).sort(), [2, 3]);
  const reason: unknown = moved[0]?.signal.reason;
  assert(reason instanceof ShardLostError);
  assertEquals([reason.index, reason.why], [moved[0]?.index, "moved"]);
  busy.end();
  await stage.pass(100);
  assertEquals(stage.held, [[0, 1], [2, 3]]);
  assertEquals(stage.lease("maps-3").leaseTransitions, 1);
  // Nothing moves any more.
  await stage.pass(60_000);
  assertEquals(stage.held, [[0, 1], [2, 3]]);
  assertEquals(stage.lease("maps-3").leaseTransitions, 1);
});

Deno.test("sharedWatch() takes the shards of a replica that stops at once", async () => {
  await using stage = new Stage();
  const { watch } = stage.start();
  await stage.pass(500);
  stage.start();
  await stage.pass(500);
  assertEquals(stage.held, [[0, 1], [2, 3]]);
  watch.stop();
  await stage.pass(100);
  assertEquals(stage.held, [[], [0, 1, 2, 3]]);
  await watch.done;
  // Its presence is gone, too.
  assertEquals((await stage.leases()).length, 6);
});

Deno.test("sharedWatch() takes the shards of a replica that dies within the lease duration", async () => {
  await using stage = new Stage();
  const { process } = stage.start();
  await stage.pass(500);
  stage.start();
  await stage.pass(5_000);
  process.kill();
  // It may have renewed them 2 seconds before.
  await stage.pass(12_900);
  assertEquals(stage.held[1], [2, 3]);
  await stage.pass(2_150);
  assertEquals(stage.held[1], [0, 1, 2, 3]);
  await stage.pass(20_000);
  // What the dead one has left is deleted.
  assertEquals((await stage.leases()).length, 6);
});

Deno.test("sharedWatch() gives shards up that it cannot renew, before another takes them", async () => {
  await using stage = new Stage();
  stage.create(20);
  const busy = new Busy();
  stage.start(busy.handler);
  await stage.pass(500);
  stage.start();
  busy.end();
  await stage.pass(1_000);
  assertEquals(stage.held, [[0, 1], [2, 3]]);
  const shard = busy.shards.find(({ signal }) => !signal.aborted);
  stage.server.failNext({
    hang: "answer",
    count: Infinity,
    match: ({ method, path }) => method === "PUT" && /maps-[01]$/.test(path),
  });
  await stage.pass(9_950);
  assertEquals(stage.held, [[], [2, 3]]);
  assert(shard?.signal.reason instanceof ShardLostError);
  assertEquals(shard.signal.reason.why, "deadline");
  assertEquals(shard.isHeld(), false);
});

for (const kind of ["informers", "checkpoints"]) {
  Deno.test(`sharedWatch() with ${kind} hands nothing on when a stopped process goes on`, async () => {
    await using stage = new Stage();
    const seen: string[] = [];
    const { process } = stage.start(
      ({ object }) => void seen.push(object.metadata?.name ?? ""),
      kind === "informers" ? {} : { checkpoints: stage.checkpoints },
    );
    await stage.pass(500);
    stage.create(1);
    await stage.pass(500);
    assertEquals(seen, ["map-0"]);
    process.stop();
    await stage.pass(30_000);
    // It finds these before any of its timers fires.
    stage.create(10);
    await turn();
    await turn();
    assertEquals(seen, ["map-0"]);
    process.continue();
  });

  Deno.test(`sharedWatch() with ${kind} holds a shard while a handler goes on`, async () => {
    await using stage = new Stage();
    stage.create(1);
    const busy = new Busy();
    const options = {
      shards: 1,
      ...kind === "informers" ? {} : { checkpoints: stage.checkpoints },
    };
    stage.start(busy.handler, options);
    await stage.pass(500);
    const other = stage.start(undefined, options);
    await stage.pass(3_000);
    // Nothing moves: one of two replicas has the only shard.
    assertEquals(stage.held, [[0], []]);
    stage.replicas[0]?.watch.stop();
    await stage.pass(9_000);
    assertEquals(other.watch.shards, []);
    busy.end();
    await stage.pass(500);
    assertEquals(other.watch.shards, [0]);
  });
}

Deno.test("HeldShard.leaseTransitions grows with each replica that acquires a shard", async () => {
  await using stage = new Stage();
  stage.create(1);
  const tokens: number[] = [];
  for (let i = 0; i < 3; i++) {
    const { watch } = stage.start((_event, { leaseTransitions }) => {
      tokens.push(leaseTransitions);
    }, { shards: 1 });
    await stage.pass(500);
    watch.stop();
    await stage.pass(500);
  }
  assertEquals(tokens, [0, 1, 2]);
});

Deno.test("sharedWatch() carries on from the checkpoint of a shard that moves", async () => {
  await using stage = new Stage();
  const seen: string[][] = [[], []];
  const handlers = seen.map(
    (events): SharedWatchHandler => ({ type, object }) =>
      void events.push(`${type} ${object.metadata?.name}`),
  );
  const { checkpoints } = stage;
  const options = { shards: 1, checkpoints };
  stage.create(1);
  const first = stage.start(handlers[0], options);
  await stage.pass(500);
  stage.start(handlers[1], options);
  await stage.pass(500);
  stage.create(1);
  await stage.pass(500);
  first.watch.stop();
  await stage.pass(20);
  stage.server.delete("/api/v1/namespaces/default/configmaps/map-0");
  stage.create(1);
  await stage.pass(500);
  assertEquals(seen, [["ADDED map-0", "ADDED map-1"], [
    "DELETED map-0",
    "ADDED map-2",
  ]]);
});

Deno.test("sharedWatch() hands an event on again where the handler fails, with checkpoints", async () => {
  await using stage = new Stage();
  stage.create(1);
  let calls = 0;
  const { failures } = stage.start(() => {
    if (++calls < 3) throw new Error("full");
  }, { shards: 1, checkpoints: stage.checkpoints });
  await stage.pass(20_000);
  assertEquals(calls, 3);
  assertEquals(failures.map(({ shard }) => shard), [0, 0]);
});

Deno.test("sharedWatch() goes on with the next event where the handler fails, without", async () => {
  await using stage = new Stage();
  stage.create(3);
  let calls = 0;
  const { failures } = stage.start(async ({ object }, { indexer }) => {
    await Promise.resolve();
    assert(indexer?.get(object) !== undefined);
    if (++calls === 1) throw new Error("full");
  }, { shards: 1 });
  await stage.pass(500);
  assertEquals(calls, 3);
  assertEquals(failures.length, 1);
  assertEquals(failures[0]?.shard, 0);
});

Deno.test("sharedWatch() stops though a handler goes on, and lets the Lease run out", async () => {
  await using stage = new Stage();
  stage.create(1);
  const busy = new Busy();
  const { watch, failures } = stage.start(busy.handler, {
    shards: 1,
    identity: "b",
  });
  await stage.pass(500);
  watch.stop();
  await stage.pass(9_900);
  assertEquals(failures, []);
  await stage.pass(200);
  await watch.done;
  assertEquals(failures.map(({ shard }) => shard), [0]);
  assertEquals(stage.lease("maps-0").holderIdentity, watch.identity);
  busy.end();
});

Deno.test("sharedWatch() with another number of shards waits for the last of the others", async () => {
  await using stage = new Stage();
  const old = stage.start(undefined, { shards: 4 });
  await stage.pass(500);
  const young = stage.start(undefined, { shards: 2 });
  await stage.pass(30_000);
  assertEquals(stage.held, [[0, 1, 2, 3], []]);
  assertEquals(young.failures.length, 1);
  assert(young.failures[0]?.error instanceof SharingMismatchError);
  // An old one that comes late takes its share.
  const late = stage.start(undefined, { shards: 4 });
  await stage.pass(3_000);
  assertEquals(stage.held.map(({ length }) => length), [2, 0, 2]);
  old.watch.stop();
  await stage.pass(5_000);
  assertEquals(stage.held, [[], [], [0, 1, 2, 3]]);
  late.process.kill();
  // It has renewed at most 4.4 s before, at random.
  await stage.pass(10_000);
  assertEquals(young.watch.shards, []);
  await stage.pass(15_000);
  assertEquals(young.watch.shards, [0, 1]);
  // The dead one was only stopped: it finds that it was outvoted.
  const other = stage.start(undefined, { shards: 4 });
  await stage.pass(10_000);
  assertEquals([young.watch.shards, other.watch.shards], [[0, 1], []]);
});

Deno.test("sharedWatch() of a stopped process takes nothing of a layout that has changed", async () => {
  await using stage = new Stage();
  const old = stage.start(undefined, { shards: 8 });
  await stage.pass(500);
  old.process.stop();
  const young = stage.start(undefined, { shards: 2 });
  await stage.pass(40_000);
  assertEquals(young.watch.shards, [0, 1]);
  old.process.continue();
  for (let i = 0; i < 200; i++) {
    await stage.pass(50);
    assertEquals(old.watch.shards, []);
  }
  assertEquals(young.watch.shards, [0, 1]);
});

Deno.test("sharedWatch() does not work on a shard if it has lost its presence meanwhile", async () => {
  await using stage = new Stage();
  const { server } = stage;
  stage.create(50);
  const shards = new Set<number>();
  const lease = (name: string, spec: object) => ({
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: {
      name,
      namespace: "jobs",
      labels: {
        "watchtools/shared-watch": "maps",
        "watchtools/shared-watch-role": "shard",
      },
      annotations: {
        "watchtools/shared-watch-layout": "/api/v1/configmaps in 2 shards",
      },
    },
    spec,
  });
  // It runs out just before the presence does.
  server.create(
    lease("maps-1", { holderIdentity: "dead", leaseDurationSeconds: 9 }),
  );
  server.failNext({
    status: 503,
    count: Infinity,
    match: ({ method, path }) => method === "PUT" && !/maps-[01]$/.test(path),
  });
  const { process, watch } = stage.start((_event, { index }) => {
    shards.add(index);
  }, { shards: 2 });
  await stage.pass(8_000);
  assertEquals([...shards], [0]);
  let slow = 0;
  process.answersAfterMs = (url, { method }) =>
    method === "PUT" && url.endsWith("maps-1") && slow++ === 0 ? 1_500 : 0;
  await stage.pass(2_900);
  // It was acquired, and released.
  assertEquals(slow, 2);
  assertEquals([[...shards], watch.shards], [[0], [0]]);
  assertEquals(stage.lease("maps-1").holderIdentity, "");
});

Deno.test("sharedWatch() reports another resource under the same name", async () => {
  await using stage = new Stage();
  stage.start();
  await stage.pass(500);
  const { failures, watch } = stage.start(undefined, { path: "/api/v1/pods" });
  await stage.pass(10_000);
  assertEquals(watch.shards, []);
  const [failure] = failures;
  assert(failure?.error instanceof SharingMismatchError);
});

for (
  const [what, name, held] of [
    ["of its own name", "maps", []],
    ["of the name of a shard", "maps-2", [0, 1, 3]],
  ] as const
) {
  Deno.test(`sharedWatch() leaves someone else's Lease ${what} alone`, async () => {
    await using stage = new Stage();
    const spec = { holderIdentity: "elector", leaseDurationSeconds: 15 };
    stage.server.create({
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: { name, namespace: "jobs" },
      spec,
    });
    const { watch, failures } = stage.start();
    await stage.pass(40_000);
    assertEquals(watch.shards, [...held]);
    assertEquals(stage.lease(name), spec);
    assert(failures.length > 0);
    for (const { error } of failures) assert(error instanceof TypeError);
  });
}

Deno.test("sharedWatch() reports what the server refuses, and goes on", async () => {
  await using stage = new Stage();
  stage.server.failNext({
    status: 403,
    count: 6,
    match: ({ path }) => path.includes("/leases"),
  });
  const { failures, watch } = stage.start();
  await stage.pass(15_000);
  assert(failures.length >= 6);
  assertEquals(watch.shards, [0, 1, 2, 3]);
});

/** Has a server send something else in the place of a text. */
function replacing(
  server: FakeApiServer,
  text: string,
  other: string,
): SimulatedProcess {
  const { fetch } = server;
  const changed = {
    fetch: async (url: string, init: RequestInit) => {
      const { body, status, headers } = await fetch(url, init);
      if (body === null) return new Response(null, { status, headers });
      const changing = new TransformStream<string, string>({
        transform: (chunk, controller) =>
          controller.enqueue(chunk.replaceAll(text, other)),
      });
      const stream = body.pipeThrough(new TextDecoderStream())
        .pipeThrough(changing).pipeThrough(new TextEncoderStream());
      return new Response(stream, { status, headers });
    },
  };
  return new SimulatedProcess(changed);
}

async function strangeLeaseShown(stage: Stage, json: string) {
  stage.server.create({
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: {
      name: "strange",
      namespace: "jobs",
      labels: { "watchtools/shared-watch": "maps" },
    },
    spec: { strategy: "STRANGE" },
  });
  const process = replacing(stage.server, '"STRANGE"', json);
  const replica = stage.start(undefined, { process });
  await stage.pass(20_000);
  return replica;
}

Deno.test("sharedWatch() reports a Lease that is not JSON, and goes on without it", async () => {
  await using stage = new Stage();
  const { watch, failures } = await strangeLeaseShown(stage, '"\\x"');
  assert(failures.length > 0);
  for (const { error } of failures) assert(error instanceof SyntaxError);
  stage.server.delete(`${LEASES}/strange`);
  await stage.pass(20_000);
  assertEquals(watch.shards, [0, 1, 2, 3]);
});

Deno.test("sharedWatch() passes over a Lease that is too deep", async () => {
  await using stage = new Stage();
  const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
  const { watch } = await strangeLeaseShown(stage, deep);
  assertEquals(watch.shards, [0, 1, 2, 3]);
});

Deno.test("sharedWatch() has a shard in one hand where its Lease is deleted", async () => {
  await using stage = new Stage();
  stage.create(40);
  const busy = new Busy();
  stage.start(busy.handler, { shards: 1, identity: "b" });
  await stage.pass(10_000);
  const other = stage.start(undefined, { shards: 1, identity: "a" });
  await stage.pass(10_000);
  stage.server.delete(`${LEASES}/maps-0`);
  let isInTwoHands = false;
  for (let passed = 0; passed < 40_000; passed += 50) {
    await stage.pass(50);
    const isHeld = busy.shards.some((shard) => shard.isHeld());
    isInTwoHands ||= isHeld && other.watch.shards.length > 0;
    if (!isHeld) busy.end();
  }
  assertEquals(isInTwoHands, false);
  assertEquals(stage.held.flat(), [0]);
});

Deno.test("sharedWatch() writes each warning once a minute by default", async () => {
  await using stage = new Stage();
  using console = captureConsole();
  stage.server.failNext({
    status: 403,
    count: Infinity,
    match: ({ method }) => method === "POST",
  });
  stage.start(undefined, { onError: undefined });
  await stage.pass(50_000);
  const warnings = console.written.map(String).filter((text) =>
    text.includes("sharedWatch jobs/maps: forbidden")
  );
  assertEquals(warnings.length, 1);
});

Deno.test("sharedWatch() reports the shards that it holds", async () => {
  await using stage = new Stage();
  const reported: (readonly number[])[] = [];
  const onShards = (shards: readonly number[]) => void reported.push(shards);
  const { watch } = stage.start(undefined, { shards: 2, onShards });
  await stage.pass(500);
  watch.stop();
  await stage.pass(500);
  assertEquals(reported, [[0], [0, 1], []]);
});

Deno.test("sharedWatch() stops when its signal is aborted, also before it begins", async () => {
  await using stage = new Stage();
  const abort = new AbortController();
  const { signal } = abort;
  const { watch } = stage.start(undefined, { signal });
  await stage.pass(500);
  assertEquals(watch.shards.length, 4);
  abort.abort();
  await stage.pass(100);
  await watch.done;
  const late = stage.start(undefined, { signal });
  await stage.pass(100);
  await late.watch.done;
  assertEquals(await stage.leases(), [
    "maps",
    "maps-0",
    "maps-1",
    "maps-2",
    "maps-3",
  ]);
  assertEquals(stage.server.openWatches, 0);
});

Deno.test("sharedWatch() shares checkpoints in ConfigMaps", async () => {
  await using stage = new Stage();
  stage.create(10);
  const client = {
    server: "https://kubernetes.default.svc",
    fetch: stage.server.fetch,
  };
  const names = new Set<string | undefined>();
  stage.start(({ object }) => void names.add(object.metadata?.name), {
    path: "/api/v1/namespaces/default/configmaps",
    checkpoints: ({ index }) =>
      configMapCheckpoints(client, `jobs/maps-${index}`),
  });
  await stage.pass(1_000);
  assertEquals(names.size, 10);
});

Deno.test("sharedWatch() names the option that is wrong when there are no shards", () => {
  assertThrows(
    () =>
      sharedWatch(new FakeListerWatcher(), () => {}, {
        client: { server: "https://kubernetes.default.svc" },
        name: "jobs/maps",
        shards: 0,
      }),
    RangeError,
    "0 as shards",
  );
});

for (
  const [what, options, error] of [
    ["no shards", { shards: 0 }, RangeError],
    ["half a shard", { shards: 1.5 }, RangeError],
    ["a name with upper case letters", { name: "jobs/Maps" }, TypeError],
    ["a name in three parts", { name: "a/b/c" }, TypeError],
    ["a name that is no label", { name: "a".repeat(64) }, TypeError],
    ["an empty identity", { identity: "" }, TypeError],
    ["a short lease duration", { leaseDurationMs: 10_000 }, RangeError],
    ["a bad option of resumeWatch", { resume: { saveEvery: 0 } }, RangeError],
    ["a bad option of the informer", {
      informer: { pageSize: -1 },
    }, RangeError],
  ] as const
) {
  Deno.test(`sharedWatch() throws a ${error.name} for ${what}`, () => {
    assertThrows(
      () =>
        sharedWatch(new FakeListerWatcher(), () => {}, {
          client: { server: "https://kubernetes.default.svc" },
          name: "jobs/maps",
          shards: 4,
          ...options,
        }),
      error,
    );
  });
}

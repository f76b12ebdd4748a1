import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  type Checkpoint,
  CheckpointConflictError,
  CheckpointExpiredError,
  CheckpointMismatchError,
  type CheckpointStore,
  CheckpointStoreError,
  HandlerError,
  MemoryCheckpointStore,
  resumeWatch,
  type ResumeWatchOptions,
} from "../../serverless/mod.ts";
import { FakeApiServer, FakeListerWatcher } from "../../testing/mod.ts";
import { setClock } from "../support/clock.ts";
import { captureConsole, turn } from "../support/wait_fakes.ts";
import { FakeTime } from "@std/testing/time";
import { ConnectionError } from "../../api/connection_error.ts";
import { StatusError } from "../../api/status_error.ts";
import { RestListerWatcher } from "../../rest/rest_lister_watcher.ts";
import { settleInTime, STEP_MS } from "../support/settle_in_time.ts";
import type {
  ChangeEvent,
  KubernetesObject,
  ListerWatcher,
} from "../../api/types.ts";

/** What an invocation was handed. */
class Handled {
  readonly events: ChangeEvent[] = [];
  readonly handler = (event: ChangeEvent): void | Promise<void> => {
    this.events.push(event);
  };
  get texts(): string[] {
    return this.events.map(({ type, object }) =>
      `${type} ${object.metadata?.name}`
    );
  }
}

const object = (name: string, more: KubernetesObject = {}) => ({
  kind: "Pod",
  apiVersion: "v1",
  ...more,
  metadata: { name, namespace: "default", ...more.metadata },
});

/** Runs one invocation on a faked clock. */
async function invoke(
  source: ListerWatcher,
  store: CheckpointStore,
  handler: (event: ChangeEvent, signal: AbortSignal) => void | Promise<void>,
  options: ResumeWatchOptions = {},
) {
  using time = new FakeTime();
  return await settleInTime(
    time,
    resumeWatch(source, store, handler, { budgetMs: 2_000, ...options }),
  );
}

Deno.test("resumeWatch() hands on what exists, the first time", async () => {
  const fake = new FakeListerWatcher({ objects: [object("a"), object("b")] });
  const handled = new Handled();
  const store = new MemoryCheckpointStore();
  const result = await invoke(fake, store, handled.handler);
  assertEquals(handled.texts, ["ADDED a", "ADDED b"]);
  assertEquals(result, {
    handled: 2,
    resourceVersion: fake.resourceVersion,
    caughtUp: true,
    relisted: false,
    skipped: 0,
  });
});

Deno.test("resumeWatch() shows its list and its watch to an observer", async () => {
  const fake = new FakeListerWatcher({ objects: [object("a"), object("b")] });
  const seen: unknown[] = [];
  await invoke(fake, new MemoryCheckpointStore(), () => {}, {
    observer: {
      listStarted: () => ({ ended: ({ items }) => seen.push(items) }),
      watchStarted: () => {
        seen.push("watch");
        return { ended: () => seen.push("ended") };
      },
    },
  });
  assertEquals(seen, [2, "watch", "ended"]);
});

Deno.test("resumeWatch() hands on nothing that exists from now on", async () => {
  for (const index of [true, false]) {
    const fake = new FakeListerWatcher({ objects: [object("a"), object("b")] });
    const store = new MemoryCheckpointStore();
    const handled = new Handled();
    await invoke(fake, store, handled.handler, { from: "now", index });
    assertEquals(handled.texts, []);
    assertEquals((await store.load())?.resourceVersion, fake.resourceVersion);
    fake.add(object("c"));
    await invoke(fake, store, handled.handler, { from: "now", index });
    assertEquals(handled.texts, ["ADDED c"]);
    assertEquals(fake.listCalls[0]?.options.limit, index ? 500 : 1);
  }
});

Deno.test("resumeWatch() carries on where the last invocation stopped", async () => {
  const fake = new FakeListerWatcher({ objects: [object("a")] });
  const store = new MemoryCheckpointStore();
  const handled = new Handled();
  await invoke(fake, store, handled.handler);
  fake.add(object("b"));
  fake.modify(object("b"));
  fake.delete("default/a");
  const result = await invoke(fake, store, handled.handler);
  assertEquals(handled.texts, [
    "ADDED a",
    "ADDED b",
    "MODIFIED b",
    "DELETED a",
  ]);
  assertEquals(result.handled, 3);
  assertEquals(result.caughtUp, true);
  assertEquals(result.relisted, false);
});

Deno.test("resumeWatch() asks once for events and once for the version when there is nothing new", async () => {
  const fake = new FakeListerWatcher({ objects: [object("a")] });
  const store = new MemoryCheckpointStore();
  const handled = new Handled();
  await invoke(fake, store, handled.handler);
  const saved = await store.load();
  const [lists, watches] = [fake.listCalls.length, fake.watchCalls.length];
  const result = await invoke(fake, store, handled.handler);
  assertEquals(fake.watchCalls.length, watches + 1);
  assertEquals(fake.listCalls.length, lists + 1);
  assertEquals(fake.listCalls.at(-1)?.options.limit, 1);
  assertEquals(result.caughtUp, true);
  assertEquals(await store.load(), saved);
});

Deno.test("resumeWatch() compares its index with a list after a 410", async () => {
  for (const expiry of ["event", "answer"] as const) {
    const fake = new FakeListerWatcher({
      objects: ["same", "changed", "gone", "new uid"].map((name) =>
        object(name)
      ),
      expiry,
    });
    const store = new MemoryCheckpointStore();
    const first = new Handled();
    await invoke(fake, store, first.handler);
    const gone = fake.delete("default/gone");
    fake.modify(object("changed"));
    const old = fake.delete("default/new uid");
    const anew = fake.add(object("new uid"));
    fake.add(object("new"));
    fake.compact();
    const second = new Handled();
    const result = await invoke(fake, store, second.handler, {
      minRestartDelayMs: 0,
    });
    assertEquals(second.texts, [
      "DELETED gone",
      "MODIFIED changed",
      "ADDED new",
      "DELETED new uid",
      "ADDED new uid",
    ]);
    const [deleted, , , before, after] = second.events;
    assertEquals(deleted?.object, {
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        name: "gone",
        namespace: "default",
        uid: gone.metadata?.uid,
      },
    });
    assertEquals(before?.object.metadata?.uid, old.metadata?.uid);
    assertEquals(after?.object.metadata?.uid, anew.metadata?.uid);
    assertEquals(result.relisted, true);
    assertEquals(result.caughtUp, true);
  }
});

/** What a handler may do to an object, say before it is put elsewhere. */
const CHANGES: [what: string, change: (object: KubernetesObject) => void][] = [
  ["strips its version and UID", ({ metadata }) => {
    delete metadata?.resourceVersion;
    delete metadata?.uid;
  }],
  ["moves it to another namespace", ({ metadata = {} }) => {
    metadata.namespace = "copies";
  }],
  ["renames it", ({ metadata = {} }) => {
    metadata.name = `copy-of-${metadata.name}`;
  }],
  ["strips its metadata", (object) => {
    delete object.metadata;
  }],
];

for (const [what, change] of CHANGES) {
  Deno.test(`resumeWatch() knows what it has handed on when the handler ${what}`, async () => {
    const fake = new FakeListerWatcher({ objects: [object("listed")] });
    const store = new MemoryCheckpointStore();
    const handler = (event: ChangeEvent) => change(event.object);
    await invoke(fake, store, handler);
    fake.add(object("watched"));
    fake.add(object("gone"));
    fake.delete("default/gone");
    await invoke(fake, store, handler);
    fake.add(object("new"));
    fake.compact();
    const handled = new Handled();
    await invoke(fake, store, handled.handler, { minRestartDelayMs: 0 });
    assertEquals(handled.texts, ["ADDED new"]);
  });
}

Deno.test("resumeWatch() fails after a 410 without an index", async () => {
  const fake = new FakeListerWatcher({ objects: [object("a")] });
  const store = new MemoryCheckpointStore();
  const handled = new Handled();
  const options = { index: false };
  await invoke(fake, store, handled.handler, options);
  assertEquals((await store.load())?.index, undefined);
  fake.add(object("b"));
  fake.compact();
  await assertRejects(
    () => invoke(fake, store, handled.handler, options),
    CheckpointExpiredError,
  );
  assertEquals(handled.texts, ["ADDED a"]);
});

Deno.test("resumeWatch() compares its index where the server is behind it", async () => {
  const store = new MemoryCheckpointStore();
  const handled = new Handled();
  const before = new FakeListerWatcher({
    objects: [object("kept"), object("lost")],
    resourceVersion: "100",
  });
  await invoke(before, store, handled.handler);
  // The versions of the kept object are the same in the backup.
  const restored = new FakeListerWatcher({ resourceVersion: "90" });
  restored.add(object("other", {
    metadata: { uid: "00000000-0000-4000-8000-000000000009" },
  }));
  const result = await invoke(restored, store, handled.handler);
  assertEquals(handled.texts.slice(2), [
    "DELETED kept",
    "DELETED lost",
    "ADDED other",
  ]);
  assertEquals(result.relisted, true);
  assertEquals(result.resourceVersion, "91");
});

Deno.test("resumeWatch() fails without an index where the server is behind", async () => {
  const store = new MemoryCheckpointStore();
  const options = { index: false };
  const before = new FakeListerWatcher({ resourceVersion: "100" });
  await invoke(before, store, () => {}, options);
  const restored = new FakeListerWatcher({ resourceVersion: "90" });
  await assertRejects(
    () => invoke(restored, store, () => {}, options),
    CheckpointExpiredError,
    "behind",
  );
});

Deno.test("resumeWatch() hands on no event that it could not have finished", async () => {
  const fake = new FakeListerWatcher();
  const store = new MemoryCheckpointStore();
  await invoke(fake, store, () => {});
  for (let i = 0; i < 10; i++) fake.add(object(`pod-${i}`));
  const handled: string[] = [];
  using time = new FakeTime();
  const startedAt = Date.now();
  const result = await settleInTime(
    time,
    resumeWatch(fake, store, async ({ object }) => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      handled.push(object.metadata?.name ?? "");
    }, { budgetMs: 1_000 }),
  );
  assert(Date.now() - startedAt <= 1_000 + STEP_MS);
  assertEquals(handled, ["pod-0", "pod-1", "pod-2"]);
  assertEquals(result.handled, 3);
  assertEquals(result.caughtUp, false);
  assertEquals((await store.load())?.resourceVersion, result.resourceVersion);
});

Deno.test("resumeWatch() stops early enough for a slow store", async () => {
  const fake = new FakeListerWatcher();
  const memory = new MemoryCheckpointStore();
  await invoke(fake, memory, () => {});
  for (let i = 0; i < 20; i++) fake.add(object(`pod-${i}`));
  const wait = () => new Promise((resolve) => setTimeout(resolve, 100));
  const slow: CheckpointStore = {
    load: () => wait().then(() => memory.load()),
    save: (next, previous) => wait().then(() => memory.save(next, previous)),
  };
  using time = new FakeTime();
  const startedAt = Date.now();
  const handled = new Handled();
  const result = await settleInTime(
    time,
    resumeWatch(fake, slow, handled.handler, { budgetMs: 1_000 }),
  );
  assert(Date.now() - startedAt <= 1_000 + STEP_MS);
  assert(result.handled > 0);
  assertEquals(handled.events.length, result.handled);
  const version = handled.events.at(-1)?.object.metadata?.resourceVersion;
  assertEquals((await memory.load())?.resourceVersion, version);
});

Deno.test("resumeWatch() does not wait for a handler that ignores its signal", async () => {
  const fake = new FakeListerWatcher({ objects: [object("a")] });
  const store = new MemoryCheckpointStore();
  using time = new FakeTime();
  const startedAt = Date.now();
  let given: AbortSignal | undefined;
  const result = await settleInTime(
    time,
    resumeWatch(fake, store, (_, signal) => {
      given = signal;
      return new Promise(() => {});
    }, { budgetMs: 1_000 }),
  );
  assert(Date.now() - startedAt <= 1_000 + STEP_MS);
  assertEquals(given?.aborted, true);
  assertEquals(result.handled, 0);
  assertEquals(result.caughtUp, false);
});

Deno.test("resumeWatch() does not count an event that was given up as handled", async () => {
  const fake = new FakeListerWatcher({ objects: [object("a")] });
  const store = new MemoryCheckpointStore();
  const stop = new AbortController();
  const result = await resumeWatch(fake, store, (_, signal) => {
    stop.abort();
    return Promise.reject(signal.reason);
  }, { signal: stop.signal });
  assertEquals(result.handled, 0);
  const handled = new Handled();
  await invoke(fake, store, handled.handler);
  assertEquals(handled.texts, ["ADDED a"]);
});

Deno.test("resumeWatch() is not caught up on a watch that delivers nothing", async () => {
  const fake = new FakeListerWatcher();
  const store = new MemoryCheckpointStore();
  await invoke(fake, store, () => {});
  fake.add(object("a"));
  fake.silenceNextWatch();
  const result = await invoke(fake, store, () => {});
  assertEquals(result.handled, 0);
  assertEquals(result.caughtUp, false);
});

Deno.test("resumeWatch() asks the server to end the watch within the budget", async () => {
  const fake = new FakeListerWatcher();
  const store = new MemoryCheckpointStore();
  await invoke(fake, store, () => {}, { budgetMs: 9_500 });
  assertEquals(fake.watchCalls[0]?.options.timeoutSeconds, 9);
});

Deno.test("resumeWatch() saves after each event, or each saveEvery", async () => {
  for (const [saveEvery, saves] of [[1, 6], [2, 3], [10, 1]] as const) {
    const fake = new FakeListerWatcher();
    const store = new MemoryCheckpointStore();
    await invoke(fake, store, () => {});
    for (let i = 0; i < 6; i++) fake.add(object(`pod-${i}`));
    let saved = 0;
    const counting: CheckpointStore = {
      load: () => store.load(),
      save: (next, previous) => {
        saved++;
        return store.save(next, previous);
      },
    };
    await invoke(fake, counting, () => {}, { saveEvery });
    assertEquals(saved, saves);
    const checkpoint = await store.load();
    assertEquals(checkpoint?.resourceVersion, fake.resourceVersion);
  }
});

Deno.test("resumeWatch() ends with a HandlerError and hands the event on again", async () => {
  const fake = new FakeListerWatcher({ objects: [object("a"), object("b")] });
  const store = new MemoryCheckpointStore();
  const cause = new Error("no");
  const error = await assertRejects(
    () =>
      invoke(fake, store, ({ object }) => {
        if (object.metadata?.name === "b") throw cause;
      }, { saveEvery: 10 }),
    HandlerError,
  );
  assertEquals(error.event.object.metadata?.name, "b");
  assertEquals(error.cause, cause);
  const handled = new Handled();
  await invoke(fake, store, handled.handler);
  assertEquals(handled.texts, ["ADDED b"]);
});

Deno.test("resumeWatch() passes over an event after some attempts", async () => {
  const fake = new FakeListerWatcher({ objects: [object("a"), object("b")] });
  const store = new MemoryCheckpointStore();
  let calls = 0;
  using captured = captureConsole();
  const result = await invoke(fake, store, ({ object }) => {
    if (object.metadata?.name !== "a") return;
    calls++;
    throw new Error("no");
  }, { onPoison: "skip", attempts: 4 });
  assertEquals(calls, 4);
  assertEquals([result.handled, result.skipped], [1, 1]);
  assertEquals(captured.written.length, 1);
  const handled = new Handled();
  await invoke(fake, store, handled.handler);
  assertEquals(handled.texts, []);
});

Deno.test("resumeWatch() ends with a CheckpointConflictError and hands on nothing more", async () => {
  const fake = new FakeListerWatcher();
  const store = new MemoryCheckpointStore();
  await invoke(fake, store, () => {});
  for (const name of ["a", "b", "c"]) fake.add(object(name));
  const loser = new Handled();
  let isFirst = true;
  await assertRejects(
    () =>
      invoke(fake, store, async (event) => {
        loser.handler(event);
        if (!isFirst) return;
        isFirst = false;
        const current = await store.load();
        assert(current !== undefined);
        await store.save({ ...current, resourceVersion: "77" }, current);
      }),
    CheckpointConflictError,
  );
  assertEquals(loser.texts, ["ADDED a"]);
  assertEquals((await store.load())?.resourceVersion, "77");
});

const damages: [string, (checkpoint: Checkpoint) => unknown][] = [
  ["a newer format", (checkpoint) => ({ ...checkpoint, format: 2 })],
  ["no format", ({ format: _, ...rest }) => rest],
  ["text", () => "checkpoint"],
  ["a version that is not one", (checkpoint) => ({
    ...checkpoint,
    resourceVersion: 7,
  })],
  [
    "an empty version",
    (checkpoint) => ({ ...checkpoint, resourceVersion: "" }),
  ],
  [
    "another resource",
    (checkpoint) => ({ ...checkpoint, resource: "v1/Node" }),
  ],
  ["an index that is not one", (checkpoint) => ({ ...checkpoint, index: 7 })],
  ["a changed index", (checkpoint) => ({
    ...checkpoint,
    index: { ...checkpoint.index, objects: "00x" },
  })],
];

for (const [what, damage] of damages) {
  Deno.test(`resumeWatch() refuses a checkpoint with ${what}`, async () => {
    const fake = new FakeListerWatcher({ objects: [object("a")] });
    const memory = new MemoryCheckpointStore();
    await invoke(fake, memory, () => {});
    const checkpoint = await memory.load();
    assert(checkpoint !== undefined);
    const text = JSON.stringify(damage(checkpoint));
    const store: CheckpointStore = {
      load: () => Promise.resolve(JSON.parse(text)),
      save: () => Promise.reject(new Error("must not be saved")),
    };
    fake.add(object("b"));
    const handled = new Handled();
    await assertRejects(
      () => invoke(fake, store, handled.handler),
      CheckpointMismatchError,
    );
    assertEquals(handled.texts, []);
  });
}

Deno.test("resumeWatch() refuses a checkpoint of another cluster", async () => {
  const store = new MemoryCheckpointStore();
  const onCluster = (uid: string, objects: KubernetesObject[]) =>
    Object.assign(new FakeListerWatcher({ objects }), {
      resource: "/api/v1/pods",
      clusterUid: () => Promise.resolve(uid),
    });
  await invoke(onCluster("one", [object("a")]), store, () => {});
  const saved = await store.load();
  assertEquals(saved?.cluster, "one");
  assertEquals(saved?.resource, "/api/v1/pods");
  const handled = new Handled();
  const other = onCluster("two", [object("a"), object("b")]);
  await assertRejects(
    () => invoke(other, store, handled.handler),
    CheckpointMismatchError,
  );
  assertEquals(handled.texts, []);
  assertEquals(await store.load(), saved);
});

Deno.test("resumeWatch() refuses a checkpoint of another cluster where nothing happens", async () => {
  const store = new MemoryCheckpointStore();
  const onCluster = (uid: string) =>
    Object.assign(new FakeListerWatcher({ objects: [object("a")] }), {
      resource: "/api/v1/pods",
      clusterUid: () => Promise.resolve(uid),
    });
  await invoke(onCluster("one"), store, () => {});
  const saved = await store.load();
  const handled = new Handled();
  const again = await invoke(onCluster("one"), store, handled.handler);
  assertEquals([again.handled, handled.texts], [0, []]);
  await assertRejects(
    () => invoke(onCluster("two"), store, handled.handler),
    CheckpointMismatchError,
  );
  assertEquals(handled.texts, []);
  assertEquals(await store.load(), saved);
});

Deno.test("resumeWatch() finds nothing new where the cluster does not tell which it is", async () => {
  const store = new MemoryCheckpointStore();
  const fake = Object.assign(
    new FakeListerWatcher({ objects: [object("a")] }),
    { clusterUid: () => Promise.resolve("one") },
  );
  await invoke(fake, store, () => {});
  fake.clusterUid = () => Promise.reject(new Error("not now"));
  const handled = new Handled();
  const result = await invoke(fake, store, handled.handler);
  assertEquals([result.handled, handled.texts], [0, []]);
});

for (
  const { what, uid, Refusal } of [
    {
      what: "another one",
      uid: () => Promise.resolve("two"),
      Refusal: CheckpointMismatchError,
    },
    {
      what: "unknown",
      uid: () => Promise.reject(new Error("not now")),
      Refusal: CheckpointExpiredError,
    },
  ]
) {
  Deno.test(`resumeWatch() rejects with ${Refusal.name} when a checkpoint without an index has expired, and the cluster is ${what}`, async () => {
    const store = new MemoryCheckpointStore();
    const onCluster = (clusterUid: () => Promise<string>) =>
      Object.assign(new FakeListerWatcher({ objects: [object("a")] }), {
        resource: "/api/v1/pods",
        clusterUid,
      });
    const one = onCluster(() => Promise.resolve("one"));
    await invoke(one, store, () => {}, { index: false });
    const other = onCluster(uid);
    other.add(object("b"));
    other.compact();
    const handled = new Handled();
    const error = await assertRejects(() =>
      invoke(other, store, handled.handler, { index: false })
    );
    assert(error instanceof Refusal);
    assertEquals(handled.texts, []);
  });
}

Deno.test("resumeWatch() refuses a checkpoint with other selectors", async () => {
  await using server = new FakeApiServer();
  const store = new MemoryCheckpointStore();
  const pods = (labelSelector: string) =>
    new RestListerWatcher({
      server: "https://kubernetes.default.svc",
      path: "/api/v1/pods",
      labelSelector,
      fetch: server.fetch,
    });
  await invoke(pods("app=web"), store, () => {});
  assertEquals(
    (await store.load())?.resource,
    "/api/v1/pods?labelSelector=app%3Dweb",
  );
  await assertRejects(
    () => invoke(pods("app=api"), store, () => {}),
    CheckpointMismatchError,
  );
});

Deno.test("resumeWatch() rejects where the store cannot be read", async () => {
  const cause = new Error("no");
  const store: CheckpointStore = {
    load: () => Promise.reject(cause),
    save: () => Promise.resolve(true),
  };
  const fake = new FakeListerWatcher({ objects: [object("a")] });
  const handled = new Handled();
  const error = await assertRejects(
    () => invoke(fake, store, handled.handler),
    CheckpointStoreError,
  );
  assertEquals(error.cause, cause);
  assertEquals(handled.texts, []);
});

Deno.test("resumeWatch() rejects where the store does not answer in time", async () => {
  const fake = new FakeListerWatcher();
  using time = new FakeTime();
  const startedAt = Date.now();
  await settleInTime(
    time,
    assertRejects(
      () =>
        resumeWatch(
          fake,
          {
            load: () => new Promise(() => {}),
            save: () => Promise.resolve(true),
          },
          () => {},
          { budgetMs: 500 },
        ),
      CheckpointStoreError,
    ),
  );
  assert(Date.now() - startedAt <= 500 + STEP_MS);
});

Deno.test("resumeWatch() hands on nothing more after a save that failed", async () => {
  const fake = new FakeListerWatcher();
  const memory = new MemoryCheckpointStore();
  await invoke(fake, memory, () => {});
  fake.add(object("a"));
  fake.add(object("b"));
  const handled = new Handled();
  await assertRejects(
    () =>
      invoke(fake, {
        load: () => memory.load(),
        save: () => Promise.reject(new Error("no")),
      }, handled.handler),
    CheckpointStoreError,
  );
  assertEquals(handled.texts, ["ADDED a"]);
});

for (const answer of [undefined, null, { ok: false }, 0, "OK"]) {
  Deno.test(`resumeWatch() rejects where the store answers ${JSON.stringify(answer)} instead of a boolean`, async () => {
    const fake = new FakeListerWatcher({ objects: [object("a"), object("b")] });
    const handled = new Handled();
    const store: CheckpointStore = {
      load: () => Promise.resolve(undefined),
      save: () => Promise.resolve(answer as unknown as boolean),
    };
    await assertRejects(
      () => invoke(fake, store, handled.handler),
      CheckpointStoreError,
      "Cannot save the checkpoint: save() returned",
    );
    assertEquals(handled.texts, ["ADDED a"]);
  });
}

Deno.test("resumeWatch() takes a store that answers at once", async () => {
  const fake = new FakeListerWatcher({ objects: [object("a")] });
  const handled = new Handled();
  let saved: Checkpoint | undefined;
  const store = {
    load: () => saved,
    save(next: Checkpoint) {
      saved = next;
      return true;
    },
  } as unknown as CheckpointStore;
  await invoke(fake, store, handled.handler);
  await invoke(fake, store, handled.handler);
  assertEquals(handled.texts, ["ADDED a"]);
});

Deno.test("resumeWatch() goes on after a save that failed and was one", async () => {
  const fake = new FakeListerWatcher({ objects: [object("a"), object("b")] });
  const memory = new MemoryCheckpointStore();
  const handled = new Handled();
  await invoke(fake, {
    load: () => memory.load(),
    save: async (next, previous) => {
      if (!await memory.save(next, previous)) return false;
      throw new Error("the answer was lost");
    },
  }, handled.handler);
  assertEquals(handled.texts, ["ADDED a", "ADDED b"]);
});

Deno.test("resumeWatch() rejects at once where the resource cannot be watched", async () => {
  const fake = new FakeListerWatcher();
  const store = new MemoryCheckpointStore();
  await invoke(fake, store, () => {});
  for (const code of [401, 403, 404]) {
    fake.failNextWatch(new StatusError({ code }));
    const error = await assertRejects(
      () => invoke(fake, store, () => {}, { budgetMs: undefined }),
      StatusError,
    );
    assertEquals(error.code, code);
  }
});

Deno.test("resumeWatch() rejects where the server never answers", async () => {
  const fake = new FakeListerWatcher();
  const store = new MemoryCheckpointStore();
  await invoke(fake, store, () => {});
  const down = new ConnectionError("connection refused");
  fake.failNextWatch(down, Infinity);
  await assertRejects(() => invoke(fake, store, () => {}), ConnectionError);
});

Deno.test("resumeWatch() survives a lost connection", async () => {
  const fake = new FakeListerWatcher();
  const store = new MemoryCheckpointStore();
  await invoke(fake, store, () => {});
  fake.add(object("a"));
  fake.add(object("b"));
  fake.closeNextWatch({ afterEvents: 1, error: new TypeError("reset") });
  const handled = new Handled();
  const result = await invoke(fake, store, handled.handler, {
    minRestartDelayMs: 0,
  });
  assertEquals(handled.texts, ["ADDED a", "ADDED b"]);
  assertEquals(result.caughtUp, true);
});

Deno.test("resumeWatch() saves the version of a bookmark", async () => {
  const fake = new FakeListerWatcher({ objects: [object("a")] });
  const store = new MemoryCheckpointStore();
  await invoke(fake, store, () => {});
  using time = new FakeTime();
  const running = resumeWatch(fake, store, () => {}, { budgetMs: 2_000 });
  await time.tickAsync(10);
  fake.advance(5);
  const version = fake.bookmark();
  const result = await settleInTime(time, running);
  assertEquals(result.resourceVersion, version);
  assertEquals(result.caughtUp, true);
  assertEquals((await store.load())?.resourceVersion, version);
});

Deno.test("resumeWatch() saves the version of a bookmark while it goes on", async () => {
  const fake = new FakeListerWatcher({ objects: [object("a")] });
  const store = new MemoryCheckpointStore();
  const stop = new AbortController();
  using time = new FakeTime();
  const running = resumeWatch(fake, store, () => {}, { signal: stop.signal });
  await time.tickAsync(10);
  fake.advance(5);
  const version = fake.bookmark();
  await time.tickAsync(30_000);
  for (let i = 0; i < 5; i++) await time.tickAsync(1);
  assertEquals((await store.load())?.resourceVersion, version);
  stop.abort();
  await settleInTime(time, running);
});

Deno.test("resumeWatch() goes on with the rest of a list", async () => {
  for (const index of [true, false]) {
    const names = ["a", "b", "c", "d", "e"];
    const fake = new FakeListerWatcher({
      objects: names.map((n) => object(n)),
    });
    const store = new MemoryCheckpointStore();
    const handled = new Handled();
    for (let invocation = 0; invocation < 5; invocation++) {
      const { resourceVersion } = await invoke(fake, store, async (event) => {
        handled.handler(event);
        await new Promise((resolve) => setTimeout(resolve, 300));
      }, { budgetMs: 700, index });
      // No version is complete before the list is.
      const isComplete = handled.events.length === names.length;
      assertEquals(resourceVersion, isComplete ? fake.resourceVersion : "");
    }
    assertEquals(handled.texts, names.map((name) => `ADDED ${name}`));
    assertEquals((await store.load())?.index === undefined, !index);
  }
});

Deno.test("resumeWatch() does nothing when it is aborted already", async () => {
  const fake = new FakeListerWatcher({ objects: [object("a")] });
  const result = await resumeWatch(
    fake,
    new MemoryCheckpointStore(),
    () => {},
    {
      signal: AbortSignal.abort(),
    },
  );
  assertEquals(result.handled, 0);
  assertEquals(fake.listCalls.length, 0);
});

Deno.test("resumeWatch() refuses options that are out of range", async () => {
  const fake = new FakeListerWatcher();
  const store = new MemoryCheckpointStore();
  for (
    const options of [
      { budgetMs: -1 },
      { budgetMs: NaN },
      { saveEvery: 0 },
      { attempts: 1.5 },
      { minRestartDelayMs: -1 },
    ]
  ) {
    await assertRejects(
      () => resumeWatch(fake, store, () => {}, options),
      RangeError,
    );
  }
});

Deno.test("resumeWatch() hands on nothing where the cluster is not known in time", async () => {
  const fake = Object.assign(
    new FakeListerWatcher({ objects: [object("a")] }),
    {
      clusterUid: ({ signal }: { signal: AbortSignal }) =>
        new Promise<string>((_, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason));
        }),
    },
  );
  const handled = new Handled();
  const store = new MemoryCheckpointStore();
  const result = await invoke(fake, store, handled.handler);
  assertEquals(handled.texts, []);
  assertEquals([result.handled, result.caughtUp], [0, false]);
  assertEquals(await store.load(), undefined);
});

Deno.test("resumeWatch() waits for any thenable of a handler", async () => {
  const fake = new FakeListerWatcher({ objects: [object("a")] });
  const store = new MemoryCheckpointStore();
  const handler: () => Promise<void> = () => {
    const later = new Promise<void>((resolve) => setTimeout(resolve, 100));
    return Object.create(later, {
      then: { value: later.then.bind(later) },
    });
  };
  let savedAt = 0;
  using time = new FakeTime();
  const startedAt = Date.now();
  await settleInTime(
    time,
    resumeWatch(
      fake,
      {
        load: () => store.load(),
        save: (next, previous) => {
          savedAt ||= Date.now();
          return store.save(next, previous);
        },
      },
      handler,
      { budgetMs: 2_000 },
    ),
  );
  assert(savedAt - startedAt >= 100);
});

Deno.test("resumeWatch() saves ahead of objects that it hands on first", async () => {
  const fake = new FakeListerWatcher({ objects: [object("a")] });
  const store = new MemoryCheckpointStore();
  const options = { saveAhead: true };
  // Killed after handling, before saving.
  let isKilled = false;
  const dying: CheckpointStore = {
    load: () => store.load(),
    save: (next, previous) =>
      isKilled
        ? Promise.reject(new Error("killed"))
        : store.save(next, previous),
  };
  await assertRejects(
    () =>
      invoke(fake, dying, () => {
        isKilled = true;
      }, options),
    CheckpointStoreError,
  );
  fake.delete("default/a");
  const handled = new Handled();
  await invoke(fake, store, handled.handler, options);
  assertEquals(handled.texts, ["DELETED a"]);
});

Deno.test("resumeWatch() ends within its budget when the clock is set back", async () => {
  using time = new FakeTime();
  const fake = new FakeListerWatcher({ objects: [object("a")] });
  const begin = time.now;
  const running = resumeWatch(fake, new MemoryCheckpointStore(), () => {}, {
    budgetMs: 2_000,
  });
  time.tick(500);
  using _clock = setClock(-3_600_000);
  await settleInTime(time, running);
  assert(time.now - begin <= 2_000 + STEP_MS, `${time.now - begin} ms`);
});

Deno.test("resumeWatch() lists less and less often while each list expires at once", async () => {
  using time = new FakeTime();
  await using server = new FakeApiServer();
  const pods = new RestListerWatcher({
    server: "http://fake",
    path: "/api/v1/pods",
    fetch: server.fetch,
  });
  const target = { verb: "watch" } as const;
  const fault = { type: "errorEvent", status: 410 } as const;
  server.faults.next(target, fault, { count: Infinity });
  const stop = new AbortController();
  const { signal } = stop;
  const running = resumeWatch(pods, new MemoryCheckpointStore(), () => {}, {
    signal,
  });
  const ended = running.catch(() => {});
  while (time.now < time.start + 60_000) {
    await turn();
    time.tick(100);
  }
  stop.abort();
  await turn();
  await ended;
  const lists = server.requests.filter(({ path, query }) =>
    path === "/api/v1/pods" && query.watch === undefined
  );
  assert(lists.length > 3 && lists.length <= 8, `${lists.length} lists`);
});

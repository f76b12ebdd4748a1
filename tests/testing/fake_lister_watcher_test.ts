// The behavior of `FakeListerWatcher`. Other tests use it in place of a server,
// so they would not notice its mistakes.

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { FakeListerWatcher } from "../../testing/mod.ts";
import { StatusError } from "../../api/status_error.ts";
import type {
  KubernetesObject,
  WatchEvent,
  WatchOptions,
} from "../../api/types.ts";
import { countedSignal } from "../support/counted_signal.ts";

interface Pod extends KubernetesObject {
  spec?: { node: string };
}

const INITIAL_LIST: WatchOptions = {
  resourceVersion: "",
  resourceVersionMatch: "NotOlderThan",
  sendInitialEvents: true,
  allowWatchBookmarks: true,
};

function pod(name: string, labels?: { [key: string]: string }): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace: "default",
      ...(labels === undefined ? {} : { labels }),
    },
  };
}

/** Reads a watch event by event. */
class Reading {
  readonly #reader: ReadableStreamDefaultReader<WatchEvent<Pod>>;

  constructor(stream: ReadableStream<WatchEvent<Pod>>) {
    this.#reader = stream.getReader();
  }

  static async open(
    fake: FakeListerWatcher<Pod>,
    options: WatchOptions = {},
  ): Promise<Reading> {
    return new Reading(await fake.watch(options));
  }

  /** Returns the next events as `TYPE name@version`. */
  async next(count = 1): Promise<string[]> {
    const texts: string[] = [];
    while (texts.length < count) {
      const { done, value } = await this.#reader.read();
      if (done) return [...texts, "end"];
      texts.push(describe(value));
    }
    return texts;
  }

  async event(): Promise<WatchEvent<Pod> | undefined> {
    return (await this.#reader.read()).value;
  }

  cancel(): Promise<void> {
    return this.#reader.cancel();
  }
}

function describe({ type, object }: WatchEvent<Pod>): string {
  if (type === "ERROR") return `ERROR ${object.code}`;
  const { name = "", resourceVersion } = object.metadata ?? {};
  return `${type} ${name}@${resourceVersion}`;
}

Deno.test("FakeListerWatcher.add() stores a copy with the next resource version", async () => {
  const fake = new FakeListerWatcher<Pod>({ resourceVersion: "7" });
  const spec = { node: "a" };
  const stored = fake.add({ ...pod("web"), spec });
  spec.node = "b";
  if (stored.spec) stored.spec.node = "c";
  const { items, metadata, kind } = await fake.list({});
  assertEquals(items[0]?.spec, { node: "a" });
  assertEquals(items[0]?.metadata?.resourceVersion, "8");
  assertEquals(metadata?.resourceVersion, "8");
  assertEquals(kind, "PodList");
  assert(stored.metadata?.uid);
});

Deno.test("FakeListerWatcher.add() throws if the object exists", () => {
  const fake = new FakeListerWatcher({ objects: [pod("web")] });
  assertThrows(() => fake.add(pod("web")), TypeError, "use modify()");
});

Deno.test("FakeListerWatcher.add() keeps the UID of an object", () => {
  const fake = new FakeListerWatcher<Pod>();
  const metadata = { name: "web", uid: "mine" };
  assertEquals(fake.add({ metadata }).metadata?.uid, "mine");
});

Deno.test("FakeListerWatcher.modify() keeps the UID unless the new object has one", () => {
  const fake = new FakeListerWatcher<Pod>();
  const { metadata } = fake.add(pod("web"));
  assertEquals(fake.modify(pod("web")).metadata?.uid, metadata?.uid);
  const other = { ...pod("web"), metadata: { name: "web", uid: "other" } };
  assertThrows(() => fake.modify(other), TypeError, '"web"');
  const replaced = fake.modify({
    ...pod("web"),
    metadata: { name: "web", namespace: "default", uid: "other" },
  });
  assertEquals(replaced.metadata?.uid, "other");
  assertEquals(replaced.metadata?.resourceVersion, "4");
});

Deno.test("FakeListerWatcher.delete() accepts an object or its key", async () => {
  const fake = new FakeListerWatcher<Pod>({ objects: [pod("a"), pod("b")] });
  const watch = await Reading.open(fake, { resourceVersion: "3" });
  assertEquals(fake.delete(pod("a")).metadata?.resourceVersion, "4");
  assertEquals(fake.delete("default/b").metadata?.resourceVersion, "5");
  assertEquals(await watch.next(2), ["DELETED a@4", "DELETED b@5"]);
  assertThrows(() => fake.delete("default/b"), TypeError, "does not exist");
  await watch.cancel();
});

Deno.test("FakeListerWatcher.watch() delivers exactly the changes after a version", async () => {
  const fake = new FakeListerWatcher<Pod>();
  fake.add(pod("a"));
  fake.add(pod("b"));
  fake.modify(pod("a"));
  const after = ["1", "2", "3", "4"];
  const seen = await Promise.all(after.map(async (resourceVersion) => {
    const watch = await Reading.open(fake, { resourceVersion });
    fake.disconnect();
    return await watch.next(9);
  }));
  assertEquals(seen, [
    ["ADDED a@2", "ADDED b@3", "MODIFIED a@4", "end"],
    ["ADDED b@3", "MODIFIED a@4", "end"],
    ["MODIFIED a@4", "end"],
    ["end"],
  ]);
});

Deno.test("FakeListerWatcher.watch() loses nothing between two watches", async () => {
  const fake = new FakeListerWatcher<Pod>();
  const first = await Reading.open(fake, { resourceVersion: "1" });
  fake.add(pod("a"));
  assertEquals(await first.next(), ["ADDED a@2"]);
  fake.disconnect();
  fake.add(pod("b"));
  assertEquals(await first.next(), ["end"]);
  const second = await Reading.open(fake, { resourceVersion: "2" });
  fake.add(pod("c"));
  assertEquals(await second.next(2), ["ADDED b@3", "ADDED c@4"]);
  await second.cancel();
});

Deno.test("FakeListerWatcher.watch() starts with the current state from any version", async () => {
  const fake = new FakeListerWatcher<Pod>({ objects: [pod("b"), pod("a")] });
  fake.modify(pod("b"));
  for (const resourceVersion of [undefined, "", "0"]) {
    const watch = await Reading.open(fake, { resourceVersion });
    assertEquals(await watch.next(2), ["ADDED a@3", "ADDED b@4"]);
    await watch.cancel();
  }
});

Deno.test("FakeListerWatcher.watch() skips changes up to a version in the future", async () => {
  const fake = new FakeListerWatcher<Pod>();
  const watch = await Reading.open(fake, { resourceVersion: "2" });
  fake.add(pod("seen"));
  fake.add(pod("new"));
  assertEquals(await watch.next(), ["ADDED new@3"]);
  await watch.cancel();
});

Deno.test("FakeListerWatcher.watch() buffers no events in the stream", async () => {
  const fake = new FakeListerWatcher<Pod>();
  fake.closeNextWatch({ afterEvents: 1, error: new Error("cut") });
  const stream = await fake.watch({ resourceVersion: "1" });
  fake.add(pod("web"));
  await Promise.resolve();
  const watch = new Reading(stream);
  assertEquals(await watch.next(), ["ADDED web@2"]);
  await assertRejects(() => watch.next(), Error, "cut");
});

Deno.test("FakeListerWatcher.watch() delivers copies to each consumer", async () => {
  const fake = new FakeListerWatcher<Pod>({ objects: [pod("web")] });
  const [a, b] = await Promise.all([Reading.open(fake), Reading.open(fake)]);
  const [one, other] = await Promise.all([a.event(), b.event()]);
  assertEquals(one, other);
  assert(one?.object !== other?.object);
  await Promise.all([a.cancel(), b.cancel()]);
});

Deno.test("FakeListerWatcher.watch() errors its stream with the signal's reason", async () => {
  const fake = new FakeListerWatcher<Pod>();
  const { controller, signal, listeners } = countedSignal();
  const watch = await Reading.open(fake, { signal });
  const reading = watch.event();
  assertEquals(listeners.size, 1);
  const reason = new Error("enough");
  controller.abort(reason);
  assertStrictEquals(await assertRejects(() => reading), reason);
  assertEquals([fake.openWatches, listeners.size], [0, 0]);
});

Deno.test("FakeListerWatcher.watch() rejects if the signal is already aborted", async () => {
  const fake = new FakeListerWatcher<Pod>();
  const reason = new Error("too late");
  const signal = AbortSignal.abort(reason);
  const errors = [
    await assertRejects(() => fake.watch({ signal })),
    await assertRejects(() => fake.list({ signal })),
  ];
  assertEquals(errors, [reason, reason]);
  assertEquals([fake.watchCalls.length, fake.listCalls.length], [1, 1]);
  assertEquals(fake.openWatches, 0);
});

Deno.test("FakeListerWatcher.watch() removes its abort listener however the watch ends", async () => {
  const fake = new FakeListerWatcher<Pod>();
  const { signal, listeners } = countedSignal();
  const cancelled = await Reading.open(fake, { signal });
  await cancelled.cancel();
  assertEquals([fake.openWatches, listeners.size], [0, 0]);
  const ended = await Reading.open(fake, { signal });
  fake.disconnect();
  assertEquals(await ended.next(), ["end"]);
  const broken = await Reading.open(fake, { signal });
  fake.disconnect({ error: new Error("reset") });
  await assertRejects(() => broken.next(), Error, "reset");
  assertEquals([fake.openWatches, listeners.size], [0, 0]);
});

Deno.test("FakeListerWatcher records the options and the time of each call", async () => {
  const fake = new FakeListerWatcher<Pod>();
  const before = Date.now();
  await fake.list({ limit: 5 });
  const options = { resourceVersion: "1", allowWatchBookmarks: true };
  const watch = await Reading.open(fake, options);
  options.resourceVersion = "changed later";
  assertEquals(fake.listCalls.map((call) => call.options), [{ limit: 5 }]);
  assertEquals(fake.watchCalls.map((call) => call.options), [
    { resourceVersion: "1", allowWatchBookmarks: true },
  ]);
  assert((fake.watchCalls[0]?.at ?? 0) >= before);
  await watch.cancel();
});

Deno.test("FakeListerWatcher.watchCalled() waits for a number of calls", async () => {
  const fake = new FakeListerWatcher<Pod>();
  const order: string[] = [];
  const waiting = fake.watchCalled(2).then(() => order.push("called"));
  for (const name of ["first", "second"]) {
    order.push(name);
    await (await fake.watch({})).cancel();
  }
  await waiting;
  await fake.watchCalled(1);
  assertEquals(order, ["first", "second", "called"]);
});

Deno.test("FakeListerWatcher.bookmark() reaches the watches that requested bookmarks", async () => {
  const fake = new FakeListerWatcher<Pod>({ objects: [pod("web")] });
  const asked = await Reading.open(fake, {
    resourceVersion: "2",
    allowWatchBookmarks: true,
  });
  const silent = await Reading.open(fake, { resourceVersion: "2" });
  assertEquals(fake.advance(5), "7");
  assertEquals(fake.bookmark(), "7");
  fake.disconnect();
  assertEquals(await asked.event(), {
    type: "BOOKMARK",
    object: {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { resourceVersion: "7" },
    },
  });
  assertEquals(await silent.next(), ["end"]);
});

Deno.test("FakeListerWatcher.error() sends a Status unchanged and leaves the watch open", async () => {
  const fake = new FakeListerWatcher<Pod>();
  const watch = await Reading.open(fake);
  fake.error({ code: 500, message: "etcd is away" });
  fake.add(pod("web"));
  assertEquals(await watch.event(), {
    type: "ERROR",
    object: { code: 500, message: "etcd is away" },
  });
  assertEquals(await watch.next(), ["ADDED web@2"]);
  await watch.cancel();
});

Deno.test("FakeListerWatcher.send() sends any event without changing the state", async () => {
  const fake = new FakeListerWatcher<Pod>();
  const watch = await Reading.open(fake);
  fake.send({ type: "MODIFIED", object: { kind: "Pod" } });
  assertEquals(await watch.next(), ["MODIFIED @undefined"]);
  assertEquals((await fake.list({})).items, []);
  await watch.cancel();
});

Deno.test("FakeListerWatcher.disconnect() ends watches after the events sent before", async () => {
  const fake = new FakeListerWatcher<Pod>();
  const error = new Error("connection reset");
  const watch = await Reading.open(fake);
  fake.add(pod("web"));
  fake.disconnect({ error });
  fake.add(pod("late"));
  assertEquals(fake.openWatches, 0);
  assertEquals(await watch.next(), ["ADDED web@2"]);
  assertStrictEquals(await assertRejects(() => watch.next()), error);
});

Deno.test("FakeListerWatcher.stall() silences open watches until they are disconnected", async () => {
  const fake = new FakeListerWatcher<Pod>();
  const watch = await Reading.open(fake);
  fake.add(pod("unread"));
  fake.stall();
  const reading = watch.next(2);
  fake.add(pod("unsent"));
  assertEquals(fake.openWatches, 1);
  fake.disconnect();
  assertEquals(await reading, ["end"]);
  const unread = await Reading.open(fake);
  fake.stall();
  fake.disconnect();
  assertEquals(await unread.next(), ["end"]);
});

Deno.test("FakeListerWatcher.failNextWatch() fails the given number of watches", async () => {
  const fake = new FakeListerWatcher<Pod>();
  const error = new Error("refused");
  fake.failNextWatch(error, 2);
  fake.failNextWatch("anything");
  const errors: unknown[] = [];
  for (let call = 0; call < 3; call++) {
    errors.push(await assertRejects(() => fake.watch({})));
  }
  assertEquals(errors, [error, error, "anything"]);
  await (await fake.watch({})).cancel();
  assertEquals(fake.watchCalls.length, 4);
});

Deno.test("FakeListerWatcher.failNextList() fails lists but not watches", async () => {
  const fake = new FakeListerWatcher<Pod>();
  fake.failNextList(new Error("refused"));
  await (await fake.watch({})).cancel();
  await assertRejects(() => fake.list({}), Error, "refused");
  assertEquals((await fake.list({})).items, []);
});

Deno.test("FakeListerWatcher.failNextWatch() throws for a negative number of times", () => {
  const fake = new FakeListerWatcher<Pod>();
  for (const times of [-1, NaN]) {
    assertThrows(() => fake.failNextWatch(new Error(), times), RangeError);
  }
});

Deno.test("FakeListerWatcher.hangNextWatch() hangs until an abort", async () => {
  const fake = new FakeListerWatcher<Pod>();
  const { controller, signal, listeners } = countedSignal();
  const reason = new Error("enough");
  fake.hangNextWatch();
  fake.hangNextList();
  const watching = fake.watch({ signal });
  const listing = fake.list({ signal });
  assertEquals([fake.openWatches, listeners.size], [0, 2]);
  controller.abort(reason);
  assertStrictEquals(await assertRejects(() => watching), reason);
  assertStrictEquals(await assertRejects(() => listing), reason);
  assertEquals(listeners.size, 0);
});

Deno.test("FakeListerWatcher.hangNextWatch() opens the watch when released", async () => {
  const fake = new FakeListerWatcher<Pod>();
  const { signal, listeners } = countedSignal();
  const call = fake.hangNextWatch();
  const watching = Reading.open(fake, { resourceVersion: "1", signal });
  fake.add(pod("web"));
  call.release();
  const watch = await watching;
  assertEquals(await watch.next(), ["ADDED web@2"]);
  await watch.cancel();
  assertEquals(listeners.size, 0);
});

Deno.test("FakeListerWatcher.hangNextWatch() can ignore an abort and open the watch after it", async () => {
  const fake = new FakeListerWatcher<Pod>();
  const { controller, signal } = countedSignal();
  const call = fake.hangNextWatch({ ignoreAbort: true });
  const watching = fake.watch({ signal });
  controller.abort();
  call.release();
  const late = await watching;
  assertEquals(fake.openWatches, 1);
  await late.cancel();
  assertEquals(fake.openWatches, 0);
});

Deno.test("FakeListerWatcher.silenceNextWatch() opens a watch that delivers nothing", async () => {
  const fake = new FakeListerWatcher<Pod>({ objects: [pod("web")] });
  fake.silenceNextWatch();
  const controller = new AbortController();
  const watch = await Reading.open(fake, { signal: controller.signal });
  const reading = watch.next();
  fake.add(pod("other"));
  fake.bookmark();
  assertEquals(fake.openWatches, 1);
  controller.abort(new Error("silent for too long"));
  await assertRejects(() => reading, Error, "silent for too long");
});

Deno.test("FakeListerWatcher.closeNextWatch() ends watches immediately or after events", async () => {
  const objects = ["a", "b", "c"].map((name) => pod(name));
  const fake = new FakeListerWatcher<Pod>({ objects });
  fake.closeNextWatch({ times: 2 });
  fake.closeNextWatch({ afterEvents: 2 });
  const seen: string[][] = [];
  for (let call = 0; call < 3; call++) {
    seen.push(await (await Reading.open(fake)).next(9));
  }
  assertEquals(seen, [["end"], ["end"], ["ADDED a@2", "ADDED b@3", "end"]]);
  assertEquals(fake.openWatches, 0);
});

Deno.test("FakeListerWatcher.compact() expires older versions, not the current one", async () => {
  const fake = new FakeListerWatcher<Pod>({ objects: [pod("web")] });
  const open = await Reading.open(fake, { resourceVersion: "1" });
  fake.compact();
  const expired = await Reading.open(fake, { resourceVersion: "1" });
  const event = await expired.event();
  assertEquals(event?.type, "ERROR");
  assertEquals(event?.object, {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message: "too old resource version: 1 (2)",
    reason: "Expired",
    code: 410,
  });
  assertEquals(await expired.next(), ["end"]);
  const current = await Reading.open(fake, { resourceVersion: "2" });
  fake.disconnect();
  assertEquals(await current.next(), ["end"]);
  assertEquals(await open.next(2), ["ADDED web@2", "end"]);
});

Deno.test("FakeListerWatcher.expiry can make the request itself fail with 410", async () => {
  const fake = new FakeListerWatcher<Pod>({ expiry: "answer" });
  fake.advance();
  fake.compact();
  const error = await assertRejects(
    () => fake.watch({ resourceVersion: "1" }),
    StatusError,
  );
  assertEquals([error.code, error.reason], [410, "Expired"]);
  fake.expiry = "event";
  const watch = await Reading.open(fake, { resourceVersion: "1" });
  assertEquals(await watch.next(2), ["ERROR 410", "end"]);
});

Deno.test("FakeListerWatcher.list() pages through one version while the state changes", async () => {
  const objects = ["a", "b", "c", "d"].map((name) => pod(name));
  const fake = new FakeListerWatcher<Pod>({ objects });
  const first = await fake.list({ limit: 2 });
  assertEquals(first.metadata?.remainingItemCount, 2);
  fake.delete("default/c");
  fake.modify(pod("d"));
  fake.add(pod("e"));
  const { items, metadata } = await fake.list({
    limit: 2,
    continue: first.metadata?.continue,
  });
  const names = [...first.items, ...items].map(({ metadata: of }) =>
    `${of?.name}@${of?.resourceVersion}`
  );
  assertEquals(names, ["a@2", "b@3", "c@4", "d@5"]);
  assertEquals(metadata, { resourceVersion: "5" });
});

Deno.test("FakeListerWatcher.list() returns the requested version", async () => {
  const fake = new FakeListerWatcher<Pod>({ objects: [pod("a"), pod("b")] });
  fake.delete("default/a");
  const cases = [
    { options: {}, names: ["b"] },
    { options: { resourceVersion: "0" }, names: ["b"] },
    { options: { resourceVersion: "2" }, names: ["b"] },
    { options: { resourceVersion: "2", limit: 9 }, names: ["a"] },
    {
      options: { resourceVersion: "3", resourceVersionMatch: "Exact" },
      names: ["a", "b"],
    },
    {
      options: { resourceVersion: "2", resourceVersionMatch: "NotOlderThan" },
      names: ["b"],
    },
  ];
  for (const { options, names } of cases) {
    const { items } = await fake.list(options);
    assertEquals(items.map(({ metadata }) => metadata?.name), names);
  }
});

Deno.test("FakeListerWatcher.list() rejects what a server rejects", async () => {
  const fake = new FakeListerWatcher<Pod>({ objects: [pod("a"), pod("b")] });
  const { metadata } = await fake.list({ limit: 1 });
  fake.advance();
  fake.compact();
  const token = metadata?.continue;
  const cases = [
    { options: { continue: token, limit: 1 }, code: 410 },
    { options: { continue: "nonsense" }, code: 400 },
    { options: { continue: token, resourceVersion: "3" }, code: 400 },
    { options: { resourceVersion: "9" }, code: 504 },
    { options: { resourceVersion: "new" }, code: 400 },
    { options: { resourceVersionMatch: "Exact" }, code: 422 },
    {
      options: { resourceVersion: "2", resourceVersionMatch: "Exact" },
      code: 410,
    },
    { options: { labelSelector: "a in" }, code: 400 },
    { options: { fieldSelector: "spec.node=a" }, code: 400 },
  ];
  for (const { options, code } of cases) {
    const error = await assertRejects(() => fake.list(options), StatusError);
    assertEquals([options, error.code], [options, code]);
  }
});

Deno.test("FakeListerWatcher.limitAtZero enables paging at version 0", async () => {
  const fake = new FakeListerWatcher<Pod>({ objects: [pod("a"), pod("b")] });
  const options = { resourceVersion: "0", limit: 1 };
  assertEquals((await fake.list(options)).items.length, 2);
  fake.limitAtZero = true;
  assertEquals((await fake.list(options)).items.length, 1);
});

Deno.test("FakeListerWatcher.expireContinue() expires the tokens issued so far", async () => {
  const fake = new FakeListerWatcher<Pod>({ objects: [pod("a"), pod("b")] });
  const before = await fake.list({ limit: 1 });
  fake.expireContinue();
  const expired = () => fake.list({ continue: before.metadata?.continue });
  const { status, code } = await assertRejects(expired, StatusError);
  assertEquals([code, status.reason], [410, "Expired"]);
  fake.add(pod("c"));
  const rest = await fake.list({ continue: status.metadata?.continue });
  assertEquals(rest.items.map(({ metadata }) => metadata?.name), ["b", "c"]);
  const after = await fake.list({ limit: 1 });
  const page = await fake.list({ continue: after.metadata?.continue });
  assertEquals(page.items.length, 2);
});

Deno.test("FakeListerWatcher.watch() streams the initial list and marks its end", async () => {
  const fake = new FakeListerWatcher<Pod>({ objects: [pod("b"), pod("a")] });
  const watch = await Reading.open(fake, INITIAL_LIST);
  assertEquals(await watch.next(2), ["ADDED a@3", "ADDED b@2"]);
  const end = await watch.event();
  assertEquals(end?.type, "BOOKMARK");
  assertEquals(end?.object.metadata, {
    resourceVersion: "3",
    annotations: { "k8s.io/initial-events-end": "true" },
  });
  fake.modify(pod("a"));
  assertEquals(await watch.next(), ["MODIFIED a@4"]);
  await watch.cancel();
});

Deno.test("FakeListerWatcher.watchList can make the initial list refused or ignored", async () => {
  const fake = new FakeListerWatcher<Pod>({
    objects: [pod("web")],
    watchList: "refused",
  });
  const error = await assertRejects(
    () => fake.watch(INITIAL_LIST),
    StatusError,
    "sendInitialEvents is forbidden for watch",
  );
  assertEquals([error.code, error.reason], [422, "Invalid"]);
  fake.watchList = "ignored";
  const ignoring = await Reading.open(fake, INITIAL_LIST);
  fake.add(pod("other"));
  assertEquals(await ignoring.next(2), ["ADDED web@2", "ADDED other@3"]);
  await ignoring.cancel();
});

Deno.test("FakeListerWatcher.watch() rejects what a server rejects", async () => {
  const fake = new FakeListerWatcher<Pod>();
  const cases: { options: WatchOptions; code: number }[] = [
    { options: { sendInitialEvents: true }, code: 422 },
    { options: { resourceVersionMatch: "NotOlderThan" }, code: 422 },
    { options: { ...INITIAL_LIST, resourceVersionMatch: "Exact" }, code: 422 },
    { options: { ...INITIAL_LIST, resourceVersion: "9" }, code: 504 },
    { options: { resourceVersion: "-1" }, code: 500 },
    { options: { labelSelector: "=" }, code: 400 },
  ];
  for (const { options, code } of cases) {
    const error = await assertRejects(() => fake.watch(options), StatusError);
    assertEquals([options, error.code], [options, code]);
  }
  assertEquals(fake.openWatches, 0);
});

Deno.test("FakeListerWatcher.watch() sends ADDED and DELETED when objects enter and leave a selection", async () => {
  const fake = new FakeListerWatcher<Pod>();
  const watch = await Reading.open(fake, { labelSelector: "app in (web)" });
  fake.add(pod("a", { app: "db" }));
  fake.modify(pod("a", { app: "web" }));
  fake.modify(pod("a", { app: "web", tier: "front" }));
  fake.modify(pod("a", { app: "db" }));
  fake.delete("default/a");
  fake.disconnect();
  assertEquals(await watch.next(9), [
    "ADDED a@3",
    "MODIFIED a@4",
    "DELETED a@5",
    "end",
  ]);
});

Deno.test("FakeListerWatcher.list() selects by labels and fields", async () => {
  const objects = [pod("a", { app: "web" }), pod("b", { app: "web" })];
  const fake = new FakeListerWatcher<Pod>({ objects });
  const { items } = await fake.list({
    labelSelector: "app",
    fieldSelector: "metadata.name!=a,metadata.namespace=default",
  });
  assertEquals(items.map(({ metadata }) => metadata?.name), ["b"]);
});

Deno.test("FakeListerWatcher supports versions beyond Number.MAX_SAFE_INTEGER", async () => {
  const fake = new FakeListerWatcher<Pod>({
    resourceVersion: "9007199254740993",
  });
  fake.add(pod("a"));
  const watch = await Reading.open(fake, {
    resourceVersion: "9007199254740994",
  });
  fake.add(pod("b"));
  assertEquals(await watch.next(), ["ADDED b@9007199254740995"]);
  await watch.cancel();
});

Deno.test("FakeListerWatcher throws for an invalid initial resource version", () => {
  for (const resourceVersion of ["", "0", "01", "-1", "x"]) {
    const error = assertThrows(() =>
      new FakeListerWatcher({ resourceVersion })
    );
    assertInstanceOf(error, TypeError);
  }
});

Deno.test("FakeListerWatcher.delete() names the key that is meant when the namespace is missing", () => {
  const fake = new FakeListerWatcher();
  fake.add({ metadata: { name: "web", namespace: "default" } });
  assertThrows(
    () => fake.delete("web"),
    TypeError,
    'did you mean "default/web"?',
  );
  assertThrows(() => fake.delete("db"), TypeError, "use add()");
});

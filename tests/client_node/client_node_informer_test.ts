// `clientNodeInformer`: the behavior that callers of client-node's informer
// rely on, as in client-node's own tests, and the improvements over it.

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { FakeListerWatcher } from "../../testing/mod.ts";
import {
  type ClientNodeInformer,
  clientNodeInformer,
} from "../../client_node/client_node_informer.ts";
import { ConnectionError } from "../../api/connection_error.ts";
import { StatusError } from "../../api/status_error.ts";
import type { ListerWatcher } from "../../api/types.ts";
import { Clock } from "../support/clock.ts";
import { type Item, item, refused, stored } from "../support/informer_fakes.ts";
import {
  captureConsole,
  fixRandom,
  isPending,
  turn,
} from "../support/wait_fakes.ts";

/** An object in a namespace. */
function inNamespace(name: string, namespace: string): Item {
  return { metadata: { name, namespace } };
}

/** An informer on fake time, with a log of its callbacks. */
class Rig implements AsyncDisposable {
  readonly fake: FakeListerWatcher<Item>;
  readonly informer: ClientNodeInformer<Item>;
  readonly errors: unknown[] = [];
  readonly #lines: string[] = [];
  readonly #time = new Clock();
  readonly #random = fixRandom(0);

  constructor(
    objects: Item[] = [],
    from?: (fake: FakeListerWatcher<Item>) => ListerWatcher<Item>,
  ) {
    this.fake = new FakeListerWatcher({ objects });
    this.informer = clientNodeInformer(from?.(this.fake) ?? this.fake);
    for (const verb of ["add", "update", "delete"] as const) {
      this.informer.on(verb, ({ metadata }) => {
        this.#lines.push(`${verb} ${metadata?.name}`);
      });
    }
    this.informer.on("connect", () => this.#lines.push("connect"));
    this.informer.on("error", (error) => {
      this.errors.push(error);
      this.#lines.push("error");
    });
  }

  /** An informer that has started, with an empty log. */
  static async started(...objects: Item[]): Promise<Rig> {
    const rig = new Rig(objects);
    await rig.informer.start();
    rig.take();
    return rig;
  }

  /** Takes the log since the last call. */
  take(): string[] {
    return this.#lines.splice(0);
  }

  /** The names in the cache. */
  get names(): unknown[] {
    return this.informer.list().map(({ metadata }) => metadata?.name);
  }

  /** Lets time pass. */
  pass(ms: number): Promise<void> {
    return this.#time.pass(ms);
  }

  /** Stops, and fails if a watch or a timer is left. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.informer.stop();
    assertEquals(this.fake.openWatches, 0);
    assertEquals(this.#time.timers, 0);
    this.#random[Symbol.dispose]();
    this.#time[Symbol.dispose]();
  }
}

Deno.test("on() and off() throw TypeError when the verb is unknown, as client-node does", async () => {
  await using rig = new Rig();
  const { informer } = rig;
  for (const method of ["on", "off"] as const) {
    assertThrows(
      () => Reflect.apply(informer[method], informer, ["FOOBAR", () => {}]),
      TypeError,
      "Unknown verb: FOOBAR",
    );
  }
});

Deno.test("clientNodeInformer() throws RangeError when an option is NaN", () => {
  assertThrows(
    () => clientNodeInformer(new FakeListerWatcher(), { minBackoffMs: NaN }),
    RangeError,
  );
});

Deno.test("clientNodeInformer() sends no request before its start", async () => {
  await using rig = new Rig([item("a")]);
  await turn();
  assertEquals(rig.fake.listCalls.length, 0);
  assertEquals(rig.informer.list(), []);
});

Deno.test("start() resolves when the cache is filled, the callbacks were called and the watch is open", async () => {
  await using rig = new Rig([item("a"), item("b")]);
  const list = rig.fake.hangNextList();
  const watch = rig.fake.hangNextWatch();
  const started = rig.informer.start();
  await turn();
  assertEquals(rig.take(), []);
  list.release();
  await turn();
  assertEquals(rig.take(), ["add a", "add b"]);
  assertEquals(rig.names, ["a", "b"]);
  assert(await isPending(started));
  watch.release();
  await started;
  assertEquals(rig.take(), ["connect"]);
});

Deno.test("start() lists, and does not stream the initial list with a watch", async () => {
  await using rig = await Rig.started();
  assertEquals(rig.fake.listCalls.length, 1);
  const [watch] = rig.fake.watchCalls;
  assertEquals(watch?.options.sendInitialEvents, undefined);
});

Deno.test("start() resolves with an empty cache when there are no objects", async () => {
  await using rig = await Rig.started();
  assertEquals(rig.informer.list(), []);
});

Deno.test("start() does nothing while the informer is running", async () => {
  await using rig = await Rig.started(item("a"));
  await Promise.all([rig.informer.start(), rig.informer.start()]);
  assertEquals(rig.take(), []);
  assertEquals(rig.fake.listCalls.length, 1);
  assertEquals(rig.fake.watchCalls.length, 1);
});

Deno.test("callbacks are called for additions, modifications and deletions", async () => {
  await using rig = await Rig.started(item("a"));
  rig.fake.add(item("b"));
  rig.fake.modify(item("a", { value: 1 }));
  rig.fake.delete("b");
  await turn();
  assertEquals(rig.take(), ["add b", "update a", "delete b"]);
  assertEquals(rig.names, ["a"]);
});

Deno.test('on("change") adds a callback for all three verbs, and off("change") removes it', async () => {
  await using rig = await Rig.started();
  const names: unknown[] = [];
  const onChange = ({ metadata }: Item) => names.push(metadata?.name);
  rig.informer.on("change", onChange);
  rig.fake.add(item("a"));
  rig.fake.modify(item("a", { value: 1 }));
  rig.fake.delete("a");
  await turn();
  assertEquals(names, ["a", "a", "a"]);
  rig.informer.off("change", onChange);
  rig.fake.add(item("b"));
  await turn();
  assertEquals(names.length, 3);
});

Deno.test("callbacks are called in order, each as often as it was added", async () => {
  await using rig = await Rig.started();
  const calls: string[] = [];
  const first = () => void calls.push("first");
  const second = () => void calls.push("second");
  for (const callback of [first, second, first]) {
    rig.informer.on("add", callback);
  }
  rig.fake.add(item("a"));
  await turn();
  assertEquals(calls.splice(0), ["first", "second", "first"]);
  rig.informer.off("add", first);
  rig.informer.off("add", () => {});
  rig.fake.add(item("b"));
  await turn();
  assertEquals(calls, ["second", "first"]);
});

Deno.test("a callback that is added after the start is called for later changes only", async () => {
  await using rig = await Rig.started(item("a"));
  const names: unknown[] = [];
  rig.informer.on("add", ({ metadata }) => names.push(metadata?.name));
  rig.fake.add(item("b"));
  await turn();
  assertEquals(names, ["b"]);
});

Deno.test("off() within a callback does not skip the next callback", async () => {
  await using rig = await Rig.started();
  const calls: string[] = [];
  const once = () => {
    calls.push("once");
    rig.informer.off("add", once);
  };
  rig.informer.on("add", once);
  rig.informer.on("add", () => calls.push("always"));
  rig.fake.add(item("a"));
  rig.fake.add(item("b"));
  await turn();
  assertEquals(calls, ["once", "always", "always"]);
});

Deno.test("a callback sees the cache in the state of its change, not a later one", async () => {
  await using rig = await Rig.started();
  const found: unknown[] = [];
  const look = () => found.push(rig.names.join());
  rig.informer.on("change", look);
  rig.fake.add(item("a"));
  rig.fake.add(item("b"));
  rig.fake.delete("a");
  await turn();
  assertEquals(found, ["a", "a,b", "b"]);
});

Deno.test("get() and list() distinguish namespaces", async () => {
  await using rig = await Rig.started(
    inNamespace("a", "one"),
    inNamespace("a", "two"),
    item("node"),
  );
  const { informer } = rig;
  assertEquals(informer.get("a", "one")?.metadata?.namespace, "one");
  assertEquals(informer.get("a"), undefined);
  assertEquals(informer.get("a", "three"), undefined);
  assertEquals(informer.get("node")?.metadata?.name, "node");
  assertEquals(informer.list("two").length, 1);
  assertEquals(informer.list("three"), []);
  assertEquals(informer.list().length, 3);
  rig.fake.delete("one/a");
  await turn();
  assertEquals(informer.list("one"), []);
  assertEquals(informer.list("").length, 2);
});

Deno.test("list() returns a snapshot", async () => {
  await using rig = await Rig.started(item("a"));
  const before = rig.informer.list();
  rig.fake.add(item("b"));
  await turn();
  assertEquals(before.length, 1);
});

Deno.test("a watch that ends is followed by another one, with a connect and without a list", async () => {
  await using rig = await Rig.started(item("a"));
  rig.fake.bookmark();
  await rig.pass(1000);
  rig.fake.disconnect();
  rig.fake.add(item("b"));
  await turn();
  assertEquals(rig.take(), ["connect", "add b"]);
  assertEquals(rig.fake.listCalls.length, 1);
});

Deno.test("an expired version is not an error, and the missed changes are reported", async () => {
  await using rig = await Rig.started(item("a"), item("b"));
  rig.fake.disconnect();
  rig.fake.delete("a");
  rig.fake.modify(item("b", { value: 1 }));
  rig.fake.add(item("c"));
  rig.fake.compact();
  await rig.pass(5000);
  assertEquals(rig.take().filter((line) => line !== "connect").sort(), [
    "add c",
    "delete a",
    "update b",
  ]);
  assertEquals(rig.errors, []);
  assertEquals(rig.fake.listCalls.length, 2);
});

Deno.test("a failed list calls error callbacks, resolves start(), and is retried without another start", async () => {
  await using rig = new Rig([item("a")]);
  rig.fake.failNextList(refused(500));
  await rig.informer.start();
  assertEquals(rig.take(), ["error"]);
  assertEquals(rig.informer.list(), []);
  await rig.pass(800);
  assertEquals(rig.take(), ["add a", "connect"]);
});

Deno.test("the error of a failed watch has code and statusCode, and the watch is retried without another start", async () => {
  await using rig = new Rig([item("a")]);
  rig.fake.failNextWatch(refused(403));
  await rig.informer.start();
  assertEquals(rig.take(), ["add a", "error"]);
  const [error] = rig.errors;
  assertInstanceOf(error, StatusError);
  assertEquals([error.code, Reflect.get(error, "statusCode")], [403, 403]);
  assertEquals(error.message, "answer 403");
  await rig.pass(800);
  assertEquals(rig.take(), ["connect"]);
});

Deno.test("a lost connection is an error, and no change is missed", async () => {
  await using rig = await Rig.started();
  const lost = new ConnectionError("reset by peer");
  rig.fake.disconnect({ error: lost });
  rig.fake.add(item("a"));
  await rig.pass(1000);
  assertEquals(rig.take(), ["error", "connect", "add a"]);
  assertEquals(rig.errors, [lost]);
});

Deno.test("start() in an error callback, immediately or later, does nothing", async () => {
  await using rig = await Rig.started(item("a"));
  rig.informer.on("error", () => {
    void rig.informer.start();
    setTimeout(() => void rig.informer.start(), 5000);
  });
  rig.fake.disconnect({ error: new ConnectionError("reset by peer") });
  await rig.pass(1000);
  await rig.pass(5000);
  assertEquals(rig.take(), ["error", "connect"]);
  assertEquals(rig.fake.openWatches, 1);
  rig.fake.add(item("b"));
  await turn();
  assertEquals(rig.take(), ["add b"]);
});

/** Starts an informer again in each error callback, after a stop. */
function restartOnError({ informer }: Rig): void {
  informer.on("error", async () => {
    await informer.stop();
    await informer.start();
  });
}

Deno.test("stop() and start() in an error callback are followed by requests with backoff", async () => {
  await using rig = new Rig([item("a")]);
  restartOnError(rig);
  rig.fake.failNextList(refused(500), 8);
  const begin = Date.now();
  await rig.informer.start();
  const starts = [
    0,
    800,
    2_400,
    5_600,
    12_000,
    24_800,
    50_400,
    80_400,
    110_400,
  ];
  for (let passed = 0; passed < 110_400; passed += 400) await rig.pass(400);
  assertEquals(rig.fake.listCalls.map(({ at }) => at - begin), starts);
  assertEquals(rig.take().slice(8), ["add a", "connect"]);
});

Deno.test("stop() and start() in an error callback of a watch are followed by a list with backoff", async () => {
  await using rig = await Rig.started(item("a"));
  restartOnError(rig);
  rig.fake.failNextWatch(refused(403), 2);
  rig.fake.disconnect();
  const begin = Date.now();
  for (let passed = 0; passed < 6_000; passed += 100) await rig.pass(100);
  const lists = rig.fake.listCalls.map(({ at }) => at - begin);
  // The first of these is the informer's own, after a watch that ended early.
  assertEquals(lists.slice(1), [800, 1_600, 3_200]);
  assertEquals(rig.take(), ["error", "error", "connect"]);
});

Deno.test("stop() and start() in an error callback honor a Retry-After", async () => {
  await using rig = new Rig([item("a")]);
  restartOnError(rig);
  rig.fake.failNextList(refused(429, 7));
  await rig.informer.start();
  await rig.pass(6_999);
  assertEquals(rig.fake.listCalls.length, 1);
  await rig.pass(1);
  assertEquals(rig.fake.listCalls.length, 2);
});

Deno.test("start() waits only for what is left of the backoff", async () => {
  await using rig = new Rig([item("a")]);
  rig.fake.failNextList(refused(500));
  await rig.informer.start();
  await rig.informer.stop();
  await rig.pass(500);
  const started = rig.informer.start();
  await rig.pass(299);
  assertEquals(rig.fake.listCalls.length, 1);
  assert(await isPending(started));
  await rig.pass(1);
  await started;
  assertEquals(rig.names, ["a"]);
  await rig.informer.stop();
  await rig.pass(800);
  await rig.informer.start();
  assertEquals(rig.take(), ["error", "add a", "connect", "connect"]);
});

Deno.test("stop() during the backoff of a start ends it at once, and resolves start()", async () => {
  await using rig = new Rig([item("a")]);
  rig.fake.failNextList(refused(500));
  await rig.informer.start();
  await rig.informer.stop();
  const started = rig.informer.start();
  await turn();
  await rig.informer.stop();
  await started;
  await rig.pass(60_000);
  assertEquals(rig.fake.listCalls.length, 1);
  assertEquals(rig.take(), ["error"]);
});

Deno.test("start() after a stop without a failure sends its requests at once", async () => {
  await using rig = await Rig.started(item("a"));
  for (let starts = 2; starts < 100; starts++) {
    await rig.informer.stop();
    await rig.informer.start();
    assertEquals(rig.fake.listCalls.length, starts);
  }
});

Deno.test("the backoff of starts begins again after two minutes without a failure", async () => {
  await using rig = new Rig([item("a")]);
  restartOnError(rig);
  rig.fake.failNextList(refused(500), 3);
  await rig.informer.start();
  for (let passed = 0; passed < 20_000; passed += 400) await rig.pass(400);
  assertEquals(rig.fake.listCalls.length, 4);
  await rig.pass(120_000);
  const begin = Date.now();
  rig.fake.disconnect({ error: new ConnectionError("reset by peer") });
  for (let passed = 0; passed < 2_000; passed += 100) await rig.pass(100);
  const last = rig.fake.listCalls.at(-1);
  assertEquals(rig.fake.listCalls.length, 5);
  assertEquals((last?.at ?? 0) - begin, 800);
});

Deno.test("stop() in an error callback ends the retries", async () => {
  await using rig = new Rig();
  rig.informer.on("error", () => void rig.informer.stop());
  rig.fake.failNextList(refused(500), 9);
  await rig.informer.start();
  await rig.pass(60_000);
  assertEquals(rig.take(), ["error"]);
  assertEquals(rig.fake.listCalls.length, 1);
});

Deno.test("stop() ends the watch and keeps the cache", async () => {
  await using rig = await Rig.started(item("a"));
  await rig.informer.stop();
  assertEquals(rig.fake.openWatches, 0);
  rig.fake.add(item("b"));
  await rig.pass(60_000);
  assertEquals(rig.take(), []);
  assertEquals(rig.names, ["a"]);
  assertEquals(rig.fake.watchCalls.length, 1);
});

Deno.test("stop() in a callback prevents the callbacks for further objects", async () => {
  await using rig = new Rig([item("a"), item("b")]);
  rig.informer.on("add", () => void rig.informer.stop());
  await rig.informer.start();
  assertEquals(rig.take(), ["add a"]);
  assertEquals(rig.names, ["a"]);
});

Deno.test("stop() during the list opens no watch, and resolves start()", async () => {
  await using rig = new Rig([item("a")]);
  const list = rig.fake.hangNextList({ ignoreAbort: true });
  const started = rig.informer.start();
  await turn();
  await rig.informer.stop();
  await started;
  list.release();
  await turn();
  assertEquals(rig.take(), []);
  assertEquals(rig.fake.watchCalls.length, 0);
});

Deno.test("stop() while the watch opens prevents the connect", async () => {
  await using rig = new Rig();
  const watch = rig.fake.hangNextWatch({ ignoreAbort: true });
  void rig.informer.start();
  await turn();
  await rig.informer.stop();
  watch.release();
  await turn();
  assertEquals(rig.take(), []);
});

Deno.test("stop() does nothing before any start and when called twice", async () => {
  await using rig = new Rig();
  await rig.informer.stop();
  await rig.informer.start();
  await Promise.all([rig.informer.stop(), rig.informer.stop()]);
  assertEquals(rig.take(), ["connect"]);
});

Deno.test("start() after a stop reports only what has changed since", async () => {
  await using rig = await Rig.started(
    item("same"),
    item("changed"),
    item("gone"),
    item("recreated"),
  );
  await rig.informer.stop();
  rig.fake.modify(item("changed", { value: 1 }));
  rig.fake.delete("gone");
  rig.fake.add(item("new"));
  rig.fake.delete("recreated");
  rig.fake.add(item("recreated"));
  await rig.informer.start();
  const lines = rig.take();
  assertEquals(lines.slice(0, 1), ["delete gone"]);
  assertEquals(lines.toSorted(), [
    "add new",
    "add recreated",
    "connect",
    "delete gone",
    "delete recreated",
    "update changed",
  ]);
  assert(lines.indexOf("delete recreated") < lines.indexOf("add recreated"));
});

Deno.test("start() starts again when the stop before it was not awaited", async () => {
  await using rig = await Rig.started(item("a"));
  const stopped = rig.informer.stop();
  await rig.informer.start();
  await stopped;
  rig.fake.add(item("b"));
  await turn();
  assertEquals(rig.take(), ["connect", "add b"]);
  assertEquals(rig.fake.openWatches, 1);
});

Deno.test("errors of callbacks are written to the console and have no other effect", async () => {
  using captured = captureConsole();
  await using rig = new Rig([item("a")]);
  const { informer, fake } = rig;
  const boom = () => {
    throw new Error("boom");
  };
  informer.on("change", boom);
  informer.on("connect", boom);
  informer.on("error", boom);
  informer.on("add", () => Promise.reject(new Error("later")));
  await informer.start();
  fake.disconnect({ error: new ConnectionError("reset by peer") });
  fake.add(item("b"));
  await rig.pass(1000);
  const called = rig.take();
  assertEquals(called, ["add a", "connect", "error", "connect", "add b"]);
  assertEquals(captured.written.length, called.length + 2);
  for (const [message] of captured.written) {
    assertStringIncludes(String(message), "a callback for");
  }
});

Deno.test("an object with an unchanged version is not an update, one without a version always is", async () => {
  await using rig = await Rig.started();
  rig.fake.send({ type: "ADDED", object: stored("a", 7) });
  rig.fake.send({ type: "MODIFIED", object: stored("a", 7) });
  rig.fake.send({ type: "MODIFIED", object: item("a") });
  rig.fake.send({ type: "MODIFIED", object: item("a") });
  await turn();
  assertEquals(rig.take(), ["add a", "update a", "update a"]);
});

Deno.test("error callbacks get what list() throws, once for each attempt", async () => {
  const failure = new Error("no such thing");
  await using rig = new Rig([], () => ({
    list: () => {
      throw failure;
    },
    watch: () => Promise.reject(failure),
  }));
  await rig.informer.start();
  await rig.pass(800);
  assertEquals(rig.errors, [failure, failure]);
});

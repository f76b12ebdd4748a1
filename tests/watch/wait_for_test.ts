// `waitFor`: a condition on what is there, over an informer.

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { FakeApiServer, FakeListerWatcher } from "../../testing/mod.ts";
import { all, matches, not } from "../../conditions/combinators.ts";
import type { Condition } from "../../conditions/condition.ts";
import {
  ConditionNotMetError,
  type WaitProgress,
} from "../../watch/condition_not_met_error.ts";
import { ConnectionError } from "../../api/connection_error.ts";
import { isCreated, isDeleted } from "../../conditions/metadata_conditions.ts";
import { RestListerWatcher } from "../../rest/rest_lister_watcher.ts";
import { StatusError } from "../../api/status_error.ts";
import {
  ConditionError,
  WaitInterruptedError,
} from "../../watch/until_error.ts";
import { waitFor, type WaitForOptions } from "../../watch/wait_for.ts";
import { Clock } from "../support/clock.ts";
import {
  EXPIRED,
  type Item,
  item,
  refused,
} from "../support/informer_fakes.ts";
import { untyped } from "../support/scripted_watcher.ts";
import {
  captureConsole,
  CountedAbort,
  fixRandom,
  isPending,
  turn,
} from "../support/wait_fakes.ts";

const TIMEOUT = new DOMException("too long", "TimeoutError");

const isSeven: Condition<Item> = matches(
  (item) => item?.value === 7,
  (item) => item === undefined ? "not there" : `is ${item.value}`,
);

/** A wait, and what is left of it at the moment at which it settles. */
class Fixture {
  readonly fake: FakeListerWatcher<Item>;
  readonly abort = new CountedAbort();
  readonly reported: WaitProgress<Item>[] = [];

  constructor(...items: Item[]) {
    this.fake = new FakeListerWatcher({ objects: items });
  }

  wait(
    condition: Condition<Item>,
    options: WaitForOptions<Item> = {},
  ): Promise<Item[]> {
    return this.#settled(waitFor(this.fake, condition, {
      signal: this.abort.signal,
      onProgress: (progress) => this.reported.push(progress),
      ...options,
    }));
  }

  /** `met/total+restarts` of each report, and why not. */
  get progress(): string[] {
    return this.reported.map(({ met, total, restarts, pending }) =>
      [`${met}/${total}+${restarts}`, ...pending.map(({ why }) => why)]
        .join(" ")
    );
  }

  async #settled<V>(result: Promise<V>): Promise<V> {
    try {
      return await result;
    } finally {
      assertEquals(this.fake.openWatches, 0);
      assertEquals(this.abort.listeners, 0);
    }
  }
}

function names(items: readonly Item[]): string[] {
  return items.map(({ metadata, value }) => `${metadata?.name}=${value}`);
}

Deno.test("waitFor() resolves at once with what meets the condition already", async () => {
  using time = new Clock();
  const fixture = new Fixture(item("a"), item("b", { value: 7 }));
  assertEquals(names(await fixture.wait(isSeven)), ["b=7"]);
  assertEquals(fixture.fake.watchCalls.length, 0);
  assertEquals(fixture.progress, ["1/2+0 is undefined"]);
  assertEquals(time.timers, 0);
});

Deno.test("waitFor() waits until one meets the condition", async () => {
  using time = new Clock();
  const fixture = new Fixture(item("a", { value: 1 }));
  const result = fixture.wait(isSeven);
  await turn();
  fixture.fake.add(item("b", { value: 2 }));
  await turn();
  fixture.fake.modify(item("b", { value: 7 }));
  assertEquals(names(await result), ["b=7"]);
  assertEquals(fixture.progress, [
    "0/1+0 is 1",
    "0/2+0 is 1 is 2",
    "1/2+0 is 1",
  ]);
  assertEquals(time.timers, 0);
});

Deno.test("waitFor() wants as many as are asked for, at the same time", async () => {
  using _time = new Clock();
  const fixture = new Fixture(item("a", { value: 7 }), item("b"));
  const result = fixture.wait(isSeven, { count: 2 });
  await turn();
  fixture.fake.modify(item("a", { value: 1 }));
  await turn();
  fixture.fake.modify(item("b", { value: 7 }));
  assert(await isPending(result));
  fixture.fake.modify(item("a", { value: 7 }));
  assertEquals(names(await result), ["a=7", "b=7"]);
});

Deno.test("waitFor() with all wants each that is there, and at least one", async () => {
  using _time = new Clock();
  const fixture = new Fixture();
  const result = fixture.wait(isSeven, { count: "all" });
  assert(await isPending(result));
  fixture.fake.add(item("a", { value: 1 }));
  fixture.fake.add(item("b", { value: 7 }));
  assert(await isPending(result));
  fixture.fake.delete("a");
  assertEquals(names(await result), ["b=7"]);
});

Deno.test("waitFor() looks only at the name and the namespace it is given", async () => {
  using _time = new Clock();
  const there = (name: string, namespace: string, value: number) =>
    item(name, { value, metadata: { namespace } });
  const fixture = new Fixture(
    there("a", "x", 1),
    there("a", "y", 7),
    there("b", "x", 7),
  );
  const options = { name: "a", namespace: "x", count: "all" } as const;
  const result = fixture.wait(isSeven, options);
  assert(await isPending(result));
  assertEquals(fixture.progress, ["0/1+0 is 1"]);
  const selector = "metadata.name=a,metadata.namespace=x";
  assertEquals(
    [...fixture.fake.listCalls, ...fixture.fake.watchCalls].map(
      ({ options }) => options.fieldSelector,
    ),
    [selector, selector],
  );
  fixture.fake.modify(there("a", "x", 7));
  assertEquals((await result).map(({ metadata }) => metadata?.namespace), [
    "x",
  ]);
});

Deno.test("waitFor() looks only at the name also where the source knows no selectors", async () => {
  using _time = new Clock();
  const { fake } = new Fixture(item("a", { value: 7 }), item("b"));
  const plain = {
    list: () => fake.list({}),
    watch: ({ resourceVersion }: { resourceVersion?: string | undefined }) =>
      fake.watch({ resourceVersion }),
  };
  const result = waitFor(plain, isSeven, { name: "b" });
  assert(await isPending(result));
  fake.modify(item("b", { value: 7 }));
  assertEquals(names(await result), ["b=7"]);
});

Deno.test("waitFor() waits for an object that is not there yet", async () => {
  using _time = new Clock();
  const fixture = new Fixture();
  const result = fixture.wait(isCreated(), { name: "a" });
  assert(await isPending(result));
  fixture.fake.add(item("a"));
  assertEquals(names(await result), ["a=undefined"]);
});

Deno.test("waitFor() resolves with what was seen last where it is about being gone", async () => {
  using _time = new Clock();
  const fixture = new Fixture(item("a", { value: 1 }), item("b", { value: 2 }));
  const result = fixture.wait(isDeleted(), { count: "all" });
  await turn();
  fixture.fake.modify(item("a", { value: 3 }));
  fixture.fake.delete("a");
  fixture.fake.add(item("c"));
  assert(await isPending(result));
  assertEquals(
    fixture.reported.at(-1)?.pending.map(({ object }) => object.value),
    [
      2,
    ],
  );
  fixture.fake.delete("b");
  assertEquals(names(await result), ["a=3", "b=2"]);
});

Deno.test("waitFor() takes what comes back under its name for another object", async () => {
  using _time = new Clock();
  const fixture = new Fixture(item("a", { value: 1 }));
  const result = fixture.wait(isDeleted(), { name: "a" });
  await turn();
  fixture.fake.delete("a");
  fixture.fake.add(item("a", { value: 2 }));
  assertEquals(names(await result), ["a=1"]);
});

Deno.test("waitFor() has nothing to wait for where there was none to begin with", async () => {
  using _time = new Clock();
  for (const count of [1, 2, "all"] as const) {
    const fixture = new Fixture(item("b"));
    const options = { name: "a", count };
    assertEquals(await fixture.wait(isDeleted(), options), []);
    assertEquals(fixture.fake.watchCalls.length, 0);
  }
});

Deno.test("waitFor() notices by a list what vanished while it could not watch", async () => {
  using time = new Clock();
  const fixture = new Fixture(item("a"));
  const result = fixture.wait(isDeleted());
  await time.pass(5_000);
  fixture.fake.stall();
  fixture.fake.delete("a");
  fixture.fake.advance();
  fixture.fake.compact();
  fixture.fake.disconnect({ error: new ConnectionError("reset") });
  await time.pass(0);
  await time.pass(800);
  assertEquals(names(await result), ["a=undefined"]);
  assertEquals(time.timers, 0);
});

Deno.test("waitFor() survives a watch that breaks, and an error in it", async () => {
  using time = new Clock();
  using _random = fixRandom(0);
  const fixture = new Fixture(item("a", { value: 1 }));
  const result = fixture.wait(isSeven);
  await time.pass(5_000);
  fixture.fake.disconnect({ error: new ConnectionError("reset") });
  await time.pass(800);
  fixture.fake.error(EXPIRED);
  await time.pass(5_000);
  fixture.fake.modify(item("a", { value: 7 }));
  assertEquals(names(await result), ["a=7"]);
  assertEquals(fixture.progress, [
    "0/1+0 is 1",
    "0/1+1 is 1",
    "0/1+2 is 1",
    "1/1+2",
  ]);
});

Deno.test("waitFor() is not kept by a dead connection for more than a minute", async () => {
  using time = new Clock();
  const fixture = new Fixture(item("a", { value: 1 }));
  const result = fixture.wait(isSeven);
  await turn();
  fixture.fake.stall();
  fixture.fake.modify(item("a", { value: 7 }));
  await time.pass(59_000);
  assert(await isPending(result));
  await time.pass(1_000);
  await time.pass(0);
  assertEquals(names(await result), ["a=7"]);
  const { timeoutSeconds = Infinity } = fixture.fake.watchCalls[0]?.options ??
    {};
  assert(timeoutSeconds <= 60);
});

Deno.test("waitFor() lists what is there now, not what a server's cache holds", async () => {
  using _time = new Clock();
  const fixture = new Fixture(item("a", { value: 7 }));
  await fixture.wait(isSeven);
  const versions = fixture.fake.listCalls.map(({ options }) =>
    options.resourceVersion
  );
  assertEquals(versions, [undefined]);
});

for (const code of [400, 401, 403, 404, 405, 422]) {
  Deno.test(`waitFor() rejects at once when the first list is answered ${code}`, async () => {
    using time = new Clock();
    const fixture = new Fixture(item("a", { value: 7 }));
    const refusal = refused(code);
    // Also for who asks by WatchList first.
    fixture.fake.failNextWatch(refused(code), Infinity);
    fixture.fake.failNextList(refusal);
    const error = await assertRejects(
      () => fixture.wait(isSeven),
      StatusError,
    );
    assertStrictEquals(error, refusal);
    assertEquals(fixture.fake.listCalls.length, 1);
    assertEquals(fixture.progress, []);
    assertEquals(time.timers, 0);
  });
}

for (const code of [400, 401, 403, 404, 405, 422]) {
  Deno.test(`waitFor() rejects at once when the first watch is answered ${code}`, async () => {
    using time = new Clock();
    const fixture = new Fixture(item("a", { value: 1 }));
    const refusal = refused(code);
    fixture.fake.failNextWatch(refusal);
    const error = await assertRejects(
      () => fixture.wait(isSeven),
      StatusError,
    );
    assertStrictEquals(error, refusal);
    assertEquals(fixture.fake.watchCalls.length, 1);
    assertEquals(fixture.progress, ["0/1+0 is 1"]);
    assertEquals(time.timers, 0);
  });
}

Deno.test("waitFor() rejects with the refusal that another error was caused by", async () => {
  using _time = new Clock();
  const refusal = refused(403);
  for (const method of ["failNextList", "failNextWatch"] as const) {
    const fixture = new Fixture(item("a", { value: 1 }));
    fixture.fake[method](new Error("no pods", { cause: refusal }));
    const error = await assertRejects(() => fixture.wait(isSeven));
    assertStrictEquals(error, refusal);
  }
});

Deno.test("waitFor() rejects at once when there is no token for the first list", async () => {
  const cause = new Error("the plugin is not there");
  const pods = new RestListerWatcher({
    server: "https://c.example",
    path: "/api/v1/pods",
    token: () => Promise.reject(cause),
    fetch: () => Promise.reject(new Error("nothing is to be sent")),
  });
  const error = await assertRejects(
    () => waitFor(pods, isCreated()),
    Error,
    "Cannot get a token for GET https://c.example/api/v1/pods: the plugin is not there",
  );
  assertStrictEquals(error.cause, cause);
});

Deno.test("waitFor() rejects at once when the token for the first list cannot be sent", async () => {
  for (const token of ["a b", Object.create(null)]) {
    const pods = new RestListerWatcher({
      server: "https://c.example",
      path: "/api/v1/pods",
      token: () => token,
      fetch: () => Promise.reject(new Error("nothing is to be sent")),
    });
    await assertRejects(
      () => waitFor(pods, isCreated()),
      TypeError,
      "Cannot use the given token",
    );
  }
});

Deno.test("waitFor() asks again when the first list fails otherwise, and says so", async () => {
  using time = new Clock();
  using _random = fixRandom(0);
  const fixture = new Fixture(item("a", { value: 7 }));
  fixture.fake.failNextList(refused(503));
  fixture.fake.failNextList(new ConnectionError("refused"));
  const result = fixture.wait(isSeven);
  await time.pass(0);
  await time.pass(800);
  await time.pass(1_600);
  assertEquals(names(await result), ["a=7"]);
  assertEquals(fixture.progress, ["0/0+1", "0/0+2", "1/1+2"]);
});

Deno.test("waitFor() asks again when the first watch fails otherwise", async () => {
  using time = new Clock();
  using _random = fixRandom(0);
  const fixture = new Fixture(item("a", { value: 1 }));
  fixture.fake.failNextWatch(new ConnectionError("refused"));
  fixture.fake.failNextWatch(refused(503));
  const result = fixture.wait(isSeven);
  await time.pass(5_000);
  await time.pass(5_000);
  fixture.fake.modify(item("a", { value: 7 }));
  assertEquals(names(await result), ["a=7"]);
  assertEquals(fixture.reported.at(-1)?.restarts, 2);
});

Deno.test("waitFor() goes on when a later watch is refused", async () => {
  using time = new Clock();
  using _random = fixRandom(0);
  const fixture = new Fixture(item("a", { value: 1 }));
  const result = fixture.wait(isSeven);
  await time.pass(5_000);
  fixture.fake.failNextWatch(refused(403));
  fixture.fake.disconnect();
  await time.pass(5_000);
  await time.pass(5_000);
  fixture.fake.modify(item("a", { value: 7 }));
  assertEquals(names(await result), ["a=7"]);
  assertEquals(fixture.reported.at(-1)?.restarts, 1);
});

Deno.test("waitFor() takes objects for gone whose resource has vanished unseen", async () => {
  using time = new Clock();
  using _random = fixRandom(0);
  const fixture = new Fixture(item("a", { value: 1 }), item("b", { value: 2 }));
  const result = fixture.wait(isDeleted(), { count: "all" });
  await time.pass(5_000);
  fixture.fake.failNextWatch(refused(404), Infinity);
  fixture.fake.failNextList(refused(404), Infinity);
  fixture.fake.disconnect();
  for (let passed = 0; passed < 4; passed++) await time.pass(5_000);
  assertEquals(names(await result), ["a=1", "b=2"]);
  assertEquals(fixture.fake.listCalls.length, 3);
});

Deno.test("waitFor() waits for objects to come back whose resource has vanished", async () => {
  using time = new Clock();
  using _random = fixRandom(0);
  const fixture = new Fixture(item("a", { value: 1 }));
  const result = fixture.wait(isSeven);
  await time.pass(5_000);
  fixture.fake.failNextWatch(refused(404), 2);
  fixture.fake.failNextList(refused(404), 2);
  fixture.fake.disconnect();
  for (let passed = 0; passed < 6; passed++) await time.pass(5_000);
  assertEquals(fixture.reported.at(-1)?.total, 1);
  fixture.fake.modify(item("a", { value: 7 }));
  assertEquals(names(await result), ["a=7"]);
});

Deno.test("waitFor() goes on when a later list is refused", async () => {
  using time = new Clock();
  using _random = fixRandom(0);
  const fixture = new Fixture(item("a", { value: 1 }));
  const result = fixture.wait(isSeven);
  await time.pass(5_000);
  fixture.fake.failNextList(refused(403));
  fixture.fake.error(EXPIRED);
  fixture.fake.error(EXPIRED);
  fixture.fake.compact();
  await time.pass(5_000);
  await time.pass(5_000);
  fixture.fake.modify(item("a", { value: 7 }));
  assertEquals(names(await result), ["a=7"]);
});

Deno.test("waitFor() says what is missing when its time is over", async () => {
  using time = new Clock();
  const fixture = new Fixture(
    item("a", { value: 7 }),
    item("b", { value: 2, metadata: { namespace: "aa" } }),
    ...["c", "d", "e", "f", "g", "h"].map((name) => item(name, { value: 3 })),
  );
  const result = assertRejects(
    () => fixture.wait(isSeven, { count: "all", timeoutMs: 30_000 }),
    ConditionNotMetError<Item>,
  );
  await time.pass(5_000);
  fixture.fake.modify(item("c", { value: 4 }));
  fixture.fake.disconnect({ error: new ConnectionError("connection reset") });
  await time.pass(20_000);
  assert(await isPending(result));
  await time.pass(5_000);
  const error = await result;
  assertEquals(
    error.message,
    "timed out waiting for the condition: 1 of 8 met: aa/b: is 2; c: is 4; d: is 3; e: is 3; f: is 3; and 2 more: last error: connection reset",
  );
  assertInstanceOf(error, WaitInterruptedError);
  assertEquals([error.name, error.timedOut], ["ConditionNotMetError", true]);
  assertInstanceOf(error.lastError, ConnectionError);
  assertEquals(error.progress.met, 1);
  assertEquals(error.progress.total, 8);
  assertEquals(error.progress.restarts, 1);
  assertEquals(
    error.progress.pending.map(({ object }) => object.value),
    [2, 4, 3, 3, 3, 3, 3],
  );
  assertEquals(time.timers, 0);
});

Deno.test("waitFor() says what is missing where there is nothing", async () => {
  using time = new Clock();
  for (
    const [options, why] of [
      [{}, "no such object: not there"],
      [{ name: "a" }, "a: not there"],
    ] as const
  ) {
    const fixture = new Fixture();
    const result = assertRejects(
      () => fixture.wait(isSeven, { ...options, timeoutMs: 1_000 }),
      ConditionNotMetError,
    );
    await time.pass(1_000);
    assertEquals(
      (await result).message,
      `timed out waiting for the condition: ${why}`,
    );
  }
});

Deno.test("waitFor() says where nothing was found", async () => {
  using time = new Clock();
  await using server = new FakeApiServer();
  const pods = new RestListerWatcher({
    server: "http://fake",
    path: "/api/v1/namespaces/defualt/pods",
    fetch: server.fetch,
  });
  const result = assertRejects(
    () => waitFor(pods, isCreated(), { name: "web", timeoutMs: 1_000 }),
    ConditionNotMetError,
  );
  await server.watchStarted(1);
  await time.pass(1_000);
  assertEquals(
    (await result).message,
    "timed out waiting for the condition: web in /api/v1/namespaces/defualt/pods: not there yet",
  );
});

Deno.test("waitFor() looks at no resource of a source that is not a path", async () => {
  using time = new Clock();
  for (const resource of [{ plural: "pods" }, Object.create(null), Symbol()]) {
    const source = Object.assign(new FakeListerWatcher<Item>(), { resource });
    const result = assertRejects(
      () => waitFor(source, isCreated(), { name: "a", timeoutMs: 1_000 }),
      ConditionNotMetError,
    );
    await time.pass(1_000);
    assertEquals(
      (await result).message,
      "timed out waiting for the condition: a: not there yet",
    );
  }
});

Deno.test("waitFor() without a limit writes to the console why it has not begun", async () => {
  using time = new Clock();
  using captured = captureConsole();
  const fake = new FakeListerWatcher<Item>({ objects: [item("a")] });
  fake.failNextList(new ConnectionError("no route"), 2);
  const result = waitFor(fake, isCreated());
  for (const _ of [1, 2, 3]) await time.pass(60_000);
  assertEquals((await result).length, 1);
  assertEquals(captured.written.flat(), [
    "watchtools: A wait goes on after: no route; set timeoutMs or onProgress",
  ]);
});

Deno.test("waitFor() writes nothing to the console when it has a limit or is followed", async () => {
  using time = new Clock();
  using captured = captureConsole();
  for (
    const options of [
      { timeoutMs: 90_000 },
      { signal: new AbortController().signal },
      { onProgress: () => {} },
      { observer: {} },
    ]
  ) {
    const fake = new FakeListerWatcher<Item>({ objects: [item("a")] });
    fake.failNextList(new ConnectionError("no route"));
    const result = waitFor(fake, isCreated(), options);
    await time.pass(60_000);
    assertEquals((await result).length, 1);
  }
  assertEquals(captured.written, []);
});

for (
  const [what, args, message] of [
    [
      "a promise",
      [Promise.resolve(new FakeListerWatcher()), isCreated()],
      "await it",
    ],
    [
      "a function that creates a condition",
      [new FakeListerWatcher(), isCreated, { timeoutMs: 1 }],
      "not a condition",
    ],
    [
      "an object as name",
      [new FakeListerWatcher(), isCreated(), { name: item("a") }],
      "name must be a string, and not empty",
    ],
  ] as const
) {
  Deno.test(`waitFor() rejects with TypeError when given ${what}`, async () => {
    await assertRejects(
      () => Reflect.apply(waitFor, undefined, args),
      TypeError,
      message,
    );
  });
}

Deno.test("waitFor() says why it could not even list", async () => {
  using time = new Clock();
  using _random = fixRandom(0);
  const fixture = new Fixture();
  fixture.fake.failNextList(refused(503), Infinity);
  const result = assertRejects(
    () => fixture.wait(isSeven, { timeoutMs: 1_000 }),
    ConditionNotMetError,
  );
  await time.pass(1_000);
  const error = await result;
  assertEquals(
    error.message,
    "timed out waiting for the condition: nothing has been listed yet: last error: answer 503",
  );
  assertEquals(error.progress, {
    met: 0,
    total: 0,
    pending: [],
    restarts: error.progress.restarts,
  });
  assert(error.progress.restarts > 0);
});

Deno.test("waitFor() cuts what a condition says too much", async () => {
  using time = new Clock();
  const fixture = new Fixture(item("a"));
  const talkative = matches<Item>(() => false, () => "x".repeat(1_000));
  const result = assertRejects(
    () => fixture.wait(talkative, { timeoutMs: 1_000 }),
    ConditionNotMetError,
  );
  await time.pass(1_000);
  const { message, progress } = await result;
  assert(message.length < 400);
  assertEquals(progress.pending[0]?.why.length, 1_000);
});

Deno.test("waitFor() ends when its signal is aborted", async () => {
  using time = new Clock();
  for (
    const [reason, timedOut] of [[TIMEOUT, true], [new Error("no"), false]]
  ) {
    const fixture = new Fixture(item("a", { value: 1 }));
    const result = assertRejects(
      () => fixture.wait(isSeven, { timeoutMs: 5_000 }),
      ConditionNotMetError,
    );
    await turn();
    fixture.abort.abort(reason);
    const error = await result;
    assertStrictEquals(error.cause, reason);
    assertEquals(error.timedOut, timedOut);
    assert(error.message.endsWith("0 of 1 met: a: is 1"), error.message);
    assertEquals(time.timers, 0);
  }
});

Deno.test("waitFor() asks for nothing when the signal is aborted already", async () => {
  const fixture = new Fixture(item("a", { value: 7 }));
  fixture.abort.abort(TIMEOUT);
  await assertRejects(() => fixture.wait(isSeven), ConditionNotMetError);
  assertEquals(fixture.fake.listCalls.length, 0);
});

Deno.test("waitFor() without a timeout waits on", async () => {
  using time = new Clock();
  for (const timeoutMs of [undefined, 0, Infinity]) {
    const fixture = new Fixture(item("a", { value: 1 }));
    const result = fixture.wait(isSeven, { timeoutMs });
    for (let minutes = 0; minutes < 60; minutes++) await time.pass(60_000);
    fixture.fake.modify(item("a", { value: 7 }));
    await time.pass(60_000);
    assertEquals(names(await result), ["a=7"]);
    assertEquals(time.timers, 0);
  }
});

Deno.test("waitFor() rejects when the condition throws, at first or later", async () => {
  using time = new Clock();
  const cause = new RangeError("the job has failed");
  const fails = matches<Item>((item) => {
    if (item?.value === 0) throw cause;
    return false;
  });
  for (const value of [0, 1]) {
    const fixture = new Fixture(item("a", { value }));
    const result = assertRejects(() => fixture.wait(fails), ConditionError);
    await turn();
    if (value === 1) fixture.fake.modify(item("a", { value: 0 }));
    const error = await result;
    assertStrictEquals(error.cause, cause);
    assertEquals(error.message, "the condition threw: the job has failed");
    assertEquals(time.timers, 0);
  }
});

const failsAtZero = matches<Item>((item) => {
  if (item?.value === 0) throw new Error("it has failed");
  return item?.value === 7;
});

for (const options of [{}, { count: 2 }]) {
  Deno.test(`waitFor() ends with a ConditionError only when the condition has thrown for each object, with ${JSON.stringify(options)}`, async () => {
    using time = new Clock();
    const fixture = new Fixture(
      item("a", { value: 0 }),
      item("b", { value: 1 }),
    );
    const whys: string[] = [];
    const result = assertRejects(
      () =>
        fixture.wait(failsAtZero, {
          ...options,
          onProgress: ({ pending }) => whys.push(pending[0]?.why ?? ""),
        }),
      ConditionError,
      "the condition threw: it has failed",
    );
    await time.pass(1_000);
    assertEquals(whys, ["it has failed"]);
    fixture.fake.modify(item("b", { value: 0 }));
    await time.pass(1_000);
    await result;
    assertEquals(time.timers, 0);
  });
}

Deno.test("waitFor() resolves with other objects than those that the condition throws for", async () => {
  using _time = new Clock();
  const fixture = new Fixture(item("a", { value: 0 }), item("b", { value: 1 }));
  const result = fixture.wait(failsAtZero);
  await turn();
  fixture.fake.modify(item("b", { value: 7 }));
  assertEquals(names(await result), ["b=7"]);
});

Deno.test("waitFor() of all objects rejects when the condition throws for one", async () => {
  using _time = new Clock();
  const fixture = new Fixture(item("a", { value: 1 }), item("b", { value: 0 }));
  await assertRejects(
    () => fixture.wait(failsAtZero, { count: "all" }),
    ConditionError,
    "it has failed",
  );
});

Deno.test("waitFor() rejects with a ConditionError also where a StatusError was thrown", async () => {
  using _time = new Clock();
  const cause = refused(403);
  const fails = matches<Item>((item) => {
    if (item !== undefined) throw cause;
    return false;
  });
  const fixture = new Fixture(item("a"));
  const error = await assertRejects(() => fixture.wait(fails), ConditionError);
  assertStrictEquals(error.cause, cause);
});

for (
  const [what, wrap] of Object.entries({
    "a function": (condition: Condition<Item>) =>
      Object.assign(condition, { explain: () => "not met" }),
    "matches()": (condition: Condition<Item>) => matches(condition),
    "all()": (condition: Condition<Item>) => all(matches(condition)),
  })
) {
  Deno.test(`waitFor() rejects with a ConditionError when ${what} returns a promise`, async () => {
    using time = new Clock();
    for (const met of [Promise.resolve(false), Promise.reject(new Error())]) {
      const fixture = new Fixture(item("a"));
      const condition: Condition<Item> = untyped(() => met);
      const error = await assertRejects(
        () => fixture.wait(wrap(condition)),
        ConditionError,
      );
      assertInstanceOf(error.cause, TypeError);
      assertEquals(time.timers, 0);
    }
  });
}

Deno.test("waitFor() does not mind a condition that throws for want of an object", async () => {
  using _time = new Clock();
  const fixture = new Fixture();
  const condition = matches<Item>((item) => {
    if (item === undefined) throw new TypeError("no item");
    return item.value === 7;
  });
  const result = fixture.wait(condition);
  await turn();
  fixture.fake.add(item("a", { value: 7 }));
  assertEquals(names(await result), ["a=7"]);
});

Deno.test("waitFor() writes down what onProgress throws, and goes on", async () => {
  using _time = new Clock();
  using console = captureConsole();
  const fixture = new Fixture(item("a", { value: 7 }));
  const onProgress = () => {
    throw new Error("no terminal");
  };
  assertEquals(names(await fixture.wait(isSeven, { onProgress })), ["a=7"]);
  assertEquals(console.written.length, 1);
});

Deno.test("waitFor() reports nothing where nothing has changed", async () => {
  using _time = new Clock();
  const fixture = new Fixture(
    item("a", { value: 1 }),
    item("b", { value: 1 }),
  );
  const result = fixture.wait(isSeven, { name: "a" });
  await turn();
  fixture.fake.modify(item("b", { value: 7 }));
  fixture.fake.bookmark();
  await turn();
  assertEquals(fixture.progress, ["0/1+0 is 1"]);
  fixture.fake.modify(item("a", { value: 7 }));
  await result;
});

Deno.test("waitFor() refuses options before it asks for anything", async () => {
  const { fake } = new Fixture(item("a", { value: 7 }));
  const table: [WaitForOptions<Item>, typeof RangeError | typeof TypeError][] =
    [
      [{ timeoutMs: -1 }, RangeError],
      [{ timeoutMs: NaN }, RangeError],
      [{ count: 0 }, RangeError],
      [{ count: -1 }, RangeError],
      [{ count: 1.5 }, RangeError],
      [{ count: NaN }, RangeError],
      [{ name: "" }, TypeError],
      [{ namespace: "" }, TypeError],
    ];
  for (const [options, type] of table) {
    const error = await assertRejects(() => waitFor(fake, isSeven, options));
    assertInstanceOf(error, type);
  }
  assertEquals(fake.listCalls.length, 0);
});

Deno.test("waitFor() works over HTTP", async () => {
  await using server = new FakeApiServer();
  const pod = (phase: string) => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "web", namespace: "default" },
    status: { phase },
  });
  server.create(pod("Pending"));
  const pods = new RestListerWatcher({
    server: "https://example.com",
    path: "/api/v1/namespaces/default/pods",
    fetch: server.fetch,
  });
  const isPending = matches((pod) =>
    pod !== undefined && "status" in pod &&
    JSON.stringify(pod.status) === '{"phase":"Pending"}'
  );
  const result = waitFor(pods, not(isPending), { name: "web" });
  await server.watchStarted(1);
  server.update(pod("Running"));
  const [found] = await result;
  assertEquals(found?.metadata?.name, "web");
  assertEquals(found?.kind, "Pod");

  server.failNext({ status: 403 });
  const error = await assertRejects(
    () => waitFor(pods, isCreated()),
    StatusError,
  );
  assertEquals(error.code, 403);
});

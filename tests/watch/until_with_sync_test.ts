// `untilWithSync`: conditions and a precondition over an informer, which has
// shut down by the time the promise settles.

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { FakeApiServer, FakeListerWatcher } from "../../testing/mod.ts";
import { RestListerWatcher } from "../../rest/rest_lister_watcher.ts";
import { Reflector } from "../../cache/_reflector.ts";
import { ConfigurationError } from "../../api/configuration_error.ts";
import { ShardingUnsupportedError } from "../../api/sharding_unsupported_error.ts";
import { ConnectionError } from "../../api/connection_error.ts";
import type { ConditionFunc } from "../../api/condition_func.ts";
import {
  ConditionError,
  WaitInterruptedError,
} from "../../watch/until_error.ts";
import { untilWithSync } from "../../watch/until_with_sync.ts";
import type { PreconditionFunc } from "../../cache/precondition_func.ts";
import { Clock } from "../support/clock.ts";
import {
  EXPIRED,
  type Item,
  item,
  ofShard,
  refused,
} from "../support/informer_fakes.ts";
import {
  CountedAbort,
  fixRandom,
  ForeignPromise,
  isPending,
  turn,
} from "../support/wait_fakes.ts";

const TIMEOUT = new DOMException("too long", "TimeoutError");
const never = () => false;

/** A wait, and what is left of it when it settles. */
class Fixture {
  readonly fake: FakeListerWatcher<Item>;
  readonly abort = new CountedAbort();

  constructor(...names: string[]) {
    this.fake = new FakeListerWatcher({
      objects: names.map((name) => item(name)),
    });
  }

  get signal(): AbortSignal {
    return this.abort.signal;
  }

  /** Asserts that nothing is running any more, at once. */
  async settled<V>(result: Promise<V>): Promise<V> {
    try {
      return await result;
    } finally {
      assertEquals(this.fake.openWatches, 0);
      assertEquals(this.abort.listeners, 0);
    }
  }
}

Deno.test("untilWithSync() resolves with the event that met the condition", async () => {
  using time = new Clock();
  const fixture = new Fixture("a");
  const { fake, signal } = fixture;
  const seen: string[] = [];
  const result = untilWithSync(fake, undefined, ({ type, object }) => {
    seen.push(`${type} ${object.metadata?.name}`);
    return type === "MODIFIED";
  }, { signal });
  await turn();
  fake.add(item("b"));
  fake.modify(item("a", { value: 7 }));
  fake.modify(item("a", { value: 8 }));
  const { type, object } = await fixture.settled(result);
  assertEquals([type, object.value], ["MODIFIED", 7]);
  assertEquals(seen, ["ADDED a", "ADDED b", "MODIFIED a"]);
  assertEquals(time.timers, 0);
});

Deno.test("untilWithSync() tries conditions in sequence, the next on the event that met the last", async () => {
  using _time = new Clock();
  const fixture = new Fixture("a");
  const result = untilWithSync(fixture.fake, undefined, [
    ({ type }) => type === "ADDED",
    ({ object }) => object.metadata?.name === "a",
    ({ type }) => type === "DELETED",
  ], { signal: fixture.signal });
  await turn();
  fixture.fake.delete("a");
  assertEquals((await fixture.settled(result))?.type, "DELETED");
});

Deno.test("untilWithSync() accepts a ConditionFunc, and never calls it with an error or a bookmark", async () => {
  using _time = new Clock();
  const fixture = new Fixture("a");
  const { fake, signal } = fixture;
  const types: string[] = [];
  const condition: ConditionFunc<Item> = ({ type }) => {
    types.push(type);
    return type === "DELETED";
  };
  const result = untilWithSync(fake, undefined, condition, { signal });
  await turn();
  fake.bookmark();
  fake.error(EXPIRED);
  await turn();
  fake.delete("a");
  await _time.pass(800);
  await fixture.settled(result);
  assertEquals(types, ["ADDED", "DELETED"]);
});

Deno.test("untilWithSync() survives a version that expires, and sees what vanished", async () => {
  using time = new Clock();
  const fixture = new Fixture("a");
  const { fake, signal } = fixture;
  const result = untilWithSync(
    fake,
    undefined,
    ({ type }) => type === "DELETED",
    { signal },
  );
  await time.pass(5_000);
  fake.stall();
  fake.delete("a");
  fake.advance();
  fake.compact();
  fake.disconnect({ error: new ConnectionError("reset") });
  await time.pass(0);
  await time.pass(800);
  assertEquals((await fixture.settled(result)).type, "DELETED");
  assertEquals(time.timers, 0);
});

Deno.test("untilWithSync() sends no request without conditions and precondition", async () => {
  const { fake } = new Fixture("a");
  assertEquals(await untilWithSync(fake, undefined, []), undefined);
  const signal = AbortSignal.abort();
  assertEquals(await untilWithSync(fake, undefined, [], { signal }), undefined);
  assertEquals(fake.watchCalls.length, 0);
});

Deno.test("untilWithSync() resolves with undefined when the precondition is true", async () => {
  using time = new Clock();
  for (
    const wrap of [
      (value: boolean) => value,
      (value: boolean) => Promise.resolve(value),
      (value: boolean) => new ForeignPromise(Promise.resolve(value)),
    ]
  ) {
    const fixture = new Fixture("a", "b");
    const tried: string[][] = [];
    const result = untilWithSync(
      fixture.fake,
      (store) => {
        tried.push(store.listKeys());
        return wrap(store.getByKey("b") !== undefined);
      },
      never,
      { signal: fixture.signal },
    );
    assertEquals(await fixture.settled(result), undefined);
    assertEquals(tried, [["a", "b"]]);
    assertEquals(time.timers, 0);
  }
});

Deno.test("untilWithSync() tries the conditions when the precondition is false", async () => {
  using _time = new Clock();
  for (const answer of [false, Promise.resolve(false)]) {
    const fixture = new Fixture("a");
    const result = untilWithSync(
      fixture.fake,
      () => answer,
      ({ type }) => type === "ADDED",
      { signal: fixture.signal },
    );
    const event = await fixture.settled(result);
    assertEquals(event?.object.metadata?.name, "a");
  }
});

Deno.test("untilWithSync() tries the precondition also when there are no conditions", async () => {
  using _time = new Clock();
  const fixture = new Fixture("a");
  let tried = 0;
  const precondition = () => {
    tried++;
    return false;
  };
  const { signal } = fixture;
  const result = untilWithSync(fixture.fake, precondition, [], { signal });
  assertEquals(await fixture.settled(result), undefined);
  assertEquals(tried, 1);
});

Deno.test("untilWithSync() accepts a precondition that may be undefined", async () => {
  using _time = new Clock();
  const preconditions: (PreconditionFunc<Item> | undefined)[] = [undefined];
  for (const precondition of preconditions) {
    const fixture = new Fixture("a");
    const result = untilWithSync(fixture.fake, precondition, () => true);
    assertEquals((await fixture.settled(result))?.type, "ADDED");
  }
});

for (
  const [what, fail] of Object.entries({
    "throws": (cause: Error): boolean => {
      throw cause;
    },
    "rejects": (cause: Error) => Promise.reject(cause),
  })
) {
  Deno.test(`untilWithSync() rejects when the precondition ${what}`, async () => {
    using time = new Clock();
    const fixture = new Fixture("a");
    const cause = new RangeError("no such thing");
    const { signal } = fixture;
    const result = untilWithSync(fixture.fake, () => fail(cause), never, {
      signal,
    });
    const error = await assertRejects(
      () => fixture.settled(result),
      ConditionError,
    );
    assertStrictEquals(error.cause, cause);
    assertEquals(error.lastEvent, undefined);
    assertEquals(time.timers, 0);
  });

  Deno.test(`untilWithSync() rejects when a condition ${what}`, async () => {
    using time = new Clock();
    const fixture = new Fixture("a");
    const cause = new RangeError("no such thing");
    const { signal } = fixture;
    const result = untilWithSync(fixture.fake, undefined, () => fail(cause), {
      signal,
    });
    const error = await assertRejects(
      () => fixture.settled(result),
      ConditionError,
    );
    assertStrictEquals(error.cause, cause);
    assertEquals(error.lastEvent?.type, "ADDED");
    assertEquals(time.timers, 0);
  });
}

Deno.test("untilWithSync() cannot sync when the signal is aborted before the sync", async () => {
  using time = new Clock();
  const fixture = new Fixture();
  fixture.fake.hangNextWatch({ ignoreAbort: true });
  const { signal } = fixture;
  const result = untilWithSync(fixture.fake, () => true, never, { signal });
  await turn();
  fixture.abort.abort(TIMEOUT);
  const error = await assertRejects(
    () => fixture.settled(result),
    WaitInterruptedError,
  );
  assertEquals(
    error.message,
    "UntilWithSync: unable to sync caches: timed out waiting for the condition",
  );
  assertEquals(error.timedOut, true);
  assertStrictEquals(error.cause, TIMEOUT);
  assertEquals(time.timers, 0);
});

Deno.test("untilWithSync() says why it could not sync", async () => {
  using time = new Clock();
  using _random = fixRandom(0);
  const fixture = new Fixture();
  const { fake, signal } = fixture;
  fake.failNextWatch(refused(500), Infinity);
  fake.failNextList(refused(403), Infinity);
  const result = untilWithSync(fake, () => true, never, { signal });
  await time.pass(800);
  fixture.abort.abort(TIMEOUT);
  const error = await assertRejects(
    () => fixture.settled(result),
    WaitInterruptedError,
  );
  assertEquals(
    error.message,
    "UntilWithSync: unable to sync caches: timed out waiting for the condition: last error: answer 403",
  );
  assertInstanceOf(error.lastError, Error);
  assertEquals(time.timers, 0);
});

Deno.test("untilWithSync() sends no request when the signal is already aborted", async () => {
  const fixture = new Fixture();
  const { abort, fake, signal } = fixture;
  abort.abort(TIMEOUT);
  const table: [PreconditionFunc<Item> | undefined, string][] = [
    [() => true, "UntilWithSync: unable to sync caches: timed out"],
    [undefined, "timed out waiting for the condition"],
  ];
  for (const [precondition, message] of table) {
    const result = untilWithSync(fake, precondition, never, { signal });
    const error = await assertRejects(
      () => fixture.settled(result),
      WaitInterruptedError,
    );
    assert(error.message.startsWith(message));
  }
  assertEquals(fake.watchCalls.length, 0);
});

Deno.test("untilWithSync() is interrupted while the precondition is pending", async () => {
  using time = new Clock();
  const fixture = new Fixture("a");
  const pending = Promise.withResolvers<boolean>();
  const { signal } = fixture;
  const result = untilWithSync(fixture.fake, () => pending.promise, never, {
    signal,
  });
  await turn();
  assertEquals(await isPending(result), true);
  fixture.abort.abort(TIMEOUT);
  const error = await assertRejects(
    () => fixture.settled(result),
    WaitInterruptedError,
  );
  assertEquals(error.message, "timed out waiting for the condition");
  pending.reject(new Error("too late"));
  await turn();
  assertEquals(time.timers, 0);
});

Deno.test("untilWithSync() is interrupted when the precondition aborts the signal itself", async () => {
  using _time = new Clock();
  for (const fails of [true, false]) {
    const fixture = new Fixture("a");
    const result = untilWithSync(
      fixture.fake,
      () => {
        fixture.abort.abort(TIMEOUT);
        if (fails) throw new Error("no");
        return true;
      },
      never,
      { signal: fixture.signal },
    );
    await assertRejects(() => fixture.settled(result), WaitInterruptedError);
  }
});

Deno.test("untilWithSync() is interrupted while it waits for a condition, and names the last failure", async () => {
  using time = new Clock();
  const fixture = new Fixture("a");
  const { fake, signal } = fixture;
  const result = untilWithSync(fake, undefined, never, { signal });
  await turn();
  fake.disconnect({ error: new Error("connection reset") });
  await turn();
  fixture.abort.abort(TIMEOUT);
  const error = await assertRejects(
    () => fixture.settled(result),
    WaitInterruptedError,
  );
  assertEquals(
    error.message,
    "timed out waiting for the condition: last error: connection reset",
  );
  assertEquals(error.lastEvent?.type, "ADDED");
  assertInstanceOf(error.lastError, Error);
  assertEquals(time.timers, 0);
});

Deno.test("untilWithSync() is interrupted while a condition is pending", async () => {
  using time = new Clock();
  const fixture = new Fixture("a");
  const { signal } = fixture;
  const result = untilWithSync(
    fixture.fake,
    undefined,
    () => new Promise<boolean>(() => {}),
    { signal },
  );
  await turn();
  fixture.abort.abort(new Error("never mind"));
  const error = await assertRejects(
    () => fixture.settled(result),
    WaitInterruptedError,
  );
  assertEquals(error.timedOut, false);
  assertEquals(time.timers, 0);
});

Deno.test("untilWithSync() passes its options on to the informer", async () => {
  using _time = new Clock();
  const fixture = new Fixture("a");
  const { fake, signal } = fixture;
  const errors: unknown[] = [];
  const result = untilWithSync(fake, undefined, ({ object }) => {
    return object.value === 5;
  }, {
    signal,
    watchList: false,
    pageSize: 7,
    transform: (object) => ({ ...object, value: 5 }),
    onWatchError: (error) => void errors.push(error),
  });
  fake.failNextWatch(new Error("no"));
  await fixture.settled(result);
  assertEquals(fake.listCalls[0]?.options.limit, 7);
});

Deno.test("untilWithSync() validates its options before it sends a request", async () => {
  const { fake } = new Fixture("a");
  for (const conditions of [never, []]) {
    await assertRejects(
      () => untilWithSync(fake, undefined, conditions, { minBackoffMs: -1 }),
      RangeError,
    );
  }
  assertEquals(fake.watchCalls.length, 0);
});

Deno.test("untilWithSync() settles only after the informer has shut down", async () => {
  using time = new Clock();
  const ended = Promise.withResolvers<void>();
  const { run } = Reflector.prototype;
  Reflector.prototype.run = async function (): Promise<void> {
    await run.call(this);
    await ended.promise;
  };
  try {
    const { fake, signal, abort } = new Fixture("a");
    const results = [
      untilWithSync(fake, undefined, () => true),
      untilWithSync(fake, () => true, never),
      untilWithSync(fake, undefined, never, { signal }),
    ];
    abort.abort();
    for (const result of results) {
      assertEquals(await isPending(result), true);
    }
    ended.resolve();
    const settled = await Promise.allSettled(results);
    assertEquals(settled.map(({ status }) => status), [
      "fulfilled",
      "fulfilled",
      "rejected",
    ]);
    assertEquals(fake.openWatches, 0);
    assertEquals(time.timers, 0);
  } finally {
    Reflector.prototype.run = run;
  }
});

const HOPELESS = {
  ConfigurationError: new ConfigurationError("no such certificate"),
  ShardingUnsupportedError: new ShardingUnsupportedError("all of them"),
};

for (const [name, error] of Object.entries(HOPELESS)) {
  for (const precondition of [undefined, () => true]) {
    const what = precondition ? "with a precondition" : "";

    Deno.test(`untilWithSync() ${what} rejects at once with a ${name} before the first list`, async () => {
      using time = new Clock();
      const fixture = new Fixture("a");
      const { fake, signal } = fixture;
      fake.failNextWatch(error);
      fake.failNextList(new TypeError("wrapped", { cause: error }));
      const errors: unknown[] = [];
      const result = untilWithSync(fake, precondition, never, {
        signal,
        watchList: false,
        onWatchError: (error) => void errors.push(error),
      });
      const rejection = await assertRejects(() => fixture.settled(result));
      assertStrictEquals(rejection, error);
      assertEquals(errors.length, 1);
      assertEquals(fake.listCalls.length, 1);
      assertEquals(time.timers, 0);
    });
  }

  Deno.test(`untilWithSync() rejects with a ${name} of its first WatchList, without a LIST`, async () => {
    using time = new Clock();
    const fixture = new Fixture("a");
    const { fake, signal } = fixture;
    fake.failNextWatch(error);
    const result = untilWithSync(fake, () => true, [], { signal });
    const rejection = await assertRejects(() => fixture.settled(result));
    assertStrictEquals(rejection, error);
    assertEquals(fake.listCalls.length, 0);
    assertEquals(time.timers, 0);
  });

  Deno.test(`untilWithSync() survives a ${name} after the first list`, async () => {
    using time = new Clock();
    const fixture = new Fixture("a");
    const { fake, signal } = fixture;
    const errors: unknown[] = [];
    const result = untilWithSync(
      fake,
      undefined,
      ({ object }) => object.metadata?.name === "b",
      { signal, onWatchError: (error) => void errors.push(error) },
    );
    await time.pass(5_000);
    fake.failNextWatch(error);
    fake.disconnect();
    await time.pass(0);
    fake.add(item("b"));
    await time.pass(60_000);
    assertEquals((await fixture.settled(result)).type, "ADDED");
    assertEquals(errors, [error]);
  });
}

Deno.test("untilWithSync() rejects when the server does not know shards, before it streams everything", async () => {
  using time = new Clock();
  const fixture = new Fixture("a");
  const { fake, signal } = fixture;
  fake.failNextList(HOPELESS.ShardingUnsupportedError);
  const result = untilWithSync(ofShard(fake), undefined, () => true, {
    signal,
  });
  await assertRejects(() => fixture.settled(result), ShardingUnsupportedError);
  assertEquals(fake.listCalls[0]?.options.limit, 1);
  assertEquals(fake.watchCalls.length, 0);
  assertEquals(time.timers, 0);
});

Deno.test("untilWithSync() rejects over HTTP when the server ignores the shardSelector", async () => {
  await using server = new FakeApiServer();
  const requests: string[] = [];
  const pods = new RestListerWatcher({
    server: "http://fake",
    path: "/api/v1/pods",
    shardSelector: "shardRange(object.metadata.uid, '0x0', '0x8')",
    fetch: (url, init) => {
      requests.push(url);
      return server.fetch(url, init);
    },
  });
  await assertRejects(
    () => untilWithSync(pods, undefined, () => true),
    ShardingUnsupportedError,
  );
  assertEquals(requests.map((url) => new URL(url).searchParams.get("limit")), [
    "1",
  ]);
});

Deno.test("untilWithSync() is interrupted rather than hopeless when the signal was aborted first", async () => {
  using _time = new Clock();
  const fixture = new Fixture("a");
  const { fake, signal, abort } = fixture;
  fake.failNextWatch(HOPELESS.ConfigurationError);
  const result = untilWithSync(fake, undefined, never, { signal });
  abort.abort(TIMEOUT);
  await assertRejects(() => fixture.settled(result), WaitInterruptedError);
});

Deno.test("2,000 waits leave nothing behind on the signal that they share", async () => {
  using time = new Clock();
  const fixture = new Fixture("a");
  const { fake, signal, abort } = fixture;
  for (let i = 0; i < 2_000; i++) {
    if (i % 5 === 4) fake.failNextWatch(HOPELESS.ConfigurationError);
    const wait = untilWithSync(
      fake,
      i % 2 === 0 ? () => i % 4 === 0 : undefined,
      () => {
        if (i % 3 === 0) throw new Error("no");
        return true;
      },
      { signal },
    );
    await wait.catch(() => {});
    assertEquals(abort.listeners, 0);
  }
  assertEquals(fake.openWatches, 0);
  assertEquals(time.timers, 0);
});

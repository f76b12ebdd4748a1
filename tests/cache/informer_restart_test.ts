// `IndexerInformerWatcher`: the request after a watch that ends, is lost or
// fails, and its exact delay. Without WatchList unless a test says otherwise,
// so that lists and watches can be told apart.

import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { UndecodableEventError } from "../../api/_undecodable_event_error.ts";
import { ResponseTooLargeError } from "../../api/response_too_large_error.ts";
import { ConnectionError } from "../../api/connection_error.ts";
import { StatusError } from "../../api/status_error.ts";
import type { KubernetesObject } from "../../api/types.ts";
import { Clock } from "../support/clock.ts";
import { EXPIRED, item, refused, Rig } from "../support/informer_fakes.ts";
import { untyped } from "../support/scripted_watcher.ts";
import { fixRandom, isPending, turn } from "../support/wait_fakes.ts";

const RESET = { error: new TypeError("reset") };

for (const watchList of [true, false]) {
  for (const [what, how] of [["ended", {}], ["was lost", RESET]] as const) {
    Deno.test(`a watch that ${what} is watched again from the last version, without a list, WatchList ${watchList}`, async () => {
      using time = new Clock();
      await using rig = await Rig.synced(time, { watchList });
      rig.fake.add(item("a"));
      rig.fake.advance(3);
      rig.fake.bookmark();
      await rig.pass(60_000);
      rig.fake.stall();
      rig.fake.add(item("b"));
      rig.fake.disconnect(how);
      await turn();
      assertEquals(rig.takeRequests(), ['+60000 watch "5"']);
      assertEquals(rig.takeEvents(), ["ADDED a@2", "ADDED b@6"]);
      assertEquals(rig.errors.length, "error" in how ? 1 : 0);
    });
  }
}

Deno.test("two watches start at least minBackoffMs apart, however they end", async () => {
  using time = new Clock();
  await using rig = await Rig.synced(time, { watchList: false });
  for (const how of [{}, RESET]) {
    rig.fake.add(item(`before-${"error" in how}`));
    await rig.pass(300);
    rig.fake.disconnect(how);
    await rig.pass(499);
    assertEquals(rig.takeRequests(), []);
    await rig.pass(1);
    assertEquals(rig.takeRequests().length, 1);
  }
  rig.fake.error(EXPIRED);
  await rig.pass(0);
  assertEquals(rig.takeRequests(), ['+1600 list "3"']);
  await rig.pass(800);
  assertEquals(rig.takeRequests(), ['+2400 watch "3"']);
});

Deno.test("a watch that ended a minute after its start is followed at once, also when it was silent", async () => {
  using time = new Clock();
  await using rig = await Rig.synced(time, { watchList: false });
  for (const how of [{}, RESET]) {
    await rig.pass(60_000);
    rig.fake.disconnect(how);
    await turn();
  }
  assertEquals(rig.takeRequests(), [
    "+60000 list nothing limit 1",
    '+60000 watch "1"',
    '+120000 watch "1"',
  ]);
});

Deno.test("a watch that ends within a second without an event is followed by the backoff and a list", async () => {
  using time = new Clock();
  using _random = fixRandom(0.5);
  await using rig = await Rig.synced(time, { watchList: false });
  await rig.pass(999);
  rig.fake.disconnect();
  await turn();
  assertEquals(rig.takeErrors(), [
    "The watch ended after 999 ms without an event or bookmark",
  ]);
  await rig.pass(1_200);
  assertEquals(rig.takeRequests(), ['+2199 list "1"', '+2199 watch "1"']);
  await rig.pass(1_000);
  rig.fake.disconnect();
  await turn();
  assertEquals(rig.takeRequests(), [
    "+3199 list nothing limit 1",
    '+3199 watch "1"',
  ]);
});

Deno.test("a bookmark counts as an event", async () => {
  using time = new Clock();
  await using rig = await Rig.synced(time, { watchList: false });
  rig.fake.advance();
  rig.fake.bookmark();
  await turn();
  rig.fake.disconnect();
  await rig.pass(0);
  await rig.pass(800);
  assertEquals(rig.takeRequests(), ['+800 watch "2"']);
});

Deno.test("watches that end within a second without an event double the backoff, up to its maximum", async () => {
  using time = new Clock();
  using _random = fixRandom(0);
  await using rig = await Rig.synced(time, {
    watchList: false,
    maxBackoffMs: 5_000,
  });
  rig.fake.closeNextWatch({ times: 4 });
  rig.fake.disconnect();
  for (const ms of [800, 1_600, 3_200, 5_000, 5_000]) {
    await rig.pass(0);
    await rig.pass(ms);
  }
  assertEquals(
    rig.takeRequests().filter((request) => request.includes("watch")),
    [800, 2_400, 5_600, 10_600, 15_600].map((ms) => `+${ms} watch "1"`),
  );
});

Deno.test("the backoff grows to 30 s", async () => {
  using time = new Clock();
  using _random = fixRandom(0);
  await using rig = await Rig.synced(time, { watchList: false });
  rig.fake.closeNextWatch({ times: 8 });
  rig.fake.disconnect();
  const delays = [800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000];
  for (const ms of delays) {
    await rig.pass(0);
    await rig.pass(ms);
    assertEquals(rig.takeRequests().length, 2);
  }
});

Deno.test("a connection that is lost within a second without an event backs off, without a list", async () => {
  using time = new Clock();
  using _random = fixRandom(0.5);
  await using rig = await Rig.synced(time, { watchList: false });
  rig.fake.closeNextWatch(RESET);
  rig.fake.disconnect(RESET);
  await rig.pass(0);
  await rig.pass(1_200);
  await rig.pass(2_400);
  assertEquals(rig.takeRequests(), ['+1200 watch "1"', '+3600 watch "1"']);
});

for (const watchList of [true, false]) {
  const ask = watchList ? 'watchList "2"' : 'list "2"';

  Deno.test(`a 410 in the stream leads to a list, WatchList ${watchList}`, async () => {
    using time = new Clock();
    await using rig = await Rig.synced(time, { watchList });
    rig.fake.add(item("a"));
    await rig.pass(5_000);
    rig.fake.error(EXPIRED);
    await turn();
    assertEquals(rig.takeRequests()[0], `+5000 ${ask}`);
    const [error] = rig.errors;
    assertInstanceOf(error, StatusError);
    assertEquals(error.status, EXPIRED);
  });

  Deno.test(`a 410 as the response leads to a list, and what vanished is DELETED, WatchList ${watchList}`, async () => {
    using time = new Clock();
    const objects = [item("a")];
    const fake = { objects, expiry: "answer" as const };
    await using rig = await Rig.synced(time, { watchList, fake });
    await rig.pass(5_000);
    rig.fake.stall();
    rig.fake.delete("a");
    rig.fake.add(item("b"));
    rig.fake.compact();
    rig.fake.disconnect();
    await rig.pass(0);
    await rig.pass(800);
    const check = watchList ? [] : ["+5000 list nothing limit 1"];
    assertEquals(rig.takeRequests().slice(0, check.length + 2), [
      ...check,
      '+5000 watch "2"',
      watchList ? `+5800 ${ask}` : `+5000 ${ask}`,
    ]);
    assertEquals(rig.takeEvents().sort(), ["ADDED b@4", "DELETED a@2"]);
    assertEquals(rig.store, ["b@4"]);
  });
}

Deno.test("a 429 as the response is followed by the backoff and a watch, without a list", async () => {
  using time = new Clock();
  using _random = fixRandom(0.25);
  await using rig = await Rig.synced(time, { watchList: false });
  const error = refused(429);
  rig.fake.failNextWatch(error, 2);
  rig.fake.bookmark();
  await rig.pass(60_000);
  rig.fake.disconnect();
  await rig.pass(0);
  await rig.pass(1_000);
  await rig.pass(2_000);
  assertEquals(rig.takeRequests(), [
    '+60000 watch "1"',
    '+61000 watch "1"',
    '+63000 watch "1"',
  ]);
  assertEquals(rig.errors, [error, error]);
});

Deno.test("a ConnectionError as the response is followed by the backoff and a watch, after the question for the server's version", async () => {
  using time = new Clock();
  using _random = fixRandom(0.25);
  await using rig = await Rig.synced(time, { watchList: false });
  const error = new ConnectionError("refused");
  rig.fake.failNextWatch(error, 2);
  rig.fake.bookmark();
  await rig.pass(60_000);
  rig.fake.disconnect();
  await rig.pass(0);
  await rig.pass(1_000);
  await rig.pass(2_000);
  assertEquals(rig.takeRequests(), [
    '+60000 watch "1"',
    "+61000 list nothing limit 1",
    '+61000 watch "1"',
    "+63000 list nothing limit 1",
    '+63000 watch "1"',
  ]);
  assertEquals(rig.errors, [error, error]);
});

Deno.test("a 429 in the stream is followed by its Retry-After and a watch, without a list", async () => {
  using time = new Clock();
  await using rig = await Rig.synced(time, { watchList: false });
  rig.fake.error({ code: 429, details: { retryAfterSeconds: 20 } });
  await rig.pass(0);
  await rig.pass(19_999);
  assertEquals(rig.takeRequests(), []);
  await rig.pass(1);
  assertEquals(rig.takeRequests(), ['+20000 watch "1"']);
});

for (
  const error of [refused(500), refused(403), refused(404), new TypeError("?")]
) {
  Deno.test(`${error.message} as the response is followed by the backoff and a list`, async () => {
    using time = new Clock();
    using _random = fixRandom(0.5);
    await using rig = await Rig.synced(time, { watchList: false });
    rig.fake.failNextWatch(error);
    rig.fake.bookmark();
    await rig.pass(60_000);
    rig.fake.disconnect();
    await rig.pass(0);
    await rig.pass(1_200);
    assertEquals(rig.takeRequests(), [
      '+60000 watch "1"',
      '+61200 list "1"',
      '+61200 watch "1"',
    ]);
    assertEquals(rig.errors, [error]);
  });
}

for (
  const [what, event] of [
    ["an ERROR without an object", { type: "ERROR" }],
    ["an event of unknown type", { type: "TABLE", object: {} }],
    ["an event whose type is not a text", { type: [[]], object: {} }],
    ["an ADDED of null", { type: "ADDED", object: null }],
    ["a MODIFIED of a list", { type: "MODIFIED", object: [] }],
    ["a DELETED of a text", { type: "DELETED", object: "a" }],
    ["a BOOKMARK of nothing", { type: "BOOKMARK" }],
    ["nothing", null],
  ] as const
) {
  Deno.test(`${what} in the stream is followed by the backoff and a list`, async () => {
    using time = new Clock();
    using _random = fixRandom(0);
    await using rig = await Rig.synced(time, { watchList: false });
    rig.fake.send(untyped(event));
    rig.fake.add(item("a"));
    await rig.pass(0);
    assertEquals(rig.store, []);
    await rig.pass(800);
    assertEquals(rig.takeRequests(), ['+800 list "1"', '+800 watch "2"']);
    assertEquals(rig.store, ["a@2"]);
    assertEquals(rig.errors.length, 1);
  });
}

Deno.test("the backoff starts over after two quiet minutes, and not before", async () => {
  using time = new Clock();
  using _random = fixRandom(0);
  await using rig = await Rig.synced(time, { watchList: false });
  const fail = async (): Promise<void> => {
    rig.fake.error({ code: 500 });
    await rig.pass(0);
  };
  await fail();
  await rig.pass(800);
  await fail();
  await rig.pass(1_600);
  rig.takeRequests();
  await rig.pass(118_400);
  await fail();
  await rig.pass(3_199);
  assertEquals(rig.takeRequests(), []);
  await rig.pass(1);
  assertEquals(rig.takeRequests().length, 2);
  await rig.pass(116_801);
  await fail();
  await rig.pass(800);
  assertEquals(rig.takeRequests().length, 2);
});

for (const random of [0, 0.5, 0.999]) {
  Deno.test(`timeoutSeconds is between 300 and 600, at random ${random}`, async () => {
    using time = new Clock();
    using _random = fixRandom(random);
    await using rig = await Rig.synced(time);
    const expected = Math.ceil(300 * (1 + random));
    assertEquals(rig.fake.watchCalls[0]?.options.timeoutSeconds, expected);
    assert(expected >= 300 && expected <= 600);
  });
}

Deno.test("timeoutSeconds is random for each watch", async () => {
  using time = new Clock();
  await using rig = await Rig.synced(time);
  for (let i = 0; i < 9; i++) {
    await rig.pass(60_000);
    rig.fake.disconnect();
    await turn();
  }
  const asked = rig.fake.watchCalls.map(({ options }) =>
    options.timeoutSeconds
  );
  assert(new Set(asked).size > 1);
});

for (
  const [watchTimeoutMs, timeoutSeconds] of [
    [10_000, 10],
    [1_001, 2],
    [0, 1],
    [Infinity, undefined],
  ] as const
) {
  Deno.test(`a watchTimeoutMs of ${watchTimeoutMs} requests ${timeoutSeconds}`, async () => {
    using time = new Clock();
    for (const watchList of [true, false]) {
      await using rig = await Rig.synced(time, { watchTimeoutMs, watchList });
      const [call] = rig.fake.watchCalls;
      assertEquals(call?.options.timeoutSeconds, timeoutSeconds);
      assertEquals(
        "timeoutSeconds" in (call?.options ?? {}),
        timeoutSeconds !== undefined,
      );
      assertEquals(call?.options.allowWatchBookmarks, true);
    }
  });
}

for (const watchList of [true, false]) {
  Deno.test(`a watch that is open past its timeout and grace is lost, WatchList ${watchList}`, async () => {
    using time = new Clock();
    await using rig = await Rig.synced(time, {
      watchList,
      watchTimeoutMs: 10_000,
      watchGraceMs: 2_000,
    });
    rig.fake.stall();
    rig.fake.add(item("a"));
    await rig.pass(11_999);
    assertEquals(rig.takeRequests(), []);
    await rig.pass(1);
    // A stream that began with a list was not silent.
    const check = watchList ? [] : ["+12000 list nothing limit 1"];
    assertEquals(rig.takeRequests(), [...check, '+12000 watch "1"']);
    assertEquals(rig.store, ["a@2"]);
    const [error] = rig.errors;
    assertInstanceOf(error, ConnectionError);
  });
}

Deno.test("the grace is 30 s", async () => {
  using time = new Clock();
  await using rig = await Rig.synced(time, { watchTimeoutMs: 10_000 });
  await rig.pass(39_999);
  assertEquals(rig.takeRequests(), []);
  await rig.pass(1);
  assertEquals(rig.takeRequests().length, 1);
});

Deno.test("a watch() that does not answer by the deadline is repeated", async () => {
  using time = new Clock();
  await using rig = await Rig.synced(time, {
    watchList: false,
    watchTimeoutMs: 10_000,
    watchGraceMs: 0,
  });
  rig.fake.hangNextWatch({ ignoreAbort: true });
  await rig.pass(10_000);
  await rig.pass(10_000);
  assertEquals(rig.takeRequests(), [
    "+10000 list nothing limit 1",
    '+10000 watch "1"',
    "+20000 list nothing limit 1",
    '+20000 watch "1"',
  ]);
  assertInstanceOf(rig.errors.at(-1), ConnectionError);
});

Deno.test("a watch without an event for idleTimeoutMs is lost", async () => {
  using time = new Clock();
  await using rig = await Rig.synced(time, {
    watchList: false,
    idleTimeoutMs: 70_000,
  });
  await rig.pass(60_000);
  rig.fake.bookmark();
  await rig.pass(69_999);
  assertEquals(rig.takeRequests(), []);
  await rig.pass(1);
  assertEquals(rig.takeRequests(), ['+130000 watch "1"']);
});

Deno.test("an informer without delays lets the event loop turn, and continues", async () => {
  using time = new Clock();
  await using rig = new Rig(time, {
    watchList: false,
    minBackoffMs: 0,
    maxBackoffMs: 0,
    script: (fake) => {
      fake.failNextList(new ConnectionError("refused"), 3);
      fake.closeNextWatch({ times: 3 });
    },
  });
  await turn();
  assertEquals(rig.fake.listCalls.length, 1);
  // One timer each: three lists that fail, three watches that end.
  for (let i = 0; i < 9; i++) await rig.pass(0);
  assertEquals(rig.informer.controller.hasSynced(), true);
  assertEquals(rig.fake.openWatches, 1);
  assertEquals(await isPending(rig.informer.done), true);
});

for (
  const error of [
    new UndecodableEventError("Cannot decode watch event"),
    new ResponseTooLargeError("too long", 10),
  ]
) {
  Deno.test(`a line that cannot be understood (${error.name}) is followed by the backoff and a list, and the second time by one without a version`, async () => {
    using time = new Clock();
    using _random = fixRandom(0);
    await using rig = await Rig.synced(time, { watchList: false });
    await rig.pass(60_000);
    rig.fake.disconnect({ error });
    await rig.pass(0);
    rig.fake.closeNextWatch({ error });
    await rig.pass(800);
    await rig.pass(1_600);
    assertEquals(rig.takeRequests(), [
      '+60800 list "1"',
      '+60800 watch "1"',
      '+62400 list "" limit 500',
      '+62400 watch "1"',
    ]);
    assertEquals(rig.errors, [error, error]);
  });
}

Deno.test("a bookmark without a version says nothing", async () => {
  using time = new Clock();
  using _random = fixRandom(0);
  await using rig = await Rig.synced(time, { watchList: false });
  rig.fake.send({ type: "BOOKMARK", object: { metadata: {} } });
  await turn();
  rig.fake.disconnect();
  await rig.pass(0);
  await rig.pass(800);
  assertEquals(rig.takeRequests(), ['+800 list "1"', '+800 watch "1"']);
  assertEquals(rig.takeErrors(), [
    "The watch ended after 0 ms without an event or bookmark",
  ]);
});

Deno.test("a version that is lower does not move the informer back", async () => {
  using time = new Clock();
  await using rig = await Rig.synced(time, {
    watchList: false,
    fake: { objects: [item("a"), item("b")], resourceVersion: "10" },
  });
  rig.fake.advance(10);
  rig.fake.bookmark();
  await turn();
  const [a] = rig.informer.indexer;
  if (a !== undefined) rig.fake.send({ type: "DELETED", object: a });
  rig.fake.send({
    type: "BOOKMARK",
    object: { metadata: { resourceVersion: "5" } },
  });
  await turn();
  assertEquals(rig.takeEvents(), ["DELETED a@11"]);
  assertEquals(rig.informer.controller.lastSyncResourceVersion(), "22");
  await rig.informer.untilResourceVersion("22");
  await rig.pass(5_000);
  rig.fake.disconnect();
  await turn();
  assertEquals(rig.takeRequests(), ['+5000 watch "22"']);
});

Deno.test("an event without a version changes the store and not the version", async () => {
  using time = new Clock();
  await using rig = await Rig.synced(time, { watchList: false });
  const object: KubernetesObject = { metadata: { name: "a", uid: "one" } };
  rig.fake.send({ type: "ADDED", object });
  await rig.pass(5_000);
  rig.fake.disconnect();
  await turn();
  assertEquals(rig.takeEvents(), ["ADDED a@undefined"]);
  assertEquals(rig.takeRequests(), ['+5000 watch "1"']);
});

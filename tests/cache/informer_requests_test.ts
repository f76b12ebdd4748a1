// `IndexerInformerWatcher`: its requests for the whole list, and their times.
// Requests are written as `+ms what "version"`.

import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { ConnectionError } from "../../api/connection_error.ts";
import { ShardingUnsupportedError } from "../../api/sharding_unsupported_error.ts";
import { StatusError } from "../../api/status_error.ts";
import type { KubernetesList, WatchOptions } from "../../api/types.ts";
import { Clock } from "../support/clock.ts";
import {
  EXPIRED,
  type Item,
  item,
  ofShard,
  onlyLists,
  refused,
  Rig,
} from "../support/informer_fakes.ts";
import { untyped } from "../support/scripted_watcher.ts";
import { fixRandom, turn } from "../support/wait_fakes.ts";

const OBJECTS = [item("a"), item("b"), item("c")];
const TOO_LARGE = new StatusError({
  code: 504,
  reason: "Timeout",
  message: "Too large resource version: 9, current: 4",
});

/** The options of a call, without its signal. */
function withoutSignal(options: Readonly<WatchOptions> | undefined) {
  assert(options !== undefined);
  const { signal, ...others } = options;
  assertInstanceOf(signal, AbortSignal);
  return others;
}

Deno.test("WatchList requests initial events not older than any version, with bookmarks, and is the watch too", async () => {
  using time = new Clock();
  using _random = fixRandom(0.5);
  await using rig = new Rig(time, { fake: { objects: OBJECTS } });
  await turn();
  assertEquals(withoutSignal(rig.fake.watchCalls[0]?.options), {
    resourceVersion: "",
    allowWatchBookmarks: true,
    sendInitialEvents: true,
    resourceVersionMatch: "NotOlderThan",
    timeoutSeconds: 450,
  });
  rig.fake.add(item("d"));
  await rig.pass(250_000);
  assertEquals(rig.takeRequests(), ['+0 watchList ""']);
  assertEquals(rig.store.length, 4);
});

Deno.test("WatchList applies changes before its end marker", async () => {
  using time = new Clock();
  await using rig = new Rig(time, { fake: { watchList: "ignored" } });
  await turn();
  const { fake } = rig;
  const object = (name: string, resourceVersion: string) => ({
    metadata: { name, uid: name, resourceVersion },
  });
  fake.send({ type: "ADDED", object: object("a", "2") });
  fake.send({ type: "ADDED", object: object("b", "3") });
  fake.send({ type: "MODIFIED", object: object("a", "4") });
  fake.send({ type: "DELETED", object: object("b", "5") });
  await turn();
  assertEquals(rig.informer.controller.hasSynced(), false);
  assertEquals(rig.store, []);
  const annotations = { "k8s.io/initial-events-end": "true" };
  const metadata = { resourceVersion: "6", annotations };
  fake.send({ type: "BOOKMARK", object: { metadata } });
  await turn();
  assertEquals(rig.informer.controller.hasSynced(), true);
  assertEquals(rig.informer.controller.lastSyncResourceVersion(), "6");
  assertEquals(rig.takeEvents(), ["ADDED a@4"]);
});

for (
  const [what, metadata] of [
    ["without annotations", { resourceVersion: "5" }],
    ["with an end marker that is not true", {
      resourceVersion: "5",
      annotations: { "k8s.io/initial-events-end": "false" },
    }],
    ["without a version", {}],
  ] as const
) {
  Deno.test(`WatchList falls back to LIST on a bookmark ${what} before the end marker`, async () => {
    using time = new Clock();
    await using rig = new Rig(time, {
      fake: { objects: OBJECTS, watchList: "ignored" },
    });
    await turn();
    rig.fake.send({ type: "BOOKMARK", object: { metadata } });
    await turn();
    assertEquals(rig.takeRequests(), [
      '+0 watchList ""',
      '+0 list "0" limit 500',
    ]);
    assertEquals(rig.takeErrors(), [
      "Cannot complete the initial list by WatchList: it sent another bookmark",
    ]);
    assertEquals(rig.store.length, 3);
    await rig.pass(800);
  });
}

const REFUSALS = [400, 422, 403, 404, 500, 503].map((code) => refused(code));

for (const error of [...REFUSALS, new TypeError("no stream")]) {
  Deno.test(`WatchList falls back to LIST when watch() fails with ${error.message}`, async () => {
    using time = new Clock();
    await using rig = new Rig(time, {
      fake: { objects: OBJECTS },
      script: (fake) => fake.failNextWatch(error),
    });
    await turn();
    assertEquals(rig.takeRequests(), [
      '+0 watchList ""',
      '+0 list "0" limit 500',
    ]);
    assertEquals(rig.store.length, 3);
    await rig.pass(800);
    assertEquals(rig.takeRequests(), ['+800 watch "4"']);
    assertEquals(rig.errors, [error]);
  });
}

for (const error of REFUSALS) {
  Deno.test(`WatchList falls back to LIST when the stream delivers ${error.message}`, async () => {
    using time = new Clock();
    await using rig = new Rig(time, {
      fake: { objects: OBJECTS, watchList: "ignored" },
    });
    await turn();
    rig.fake.error(error.status);
    await turn();
    assertEquals(rig.takeRequests(), [
      '+0 watchList ""',
      '+0 list "0" limit 500',
    ]);
    await rig.pass(800);
  });
}

Deno.test("WatchList falls back to LIST when its stream ends before the end marker", async () => {
  using time = new Clock();
  await using rig = new Rig(time, {
    fake: { objects: OBJECTS, watchList: "ignored" },
  });
  await turn();
  rig.fake.disconnect();
  await turn();
  assertEquals(rig.takeRequests(), [
    '+0 watchList ""',
    '+0 list "0" limit 500',
  ]);
  assertEquals(rig.takeErrors(), [
    "Cannot complete the initial list by WatchList: the watch ended before k8s.io/initial-events-end",
  ]);
  assertEquals(rig.takeEvents(), ["ADDED a@2", "ADDED b@3", "ADDED c@4"]);
});

Deno.test("WatchList falls back to LIST when its stream breaks before the end marker", async () => {
  using time = new Clock();
  await using rig = new Rig(time, {
    fake: { objects: OBJECTS, watchList: "ignored" },
  });
  await turn();
  rig.fake.disconnect({ error: new TypeError("reset") });
  await turn();
  assertEquals(rig.takeRequests(), [
    '+0 watchList ""',
    '+0 list "0" limit 500',
  ]);
});

Deno.test("WatchList falls back to LIST when its stream is silent for 10 s before the end marker", async () => {
  using time = new Clock();
  await using rig = new Rig(time, {
    fake: { objects: OBJECTS, watchList: "ignored" },
  });
  await rig.pass(6_000);
  rig.fake.add(item("d"));
  await rig.pass(9_999);
  assertEquals(rig.takeRequests(), ['+0 watchList ""']);
  await rig.pass(1);
  assertEquals(rig.takeRequests(), [
    '+16000 list "0" limit 500',
    '+16000 watch "5"',
  ]);
  assertEquals(rig.takeErrors(), [
    "Cannot complete the initial list by WatchList: The watch delivered no event or bookmark for 10000 ms: its connection is presumed dead",
  ]);
  assertEquals(rig.store.length, 4);
});

Deno.test("WatchList falls back to LIST when fewer than 20 events come in 20 s", async () => {
  using time = new Clock();
  await using rig = new Rig(time, {
    fake: { objects: OBJECTS, watchList: "ignored" },
  });
  await turn();
  for (let second = 2; second < 20; second += 2) {
    await rig.pass(2_000);
    rig.fake.modify(item("a"));
  }
  await rig.pass(1_999);
  assertEquals(rig.takeRequests(), ['+0 watchList ""']);
  await rig.pass(1);
  assertEquals(rig.takeRequests(), [
    '+20000 list "0" limit 500',
    '+20000 watch "13"',
  ]);
  assertEquals(rig.takeErrors(), [
    "Cannot complete the initial list by WatchList: the watch delivered fewer than 20 events in 20000 ms",
  ]);
  assertEquals(rig.store.length, 3);
});

Deno.test("WatchList falls back to LIST when it goes on for two minutes, however busy", async () => {
  using time = new Clock();
  await using rig = new Rig(time, {
    fake: { objects: OBJECTS, watchList: "ignored" },
  });
  await turn();
  for (let second = 1; second < 120; second++) {
    await rig.pass(1_000);
    for (let i = 0; i < 5; i++) rig.fake.modify(item("a"));
  }
  await rig.pass(999);
  assertEquals(rig.takeRequests(), ['+0 watchList ""']);
  await rig.pass(1);
  assertEquals(rig.takeRequests(), [
    '+120000 list "0" limit 500',
    '+120000 watch "599"',
  ]);
  assertEquals(rig.takeErrors(), [
    "Cannot complete the initial list by WatchList: it was not complete after 120000 ms",
  ]);
});

Deno.test("WatchList may be as slow as it likes after the end marker", async () => {
  using time = new Clock();
  await using rig = await Rig.synced(time);
  for (let i = 0; i < 5; i++) {
    rig.fake.bookmark();
    await rig.pass(50_000);
  }
  assertEquals(rig.takeRequests(), []);
  assertEquals(rig.errors, []);
});

Deno.test("WatchList falls back to LIST no sooner than the Retry-After of its failure", async () => {
  using time = new Clock();
  await using rig = new Rig(time, {
    script: (fake) => fake.failNextWatch(refused(503, 9)),
  });
  await rig.pass(8_999);
  await rig.pass(1);
  assertEquals(rig.takeRequests(), [
    '+0 watchList ""',
    '+9000 list "0" limit 500',
    '+9000 watch "1"',
  ]);
});

for (const watchList of [true, false]) {
  Deno.test(`a shard is listed with a limit of 1 before the first WatchList, and only then: WatchList ${watchList}`, async () => {
    using time = new Clock();
    await using rig = new Rig(time, { watchList, from: ofShard });
    await turn();
    assertEquals(
      rig.takeRequests(),
      watchList
        ? ["+0 list nothing limit 1", '+0 watchList ""']
        : ['+0 list "0" limit 500', '+0 watch "1"'],
    );
    await rig.pass(5_000);
    rig.fake.error(EXPIRED);
    await turn();
    assertEquals(
      rig.takeRequests()[0],
      watchList ? '+5000 watchList "1"' : '+5000 list "1"',
    );
    await rig.pass(800);
  });
}

for (const selector of ["", 5, undefined]) {
  Deno.test(`a shardSelector of ${JSON.stringify(selector)} is not a shard`, async () => {
    using time = new Clock();
    await using rig = new Rig(time, {
      from: (fake) => untyped({ ...ofShard(fake), shardSelector: selector }),
    });
    await turn();
    assertEquals(rig.takeRequests(), ['+0 watchList ""']);
  });
}

Deno.test("a server that does not know shards is reported, with backoff, and delivers nothing", async () => {
  using time = new Clock();
  using _random = fixRandom(0);
  const error = new ShardingUnsupportedError("all of them");
  await using rig = new Rig(time, {
    from: ofShard,
    fake: { objects: OBJECTS },
    script: (fake) => fake.failNextList(error, 2),
  });
  await turn();
  await rig.pass(800);
  assertEquals(rig.errors, [error, error]);
  assertEquals(rig.informer.controller.hasSynced(), false);
  await rig.pass(1_600);
  assertEquals(rig.takeRequests(), [
    "+0 list nothing limit 1",
    "+800 list nothing limit 1",
    "+2400 list nothing limit 1",
    '+2400 watchList ""',
  ]);
  assertEquals(rig.store.length, 3);
});

Deno.test("a second 410 right after a list is followed by a list without a version", async () => {
  using time = new Clock();
  using _random = fixRandom(0);
  const lagging = { metadata: { resourceVersion: "4" }, items: OBJECTS };
  await using rig = await Rig.synced(time, {
    watchList: false,
    fake: { objects: OBJECTS },
    from: (fake) => ({
      list: (options) =>
        options.resourceVersion === ""
          ? fake.list(options)
          : Promise.resolve(lagging),
      watch: (options) => fake.watch(options),
    }),
  });
  await rig.pass(5_000);
  rig.fake.stall();
  rig.fake.add(item("d"));
  rig.fake.compact();
  rig.fake.error(EXPIRED);
  rig.fake.disconnect();
  for (const ms of [0, 800, 800]) await rig.pass(ms);
  const requests = rig.takeRequests();
  assertEquals(requests.at(-2), '+6600 list "" limit 500');
  assertEquals(requests.at(-1), '+6600 watch "5"');
  assertEquals(rig.store.length, 4);
});

Deno.test("WatchList falls back to LIST when watch() does not answer for 10 s", async () => {
  using time = new Clock();
  await using rig = new Rig(time, {
    fake: { objects: OBJECTS },
    script: (fake) => fake.hangNextWatch({ ignoreAbort: true }),
  });
  await rig.pass(9_999);
  assertEquals(rig.takeRequests(), ['+0 watchList ""']);
  await rig.pass(1);
  assertEquals(rig.takeRequests(), [
    '+10000 list "0" limit 500',
    '+10000 watch "4"',
  ]);
});

Deno.test("WatchList is not limited to 10 s of silence after the end marker", async () => {
  using time = new Clock();
  await using rig = await Rig.synced(time);
  await rig.pass(200_000);
  assertEquals(rig.takeRequests(), []);
  assertEquals(rig.errors, []);
});

Deno.test("idleTimeoutMs counts before the end marker if it is shorter", async () => {
  using time = new Clock();
  await using rig = new Rig(time, {
    fake: { watchList: "ignored" },
    idleTimeoutMs: 3_000,
  });
  await rig.pass(3_000);
  assertEquals(rig.takeRequests()[1], '+3000 list "0" limit 500');
});

Deno.test("idleTimeoutMs counts after the end marker", async () => {
  using time = new Clock();
  await using rig = await Rig.synced(time, { idleTimeoutMs: 12_000 });
  await rig.pass(11_999);
  assertEquals(rig.takeRequests(), []);
  await rig.pass(1);
  assertEquals(rig.takeRequests(), ['+12000 watch "1"']);
});

for (
  const [what, error] of Object.entries({
    "a 429": refused(429),
    "a ConnectionError": new ConnectionError("refused"),
  })
) {
  Deno.test(`WatchList is retried with backoff on ${what}, and never falls back`, async () => {
    using time = new Clock();
    using _random = fixRandom(0);
    await using rig = new Rig(time, {
      script: (fake) => fake.failNextWatch(error, 3),
    });
    await turn();
    for (const ms of [800, 1_600, 3_200]) await rig.pass(ms);
    assertEquals(rig.takeRequests(), [
      '+0 watchList ""',
      '+800 watchList ""',
      '+2400 watchList ""',
      '+5600 watchList ""',
    ]);
    assertEquals(rig.errors, [error, error, error]);
    assertEquals(rig.informer.controller.hasSynced(), true);
  });
}

Deno.test("WatchList is retried with backoff when its stream delivers a 429 or breaks with a ConnectionError", async () => {
  using time = new Clock();
  using _random = fixRandom(0);
  await using rig = new Rig(time, { fake: { watchList: "ignored" } });
  await turn();
  rig.fake.error({ code: 429, details: { retryAfterSeconds: 5 } });
  await rig.pass(0);
  await rig.pass(5_000);
  rig.fake.disconnect({ error: new ConnectionError("reset") });
  await rig.pass(0);
  await rig.pass(1_600);
  assertEquals(rig.takeRequests(), [
    '+0 watchList ""',
    '+5000 watchList ""',
    '+6600 watchList ""',
  ]);
});

for (const error of [new StatusError(EXPIRED), TOO_LARGE]) {
  Deno.test(`WatchList requests any version when the last is ${error.message}`, async () => {
    using time = new Clock();
    await using rig = await Rig.synced(time, { fake: { objects: OBJECTS } });
    await rig.pass(2_000);
    rig.fake.error(EXPIRED);
    rig.fake.failNextWatch(error);
    await turn();
    await rig.pass(800);
    assertEquals(rig.takeRequests(), [
      '+2000 watchList "4"',
      '+2800 watchList ""',
    ]);
    rig.fake.error(EXPIRED);
    await rig.pass(0);
    await rig.pass(1_600);
    assertEquals(rig.takeRequests().length, 1);
  });
}

for (const code of [400, 422]) {
  Deno.test(`WatchList is never tried again after a ${code}`, async () => {
    using time = new Clock();
    await using rig = new Rig(time, {
      fake: { objects: OBJECTS },
      script: (fake) => fake.failNextWatch(refused(code)),
    });
    await rig.pass(0);
    await rig.pass(800);
    rig.takeRequests();
    rig.fake.error(EXPIRED);
    await rig.pass(0);
    await rig.pass(800);
    assertEquals(rig.takeRequests(), ['+800 list "4"', '+1600 watch "4"']);
  });
}

Deno.test("a re-list tries WatchList first again, from the last version, after another failure", async () => {
  using time = new Clock();
  await using rig = new Rig(time, {
    fake: { objects: OBJECTS },
    script: (fake) => fake.failNextWatch(refused(500)),
  });
  await rig.pass(0);
  await rig.pass(800);
  rig.fake.add(item("d"));
  await turn();
  rig.takeRequests();
  rig.fake.error(EXPIRED);
  await rig.pass(800);
  assertEquals(rig.takeRequests(), ['+1600 watchList "5"']);
});

Deno.test("LIST comes in pages of 500 at 0, and the watch follows at once from its version", async () => {
  using time = new Clock();
  await using rig = new Rig(time, {
    watchList: false,
    fake: { objects: OBJECTS },
  });
  await turn();
  assertEquals(rig.takeRequests(), ['+0 list "0" limit 500', '+0 watch "4"']);
  const { resourceVersionMatch, signal } = rig.fake.listCalls[0]?.options ?? {};
  assertEquals(resourceVersionMatch, undefined);
  assertInstanceOf(signal, AbortSignal);
});

Deno.test("a later LIST requests the whole list at the last version when the first did not come in pages", async () => {
  using time = new Clock();
  await using rig = await Rig.synced(time, {
    watchList: false,
    fake: { objects: OBJECTS },
  });
  rig.fake.add(item("d"));
  await turn();
  rig.fake.error(EXPIRED);
  await rig.pass(0);
  assertEquals(rig.takeRequests(), ['+0 list "5"']);
  await rig.pass(800);
  assertEquals(rig.takeRequests(), ['+800 watch "5"']);
});

Deno.test("a later LIST comes in pages when the first did", async () => {
  using time = new Clock();
  const objects = Array.from({ length: 1_100 }, (_, i) => item(`i-${i}`));
  await using rig = new Rig(time, {
    watchList: false,
    fake: { objects, limitAtZero: true },
  });
  await turn();
  assertEquals(rig.takeRequests(), [
    '+0 list "0" limit 500',
    "+0 list continue limit 500",
    "+0 list continue limit 500",
    '+0 watch "1101"',
  ]);
  assertEquals(rig.store.length, 1_100);
  rig.fake.error(EXPIRED);
  await rig.pass(0);
  assertEquals(rig.takeRequests(), [
    '+0 list "1101" limit 500',
    "+0 list continue limit 500",
    "+0 list continue limit 500",
  ]);
  assertEquals(rig.takeEvents().length, 1_100);
});

Deno.test("pageSize requests every list in pages of that size", async () => {
  using time = new Clock();
  await using rig = new Rig(time, {
    watchList: false,
    pageSize: 2,
    fake: { objects: OBJECTS },
  });
  await turn();
  rig.fake.error(EXPIRED);
  await rig.pass(0);
  assertEquals(rig.takeRequests(), [
    '+0 list "0" limit 2',
    '+0 watch "4"',
    '+0 list "4" limit 2',
    "+0 list continue limit 2",
  ]);
});

Deno.test("a pageSize of 0 requests no pages", async () => {
  using time = new Clock();
  await using rig = new Rig(time, { watchList: false, pageSize: 0 });
  await turn();
  assertEquals(rig.takeRequests(), ['+0 list "0"', '+0 watch "1"']);
});

Deno.test("an expired continue token is followed by one full list of the version first requested", async () => {
  using time = new Clock();
  const release: (() => void)[] = [];
  await using rig = new Rig(time, {
    watchList: false,
    pageSize: 2,
    fake: { objects: OBJECTS, limitAtZero: true },
    script: (fake) => {
      for (let i = 0; i < 2; i++) release.push(fake.hangNextList().release);
    },
  });
  release[0]?.();
  await turn();
  rig.fake.delete("a");
  rig.fake.expireContinue();
  release[1]?.();
  await turn();
  assertEquals(rig.takeRequests(), [
    '+0 list "0" limit 2',
    "+0 list continue limit 2",
    '+0 list "0"',
    '+0 watch "5"',
  ]);
  assertEquals(rig.takeEvents(), ["ADDED b@3", "ADDED c@4"]);
  assertEquals(rig.errors.length, 1);
});

for (const error of [new StatusError(EXPIRED), TOO_LARGE, refused(410)]) {
  Deno.test(`LIST requests any version, in pages, when the last is answered ${error.message}`, async () => {
    using time = new Clock();
    await using rig = await Rig.synced(time, {
      watchList: false,
      fake: { objects: OBJECTS },
    });
    rig.fake.failNextList(error);
    rig.fake.error(EXPIRED);
    await rig.pass(0);
    assertEquals(rig.takeRequests(), ['+0 list "4"', '+0 list "" limit 500']);
    await rig.pass(800);
    rig.fake.modify(item("a"));
    await turn();
    rig.fake.error(EXPIRED);
    await rig.pass(0);
    assertEquals(rig.takeRequests(), ['+800 watch "4"', '+800 list "5"']);
  });
}

Deno.test("LIST backs off when it fails, and never requests before Retry-After", async () => {
  using time = new Clock();
  using _random = fixRandom(0.5);
  await using rig = new Rig(time, {
    watchList: false,
    script: (fake) => {
      fake.failNextList(refused(500));
      fake.failNextList(new ConnectionError("refused"));
      fake.failNextList(refused(503, 60));
    },
  });
  await turn();
  for (const ms of [1_200, 2_400, 60_000]) await rig.pass(ms);
  assertEquals(rig.takeRequests(), [
    '+0 list "0" limit 500',
    '+1200 list "0" limit 500',
    '+3600 list "0" limit 500',
    '+63600 list "0" limit 500',
    '+63600 watch "1"',
  ]);
  assertEquals(rig.errors.length, 3);
});

for (
  const [what, answer] of Object.entries({
    "a Status": { kind: "Status", code: 200 },
    "nothing": undefined,
    "HTML": "<html>",
  })
) {
  Deno.test(`LIST is reported and retried when the answer is ${what}`, async () => {
    using time = new Clock();
    using _random = fixRandom(0);
    let calls = 0;
    const list: KubernetesList<Item> = {
      metadata: { resourceVersion: "5" },
      items: [item("a")],
    };
    await using rig = new Rig(time, {
      watchList: false,
      from: () =>
        onlyLists<Item>(() =>
          calls++ === 0
            ? untyped<Promise<KubernetesList<Item>>>(answer)
            : Promise.resolve(list)
        ),
    });
    await rig.pass(0);
    assertEquals(rig.takeErrors(), [
      "Cannot use the list: it has no items",
    ]);
    assertEquals(rig.informer.controller.hasSynced(), false);
    await rig.pass(800);
    assertEquals(rig.informer.controller.hasSynced(), true);
    assertEquals(rig.informer.indexer.size, 1);
  });
}

Deno.test("a list() that throws is reported and retried", async () => {
  using time = new Clock();
  using _random = fixRandom(0);
  const error = new RangeError("broken lister");
  await using rig = new Rig(time, {
    watchList: false,
    from: () =>
      onlyLists(() => {
        throw error;
      }),
  });
  await rig.pass(0);
  await rig.pass(800);
  assertEquals(rig.errors, [error, error]);
});

for (const version of [undefined, "", "0"]) {
  Deno.test(`a list of version ${version} is watched from there, and listed again after it`, async () => {
    using time = new Clock();
    await using rig = new Rig(time, {
      watchList: false,
      fake: { objects: [item("a")], watchList: "ignored" },
      from: (fake) => ({
        list: async (options) => ({
          ...await fake.list(options),
          metadata: { resourceVersion: version },
        }),
        watch: (options) => fake.watch(options),
      }),
    });
    const { fake } = rig;
    await rig.pass(2_000);
    assertEquals(
      rig.informer.controller.lastSyncResourceVersion(),
      version ?? "",
    );
    fake.stall();
    fake.delete("a");
    fake.disconnect();
    await rig.pass(0);
    await rig.pass(0);
    assertEquals(fake.listCalls.length, 2);
    assertEquals(rig.store, []);
    fake.add(item("b"));
    await turn();
    // A new object arrives like the initial ones, in no order.
    assertEquals(
      rig.informer.controller.lastSyncResourceVersion(),
      version ?? "",
    );
    fake.modify(item("b"));
    await turn();
    assertEquals(rig.informer.controller.lastSyncResourceVersion(), "5");
    await rig.pass(5_000);
    fake.disconnect();
    await turn();
    assertEquals(rig.takeRequests().at(-1), '+7000 watch "5"');
  });
}

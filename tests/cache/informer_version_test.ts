// `IndexerInformerWatcher`: a server that counts from a lower version on, since
// it was restored from a backup, and answers a watch from a later version with
// silence.

import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { ConnectionError } from "../../api/connection_error.ts";
import { StatusError } from "../../api/status_error.ts";
import type { ListerWatcher } from "../../api/types.ts";
import { FakeListerWatcher } from "../../testing/mod.ts";
import { Clock } from "../support/clock.ts";
import { type Item, item, refused, Rig } from "../support/informer_fakes.ts";
import { fixRandom, turn } from "../support/wait_fakes.ts";

const RESET = { error: new ConnectionError("reset") };
const ASK = "list nothing limit 1";
const BEHIND =
  "The server is at resource version 3, behind 104: it may have been restored from a backup";

/** A server that can be replaced by another one. */
class Replaceable implements ListerWatcher<Item> {
  constructor(public server: FakeListerWatcher<Item>) {}

  list: ListerWatcher<Item>["list"] = (options) => this.server.list(options);
  watch: ListerWatcher<Item>["watch"] = (options) => this.server.watch(options);
}

/** An informer at version 104, with a, b and c in its store, and its server. */
async function synced(
  time: Clock,
  watchList: boolean,
): Promise<{ rig: Rig; source: Replaceable }> {
  const source = new Replaceable(
    new FakeListerWatcher<Item>({
      objects: ["a", "b", "c"].map((name) => item(name, { value: 1 })),
    }),
  );
  source.server.advance(100);
  const rig = await Rig.synced(time, { watchList, from: () => source });
  return { rig, source };
}

/** Another server: a is as it was, b has another content at its version. */
function restored(): FakeListerWatcher<Item> {
  return new FakeListerWatcher<Item>({
    objects: [item("a", { value: 1 }), item("b", { value: 2 })],
  });
}

const DIFFERENCE = ["DELETED c@4", "MODIFIED b@3"];

for (const watchList of [true, false]) {
  const list = watchList ? 'watchList ""' : 'list "" limit 500';

  Deno.test(`a restored server is noticed after a watch that ended in silence, WatchList ${watchList}`, async () => {
    using time = new Clock();
    const { rig, source } = await synced(time, watchList);
    await using _rig = rig;
    const before = source.server;
    before.bookmark();
    await rig.pass(5_000);
    source.server = restored();
    before.disconnect(RESET);
    await rig.pass(60_000);
    assertEquals(rig.takeRequests(), ['+5000 watch "104"']);
    assertEquals(rig.store.length, 3);
    source.server.disconnect();
    await turn();
    await rig.pass(800);
    assertEquals(rig.takeRequests().slice(0, 2), [
      `+65000 ${ASK}`,
      `+65000 ${list}`,
    ]);
    assertEquals(rig.takeErrors(), ["reset", BEHIND]);
    assertEquals(rig.takeEvents().sort(), DIFFERENCE);
    assertEquals(rig.store, ["a@2", "b@3"]);
    assertEquals(rig.informer.controller.lastSyncResourceVersion(), "3");
    source.server.add(item("d"));
    await turn();
    assertEquals(rig.takeEvents(), ["ADDED d@4"]);
  });

  Deno.test(`a restored server is noticed at the deadline of a silent watch, WatchList ${watchList}`, async () => {
    using time = new Clock();
    using _random = fixRandom(0);
    const { rig, source } = await synced(time, watchList);
    await using _rig = rig;
    source.server.bookmark();
    await rig.pass(5_000);
    const before = source.server;
    source.server = restored();
    before.disconnect(RESET);
    // 300 s and a grace of 30 s.
    await rig.pass(329_999);
    rig.takeRequests();
    assertEquals(rig.store.length, 3);
    await rig.pass(1);
    assertEquals(rig.takeRequests().slice(0, 2), [
      `+335000 ${ASK}`,
      `+335000 ${list}`,
    ]);
    assertEquals(rig.store, ["a@2", "b@3"]);
    await rig.pass(800);
  });

  Deno.test(`a restored server is noticed before the first watch after one without an answer, WatchList ${watchList}`, async () => {
    using time = new Clock();
    using _random = fixRandom(0);
    const { rig, source } = await synced(time, watchList);
    await using _rig = rig;
    const before = source.server;
    before.bookmark();
    await rig.pass(5_000);
    before.failNextWatch(RESET.error, 2);
    before.failNextList(RESET.error);
    before.disconnect(RESET);
    await rig.pass(0);
    await rig.pass(800);
    source.server = restored();
    await rig.pass(1_600);
    await rig.pass(800);
    assertEquals(rig.takeRequests().slice(0, 5), [
      '+5000 watch "104"',
      // The server is still down, and the watch goes on as before.
      `+5800 ${ASK}`,
      '+5800 watch "104"',
      `+7400 ${ASK}`,
      `+7400 ${list}`,
    ]);
    assertEquals(rig.store, ["a@2", "b@3"]);
    const [error] = rig.errors.slice(-1);
    assertInstanceOf(error, StatusError);
    assertEquals([error.code, error.reason], [410, "Expired"]);
  });
}

Deno.test("the list after a restore is tried again without a version", async () => {
  using time = new Clock();
  using _random = fixRandom(0);
  const { rig, source } = await synced(time, false);
  await using _rig = rig;
  const before = source.server;
  await rig.pass(5_000);
  source.server = restored();
  before.disconnect(RESET);
  await rig.pass(55_000);
  source.server.hangNextList().release();
  source.server.failNextList(refused(500));
  source.server.disconnect();
  await rig.pass(0);
  await rig.pass(800);
  assertEquals(rig.takeRequests().slice(-4), [
    `+60000 ${ASK}`,
    '+60000 list "" limit 500',
    '+60800 list "" limit 500',
    '+60800 watch "3"',
  ]);
  assertEquals(rig.takeEvents().sort(), DIFFERENCE);
});

Deno.test("untilResourceVersion() goes by the version of the restored server", async () => {
  using time = new Clock();
  const { rig, source } = await synced(time, false);
  await using _rig = rig;
  const before = source.server;
  await rig.pass(5_000);
  source.server = restored();
  before.disconnect(RESET);
  await rig.pass(60_000);
  source.server.disconnect();
  await turn();
  await rig.informer.untilResourceVersion("3");
  let reached = false;
  const waiting = rig.informer.untilResourceVersion("4").then(() => {
    reached = true;
  });
  await turn();
  assertEquals(reached, false);
  source.server.add(item("d"));
  await waiting;
});

Deno.test("a watch is not asked about when it brought a bookmark, was lost, or failed by an answer", async () => {
  using time = new Clock();
  using _random = fixRandom(0);
  await using rig = await Rig.synced(time, { watchList: false });
  const ends: (() => void)[] = [
    () => {
      rig.fake.bookmark();
      rig.fake.disconnect();
    },
    () => rig.fake.disconnect(RESET),
    () => rig.fake.error({ code: 500 }),
    () => rig.fake.error({ code: 429 }),
    () => {
      rig.fake.failNextWatch(refused(429));
      rig.fake.error({ code: 429 });
    },
  ];
  for (const end of ends) {
    await rig.pass(50_000);
    end();
    await rig.pass(0);
    await rig.pass(50_000);
  }
  const asked = rig.takeRequests().filter((request) => request.endsWith(ASK));
  assertEquals(asked, []);
});

Deno.test("a watch that was lost after two silent minutes is asked about", async () => {
  using time = new Clock();
  await using rig = await Rig.synced(time, { watchList: false });
  await rig.pass(120_000);
  rig.fake.disconnect(RESET);
  await turn();
  assertEquals(rig.takeRequests(), [`+120000 ${ASK}`, '+120000 watch "1"']);
});

Deno.test("a watch that was idle for too long is asked about", async () => {
  using time = new Clock();
  await using rig = await Rig.synced(time, {
    watchList: false,
    idleTimeoutMs: 70_000,
  });
  await rig.pass(70_000);
  assertEquals(rig.takeRequests(), [`+70000 ${ASK}`, '+70000 watch "1"']);
});

Deno.test("a question that fails is reported, and the watch goes on", async () => {
  using time = new Clock();
  await using rig = await Rig.synced(time, { watchList: false });
  const error = refused(403, 60);
  rig.fake.failNextList(error);
  await rig.pass(60_000);
  rig.fake.disconnect();
  await turn();
  assertEquals(rig.takeRequests(), [`+60000 ${ASK}`, '+60000 watch "1"']);
  assertEquals(rig.errors, [error]);
  rig.fake.add(item("a"));
  await turn();
  assertEquals(rig.store, ["a@2"]);
});

Deno.test("a question without an answer is given up after 10 s, and the watch goes on", async () => {
  using time = new Clock();
  await using rig = await Rig.synced(time, { watchList: false });
  rig.fake.hangNextList({ ignoreAbort: true });
  await rig.pass(60_000);
  rig.fake.disconnect();
  await rig.pass(9_999);
  assertEquals(rig.takeRequests(), [`+60000 ${ASK}`]);
  await rig.pass(1);
  assertEquals(rig.takeRequests(), ['+70000 watch "1"']);
  assertEquals(rig.errors.length, 1);
});

Deno.test("a server that is always behind is not listed in a loop", async () => {
  using time = new Clock();
  using _random = fixRandom(0);
  await using rig = await Rig.synced(time, {
    watchList: false,
    fake: { resourceVersion: "100" },
    from: (fake) => ({
      list: async (options) => ({
        ...await fake.list({}),
        ...(options.limit === 1 ? { metadata: { resourceVersion: "7" } } : {}),
      }),
      watch: (options) => fake.watch(options),
    }),
  });
  for (let second = 0; second < 120; second++) {
    await rig.pass(1_000);
    rig.fake.disconnect();
    await rig.pass(0);
  }
  const { length } = rig.takeRequests();
  assert(length < 60, `${length} requests in two minutes`);
});

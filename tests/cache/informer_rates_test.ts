// `IndexerInformerWatcher`: how often a server is asked within two minutes, for
// each way to fail. With the shortest delays that chance allows, it stays below
// three requests a second.

import { assert, assertEquals } from "@std/assert";
import { ConfigurationError } from "../../api/configuration_error.ts";
import { ConnectionError } from "../../api/connection_error.ts";
import { ShardingUnsupportedError } from "../../api/sharding_unsupported_error.ts";
import { UndecodableEventError } from "../../api/_undecodable_event_error.ts";
import type {
  KubernetesList,
  ListerWatcher,
  WatchEvent,
} from "../../api/types.ts";
import { Clock } from "../support/clock.ts";
import {
  EXPIRED,
  type Item,
  item,
  ofShard,
  refused,
  Rig,
  stored,
} from "../support/informer_fakes.ts";
import { untyped } from "../support/scripted_watcher.ts";
import { fixRandom } from "../support/wait_fakes.ts";

type Source = ListerWatcher<Item>;
type Change = (source: Source) => Partial<Source>;

const TWO_MINUTES = 120_000;
const BOOKMARK: WatchEvent<Item> = {
  type: "BOOKMARK",
  object: stored("", "9"),
};

/** Watches that bring these events, and then end or break. */
function watches(events: unknown[], error?: unknown): Change {
  return () => ({
    watch: () => {
      const left = events.map((event) => untyped<WatchEvent<Item>>(event));
      return Promise.resolve(
        new ReadableStream({
          pull: (controller) => {
            const event = left.shift();
            if (event !== undefined) controller.enqueue(event);
            else if (error !== undefined) controller.error(error);
            else controller.close();
          },
        }, { highWaterMark: 0 }),
      );
    },
  });
}

function lists(list: unknown): Change {
  return () => ({
    list: () => Promise.resolve(untyped<KubernetesList<Item>>(list)),
  });
}

function failing(error: unknown): Change {
  return () => ({
    list: () => Promise.reject(error),
    watch: () => Promise.reject(error),
  });
}

function watchesFail(error: unknown): Change {
  return () => ({ watch: () => Promise.reject(error) });
}

function listsFail(error: unknown): Change {
  return () => ({ list: () => Promise.reject(error) });
}

const both = (...changes: Change[]): Change => (source) =>
  Object.assign({}, ...changes.map((change) => change(source)));

/** A 410 to each list and watch at a version, and an honest list else. */
const alwaysExpired: Change = (source) => ({
  list: (options) =>
    options.resourceVersion
      ? Promise.reject(refused(410))
      : source.list(options),
  watch: () => Promise.reject(refused(410)),
});

const FAILURES: Record<string, Change> = {
  "nothing answers": failing(new ConnectionError("refused")),
  "401": failing(refused(401)),
  "403": failing(refused(403)),
  "404": failing(refused(404)),
  "400": failing(refused(400)),
  "410": failing(refused(410)),
  "429 without Retry-After": failing(refused(429)),
  "429, Retry-After 0": failing(refused(429, 0)),
  "500": failing(refused(500)),
  "503, Retry-After 0": failing(refused(503, 0)),
  "too large": failing(refused(504)),
  "a configuration that cannot work": failing(
    new ConfigurationError("no certificate"),
  ),
  "shards are not known": both(
    ofShard,
    listsFail(new ShardingUnsupportedError("all of them")),
  ),
  "lists are null": lists(null),
  "lists have null as item": lists({ items: [null] }),
  "lists have no version": lists({ items: [item("a")] }),
  "lists only fail with 500": listsFail(refused(500)),
  "watches only fail with 403": watchesFail(refused(403)),
  "watches only fail with 429": watchesFail(refused(429)),
  "watches only get no answer": watchesFail(new ConnectionError("refused")),
  "watches only give no stream": () => ({
    watch: () => Promise.resolve(untyped<ReadableStream>(undefined)),
  }),
  "every version has expired": alwaysExpired,
  "watches end at once": watches([]),
  "watches break at once": watches([], new TypeError("reset")),
  "watches bring a bookmark and end": watches([BOOKMARK]),
  "watches bring a bookmark and break": watches([BOOKMARK], new Error("reset")),
  "watches bring a bookmark and a 410": watches([
    BOOKMARK,
    { type: "ERROR", object: EXPIRED },
  ]),
  "watches bring a 410": watches([{ type: "ERROR", object: EXPIRED }]),
  "watches bring a 500": watches([{ type: "ERROR", object: { code: 500 } }]),
  "watches bring an event and a 500": watches([
    { type: "ADDED", object: stored("a", "9") },
    { type: "ERROR", object: { code: 500, message: {} } },
  ]),
  "watches cannot be understood": watches([null]),
  "watches cannot be decoded": watches([], new UndecodableEventError("no")),
  "watches bring a bookmark and cannot be decoded": watches(
    [BOOKMARK],
    new UndecodableEventError("no"),
  ),
  "lists have no version and watches end": both(
    lists({ items: [item("a")] }),
    watches([]),
  ),
  "lists have no version and watches bring an event": both(
    lists({ items: [item("a")] }),
    watches([{ type: "ADDED", object: item("b") }]),
  ),
};

/** Counts the requests of the two minutes after an informer has synced. */
async function count(
  change: Change,
  options: { watchList: boolean; synced: boolean },
): Promise<number> {
  using time = new Clock();
  using _random = fixRandom(0);
  const { watchList, synced } = options;
  let now: Partial<Source> = {};
  await using rig = new Rig(time, {
    watchList,
    fake: { objects: [item("a")], resourceVersion: "5" },
    from: (fake) => {
      const broken = { ...fake, ...change(fake) };
      if (!synced) now = broken;
      return {
        ...("shardSelector" in broken ? ofShard(fake) : {}),
        list: (options) => now.list?.(options) ?? fake.list(options),
        watch: (options) => now.watch?.(options) ?? fake.watch(options),
      };
    },
  });
  await rig.pass(0);
  if (synced) {
    await rig.pass(60_000);
    rig.takeRequests();
    now = change(rig.fake);
    rig.fake.disconnect({ error: new Error("reset") });
  }
  for (let ms = 0; ms < TWO_MINUTES; ms += 100) await rig.pass(100);
  const { length } = rig.takeRequests();
  now = {};
  for (let i = 0; i < 20; i++) await rig.pass(60_000);
  assertEquals(rig.store.includes("a@6"), true, "it recovers");
  return length;
}

for (const [what, change] of Object.entries(FAILURES)) {
  Deno.test(`an informer sends less than three requests a second when ${what}`, async () => {
    for (const watchList of [true, false]) {
      for (const synced of [true, false]) {
        const requests = await count(change, { watchList, synced });
        assert(requests < 360, `${requests} requests in two minutes`);
      }
    }
  });
}

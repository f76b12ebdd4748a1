// `IndexerInformerWatcher` against a server that puts any JSON value into any
// place of a list, an event or a Status, and sends it in any order: all of it
// is reported, nothing is thrown where it would not be caught, and once the server
// is healthy the store is what the server has.
//
// FAST_CHECK_RUNS sets the number of runs (default 400), FAST_CHECK_SEED the
// seed, to repeat a failure.

import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import fc from "fast-check";
import { StatusError } from "../../api/status_error.ts";
import type {
  KubernetesList,
  ListerWatcher,
  Status,
  WatchEvent,
} from "../../api/types.ts";
import { RestListerWatcher } from "../../rest/rest_lister_watcher.ts";
import { FakeListerWatcher } from "../../testing/mod.ts";
import { IndexerInformerWatcher } from "../../watch/indexer_informer_watcher.ts";
import { Clock } from "../support/clock.ts";
import {
  EXPIRED,
  type Item,
  item,
  lines,
  stored,
} from "../support/informer_fakes.ts";
import { untyped } from "../support/scripted_watcher.ts";
import { captureConsole, fixRandom, isPending } from "../support/wait_fakes.ts";

const STATUS = {
  kind: "Status",
  status: "Failure",
  message: "Too large resource version: 9, current: 4",
  reason: "Timeout",
  code: 504,
  metadata: { resourceVersion: "4", continue: "next" },
  details: {
    retryAfterSeconds: 3,
    causes: [{ reason: "ResourceVersionTooLarge", message: "too large" }],
  },
};

const OBJECT = {
  apiVersion: "v1",
  kind: "Item",
  metadata: {
    name: "a",
    namespace: "default",
    uid: "u",
    resourceVersion: "12",
    labels: { app: "web" },
    annotations: { "k8s.io/initial-events-end": "true" },
  },
  value: 1,
};

/** What a hostile server sends; any place of it may be replaced. */
const ANSWERS = {
  lists: [
    { kind: "ItemList", metadata: { resourceVersion: "12" }, items: [OBJECT] },
    { metadata: { resourceVersion: "12", continue: "c" }, items: [OBJECT] },
    STATUS,
  ],
  statuses: [STATUS, EXPIRED, { code: 429 }, { code: 400 }],
  watches: [
    [
      { type: "ADDED", object: OBJECT },
      { type: "MODIFIED", object: OBJECT },
      { type: "BOOKMARK", object: OBJECT },
      { type: "DELETED", object: OBJECT },
    ],
    [
      { type: "ADDED", object: OBJECT },
      { type: "BOOKMARK", object: OBJECT },
      { type: "ERROR", object: STATUS },
    ],
    [{ type: "ERROR", object: EXPIRED }],
  ],
};

/** Stands for 100,000 nested lists, which could not be printed. */
const DEEP = "100,000 levels";

function nested(levels: number): unknown {
  let value: unknown = [];
  for (let level = 0; level < levels; level++) value = [value];
  return value;
}

const anyValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    0,
    -1,
    1.5,
    1e308,
    "",
    "0",
    "7",
    "99999999999999999999999999",
    [],
    {},
    [[null]],
    { toString: 1, valueOf: 1 },
    { length: 7 },
    { then: 1 },
  ),
  fc.constant(DEEP),
  fc.jsonValue({ maxDepth: 2 }),
);

/** One place, counted through the whole tree, and what is put there. */
interface Replacement {
  readonly at: number;
  readonly value: unknown;
}

/** A copy of a tree in which the place with that number is replaced. */
function replace(tree: unknown, { at, value }: Replacement): unknown {
  let left = at % countPlaces(tree);
  const copy = (node: unknown): unknown => {
    if (left-- === 0) return value === DEEP ? nested(100_000) : value;
    if (left < 0) return node;
    if (Array.isArray(node)) return node.map(copy);
    if (typeof node !== "object" || node === null) return node;
    return Object.fromEntries(
      Object.entries(node).map(([name, field]) => [name, copy(field)]),
    );
  };
  return copy(tree);
}

function countPlaces(tree: unknown, level = 0): number {
  if (level > 20) return 1;
  if (typeof tree !== "object" || tree === null) return 1;
  return Object.values(tree).reduce<number>(
    (sum, node) => sum + countPlaces(node, level + 1),
    1,
  );
}

/** The n-th of some answers, or what has been put in their place. */
function pick(answers: unknown, index: number): unknown {
  return Array.isArray(answers) && answers.length > 0
    ? answers[index % answers.length]
    : answers;
}

/** Sends hostile answers as long as there are any, and honest ones then. */
class HostileServer implements ListerWatcher<Item> {
  readonly honest = new FakeListerWatcher<Item>({
    objects: [item("x"), item("y")],
  });
  readonly requests: number[] = [];
  readonly #answers: Record<string, unknown>;
  readonly #order: number[];

  constructor(answers: unknown, order: readonly number[]) {
    this.#answers = { ...untyped<Record<string, unknown>>(answers) };
    this.#order = [...order];
  }

  get isHostile(): boolean {
    return this.#order.length > 0;
  }

  list: ListerWatcher<Item>["list"] = (options) => {
    this.requests.push(Date.now());
    const index = this.#order.shift();
    if (index === undefined) return this.honest.list(options);
    const { lists, statuses } = this.#answers;
    if (index % 2 === 1) return Promise.reject(failure(pick(statuses, index)));
    return Promise.resolve(untyped<KubernetesList<Item>>(pick(lists, index)));
  };

  watch: ListerWatcher<Item>["watch"] = (options) => {
    this.requests.push(Date.now());
    const index = this.#order.shift();
    if (index === undefined) return this.honest.watch(options);
    const { watches, statuses } = this.#answers;
    if (index % 4 === 1) return Promise.reject(failure(pick(statuses, index)));
    const events = pick(watches, index);
    return Promise.resolve(
      Array.isArray(events)
        ? ReadableStream.from(untyped<WatchEvent<Item>[]>(events))
        : untyped<ReadableStream<WatchEvent<Item>>>(events),
    );
  };
}

function failure(status: unknown): StatusError {
  return new StatusError(untyped<Status>(status));
}

async function play(
  replacements: readonly Replacement[],
  order: readonly number[],
  options: { watchList: boolean; coalesce: boolean; throws: boolean },
): Promise<void> {
  using time = new Clock(1_000_000);
  using _random = fixRandom(0);
  const { throws, ...informerOptions } = options;
  const server = new HostileServer(
    replacements.reduce<unknown>(replace, ANSWERS),
    order,
  );
  const informer = new IndexerInformerWatcher<Item>(server, {
    ...informerOptions,
    indexers: { app: ({ metadata }) => [String(metadata?.labels?.app)] },
    transform: (object) => {
      if (throws) throw object;
      return object;
    },
  });
  const { controller, done, indexer } = informer;
  // A Retry-After of an hour may follow each of them.
  for (let i = 0; i < 40 && server.isHostile; i++) await time.pass(3_600_000);
  assertEquals(server.isHostile, false, "it goes on");
  assertEquals(await isPending(done), true);
  // What a hostile list left out in silence, only a list can tell.
  server.honest.advance(1_000);
  server.honest.compact();
  for (let i = 0; i < 40; i++) {
    if (i === 10) server.honest.error(EXPIRED);
    await time.pass(i % 2 ? 3_600_000 : 1_000);
  }
  assertEquals(controller.hasSynced(), true);
  assertEquals(await controller.synced, true);
  if (!throws) assertEquals(lines(indexer), ["x@2", "y@3"]);
  for (const [index, at] of server.requests.entries()) {
    const later = server.requests[index + 60] ?? Infinity;
    assert(later - at > 20_000, "more than 60 requests in 20 s");
  }
  informer.stop();
  assertEquals(await isPending(done), false);
  assertEquals(time.timers, 0);
  assertEquals(server.honest.openWatches, 0);
}

function parameters(): { numRuns: number; seed?: number } {
  const seed = Deno.env.get("FAST_CHECK_SEED");
  return {
    numRuns: Number(Deno.env.get("FAST_CHECK_RUNS") ?? 400),
    ...(seed === undefined ? {} : { seed: Number(seed) }),
  };
}

Deno.test("IndexerInformerWatcher survives any JSON value in any place", async () => {
  const replacement = fc.record({ at: fc.nat(1_000), value: anyValue });
  await fc.assert(
    fc.asyncProperty(
      fc.array(replacement, { minLength: 1, maxLength: 3 }),
      fc.array(fc.nat(11), { minLength: 1, maxLength: 12 }),
      fc.record({
        watchList: fc.boolean(),
        coalesce: fc.boolean(),
        throws: fc.boolean(),
      }),
      play,
    ),
    parameters(),
  );
});

Deno.test("IndexerInformerWatcher survives every kind of value in every place, one at a time", async () => {
  const values: unknown[] = [null, 5, "text", [], {}, [null], { toString: 1 }];
  for (let at = 0; at < countPlaces(ANSWERS); at++) {
    const value = values[at % values.length];
    await play([{ at, value }], [0, 1, 2, 3, 4, 5, 6, 7], {
      watchList: at % 2 === 0,
      coalesce: at % 3 === 0,
      throws: false,
    });
  }
});

Deno.test("the server's failure with causes that are an object ends nothing", async () => {
  const causes = [{}, { some: null }, [null], "text", 5];
  for (const value of causes) {
    using time = new Clock();
    using _random = fixRandom(0);
    const status = untyped<Status>({ ...STATUS, details: { causes: value } });
    const server = new FakeListerWatcher<Item>({ objects: [item("x")] });
    server.failNextList(failure(status));
    await using informer = new IndexerInformerWatcher<Item>(server, {
      watchList: false,
      onWatchError: () => {
        throw stored("not an error", 1);
      },
    });
    using console = captureConsole();
    await time.pass(800);
    assertEquals(informer.controller.hasSynced(), true);
    assertEquals(console.written.length, 1);
  }
});

for (const metadata of ["7", '"text"', "[]", '{"resourceVersion":7}']) {
  Deno.test(`IndexerInformerWatcher takes nothing for gone of a list with the metadata ${metadata}`, async () => {
    using time = new Clock();
    const good = JSON.stringify({
      kind: "PodList",
      metadata: { resourceVersion: "5" },
      items: [item("a")],
    });
    const bodies = [
      good,
      '{"type":"ERROR","object":{"kind":"Status","code":410}}\n',
      `{"kind":"PodList","metadata":${metadata},"items":[]}`,
    ];
    const errors: unknown[] = [];
    await using informer = new IndexerInformerWatcher(
      new RestListerWatcher({
        server: "https://fake.example",
        path: "/api/v1/pods",
        fetch: () =>
          Promise.resolve(
            new Response(bodies.shift() ?? new ReadableStream()),
          ),
      }),
      { watchList: false, onWatchError: (error) => errors.push(error) },
    );
    await time.pass(100);
    assertEquals(bodies, []);
    assertInstanceOf(errors.at(-1), TypeError);
    assertEquals(informer.indexer.size, 1);
  });
}

Deno.test("IndexerInformerWatcher replaces an item that is not JSON when the server was restored", async () => {
  using time = new FakeTime();
  const listOf = (version: string, spec: string) =>
    `{"kind":"PodList","metadata":{"resourceVersion":"${version}"},"items":[{"metadata":{"name":"a","uid":"1","resourceVersion":"7"},"spec":${spec}}]}`;
  const gone = '{"type":"ERROR","object":{"kind":"Status","code":410}}\n';
  const bodies = [listOf("100", '{"x":"\\x"}'), gone, listOf("50", "{}")];
  const source = new RestListerWatcher({
    server: "https://fake.example",
    path: "/api/v1/pods",
    fetch: () =>
      Promise.resolve(new Response(bodies.shift() ?? new ReadableStream())),
  });
  await using informer = new IndexerInformerWatcher(source, {
    watchList: false,
  });
  for (let tick = 0; tick < 100; tick++) await time.tickAsync(500);
  assertEquals(informer.controller.lastSyncResourceVersion(), "50");
  assertEquals(informer.indexer.list().map(Object.keys), [
    ["metadata", "spec", "kind"],
  ]);
});

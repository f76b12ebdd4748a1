import { assert, assertEquals, assertThrows } from "@std/assert";
import { RestListerWatcher } from "../../rest/rest_lister_watcher.ts";
import { fnv1a64 } from "../../internal/fnv1a.ts";
import { shardOf } from "../../serverless/mod.ts";
import { FakeApiServer, FakeListerWatcher } from "../../testing/mod.ts";

Deno.test("fnv1a64() is FNV-1a with 64 bits", () => {
  // Go's fnv.New64a().
  for (
    const [text, hash] of [
      ["", 0xcbf29ce484222325n],
      ["a", 0xaf63dc4c8601ec8cn],
      ["foobar", 0x85944171f73967e8n],
    ] as const
  ) assertEquals(fnv1a64(text), hash);
});

Deno.test("shardOf() puts each object into one shard", async () => {
  const fake = new FakeListerWatcher();
  for (let i = 0; i < 100; i++) {
    fake.add({ metadata: { name: `pod-${i}`, uid: crypto.randomUUID() } });
  }
  for (const count of [1, 2, 3, 7]) {
    const names: (string | undefined)[] = [];
    for (let index = 0; index < count; index++) {
      const { items } = await shardOf(fake, { index, count }).list({});
      names.push(...items.map(({ metadata }) => metadata?.name));
    }
    assertEquals(new Set(names).size, 100);
    assertEquals(names.length, 100);
  }
});

Deno.test("shardOf() asks the server for the shard", async () => {
  const fake = new FakeListerWatcher();
  const shard = shardOf(fake, { index: 1, count: 2 });
  await shard.list({});
  await (await shard.watch({ resourceVersion: "1" })).cancel();
  const expected =
    "shardRange(object.metadata.uid, '0x8000000000000000', '0x10000000000000000')";
  assertEquals(fake.listCalls[0]?.options.shardSelector, expected);
  assertEquals(fake.watchCalls[0]?.options.shardSelector, expected);
  assertEquals(fake.openWatches, 0);
});

Deno.test("shardOf() watches the objects of its shard, and bookmarks", async () => {
  const fake = new FakeListerWatcher();
  const seen: string[][] = [];
  const shards = [0, 1].map((index) => shardOf(fake, { index, count: 2 }));
  const readers = await Promise.all(shards.map(async (shard) => {
    const events = await shard.watch({
      resourceVersion: "1",
      allowWatchBookmarks: true,
    });
    return events.getReader();
  }));
  for (let i = 0; i < 20; i++) {
    fake.add({ metadata: { name: `pod-${i}`, uid: crypto.randomUUID() } });
  }
  fake.bookmark();
  for (const reader of readers) {
    const names: string[] = [];
    for (;;) {
      const { value } = await reader.read();
      if (value === undefined || value.type === "BOOKMARK") break;
      assert(value.type === "ADDED");
      names.push(value.object.metadata?.name ?? "");
    }
    await reader.cancel();
    seen.push(names);
  }
  assertEquals(seen.flat().length, 20);
  assertEquals(new Set(seen.flat()).size, 20);
});

Deno.test("shardOf() does without the server where that does not know shards", async () => {
  await using server = new FakeApiServer();
  const names = ["a", "b", "c", "d", "e", "f"];
  for (const name of names) {
    server.create({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace: "default" },
    });
  }
  const pods = new RestListerWatcher({
    server: "https://kubernetes.default.svc",
    path: "/api/v1/pods",
    fetch: server.fetch,
  });
  const found = await Promise.all([0, 1].map(async (index) => {
    const shard = shardOf(pods, { index, count: 2 });
    assertEquals(shard.resource, `/api/v1/pods#${index}/2`);
    const { items } = await shard.list({});
    return items.map(({ metadata }) => metadata?.name ?? "");
  }));
  assertEquals(found.flat().sort(), names);
});

Deno.test("shardOf() refuses a shard that does not exist", () => {
  const fake = new FakeListerWatcher();
  for (
    const shard of [
      { index: 0, count: 0 },
      { index: 2, count: 2 },
      { index: -1, count: 2 },
      { index: 0.5, count: 2 },
    ]
  ) assertThrows(() => shardOf(fake, shard), RangeError);
});

// Events whose objects are parsed when they are looked at, in the hands of the
// watchers: none looks at an object that its consumer does not look at, and an
// object that is not valid JSON is an ordinary failure to those that must.

import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { isUndecodableEvent } from "../../api/_undecodable_event_error.ts";
import {
  identityOf,
  IndexerInformerWatcher,
  RestListerWatcher,
  RetryWatcher,
} from "../../mod.ts";

function line(version: number, spec: string): string {
  const metadata = { name: "web", resourceVersion: String(version) };
  return `{"type":"MODIFIED","object":{"metadata":${
    JSON.stringify(metadata)
  },"spec":${spec}}}\n`;
}

const LIST = JSON.stringify({
  kind: "PodList",
  apiVersion: "v1",
  metadata: { resourceVersion: "5" },
  items: [{ metadata: { name: "web", resourceVersion: "5" } }],
});

/** A server whose first watch sends these lines; the others stay silent. */
function serverOf(...lines: string[]): RestListerWatcher {
  const watches = [lines];
  return new RestListerWatcher({
    server: "https://kubernetes.default.svc",
    path: "/api/v1/pods",
    fetch: (url) => {
      const isWatch = new URL(url).searchParams.has("watch");
      const next = watches.shift();
      const body = isWatch && next === undefined
        ? new ReadableStream<Uint8Array>()
        : isWatch
        ? next?.join("")
        : LIST;
      return Promise.resolve(new Response(body));
    },
  });
}

Deno.test("RetryWatcher passes on an object that is not valid JSON, without looking at it", async () => {
  await using watcher = new RetryWatcher(
    "1",
    serverOf(line(2, "tru"), line(3, "true")),
  );
  const reader = watcher.events.getReader();
  const { value: bad } = await reader.read();
  assert(bad !== undefined);
  assertEquals(identityOf(bad), { name: "web", resourceVersion: "2" });
  assertEquals(watcher.resourceVersion, "2");
  assert(isUndecodableEvent(assertThrows(() => bad.object, SyntaxError)));
  const { value: good } = await reader.read();
  assertEquals<unknown>(good?.object, {
    metadata: { name: "web", resourceVersion: "3" },
    spec: true,
  });
});

const END = JSON.stringify({
  type: "BOOKMARK",
  object: {
    metadata: {
      resourceVersion: "5",
      annotations: { "k8s.io/initial-events-end": "true" },
    },
  },
});

Deno.test("IndexerInformerWatcher reports an object that is not valid JSON when it is indexed, and lists", async () => {
  const errors: unknown[] = [];
  await using informer = new IndexerInformerWatcher(
    serverOf(line(2, "tru"), `${END}\n`),
    {
      // It looks at more than the metadata.
      indexers: { all: (object) => "spec" in object ? ["spec"] : ["all"] },
      minBackoffMs: 1,
      maxBackoffMs: 1,
      onWatchError: (error) => {
        errors.push(error);
      },
    },
  );
  assert(await informer.controller.synced);
  assertEquals(informer.indexer.indexKeys("all", "all"), ["web"]);
  assertEquals(errors.length, 1);
  assert(isUndecodableEvent(errors[0]), String(errors[0]));
});

Deno.test("IndexerInformerWatcher keeps an object that is not valid JSON, and throws when it is looked at", async () => {
  await using informer = new IndexerInformerWatcher(
    serverOf(line(2, "tru"), `${END}\n`),
  );
  assert(await informer.controller.synced);
  assertEquals(informer.indexer.listKeys(), ["web"]);
  assertThrows(
    () => informer.indexer.getByKey("web"),
    SyntaxError,
    "the object web at resource version 2 is not valid JSON",
  );
  const { value: event } = await informer.events.getReader().read();
  assert(event !== undefined);
  assertEquals(event.type, "ADDED");
  assertEquals(identityOf(event), { name: "web", resourceVersion: "2" });
  assertThrows(() => event.object, SyntaxError);
});

for (const first of ["store", "event"]) {
  Deno.test(`IndexerInformerWatcher gives the same object each time when the ${first} is looked at first`, async () => {
    await using informer = new IndexerInformerWatcher(
      serverOf(line(2, "1"), `${END}\n`, line(6, "2")),
    );
    const reader = informer.events.getReader();
    await reader.read();
    const { value: event } = await reader.read();
    assert(event !== undefined);
    const inStore = () => informer.indexer.getByKey("web");
    const [one, other] = first === "store"
      ? [inStore(), event.object]
      : [event.object, inStore()];
    assertStrictEquals(one, other);
    assertStrictEquals(inStore(), one);
    assertStrictEquals(informer.indexer.list()[0], one);
    assertEquals<unknown>(one, {
      metadata: { name: "web", resourceVersion: "6" },
      spec: 2,
    });
    assertEquals(event.type, "MODIFIED");
  });
}

for (const coalesce of [false, true]) {
  for (const pending of [true, false]) {
    Deno.test(`IndexerInformerWatcher delivers plain objects when a read ${pending ? "waits for them" : "comes after them"}, coalesce ${coalesce}`, async () => {
      await using informer = new IndexerInformerWatcher(
        serverOf(line(2, "1"), `${END}\n`, line(6, "2")),
        { coalesce },
      );
      const reader = informer.events.getReader();
      if (!pending) await informer.untilResourceVersion("6");
      const { value: event } = await reader.read();
      assert(event !== undefined);
      assertStrictEquals(Object.getPrototypeOf(event), Object.prototype);
      const isMerged = coalesce && !pending;
      assertEquals<unknown>(structuredClone(event), {
        type: "ADDED",
        object: {
          metadata: { name: "web", resourceVersion: isMerged ? "6" : "2" },
          spec: isMerged ? 2 : 1,
        },
      });
    });
  }
}

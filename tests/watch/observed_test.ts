// What the option `observer` adds to a lister-watcher: nothing where it is not
// used. `bench/observer.ts` measures it.

import { assertEquals, assertStrictEquals } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import {
  observedListerWatcher,
  observedWatcher,
} from "../../watch/_observed.ts";
import {
  IndexerInformerWatcher,
  type ListerWatcher,
  RestListerWatcher,
  type WatchEvent,
  type WatchObserver,
} from "../../mod.ts";
import { FakeListerWatcher } from "../../testing/mod.ts";

function sourceOf(stream: ReadableStream<WatchEvent>): ListerWatcher {
  return {
    list: () => Promise.resolve({ items: [] }),
    watch: () => Promise.resolve(stream),
  };
}

Deno.test("observedWatcher() and observedListerWatcher() return the source itself when there is no observer", () => {
  const source = sourceOf(new ReadableStream());
  assertStrictEquals(observedWatcher(source, undefined), source);
  assertStrictEquals(observedListerWatcher(source, undefined), source);
});

Deno.test("observedWatcher() returns a watcher that cannot list itself when there is no observer", () => {
  const { watch } = sourceOf(new ReadableStream());
  const watcher = { watch };
  assertStrictEquals(observedWatcher(watcher, undefined), watcher);
});

Deno.test("observedWatcher() returns the stream itself when the observer does not ask for watches", async () => {
  const stream = new ReadableStream<WatchEvent>();
  const watcher = observedWatcher(sourceOf(stream), {});
  assertStrictEquals(await watcher.watch({}), stream);
});

Deno.test("an informer's observer gets events that are plain objects", async () => {
  const object = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "a", uid: "1", resourceVersion: "2" },
  };
  const seen = Promise.withResolvers<WatchEvent>();
  const pods = new RestListerWatcher({
    server: "https://host",
    path: "/api/v1/pods",
    fetch: (url) => {
      const body = new Blob([
        JSON.stringify(
          url.includes("watch=")
            ? { type: "ADDED", object }
            : { metadata: { resourceVersion: "1" }, items: [] },
        ),
        "\n",
      ]);
      return Promise.resolve(new Response(body));
    },
  });
  await using _informer = new IndexerInformerWatcher(pods, {
    watchList: false,
    onWatchError: () => {},
    observer: {
      watchStarted: () => ({ event: seen.resolve, ended: () => {} }),
    },
  });
  const event = await seen.promise;
  assertStrictEquals(Object.getPrototypeOf(event), Object.prototype);
  assertEquals(structuredClone(event), { type: "ADDED", object });
});

/** Records the ends that it sees. */
function recorder() {
  const seen: [what: string, error?: unknown][] = [];
  const observer: WatchObserver = {
    listStarted: () => {
      seen.push(["list"]);
      return { ended: ({ error }) => seen.push(["listed", error]) };
    },
    watchStarted: () => {
      seen.push(["watch"]);
      return { ended: (error) => seen.push(["watched", error]) };
    },
  };
  return { observer, seen };
}

Deno.test("an informer's observer sees each end once, with the reason of a stop", async () => {
  using time = new FakeTime();
  for (const watchList of [true, false]) {
    const { observer, seen } = recorder();
    const pods = new FakeListerWatcher();
    const informer = new IndexerInformerWatcher(pods, { observer, watchList });
    await informer.controller.synced;
    await time.runMicrotasks();
    const reason = new Error("enough");
    informer.stop(reason);
    await informer.done;
    assertEquals(seen.at(-1), ["watched", reason]);
    const count = (name: string) =>
      seen.filter(([what]) => what === name).length;
    assertEquals([count("list"), count("watch")], [
      count("listed"),
      count("watched"),
    ]);
  }
});

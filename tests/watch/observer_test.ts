// deno-lint-ignore-file no-console -- what is written there is checked
// What an observer sees, and that it cannot break anything.

import { assertEquals } from "@std/assert";
import { IndexerInformerWatcher, type WatchObserver } from "../../mod.ts";
import { FakeListerWatcher } from "../../testing/mod.ts";

function objects() {
  return new FakeListerWatcher({
    objects: [{ metadata: { name: "a" } }, { metadata: { name: "b" } }],
  });
}

Deno.test("WatchObserver sees lists, watches, events and their ends", async () => {
  const seen: unknown[] = [];
  const observer: WatchObserver = {
    listStarted: () => ({ ended: ({ items }) => seen.push(["list", items]) }),
    watchStarted: () => {
      seen.push("watch");
      return {
        event: ({ type }) => seen.push(type),
        ended: (error) => seen.push(error instanceof Error && error.name),
      };
    },
  };
  const server = objects();
  const informer = new IndexerInformerWatcher(server, {
    watchList: false,
    observer,
  });
  await informer.controller.synced;
  server.add({ metadata: { name: "c" } });
  const events = informer.events.getReader();
  for (let count = 0; count < 3; count++) await events.read();
  informer.stop();
  await informer.done;
  assertEquals(seen, [["list", 2], "watch", "ADDED", "AbortError"]);
});

Deno.test("WatchObserver sees how many events are not read", async () => {
  const buffered: number[] = [];
  await using informer = new IndexerInformerWatcher(objects(), {
    watchList: false,
    observer: { onBuffered: (events) => buffered.push(events) },
  });
  await informer.controller.synced;
  const events = informer.events.getReader();
  await events.read();
  await events.read();
  assertEquals(buffered, [1, 2, 1, 0]);
});

Deno.test("WatchObserver that throws breaks nothing", async () => {
  const fail = () => {
    throw new Error("no");
  };
  const write = console.error;
  const lines: unknown[] = [];
  console.error = (...args) => lines.push(args[0]);
  try {
    await using informer = new IndexerInformerWatcher(objects(), {
      watchList: false,
      observer: {
        listStarted: fail,
        watchStarted: () => ({ event: fail, ended: fail }),
        onBuffered: fail,
        onWatchError: fail,
      },
    });
    await informer.controller.synced;
    assertEquals(informer.indexer.size, 2);
  } finally {
    console.error = write;
  }
  assertEquals(lines.length > 0, true);
});

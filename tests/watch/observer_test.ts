// deno-lint-ignore-file no-console -- what is written there is checked
// What an observer sees, and that it cannot break anything.

import { assertEquals } from "@std/assert";
import {
  IndexerInformerWatcher,
  type KubernetesObject,
  listWatchUntil,
  RetryWatcher,
  type WatchEvent,
  type WatchObserver,
} from "../../mod.ts";
import { FakeListerWatcher } from "../../testing/mod.ts";
import { untyped } from "../support/scripted_watcher.ts";
import { turn } from "../support/wait_fakes.ts";

const VERSION = { resourceVersion: "1" };

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

Deno.test("WatchObserver sees that no events are held any more when an informer is stopped", async () => {
  const buffered: number[] = [];
  const informer = new IndexerInformerWatcher(objects(), {
    watchList: false,
    observer: { onBuffered: (events) => buffered.push(events) },
  });
  await informer.controller.synced;
  informer.stop();
  await informer.done;
  assertEquals(buffered, [1, 2, 0]);
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

/** What a `WatchObserver` may be as well. */
class CountingObserver implements WatchObserver {
  readonly calls: string[] = [];

  onRestart() {
    this.calls.push("onRestart");
  }

  onWatchError() {
    this.calls.push("onWatchError");
  }

  onBuffered() {
    this.calls.push("onBuffered");
  }

  listStarted() {
    this.calls.push("listStarted");
    return { ended: () => {} };
  }

  watchStarted() {
    this.calls.push("watchStarted");
    return { ended: () => {} };
  }

  waitStarted() {
    this.calls.push("waitStarted");
    return { ended: () => {} };
  }
}

Deno.test("WatchObserver may be an object of a class", async () => {
  const observer = new CountingObserver();
  const server = objects();
  server.failNextList(new Error("no"));
  await using informer = new IndexerInformerWatcher(server, {
    watchList: false,
    minBackoffMs: 0,
    observer,
  });
  await informer.controller.synced;
  await listWatchUntil(server, () => true, { observer });
  const restarted = Promise.withResolvers<void>();
  await using _watcher = new RetryWatcher("1", {
    watch: () => Promise.reject(new Error("no")),
  }, { observer, onRestart: () => restarted.resolve() });
  await restarted.promise;
  assertEquals(
    [...new Set(observer.calls)].sort(),
    [
      "listStarted",
      "onBuffered",
      "onRestart",
      "onWatchError",
      "waitStarted",
      "watchStarted",
    ],
  );
});

Deno.test("WatchObserver sees the end of a watch once, however it ends", async () => {
  for (const way of ["stop", "close", "error"] as const) {
    const ends: unknown[] = [];
    let controller: ReadableStreamDefaultController<WatchEvent> | undefined;
    const opened = Promise.withResolvers<void>();
    const informer = new IndexerInformerWatcher<KubernetesObject>({
      list: () => Promise.resolve({ metadata: VERSION, items: [] }),
      watch: () => {
        if (controller !== undefined) return new Promise(() => {});
        const stream = new ReadableStream<WatchEvent>({
          start: (given) => {
            controller = given;
          },
        });
        opened.resolve();
        return Promise.resolve(stream);
      },
    }, {
      watchList: false,
      observer: {
        watchStarted: () => ({ ended: (error) => ends.push(error) }),
      },
    });
    await informer.controller.synced;
    await opened.promise;
    await turn();
    if (way === "stop") informer.stop();
    else if (way === "close") controller?.close();
    else controller?.error(new Error("lost"));
    await turn();
    assertEquals(ends.length, 1, way);
    informer.stop();
    await informer.done;
    await turn();
    assertEquals(ends.length, 1, way);
  }
});

Deno.test("WatchObserver sees the end of a list without items, and of what is not a list", async () => {
  // Go writes an empty list as null.
  const answers: unknown[] = [
    undefined,
    null,
    5,
    { metadata: VERSION, items: null },
  ];
  const seen: unknown[] = [];
  await using informer = new IndexerInformerWatcher<KubernetesObject>({
    list: () => Promise.resolve(untyped(answers.shift())),
    watch: () => new Promise(() => {}),
  }, {
    watchList: false,
    minBackoffMs: 0,
    maxBackoffMs: 0,
    onWatchError: () => {},
    observer: {
      listStarted: () => ({ ended: ({ items }) => seen.push(items) }),
    },
  });
  await informer.controller.synced;
  assertEquals(seen, [undefined, undefined, undefined, 0]);
});

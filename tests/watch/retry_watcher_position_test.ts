// `RetryWatcher`: `resourceVersion` is exactly where the consumer is, and a new
// watcher from there loses and repeats nothing, even after cancelled reads.

import { assertEquals } from "@std/assert";
import { RetryWatcher } from "../../watch/retry_watcher.ts";
import type { RetryWatcherOptions } from "../../watch/retry_watcher_options.ts";
import type { WatchEvent } from "../../api/types.ts";
import { Clock } from "../support/clock.ts";
import {
  added,
  bookmark,
  ScriptedWatcher,
  untyped,
} from "../support/scripted_watcher.ts";
import { fixRandom, isPending, turn } from "../support/wait_fakes.ts";

type Reader = ReadableStreamDefaultReader<WatchEvent>;

function scene(options?: RetryWatcherOptions) {
  const source = new ScriptedWatcher((call) => call.open());
  const watcher = new RetryWatcher("1", source, options);
  return { source, watcher };
}

/** Reads, and cancels the read once the source has been pulled. */
async function giveUp(reader: Reader): Promise<void> {
  const read = reader.read().catch(() => {});
  await turn();
  reader.releaseLock();
  await read;
}

/** The value of the next read. */
async function take(reader: Reader): Promise<WatchEvent | undefined> {
  return (await reader.read()).value;
}

Deno.test("resourceVersion is the initial one until an event is read", async () => {
  using _time = new Clock();
  const { source, watcher } = scene();
  assertEquals(watcher.resourceVersion, "1");
  source.call(0).send(added(2), bookmark(3));
  await turn();
  assertEquals(watcher.resourceVersion, "1");
  watcher.stop();
  assertEquals(watcher.resourceVersion, "1");
});

Deno.test("resourceVersion is that of the event as soon as its read resolves", async () => {
  using _time = new Clock();
  const { source, watcher } = scene();
  source.call(0).send(added(2), bookmark(3), added(4), added(5));
  const reader = watcher.events.getReader();
  for (const version of ["2", "4", "5"]) {
    const at = await reader.read().then(() => watcher.resourceVersion);
    assertEquals(at, version);
  }
  watcher.stop();
  assertEquals(watcher.resourceVersion, "5");
});

Deno.test("resourceVersion is exact with several pending reads", async () => {
  using _time = new Clock();
  const { source, watcher } = scene();
  const reader = watcher.events.getReader();
  const at: string[] = [];
  const reads = [1, 2, 3].map(() =>
    reader.read().then(() => at.push(watcher.resourceVersion))
  );
  await turn();
  source.call(0).send(added(2), added(3), added(4), added(5));
  await Promise.all(reads);
  await turn();
  assertEquals(at, ["2", "3", "4"]);
  assertEquals(watcher.resourceVersion, "4");
  watcher.stop();
});

Deno.test("resourceVersion is exact while the next event is pulled from the source", async () => {
  using _time = new Clock();
  const { source, watcher } = scene();
  const at: string[] = [];
  const call = source.call(0);
  call.onPull = () => at.push(watcher.resourceVersion);
  const reader = watcher.events.getReader();
  const reads = [reader.read(), reader.read()];
  call.send(added(2), added(3));
  await Promise.all(reads);
  assertEquals(at, ["1", "2"]);
  watcher.stop();
});

Deno.test("resourceVersion is exact within `for await`", async () => {
  using _time = new Clock();
  const { source, watcher } = scene();
  source.call(0).send(added(2), added(3), bookmark(4), added(5), added(6));
  for await (const event of watcher) {
    assertEquals(event, added(watcher.resourceVersion));
    if (watcher.resourceVersion === "5") break;
  }
  assertEquals(watcher.resourceVersion, "5");
});

Deno.test("resourceVersion follows a bookmark while a read is pending", async () => {
  using _time = new Clock();
  const { source, watcher } = scene();
  const reader = watcher.events.getReader();
  source.call(0).send(added(2), bookmark(7));
  await reader.read();
  await turn();
  assertEquals(watcher.resourceVersion, "2", "not read ahead");
  const read = reader.read();
  await turn();
  assertEquals(watcher.resourceVersion, "7");
  source.call(0).send(bookmark(9));
  await turn();
  assertEquals(watcher.resourceVersion, "9");
  watcher.stop();
  assertEquals((await read).done, true);
  assertEquals(watcher.resourceVersion, "9");
});

for (
  const [what, older] of [
    ["an event", added(3)],
    ["a DELETED event", { type: "DELETED", object: added(3).object }],
    ["a bookmark", bookmark(3)],
    ["an event with a version of fewer digits", added(9)],
  ] satisfies [string, WatchEvent][]
) {
  Deno.test(`resourceVersion does not move back with ${what} of an older version`, async () => {
    using time = new Clock();
    using _random = fixRandom(0);
    const { source, watcher } = scene();
    source.call(0).send(added(10), older, added(11));
    const reader = watcher.events.getReader();
    assertEquals(await take(reader), added(10));
    if (older.type !== "BOOKMARK") {
      assertEquals(await take(reader), older, "it is passed on");
      assertEquals(watcher.resourceVersion, "10");
    }
    assertEquals(await take(reader), added(11));
    source.call(0).send(older).break(new Error("down"));
    if (older.type !== "BOOKMARK") assertEquals(await take(reader), older);
    const read = reader.read();
    await time.pass(1_000);
    assertEquals(watcher.resourceVersion, "11");
    assertEquals(source.call(1).options.resourceVersion, "11");
    watcher.stop();
    assertEquals((await read).done, true);
    assertEquals(watcher.resourceVersion, "11");
  });
}

Deno.test("resourceVersion is not moved back by an older event whose read was cancelled", async () => {
  using _time = new Clock();
  const { source, watcher } = scene();
  source.call(0).send(added(10));
  const reader = watcher.events.getReader();
  assertEquals(await take(reader), added(10));
  await giveUp(reader);
  source.call(0).send(added(3));
  await turn();
  assertEquals(watcher.resourceVersion, "10");
  assertEquals(await take(watcher.events.getReader()), added(3));
  assertEquals(watcher.resourceVersion, "10");
  watcher.stop();
});

for (const version of ["x", "010", "0"]) {
  Deno.test(`resourceVersion follows ${version}, which is not known to be older`, async () => {
    using _time = new Clock();
    const { source, watcher } = scene();
    source.call(0).send(added(10), added(version), bookmark(11), added(12));
    const reader = watcher.events.getReader();
    await take(reader);
    assertEquals(await take(reader), added(version));
    assertEquals(watcher.resourceVersion, version);
    await take(reader);
    assertEquals(watcher.resourceVersion, "12");
    watcher.stop();
  });
}

for (
  const object of [
    {},
    null,
    undefined,
    { metadata: null },
    { metadata: { resourceVersion: "" } },
    { metadata: { resourceVersion: 9 } },
  ]
) {
  Deno.test(`a bookmark with ${JSON.stringify(object)} is passed over, and counts as none`, async () => {
    using time = new Clock();
    using _random = fixRandom(0);
    const source = new ScriptedWatcher((call, index) => {
      if (index === 0) call.fail(new Error("down"));
      else call.open();
    });
    const attempts: number[] = [];
    const watcher = new RetryWatcher("1", source, {
      idleTimeoutMs: 60_000,
      onRestart: ({ attempt }) => attempts.push(attempt),
    });
    const empty = untyped<WatchEvent>({ type: "BOOKMARK", object });
    const reader = watcher.events.getReader();
    const read = reader.read();
    await time.pass(1_000);
    source.call(1).send(empty, added(2));
    assertEquals((await read).value, added(2));
    assertEquals(watcher.resourceVersion, "2");

    const next = reader.read();
    source.call(1).break(new Error("down"));
    await time.pass(1_000);
    await time.pass(59_999);
    source.call(2).send(empty);
    await turn();
    assertEquals(source.call(2).signal.aborted, false);
    await time.pass(1);
    assertEquals(source.call(2).signal.aborted, true, "idle all the time");
    assertEquals(attempts, [1, 1, 2]);
    watcher.stop();
    assertEquals((await next).done, true);
    assertEquals(time.timers, 0);
  });
}

Deno.test("resourceVersion does not change with an ERROR", async () => {
  using time = new Clock();
  using _random = fixRandom(0);
  const { source, watcher } = scene();
  source.call(0).send(added(2), {
    type: "ERROR",
    object: { code: 500, metadata: { resourceVersion: "9" } },
  });
  const reader = watcher.events.getReader();
  await reader.read();
  const read = reader.read();
  await time.pass(1_000);
  assertEquals(watcher.resourceVersion, "2");
  assertEquals(source.call(1).options.resourceVersion, "2");
  source.call(1).send({ type: "ERROR", object: { code: 410 } });
  assertEquals((await read).value?.type, "ERROR");
  assertEquals(watcher.resourceVersion, "2");
});

Deno.test("resourceVersion is exact while the last ERROR is unread", async () => {
  using _time = new Clock();
  const { source, watcher } = scene();
  source.call(0).send(added(2));
  const reader = watcher.events.getReader();
  await reader.read();
  await giveUp(reader);
  source.call(0).send({ type: "ERROR", object: { code: 410 } });
  await watcher.done;
  assertEquals(watcher.resourceVersion, "2");
  const last = await Array.fromAsync(watcher.events);
  assertEquals(last.map(({ type }) => type), ["ERROR"]);
  assertEquals(watcher.resourceVersion, "2");
});

/** What may happen after the event of a cancelled read has arrived. */
const AFTERWARDS: Record<
  string,
  (the: ReturnType<typeof scene>) => Promise<[taken: WatchEvent[], at: string]>
> = {
  "nothing": (the) => Promise.resolve([[], the.watcher.resourceVersion]),
  "a stop": ({ watcher }) => {
    watcher.stop();
    return Promise.resolve([[], watcher.resourceVersion]);
  },
  "a stop and a look at what is left": async ({ watcher }) => {
    watcher.stop();
    const taken = await Array.fromAsync(watcher.events);
    return [taken, watcher.resourceVersion];
  },
  "a cancel": async ({ watcher }) => {
    await watcher.events.cancel();
    return [[], watcher.resourceVersion];
  },
  "a cancel by another reader": async ({ watcher }) => {
    await watcher.events.getReader().cancel();
    return [[], watcher.resourceVersion];
  },
  "another read": async ({ watcher }) => {
    const event = await take(watcher.events.getReader());
    return [event ? [event] : [], watcher.resourceVersion];
  },
  "another read and a stop": async ({ watcher }) => {
    const event = await take(watcher.events.getReader());
    watcher.stop();
    return [event ? [event] : [], watcher.resourceVersion];
  },
  "another read and a cancel": async ({ watcher }) => {
    const reader = watcher.events.getReader();
    const event = await take(reader);
    await reader.cancel();
    return [event ? [event] : [], watcher.resourceVersion];
  },
  "a `for await` that is left": async ({ watcher }) => {
    const taken: WatchEvent[] = [];
    for await (const event of watcher) {
      taken.push(event);
      break;
    }
    return [taken, watcher.resourceVersion];
  },
  "two reads and a cancel": async ({ watcher, source }) => {
    const reader = watcher.events.getReader();
    const taken = [reader.read(), reader.read()];
    source.call(0).send(added(4), added(5));
    const results = await Promise.all(taken);
    await reader.cancel();
    return [
      results.flatMap(({ value }) => value ?? []),
      watcher.resourceVersion,
    ];
  },
  "a read that is reads were cancelled as well": async (
    { watcher, source },
  ) => {
    const reader = watcher.events.getReader();
    const event = await take(reader);
    await giveUp(reader);
    source.call(0).send(added(4));
    await turn();
    await watcher.events.cancel();
    return [event ? [event] : [], watcher.resourceVersion];
  },
};

for (const [name, act] of Object.entries(AFTERWARDS)) {
  Deno.test(`a cancelled read, its event, ${name}: nothing is lost or repeated`, async () => {
    using time = new Clock();
    const the = scene();
    the.source.call(0).send(added(2));
    const reader = the.watcher.events.getReader();
    assertEquals(await take(reader), added(2));
    await giveUp(reader);
    the.source.call(0).send(added(3));
    await turn();
    assertEquals(the.source.call(0).pulls, 2);

    const [taken, at] = await act(the);
    const all = [2, 3, 4, 5].map(added);
    assertEquals(taken, all.slice(1, 1 + taken.length));
    assertEquals(at, String(2 + taken.length));
    the.watcher.stop();
    assertEquals(the.watcher.resourceVersion, at);
    assertEquals(time.timers, 0);
  });
}

Deno.test("a cancelled read that is repeated before its event is served once", async () => {
  using _time = new Clock();
  const { source, watcher } = scene();
  await giveUp(watcher.events.getReader());
  const reader = watcher.events.getReader();
  const read = reader.read();
  source.call(0).send(added(2), added(3));
  assertEquals((await read).value, added(2));
  assertEquals(watcher.resourceVersion, "2");
  assertEquals(await take(reader), added(3));
  assertEquals(source.call(0).pulls, 2);
  watcher.stop();
});

Deno.test("a bookmark after a cancelled read moves the position, and nothing else is read", async () => {
  using _time = new Clock();
  const { source, watcher } = scene();
  await giveUp(watcher.events.getReader());
  source.call(0).send(bookmark(5), added(6));
  await turn();
  assertEquals(source.call(0).pulls, 1);
  assertEquals(watcher.resourceVersion, "5");
  assertEquals(await take(watcher.events.getReader()), added(6));
  watcher.stop();
});

Deno.test("an event whose read was cancelled outlasts its watch", async () => {
  using time = new Clock();
  const { source, watcher } = scene();
  await giveUp(watcher.events.getReader());
  source.call(0).send(added(2));
  await time.pass(330_000);
  assertEquals(source.call(0).signal.aborted, true, "parked");
  assertEquals(watcher.resourceVersion, "1");
  const reader = watcher.events.getReader();
  assertEquals(await take(reader), added(2));
  assertEquals(watcher.resourceVersion, "2");
  assertEquals(source.calls.length, 1);
  const read = reader.read();
  await turn();
  assertEquals(source.call(1).options.resourceVersion, "2");
  source.call(1).send(added(3));
  assertEquals((await read).value, added(3));
  watcher.stop();
  assertEquals(time.timers, 0);
});

Deno.test("an event that meets a lock without a read counts as unread until it is read", async () => {
  using _time = new Clock();
  const { source, watcher } = scene();
  await giveUp(watcher.events.getReader());
  const reader = watcher.events.getReader();
  source.call(0).send(added(2), added(3));
  await turn();
  assertEquals(watcher.resourceVersion, "1");
  assertEquals(await take(reader), added(2));
  assertEquals(watcher.resourceVersion, "2");
  await reader.cancel();
  assertEquals(watcher.resourceVersion, "2");
});

Deno.test("an event that meets a lock without a read is dropped by a cancel", async () => {
  using _time = new Clock();
  const { source, watcher } = scene();
  await giveUp(watcher.events.getReader());
  const reader = watcher.events.getReader();
  source.call(0).send(added(2));
  await turn();
  await reader.cancel();
  assertEquals(watcher.resourceVersion, "1");
});

Deno.test("an event that meets a lock without a read can be taken after a stop", async () => {
  using _time = new Clock();
  const { source, watcher } = scene();
  await giveUp(watcher.events.getReader());
  const reader = watcher.events.getReader();
  source.call(0).send(added(2));
  await turn();
  watcher.stop();
  assertEquals(watcher.resourceVersion, "1");
  assertEquals(await take(reader), added(2));
  assertEquals(watcher.resourceVersion, "2");
  assertEquals((await reader.read()).done, true);
});

Deno.test("an event that meets a lock without a read, and the next one, are exact", async () => {
  using _time = new Clock();
  const { source, watcher } = scene();
  await giveUp(watcher.events.getReader());
  const reader = watcher.events.getReader();
  source.call(0).send(added(2), added(3));
  await turn();
  await reader.read();
  await reader.read();
  await reader.cancel();
  assertEquals(watcher.resourceVersion, "3");
});

Deno.test("a cancel while a read is pending leaves the position", async () => {
  using _time = new Clock();
  const { source, watcher } = scene();
  source.call(0).send(added(2));
  const reader = watcher.events.getReader();
  await reader.read();
  const read = reader.read();
  await turn();
  await reader.cancel();
  assertEquals((await read).done, true);
  source.call(0).send(added(3));
  await turn();
  assertEquals(watcher.resourceVersion, "2");
  assertEquals(await isPending(watcher.done), false);
});

Deno.test("two branches of tee() see each event once", async () => {
  using _time = new Clock();
  const { source, watcher } = scene();
  const [left, right] = watcher.events.tee();
  source.call(0).send(added(2), added(3), {
    type: "ERROR",
    object: { code: 410 },
  });
  const seen = await Promise.all([left, right].map((s) => Array.fromAsync(s)));
  assertEquals(seen[0]?.slice(0, 2), [added(2), added(3)]);
  assertEquals(seen[1], seen[0]);
  assertEquals(watcher.resourceVersion, "3");
});

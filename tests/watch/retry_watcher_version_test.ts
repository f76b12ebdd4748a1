// `RetryWatcher` and the version of the server: when the server is asked
// whether it still has the version that the next watch continues from, and what
// follows from the answer. A server that was restored from a backup would be
// silent until its versions have grown past that.

import { assert, assertEquals } from "@std/assert";
import { ConfigurationError } from "../../api/configuration_error.ts";
import { ConnectionError } from "../../api/connection_error.ts";
import { ShardingUnsupportedError } from "../../api/sharding_unsupported_error.ts";
import { StatusError } from "../../api/status_error.ts";
import { UndecodableEventError } from "../../api/_undecodable_event_error.ts";
import type { Watcher, WatchEvent } from "../../api/types.ts";
import { RetryWatcher } from "../../watch/retry_watcher.ts";
import type { RetryWatcherOptions } from "../../watch/retry_watcher_options.ts";
import type { WatchRestart } from "../../watch/observer.ts";
import { Clock } from "../support/clock.ts";
import {
  added,
  bookmark,
  type ScriptedCall,
  type ScriptedList,
  ScriptedListerWatcher,
  untyped,
} from "../support/scripted_watcher.ts";
import {
  CountedAbort,
  fixRandom,
  isPending,
  listOf,
  turn,
} from "../support/wait_fakes.ts";

/** A list of a server that is at a version. */
function at(resourceVersion: string): () => Promise<unknown> {
  return () => Promise.resolve(listOf(["a"], { resourceVersion }));
}

/** A watcher from version 7 that is always being read, on fake time. */
class Scene implements AsyncDisposable {
  readonly time = new Clock();
  readonly source: ScriptedListerWatcher;
  readonly abort = new CountedAbort();
  readonly restarts: WatchRestart[] = [];
  readonly seen: WatchEvent[] = [];
  readonly watcher: RetryWatcher;
  readonly #random = fixRandom(0);
  readonly #reading: Promise<void>;

  constructor(
    watch: (call: ScriptedCall, index: number) => void,
    list: (list: ScriptedList, index: number) => unknown = at("7"),
    options: RetryWatcherOptions = {},
  ) {
    this.source = new ScriptedListerWatcher(watch, list);
    this.watcher = new RetryWatcher("7", this.source, {
      signal: this.abort.signal,
      onRestart: (restart) => this.restarts.push(restart),
      ...options,
    });
    this.#reading = this.#read();
  }

  /** When the watches and lists started, from the construction on. */
  get starts(): string[] {
    const { calls, lists } = this.source;
    return [
      ...calls.map(({ at }) => ({ what: "watch", at })),
      ...lists.map(({ at }) => ({ what: "list", at })),
    ].toSorted((a, b) => a.at - b.at || (a.what < b.what ? -1 : 1))
      .map(({ what, at }) => `${at - this.time.start}: ${what}`);
  }

  async #read(): Promise<void> {
    for await (const event of this.watcher) this.seen.push(event);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.watcher.stop();
    await this.#reading;
    assertEquals(this.time.timers, 0);
    assertEquals(this.abort.listeners, 0);
    this.#random[Symbol.dispose]();
    this.time[Symbol.dispose]();
  }
}

/** The first watch ends in one way, and the later ones stay open. */
function first(
  end: (call: ScriptedCall) => void,
): (call: ScriptedCall, index: number) => void {
  return (call, index) => {
    if (index === 0) end(call);
    else call.open();
  };
}

const LOST = new ConnectionError("The connection was reset");

// When the server is asked

const ASKED: Readonly<Record<string, (call: ScriptedCall) => void>> = {
  "ends without an event": (call) => call.open().end(),
  "breaks without an event": (call) => call.open().break(LOST),
  "gets no HTTP answer": (call) => call.fail(LOST),
  "gets no HTTP answer, as the cause says": (call) =>
    call.fail(new Error("cannot watch", { cause: LOST })),
  "brings a bookmark without a version, and ends": (call) =>
    call.open().send({ type: "BOOKMARK", object: {} }).end(),
};

for (const [what, end] of Object.entries(ASKED)) {
  Deno.test(`a watch that ${what} is followed by one list, then by a watch`, async () => {
    await using scene = new Scene(first(end));
    await scene.time.pass(999);
    assertEquals(scene.starts, ["0: watch"]);
    await scene.time.pass(1);
    assertEquals(scene.starts, ["0: watch", "1000: list", "1000: watch"]);
    assertEquals(scene.source.lists[0]?.options, { limit: 1 });
    assertEquals(scene.source.call(1).options.resourceVersion, "7");
    await scene.time.pass(60_000);
    assertEquals(scene.starts.length, 3);
    assertEquals(scene.seen, []);
  });
}

for (
  const [what, answer] of [
    ["a watch", (call) => call.open()],
    ["a watch() that never answers", () => {}],
  ] satisfies [string, (call: ScriptedCall) => void][]
) {
  Deno.test(`${what} past its deadline is followed by one list, then by a watch`, async () => {
    await using scene = new Scene(answer);
    await scene.time.pass(330_000);
    assertEquals(scene.starts, ["0: watch", "330000: list", "330000: watch"]);
  });

  Deno.test(`${what} that is idle is followed by one list, then by a watch`, async () => {
    await using scene = new Scene(answer, at("7"), { idleTimeoutMs: 60_000 });
    await scene.time.pass(60_000);
    assertEquals(scene.starts, ["0: watch", "60000: list", "60000: watch"]);
  });
}

Deno.test("a watch that was parked is followed by one list, at the next read", async () => {
  using time = new Clock();
  const source = new ScriptedListerWatcher((call) => call.open(), at("7"));
  const watcher = new RetryWatcher("7", source);
  await time.pass(330_000);
  assertEquals(source.call(0).signal.aborted, true);
  await time.pass(1_000_000);
  assertEquals(source.lists.length, 0, "no one reads");
  const read = watcher.events.getReader().read();
  await turn();
  assertEquals([source.lists.length, source.calls.length], [1, 2]);
  source.call(1).send(added(8));
  assertEquals((await read).value, added(8));
  watcher.stop();
  assertEquals(time.timers, 0);
});

Deno.test("a watch that was parked on a server that is behind ends at the next read", async () => {
  using time = new Clock();
  const source = new ScriptedListerWatcher((call) => call.open(), at("6"));
  const watcher = new RetryWatcher("7", source);
  await time.pass(330_000);
  assert(await isPending(watcher.done));
  const { value } = await watcher.events.getReader().read();
  assert(value?.type === "ERROR");
  assertEquals(value.object.code, 410);
  await watcher.done;
  assertEquals(source.calls.length, 1);
  assertEquals(time.timers, 0);
});

Deno.test("the list comes after the backoff, once for each watch", async () => {
  await using scene = new Scene((call) => call.fail(LOST));
  for (const ms of [1_000, 2_000, 4_000]) await scene.time.pass(ms);
  assertEquals(scene.starts, [
    "0: watch",
    "1000: list",
    "1000: watch",
    "3000: list",
    "3000: watch",
    "7000: list",
    "7000: watch",
  ]);
  assertEquals(scene.restarts.map(({ delayMs }) => delayMs).slice(0, 3), [
    1_000,
    2_000,
    4_000,
  ]);
});

// When it is not

const NOT_ASKED: Readonly<Record<string, (call: ScriptedCall) => void>> = {
  "ends after an event": (call) => call.open().send(added(8)).end(),
  "ends after a bookmark": (call) => call.open().send(bookmark(7)).end(),
  "breaks after an event": (call) => call.open().send(added(8)).break(LOST),
  "ends after an older event": (call) => call.open().send(added(3)).end(),
  "ends with an ERROR": (call) =>
    call.open().send({ type: "ERROR", object: { code: 500 } }).end(),
  "ends with an ERROR that is no Status": (call) =>
    call.open().send({ type: "ERROR", object: untyped(null) }).end(),
  "is answered with a 500": (call) => call.fail(new StatusError({ code: 500 })),
  "is answered with a 503, as the cause says": (call) =>
    call.fail(new Error("no", { cause: new StatusError({ code: 503 }) })),
  "is answered with a 410": (call) => call.fail(new StatusError({ code: 410 })),
  "is answered with a 429 because of a lost connection": (call) =>
    call.fail(new StatusError({ code: 429 }, { cause: LOST })),
  "has a line that cannot be understood": (call) =>
    call.open().break(new UndecodableEventError("not JSON")),
  "fails in its own way": (call) => call.fail(new Error("no")),
  "has no stream": (call) => call.answer(undefined),
};

for (const [what, end] of Object.entries(NOT_ASKED)) {
  Deno.test(`a watch that ${what} is followed by a watch, without a list`, async () => {
    await using scene = new Scene(first(end));
    await scene.time.pass(1_000);
    assertEquals(scene.starts, ["0: watch", "1000: watch"]);
  });
}

Deno.test("a watch past its deadline after an event is followed without a list", async () => {
  await using scene = new Scene((call) => call.open());
  scene.source.call(0).send(added(8));
  await scene.time.pass(330_000);
  assertEquals(scene.starts, ["0: watch", "330000: watch"]);
});

Deno.test("a watcher that cannot list is not asked to", async () => {
  using time = new Clock();
  using _random = fixRandom(0);
  for (const list of [undefined, null, 5]) {
    let watches = 0;
    const watch = () => {
      watches++;
      return Promise.reject(LOST);
    };
    await using _watcher = new RetryWatcher(
      "7",
      untyped<Watcher>({ watch, list }),
    );
    await time.pass(1_000);
    assertEquals(watches, 2);
  }
});

// What follows from the answer

for (
  const [position, version] of [
    ["7", "6"],
    ["10", "9"],
    ["18446744073709551615", "9223372036854775807"],
  ] as const
) {
  Deno.test(`a server at ${version}, behind ${position}, ends it with one ERROR`, async () => {
    await using scene = new Scene(
      first((call) => call.open().send(bookmark(position)).end()),
      at(version),
    );
    await scene.time.pass(1_000);
    scene.source.call(1).end();
    await scene.time.pass(1_000);
    await scene.watcher.done;
    await turn();
    assertEquals(scene.starts, ["0: watch", "1000: watch", "2000: list"]);
    assertEquals(scene.seen, [{
      type: "ERROR",
      object: {
        apiVersion: "v1",
        kind: "Status",
        status: "Failure",
        reason: "Expired",
        code: 410,
        message:
          `RetryWatcher cannot continue: the server is at ${version}, behind ${position}: restored from a backup?`,
      },
    }]);
    assertEquals(scene.watcher.resourceVersion, position);
    assertEquals(scene.source.lists[0]?.signal.aborted, true);
  });
}

const GOES_ON: Readonly<Record<string, () => unknown>> = {
  "is at the same version": at("7"),
  "is ahead": at("10"),
  "has a version that is not decimal": at("six"),
  "has version 0": at("0"),
  "has no version": () => Promise.resolve({ items: [] }),
  "has a version that is a number": () =>
    Promise.resolve({ metadata: { resourceVersion: 6 }, items: [] }),
  "returns no items": () =>
    Promise.resolve({ metadata: { resourceVersion: "6" } }),
  "returns a bad item": () =>
    Promise.resolve({ metadata: { resourceVersion: "6" }, items: [null] }),
  "returns nothing": () => undefined,
  "returns a promise of nothing": () => Promise.resolve(null),
  "throws": () => {
    throw new Error("no");
  },
  "rejects": () => Promise.reject(new Error("no")),
  "cannot be reached": () => Promise.reject(LOST),
  "refuses the list": () => Promise.reject(new StatusError({ code: 403 })),
  "cannot be asked": () => Promise.reject(new ConfigurationError("no")),
  "knows no shards": () => Promise.reject(new ShardingUnsupportedError("no")),
};

for (const [what, list] of Object.entries(GOES_ON)) {
  Deno.test(`a server that ${what} is watched again at once`, async () => {
    await using scene = new Scene(first((call) => call.fail(LOST)), list);
    await scene.time.pass(1_000);
    assertEquals(scene.starts, ["0: watch", "1000: list", "1000: watch"]);
    assertEquals(scene.restarts.length, 1);
    scene.source.call(1).send(added(8));
    await turn();
    assertEquals(scene.seen, [added(8)]);
  });
}

Deno.test("a server is not asked about a version that is not decimal", async () => {
  await using scene = new Scene(
    first((call) => call.open().send(bookmark("x")).end()),
    at("6"),
  );
  await scene.time.pass(1_000);
  scene.source.call(1).end();
  await scene.time.pass(1_000);
  assertEquals(scene.source.calls.length, 3);
});

for (
  const [what, late] of [
    ["never comes", undefined],
    ["comes too late", "6"],
    ["fails too late", new Error("late")],
  ] as const
) {
  Deno.test(`an answer that ${what} is waited for 10 s, then it is watched again`, async () => {
    const answer = Promise.withResolvers<unknown>();
    await using scene = new Scene(
      first((call) => call.fail(LOST)),
      () => answer.promise,
    );
    await scene.time.pass(1_000);
    await scene.time.pass(9_999);
    assertEquals(scene.starts, ["0: watch", "1000: list"]);
    assertEquals(scene.source.lists[0]?.signal.aborted, false);
    await scene.time.pass(1);
    assertEquals(scene.starts, ["0: watch", "1000: list", "11000: watch"]);
    assertEquals(scene.source.lists[0]?.signal.aborted, true);
    if (late instanceof Error) answer.reject(late);
    else answer.resolve(listOf([], { resourceVersion: late ?? "" }));
    await turn();
    assert(await isPending(scene.watcher.done));
    assertEquals(scene.seen, []);
    assertEquals(scene.source.calls.length, 2);
  });
}

Deno.test("the deadline of a watch counts from its start, after the list", async () => {
  await using scene = new Scene(
    first((call) => call.fail(LOST)),
    () => new Promise(() => {}),
  );
  await scene.time.pass(1_000);
  await scene.time.pass(10_000);
  await scene.time.pass(329_999);
  assertEquals(scene.source.call(1).signal.aborted, false);
  await scene.time.pass(1);
  assertEquals(scene.source.call(1).signal.aborted, true);
});

// Stopping meanwhile

const STOPS: Readonly<Record<string, (scene: Scene) => void>> = {
  "stop()": ({ watcher }) => watcher.stop("enough"),
  "aborting the signal": ({ abort }) => abort.abort("enough"),
};

for (const [what, stop] of Object.entries(STOPS)) {
  Deno.test(`${what} ends the question at once`, async () => {
    const answer = Promise.withResolvers<unknown>();
    await using scene = new Scene(
      first((call) => call.fail(LOST)),
      () => answer.promise,
    );
    await scene.time.pass(1_000);
    stop(scene);
    assertEquals(await isPending(scene.watcher.done), false);
    assertEquals(scene.source.lists[0]?.signal.reason, "enough");
    assertEquals(scene.time.timers, 0);
    answer.resolve(listOf([], { resourceVersion: "6" }));
    await turn();
    assertEquals(scene.source.calls.length, 1);
    assertEquals(scene.seen, []);
  });

  Deno.test(`${what} within the list ends it`, async () => {
    await using scene: Scene = new Scene(
      first((call) => call.fail(LOST)),
      () => {
        stop(scene);
        return at("6")();
      },
    );
    await scene.time.pass(1_000);
    assertEquals(await isPending(scene.watcher.done), false);
    assertEquals(scene.starts, ["0: watch", "1000: list"]);
    assertEquals(scene.seen, []);
  });

  Deno.test(`${what} within the abort of the list ends it`, async () => {
    await using scene: Scene = new Scene(
      first((call) => call.fail(LOST)),
      ({ signal }) => {
        signal.addEventListener("abort", () => stop(scene));
        return new Promise(() => {});
      },
    );
    await scene.time.pass(1_000);
    await scene.time.pass(10_000);
    assertEquals(await isPending(scene.watcher.done), false);
    assertEquals(scene.starts, ["0: watch", "1000: list"]);
  });
}

Deno.test("cancelling events ends the question at once", async () => {
  using time = new Clock();
  using _random = fixRandom(0);
  const source = new ScriptedListerWatcher(
    (call) => call.fail(LOST),
    () => new Promise(() => {}),
  );
  const watcher = new RetryWatcher("7", source);
  await time.pass(1_000);
  assertEquals(source.lists.length, 1);
  await watcher.events.cancel("enough");
  await watcher.done;
  assertEquals(source.lists[0]?.signal.reason, "enough");
  assertEquals(time.timers, 0);
});

Deno.test("a read that begins during the question is served by the next watch", async () => {
  using time = new Clock();
  using _random = fixRandom(0);
  const answer = Promise.withResolvers<unknown>();
  const source = new ScriptedListerWatcher(
    first((call) => call.fail(LOST)),
    () => answer.promise,
  );
  const watcher = new RetryWatcher("7", source);
  await time.pass(1_000);
  const read = watcher.events.getReader().read();
  await turn();
  answer.resolve(listOf([], { resourceVersion: "9" }));
  await turn();
  source.call(1).send(added(8));
  assertEquals((await read).value, added(8));
  watcher.stop();
  assertEquals(time.timers, 0);
});

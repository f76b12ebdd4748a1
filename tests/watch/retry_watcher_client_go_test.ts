// The cases of client-go's own tests of RetryWatcher (k8s.io/client-go v0.36,
// tools/watch/retrywatcher_test.go): a server that plays the same events to
// each watch, from the requested version, and how many watches it takes to see
// them.

import { assertEquals, assertStringIncludes } from "@std/assert";
import { RetryWatcher } from "../../watch/retry_watcher.ts";
import { StatusError } from "../../api/status_error.ts";
import type { Status, WatchEvent } from "../../api/types.ts";
import { Clock } from "../support/clock.ts";
import {
  added,
  type ScriptedCall,
  ScriptedWatcher,
  untyped,
} from "../support/scripted_watcher.ts";
import { isPending } from "../support/wait_fakes.ts";

/** The events of a watch from a version: an ERROR only after an object. */
function after(version: number, history: readonly WatchEvent[]): WatchEvent[] {
  const seen: WatchEvent[] = [];
  for (const event of history) {
    const isNews = event.type === "ERROR"
      ? seen.length > 0
      : Number(event.object.metadata?.resourceVersion) > version;
    if (isNews) seen.push(event);
  }
  return seen;
}

/** Plays the history, then ends after `count` events, or stays open. */
function play(
  history: readonly WatchEvent[],
  endAfter = Infinity,
): (call: ScriptedCall) => void {
  return (call) => {
    const events = after(Number(call.options.resourceVersion), history);
    call.open().send(...events.slice(0, endAfter));
    if (events.length >= endAfter) call.end();
  };
}

/** Answers the first call in one way, and later ones in another. */
function firstThen(
  first: (call: ScriptedCall) => void,
  then: (call: ScriptedCall) => void,
): (call: ScriptedCall, index: number) => void {
  return (call, index) => (index === 0 ? first : then)(call);
}

function adds(...versions: number[]): WatchEvent[] {
  return versions.map(added);
}

function failure(object: unknown): WatchEvent {
  return { type: "ERROR", object: untyped<Status>(object) };
}

const GONE = failure({ status: "Failure", reason: "Gone", code: 410 });
const FORBIDDEN = { status: "Failure", reason: "Forbidden", code: 403 };
const UNAUTHORIZED = { status: "Failure", reason: "Unauthorized", code: 401 };

interface Case {
  name: string;
  initial: number;
  answer: (call: ScriptedCall, index: number) => void;
  watches: number;
  expected: WatchEvent[];
}

const CASES: Case[] = [
  {
    name: "recovers if the watcher fails",
    initial: 1,
    answer: firstThen((call) => call.fail(new Error("test")), play(adds(2))),
    watches: 2,
    expected: adds(2),
  },
  {
    name: "recovers if the watcher returns nothing",
    initial: 1,
    answer: firstThen((call) => call.answer(undefined), play(adds(2))),
    watches: 2,
    expected: adds(2),
  },
  {
    name: "reads what follows its version",
    initial: 1,
    answer: play(adds(2)),
    watches: 1,
    expected: adds(2),
  },
  {
    name: "skips what precedes its version",
    initial: 1,
    answer: play(adds(1, 2)),
    watches: 1,
    expected: adds(2),
  },
  {
    name: "waits where nothing follows its version",
    initial: 3,
    answer: play(adds(2)),
    watches: 1,
    expected: [],
  },
  {
    name: "ends at Gone",
    initial: 5,
    answer: play([...adds(5, 6), GONE, ...adds(7, 8)]),
    watches: 1,
    expected: [...adds(6), GONE],
  },
  {
    name: "ends at Forbidden",
    initial: 5,
    answer: (call) => call.fail(new StatusError(FORBIDDEN)),
    watches: 1,
    expected: [failure(FORBIDDEN)],
  },
  {
    name: "ends at Unauthorized",
    initial: 5,
    answer: (call) => call.fail(new StatusError(UNAUTHORIZED)),
    watches: 1,
    expected: [failure(UNAUTHORIZED)],
  },
  ...[
    ["a timeout", { reason: "Timeout", code: 504 }],
    ["an internal error", { reason: "InternalError", code: 500 }],
    ["an unexpected code", { code: 666 }],
    ["an unexpected object", { kind: "Unexpected" }],
  ].map(([name, object]) => ({
    name: `recovers from ${name}`,
    initial: 5,
    answer: play([...adds(6), failure(object), ...adds(7)]),
    watches: 2,
    expected: adds(6, 7),
  })),
  {
    name: "survives 1 closed watch and reads 1 item",
    initial: 5,
    answer: play(adds(6), 1),
    watches: 2,
    expected: adds(6),
  },
  {
    name: "survives 2 closed watches and reads 2 items",
    initial: 4,
    answer: play(adds(5, 6), 1),
    watches: 3,
    expected: adds(5, 6),
  },
  {
    name: "survives 2 closed watches with a gap between the versions",
    initial: 4,
    answer: play(adds(5, 7), 1),
    watches: 3,
    expected: adds(5, 7),
  },
  {
    name: "survives 2 closed watches from a much lower version",
    initial: 2,
    answer: play(adds(5, 7), 1),
    watches: 3,
    expected: adds(5, 7),
  },
  {
    name: "survives 4 closed watches with gaps",
    initial: 2,
    answer: play(adds(5, 6, 7, 11), 1),
    watches: 5,
    expected: adds(5, 6, 7, 11),
  },
  {
    name: "survives 4 closed watches and skips lower and equal versions",
    initial: 2,
    answer: play(adds(1, 2, 5, 6, 7, 11), 1),
    watches: 5,
    expected: adds(5, 6, 7, 11),
  },
  {
    name: "survives 2 closed watches and reads 2+2+1 items",
    initial: 1,
    answer: play(adds(1, 2, 5, 6, 7, 11), 2),
    watches: 3,
    expected: adds(2, 5, 6, 7, 11),
  },
];

for (const { name, initial, answer, watches, expected } of CASES) {
  Deno.test(`like client-go's, RetryWatcher ${name}`, async () => {
    using time = new Clock();
    const source = new ScriptedWatcher(answer);
    await using watcher = new RetryWatcher(String(initial), source, {
      minRestartDelayMs: 0,
    });
    const seen: WatchEvent[] = [];
    const reading = (async () => {
      for await (const event of watcher) seen.push(event);
    })();
    for (let step = 0; step < 20; step++) await time.pass();
    assertEquals(seen, expected);
    assertEquals(source.calls.length, watches);
    assertEquals(await isPending(reading), seen.at(-1)?.type !== "ERROR");
  });
}

Deno.test("like client-go's, RetryWatcher finishes with events unread", async () => {
  using time = new Clock();
  const source = new ScriptedWatcher(play(adds(2)));
  const watcher = new RetryWatcher("1", source);
  await time.pass();
  watcher.stop();
  watcher.stop();
  await watcher.done;
  assertEquals((await watcher.events.getReader().read()).done, true);
});

Deno.test("like client-go's, RetryWatcher ends at an unrecognized event", async () => {
  using _time = new Clock();
  for (const event of [{ type: "NEW", object: {} }, { type: "ADDED" }]) {
    const source = new ScriptedWatcher(play(adds(2)));
    const watcher = new RetryWatcher("1", source);
    source.call(0).send(untyped(event));
    const [first, last, ...more] = await Array.fromAsync(watcher.events);
    assertEquals([first, more], [added(2), []]);
    assertEquals(last?.type, "ERROR");
    assertStringIncludes(JSON.stringify(last?.object), "InternalError");
  }
});

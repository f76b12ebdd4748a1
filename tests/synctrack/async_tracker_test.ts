// What only `AsyncTracker` does: keys. What both trackers do is in
// trackers_test.ts.

import { assert, assertEquals } from "@std/assert";
import { setImmediate as turn } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { AsyncTracker } from "../../synctrack/async_tracker.ts";

Deno.test("AsyncTracker.finished() needs one call when a key was started twice", () => {
  const tracker = new AsyncTracker<string>("pods");
  tracker.start("a");
  tracker.start("a");
  tracker.upstreamHasSynced();
  assertEquals(tracker.hasSynced(), false);
  tracker.finished("a");
  assertEquals(tracker.hasSynced(), true);
});

Deno.test("AsyncTracker.finished() syncs when keys are finished in any order", () => {
  const tracker = new AsyncTracker<string>("pods");
  for (const key of ["a", "b", "c"]) tracker.start(key);
  tracker.upstreamHasSynced();
  const synced = ["b", "c", "a"].map((key) => {
    tracker.finished(key);
    return tracker.hasSynced();
  });
  assertEquals(synced, [false, false, true]);
});

Deno.test("AsyncTracker.finished() does nothing when the key was never started", () => {
  const tracker = new AsyncTracker<string>("pods");
  tracker.finished("never");
  assertEquals(tracker.hasSynced(), false);
  tracker.start("a");
  tracker.finished("never");
  tracker.upstreamHasSynced();
  tracker.finished("never");
  assertEquals(tracker.hasSynced(), false);
  tracker.finished("a");
  assertEquals(tracker.hasSynced(), true);
  tracker.finished("never");
  assertEquals(tracker.hasSynced(), true);
});

Deno.test("AsyncTracker.finished() does nothing when it comes before start()", () => {
  const tracker = new AsyncTracker<string>("pods");
  tracker.finished("a");
  tracker.start("a");
  tracker.upstreamHasSynced();
  assertEquals(tracker.hasSynced(), false);
});

Deno.test("AsyncTracker.finished() does nothing when a key is finished twice", () => {
  const tracker = new AsyncTracker<string>("pods");
  tracker.start("a");
  tracker.start("b");
  tracker.finished("a");
  tracker.finished("a");
  tracker.upstreamHasSynced();
  assertEquals(tracker.hasSynced(), false);
});

const equalObject = { name: "web" };
const keys: {
  what: string;
  started: unknown;
  finished: unknown;
  same: boolean;
}[] = [
  { what: "equal strings", started: "a", finished: `${"a"}`, same: true },
  { what: "NaN and NaN", started: NaN, finished: NaN, same: true },
  { what: "0 and -0", started: 0, finished: -0, same: true },
  { what: "undefined", started: undefined, finished: undefined, same: true },
  {
    what: "one object",
    started: equalObject,
    finished: equalObject,
    same: true,
  },
  {
    what: "equal objects",
    started: equalObject,
    finished: { name: "web" },
    same: false,
  },
  { what: "1 and '1'", started: 1, finished: "1", same: false },
];
for (const { what, started, finished, same } of keys) {
  Deno.test(`AsyncTracker compares keys as a Set does if they are ${what}`, () => {
    const tracker = new AsyncTracker<unknown>("pods");
    tracker.start(started);
    tracker.upstreamHasSynced();
    tracker.finished(finished);
    assertEquals(tracker.hasSynced(), same);
  });
}

Deno.test("AsyncTracker.start() keeps no key once it has synced", async () => {
  const tracker = new AsyncTracker<WeakKey>("pods");
  function startNew(): WeakRef<WeakKey> {
    const key = {};
    tracker.start(key);
    return new WeakRef(key);
  }
  const before = startNew();
  setFlagsFromString("--expose-gc");
  const collectGarbage: () => void = runInNewContext("gc");
  await turn();
  collectGarbage();
  const key = before.deref();
  assert(key, "a key that waits is not held");
  tracker.finished(key);
  tracker.upstreamHasSynced();
  const after = startNew();
  await turn();
  collectGarbage();
  assertEquals(after.deref(), undefined);
  assertEquals(tracker.hasSynced(), true);
});

Deno.test("AsyncTracker agrees with the model when steps are random", () => {
  const key = fc.constantFrom("a", "b", "c");
  const step = fc.oneof(
    fc.record({ type: fc.constant("start" as const), key }),
    fc.record({ type: fc.constant("finished" as const), key }),
    fc.record({ type: fc.constant("upstream" as const) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30, size: "max" }), (steps) => {
      const tracker = new AsyncTracker<string>("pods");
      const waiting = { a: false, b: false, c: false };
      let upstream = false;
      let synced = false;
      for (const step of steps) {
        if (step.type === "upstream") {
          upstream = true;
          tracker.upstreamHasSynced();
        } else {
          waiting[step.key] = step.type === "start";
          tracker[step.type](step.key);
        }
        synced ||= upstream && !Object.values(waiting).includes(true);
        assertEquals(tracker.hasSynced(), synced);
      }
    }),
  );
});

// What only `SingleFileTracker` does: counting, and its error. What both
// trackers do is in trackers_test.ts.

import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { SingleFileTracker } from "../../synctrack/single_file_tracker.ts";

Deno.test("SingleFileTracker.finished() throws when nothing was started", () => {
  const tracker = new SingleFileTracker("pods of default");
  const error = assertThrows(() => tracker.finished(), RangeError);
  assertStringIncludes(error.message, '"pods of default"');
});

Deno.test("SingleFileTracker.finished() throws when all was finished", () => {
  const tracker = new SingleFileTracker("pods");
  tracker.start();
  tracker.finished();
  assertThrows(() => tracker.finished(), RangeError);
  assertThrows(() => tracker.finished(), RangeError);
});

Deno.test("SingleFileTracker.finished() changes nothing when it throws", () => {
  const tracker = new SingleFileTracker("pods");
  assertThrows(() => tracker.finished(), RangeError);
  assertEquals(tracker.hasSynced(), false);
  // If the count were below zero, this start would only bring it to zero.
  tracker.start();
  tracker.upstreamHasSynced();
  assertEquals(tracker.hasSynced(), false);
  tracker.finished();
  assertEquals(tracker.hasSynced(), true);
});

Deno.test("SingleFileTracker.upstreamHasSynced() syncs when finished() threw before", async () => {
  const tracker = new SingleFileTracker("pods");
  assertThrows(() => tracker.finished(), RangeError);
  tracker.upstreamHasSynced();
  assertEquals(tracker.hasSynced(), true);
  await tracker.done;
});

Deno.test("SingleFileTracker.finished() throws and stays synced when it is synced", async () => {
  const tracker = new SingleFileTracker("pods");
  tracker.upstreamHasSynced();
  assertThrows(() => tracker.finished(), RangeError);
  assertEquals(tracker.hasSynced(), true);
  await tracker.done;
});

Deno.test("SingleFileTracker continues counting once it has synced", () => {
  const tracker = new SingleFileTracker("pods");
  tracker.upstreamHasSynced();
  tracker.start();
  tracker.finished();
  assertThrows(() => tracker.finished(), RangeError);
});

Deno.test("SingleFileTracker.finished() needs one call for each start()", () => {
  const tracker = new SingleFileTracker("pods");
  tracker.start();
  tracker.start();
  tracker.upstreamHasSynced();
  tracker.finished();
  assertEquals(tracker.hasSynced(), false);
  tracker.finished();
  assertEquals(tracker.hasSynced(), true);
});

Deno.test("SingleFileTracker agrees with the model when steps are random", () => {
  const step = fc.constantFrom(
    ...["start", "finished", "upstreamHasSynced"] as const,
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30, size: "max" }), (steps) => {
      const tracker = new SingleFileTracker("pods");
      let waiting = 0;
      let upstream = false;
      let synced = false;
      for (const step of steps) {
        if (step === "finished" && waiting === 0) {
          assertThrows(() => tracker[step](), RangeError);
        } else {
          tracker[step]();
          if (step === "start") waiting++;
          else if (step === "finished") waiting--;
          else upstream = true;
        }
        synced ||= upstream && waiting === 0;
        assertEquals(tracker.hasSynced(), synced);
      }
    }),
  );
});

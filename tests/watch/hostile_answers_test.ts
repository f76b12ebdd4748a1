// Any JSON in any place of a Status, a list, an event or an object: nothing
// that consumes lists and watches dies of it, hangs, or leaves a promise
// unhandled, and an informer holds the server's objects in the end.
//
// FAST_CHECK_RUNS sets the number of runs (default 100), FAST_CHECK_SEED the
// seed, to repeat what has failed.

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { runConsumers } from "../support/hostile_consumers.ts";
import { answers } from "../support/hostile_server.ts";

Deno.test("no answer of a server breaks what consumes it", async () => {
  const unhandled: unknown[] = [];
  const onUnhandled = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    unhandled.push(event.reason);
  };
  globalThis.addEventListener("unhandledrejection", onUnhandled);
  try {
    const seed = Deno.env.get("FAST_CHECK_SEED");
    await fc.assert(
      fc.asyncProperty(answers, async (given) => {
        assertEquals(await runConsumers(given, unhandled), []);
      }),
      {
        numRuns: Number(Deno.env.get("FAST_CHECK_RUNS") ?? 100),
        ...(seed === undefined ? {} : { seed: Number(seed) }),
        endOnFailure: true,
      },
    );
  } finally {
    globalThis.removeEventListener("unhandledrejection", onUnhandled);
  }
});

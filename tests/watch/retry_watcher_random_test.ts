// `RetryWatcher` against a server that changes at random, whose watches break
// at random and which is restored from backups, under a consumer that reads,
// pauses, cancels reads, stops and resumes at random: no change is ever lost,
// repeated or out of order, the position is exact and never moves back, and
// each watch and each list starts at its time, with no extra ones.
//
// FAST_CHECK_RUNS sets the number of runs (default 1000), FAST_CHECK_SEED the
// seed, to repeat a failure.

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { FakeListerWatcher } from "../../testing/fake_lister_watcher.ts";
import { ConnectionError } from "../../api/connection_error.ts";
import { RetryWatcher } from "../../watch/retry_watcher.ts";
import type { WatchEvent } from "../../api/types.ts";
import { Clock } from "../support/clock.ts";
import type { Cut, StartFault } from "../support/history_server.ts";
import {
  Play,
  type Settings,
  type Step,
  type Way,
} from "../support/retry_watcher_play.ts";
import { fixRandom, turn } from "../support/wait_fakes.ts";

const retryAfterSeconds = fc.constantFrom(
  undefined,
  undefined,
  0,
  3,
  90,
  9_999,
);

const fault: fc.Arbitrary<StartFault> = fc.oneof(
  fc.record({
    kind: fc.constant("status" as const),
    code: fc.constantFrom(400, 404, 410, 410, 410, 429, 500, 503),
    retryAfterSeconds,
  }),
  fc.record({
    kind: fc.constantFrom(
      "unreachable" as const,
      "missing" as const,
      "garbage" as const,
      "garbage" as const,
      "hang" as const,
    ),
  }),
);

const cut: fc.Arbitrary<Cut> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("end" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("stall" as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("garbage" as const) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("break" as const),
      lossy: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("error" as const),
      code: fc.constantFrom(500, 504, 429, 403, 666),
      retryAfterSeconds,
    }),
  },
);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("change" as const),
      count: fc.integer({ min: 1, max: 4 }),
    }),
  },
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constant("read" as const),
      count: fc.integer({ min: 1, max: 4 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("pass" as const),
      ms: fc.oneof(
        { weight: 6, arbitrary: fc.constantFrom(0, 1, 99, 350, 999, 2_500) },
        { weight: 2, arbitrary: fc.constantFrom(31_000, 60_000) },
        { weight: 1, arbitrary: fc.constant(400_000) },
      ),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("cut" as const), cut }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("fault" as const),
      fault,
      times: fc.constantFrom(1, 1, 2, 3),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom(
        "bookmark" as const,
        "bookmark" as const,
        "empty bookmark" as const,
        "give up" as const,
        "give up" as const,
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("late" as const),
      type: fc.constantFrom("BOOKMARK" as const, "DELETED" as const),
      by: fc.integer({ min: 1, max: 9 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("restore" as const),
      by: fc.integer({ min: 1, max: 30 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("list fault" as const),
      fault: fc.constantFrom("fail" as const, "hang" as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("skip" as const),
      by: fc.integer({ min: 1, max: 9 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("resume" as const),
      way: fc.constantFrom<Way[]>("stop", "abort", "cancel", "dispose"),
      racing: fc.boolean(),
    }),
  },
);

const settings: fc.Arbitrary<Settings> = fc.record({
  minRestartDelayMs: fc.constantFrom(1_000, 100, 0),
  maxRestartDelayMs: fc.constantFrom(30_000, 800, 50),
  watchTimeoutMs: fc.constantFrom(300_000, 300_000, 1_000),
  watchGraceMs: fc.constantFrom(30_000, 0),
  idleTimeoutMs: fc.constantFrom(undefined, undefined, 60_000, 700),
  random: fc.constantFrom(0, 0.25, 0.5),
  canList: fc.constantFrom(true, true, false),
});

function parameters(): { numRuns: number; seed?: number } {
  const seed = Deno.env.get("FAST_CHECK_SEED");
  return {
    numRuns: Number(Deno.env.get("FAST_CHECK_RUNS") ?? 1_000),
    ...(seed === undefined ? {} : { seed: Number(seed) }),
  };
}

Deno.test("RetryWatcher loses, repeats and reorders nothing, and starts no extra watch", async () => {
  const steps = fc.array(step, { minLength: 20, maxLength: 80, size: "max" });
  await fc.assert(
    fc.asyncProperty(settings, steps, async (settings, steps) => {
      using time = new Clock(1_000_000);
      using _random = fixRandom(settings.random);
      const play = new Play(time, settings);
      for (const step of steps) await play.act(step);
      await play.finish();
    }),
    parameters(),
  );
});

type FakeStep =
  | { do: "touch" | "delete"; name: string }
  | { do: "bookmark" | "advance" | "lose" | "error" | "refuse" | "end" }
  | { do: "follow" | "resume" };

const fakeStep: fc.Arbitrary<FakeStep> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom(
        "touch" as const,
        "touch" as const,
        "delete" as const,
      ),
      name: fc.constantFrom("a", "b", "c"),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom(
        "bookmark" as const,
        "advance" as const,
        "lose" as const,
        "error" as const,
        "refuse" as const,
        "end" as const,
      ),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom(
        "follow" as const,
        "follow" as const,
        "resume" as const,
      ),
    }),
  },
);

/** Applies a step to the fake; returns the change that it made, if any. */
function actOn(
  fake: FakeListerWatcher,
  step: FakeStep,
  names: Set<string>,
): WatchEvent | undefined {
  const lost = { error: new ConnectionError("The connection was reset") };
  switch (step.do) {
    case "touch": {
      const object = { metadata: { name: step.name } };
      if (names.has(step.name)) {
        return { type: "MODIFIED", object: fake.modify(object) };
      }
      names.add(step.name);
      return { type: "ADDED", object: fake.add(object) };
    }
    case "delete":
      if (!names.delete(step.name)) return undefined;
      return { type: "DELETED", object: fake.delete(step.name) };
    case "bookmark":
      fake.bookmark();
      break;
    case "advance":
      fake.advance(3);
      break;
    case "lose":
      fake.disconnect(lost);
      break;
    case "end":
      fake.disconnect();
      break;
    case "error":
      fake.error({ code: 500 });
      fake.disconnect();
      break;
    case "refuse":
      fake.failNextWatch(lost.error, 2);
  }
  return undefined;
}

/** Runs what is due now, and what follows from it. */
async function follow(time: Clock): Promise<void> {
  await turn();
  while (time.next()) await turn();
}

Deno.test("RetryWatcher over FakeListerWatcher delivers each change once, in order", async () => {
  const steps = fc.array(fakeStep, { maxLength: 80, size: "max" });
  await fc.assert(
    fc.asyncProperty(steps, async (steps) => {
      using time = new Clock();
      const fake = new FakeListerWatcher();
      const names = new Set<string>();
      const changes: WatchEvent[] = [];
      const seen: WatchEvent[] = [];
      const watch = (from: string) => {
        const watcher = new RetryWatcher(from, fake, {
          minRestartDelayMs: 0,
          watchTimeoutMs: Infinity,
        });
        const reading = (async () => {
          for await (const event of watcher) seen.push(event);
        })();
        return { watcher, reading };
      };
      let { watcher, reading } = watch(fake.resourceVersion);
      const stop = async () => {
        await watcher[Symbol.asyncDispose]();
        await reading;
      };
      for (const step of steps) {
        const change = actOn(fake, step, names);
        if (change) changes.push(change);
        if (step.do === "follow") await follow(time);
        if (step.do !== "resume") continue;
        await stop();
        ({ watcher, reading } = watch(watcher.resourceVersion));
      }
      await follow(time);
      await stop();
      assertEquals(seen, changes);
      assertEquals(fake.openWatches, 0);
      assertEquals(time.timers, 0);
    }),
    parameters(),
  );
});

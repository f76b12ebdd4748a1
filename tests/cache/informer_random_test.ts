// `IndexerInformerWatcher` against a server that changes, breaks, expires,
// refuses, lags, sends what cannot be understood and is restored from a backup
// at random, under a consumer that lags: after quiet the store is what
// the server has, the events are a legal history of each object that leads to
// the same state, and nothing that was deleted unseen is left behind.
//
// FAST_CHECK_RUNS sets the number of runs (default 2000), FAST_CHECK_SEED the
// seed, to repeat a failure: FAST_CHECK_RUNS=20000 deno task test.

import fc from "fast-check";
import { Clock } from "../support/clock.ts";
import {
  type Fault,
  InformerPlay,
  type Settings,
  type Step,
} from "../support/informer_play.ts";
import { fixRandom } from "../support/wait_fakes.ts";

const name = fc.constantFrom("a", "b", "c", "d", "e", "f");
const fault = fc.constantFrom<Fault[]>(
  "lost",
  "gone",
  "gone",
  "too large",
  400,
  403,
  429,
  500,
  503,
);
const broken = fc.boolean();
const support = fc.constantFrom<Settings["support"][]>(
  "supported",
  "supported",
  "refused",
  "ignored",
);
const times = fc.integer({ min: 1, max: 3 });

const change: fc.Arbitrary<Step> = fc.record({
  do: fc.constantFrom("touch", "touch", "delete", "recreate", "replace"),
  name,
});

const trouble: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constantFrom("bookmark", "advance", "compact", "expire", "stall"),
  }),
  fc.record({ do: fc.constantFrom("silence", "hang") }),
  fc.record({ do: fc.constant("end"), broken }),
  fc.record({ do: fc.constant("tell"), fault }),
  fc.record({ do: fc.constant("fail watches"), fault, times }),
  fc.record({ do: fc.constant("fail lists"), fault, times }),
  fc.record({
    do: fc.constant("close"),
    afterEvents: fc.nat(5),
    broken,
  }),
  fc.record({
    do: fc.constant("between pages"),
    name,
    expires: fc.boolean(),
  }),
  fc.record({ do: fc.constant("support"), support }),
  fc.record({ do: fc.constant("restore"), undo: fc.nat(12) }),
  fc.record({ do: fc.constantFrom("poison", "lag"), name }),
  fc.record({ do: fc.constant("empty bookmark") }),
);

const calm: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant("read"), count: fc.integer({ min: 1, max: 6 }) }),
  fc.record({
    do: fc.constant("pass"),
    ms: fc.constantFrom(0, 1, 300, 800, 1_000, 5_000, 10_000, 60_000, 240_000),
  }),
);

/** A deletion that no watch sees, and only a list can reveal. */
const gap: fc.Arbitrary<Step[]> = fc.array(change, {
  minLength: 1,
  maxLength: 6,
}).map((changes) => [
  { do: "stall" },
  ...changes,
  { do: "advance" },
  { do: "compact" },
  { do: "end", broken: true },
]);

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: change.map((step) => [step]) },
    { weight: 4, arbitrary: trouble.map((step) => [step]) },
    { weight: 4, arbitrary: calm.map((step) => [step]) },
    { weight: 1, arbitrary: gap },
  ),
  { minLength: 10, maxLength: 70, size: "max" },
).map((steps) => steps.flat());

const settings: fc.Arbitrary<Settings> = fc.record({
  watchList: fc.boolean(),
  support,
  expiry: fc.constantFrom("event", "answer"),
  limitAtZero: fc.boolean(),
  pageSize: fc.constantFrom(undefined, undefined, 0, 1, 2),
  coalesce: fc.boolean(),
  idleTimeoutMs: fc.constantFrom(undefined, undefined, 5_000, 90_000),
  strips: fc.boolean(),
  oldDeletes: fc.boolean(),
  random: fc.constantFrom(0, 0.25, 0.75),
});

function parameters(): { numRuns: number; seed?: number } {
  const seed = Deno.env.get("FAST_CHECK_SEED");
  return {
    numRuns: Number(Deno.env.get("FAST_CHECK_RUNS") ?? 2_000),
    ...(seed === undefined ? {} : { seed: Number(seed) }),
  };
}

Deno.test("IndexerInformerWatcher ends up with the server's state, by a legal history", async () => {
  await fc.assert(
    fc.asyncProperty(settings, steps, async (settings, steps) => {
      using time = new Clock(1_000_000);
      using _random = fixRandom(settings.random);
      const play = new InformerPlay(time, settings);
      for (const step of steps) await play.act(step);
      await play.finish();
    }),
    parameters(),
  );
});

// `RestartSchedule`: arithmetic on a clock that only moves by hand. It starts
// at an odd time, so that a mix-up of times and durations shows.

import { assert, assertEquals } from "@std/assert";
import {
  type PlannedRestart,
  type RestartDelays,
  RestartSchedule,
} from "../../internal/restart_schedule.ts";
import { Clock, setClock } from "../support/clock.ts";
import { fixRandom } from "../support/wait_fakes.ts";

/** The defaults. */
const DELAYS: RestartDelays = {};

/** Plans a restart after a try that started this many milliseconds ago. */
function planAfter(
  schedule: RestartSchedule,
  ageMs: number,
  ended: { failed: boolean; retryAfterMs?: number | undefined },
): PlannedRestart {
  return schedule.next({ startedAt: Date.now() - ageMs, ...ended });
}

/** The delays of consecutive failures, each right at its start. */
function failures(schedule: RestartSchedule, count: number): number[] {
  return Array.from(
    { length: count },
    () => planAfter(schedule, 0, { failed: true }).delayMs,
  );
}

Deno.test("next() keeps the spacing between two starts", () => {
  using _time = new Clock(777);
  const delays = [0, 1, 400, 999, 1000, 1001, 1e9].map((ageMs) =>
    planAfter(new RestartSchedule(DELAYS), ageMs, { failed: false }).delayMs
  );
  assertEquals(delays, [1000, 999, 600, 1, 0, 0, 0]);
});

Deno.test("next() restarts without a timer only after a watch that outlived the spacing", () => {
  using _time = new Clock(777);
  const atOnce = (minRestartDelayMs: number, ageMs: number) =>
    planAfter(new RestartSchedule({ ...DELAYS, minRestartDelayMs }), ageMs, {
      failed: false,
    }).atOnce;
  assertEquals(atOnce(1000, 999), false);
  assertEquals(atOnce(1000, 1000), true);
  assertEquals(atOnce(0, 0), false);
  assertEquals(atOnce(0, 5000), false);
});

Deno.test("next() doubles the delay of failures in a row, up to the maximum", () => {
  using _time = new Clock(777);
  using _random = fixRandom(0);
  assertEquals(failures(new RestartSchedule(DELAYS), 8), [
    1_000,
    2_000,
    4_000,
    8_000,
    16_000,
    30_000,
    30_000,
    30_000,
  ]);
});

Deno.test("next() adds jitter of up to the delay, also to the maximum", () => {
  using _time = new Clock(777);
  using _random = fixRandom(0.75);
  assertEquals(failures(new RestartSchedule(DELAYS), 7), [
    1_750,
    3_500,
    7_000,
    14_000,
    28_000,
    52_500,
    52_500,
  ]);
});

Deno.test("next() counts a failure's delay from the start of its try", () => {
  using _time = new Clock(777);
  using _random = fixRandom(0.5);
  const schedule = new RestartSchedule(DELAYS);
  assertEquals(planAfter(schedule, 400, { failed: true }).delayMs, 1_100);
  assertEquals(planAfter(schedule, 400, { failed: true }).delayMs, 2_600);
  assertEquals(planAfter(schedule, 6_000, { failed: true }).delayMs, 0);
  assertEquals(planAfter(schedule, 400, { failed: true }).delayMs, 11_600);
});

Deno.test("next() numbers attempts, failed or not, until recovered()", () => {
  using _time = new Clock(777);
  const schedule = new RestartSchedule(DELAYS);
  const attempt = (failed: boolean) =>
    planAfter(schedule, 0, { failed }).attempt;
  assertEquals([true, false, false, true].map(attempt), [1, 2, 3, 4]);
  schedule.recovered();
  assertEquals([false, true].map(attempt), [1, 2]);
});

Deno.test("next() continues doubling after a quiet watch that ended normally", () => {
  using _time = new Clock(777);
  using _random = fixRandom(0);
  const schedule = new RestartSchedule(DELAYS);
  assertEquals(failures(schedule, 2), [1_000, 2_000]);
  assertEquals(planAfter(schedule, 0, { failed: false }).delayMs, 1_000);
  assertEquals(failures(schedule, 1), [4_000]);
});

Deno.test("recovered() resets the backoff", () => {
  using _time = new Clock(777);
  using _random = fixRandom(0);
  const schedule = new RestartSchedule(DELAYS);
  assertEquals(failures(schedule, 3), [1_000, 2_000, 4_000]);
  schedule.recovered();
  assertEquals(failures(schedule, 2), [1_000, 2_000]);
});

Deno.test("next() honors a longer Retry-After, also past the maximum", () => {
  using _time = new Clock(777);
  using _random = fixRandom(0);
  const planned = (retryAfterMs: number, ageMs = 0) =>
    planAfter(new RestartSchedule(DELAYS), ageMs, {
      failed: true,
      retryAfterMs,
    }).delayMs;
  assertEquals(planned(0), 1_000);
  assertEquals(planned(999), 1_000);
  assertEquals(planned(45_000), 45_000);
  assertEquals(planned(45_000, 600), 45_000, "counts from the answer");
});

Deno.test("next() honors a Retry-After for an hour at most", () => {
  using _time = new Clock(777);
  using _random = fixRandom(0);
  const planned = (retryAfterMs: number) =>
    planAfter(new RestartSchedule(DELAYS), 0, { failed: true, retryAfterMs })
      .delayMs;
  assertEquals(planned(3_599_000), 3_599_000);
  assertEquals(planned(3_600_000), 3_600_000);
  assertEquals(planned(3_601_000), 3_600_000);
  assertEquals(planned(Infinity), 3_600_000);
});

Deno.test("next() uses the longer of the backoff and a Retry-After", () => {
  using _time = new Clock(777);
  using _random = fixRandom(0);
  const schedule = new RestartSchedule(DELAYS);
  const planned = () =>
    planAfter(schedule, 0, { failed: true, retryAfterMs: 3_000 }).delayMs;
  assertEquals([planned(), planned(), planned()], [3_000, 3_000, 4_000]);
});

Deno.test("next() neither spaces nor backs off when the minimum is 0", () => {
  using _time = new Clock(777);
  using _random = fixRandom(0.9);
  const schedule = new RestartSchedule({ ...DELAYS, minRestartDelayMs: 0 });
  assertEquals(failures(schedule, 3), [0, 0, 0]);
  assertEquals(
    planAfter(schedule, 0, { failed: true, retryAfterMs: 50 }).delayMs,
    50,
  );
});

Deno.test("next() never waits when the minimum is 0", () => {
  using _time = new Clock(777);
  const schedule = new RestartSchedule({ ...DELAYS, minRestartDelayMs: 0 });
  assert(failures(schedule, 2_000).every((delayMs) => delayMs === 0));
});

Deno.test("next() keeps a minimum above the maximum", () => {
  using _time = new Clock(777);
  using _random = fixRandom(0);
  for (const maxRestartDelayMs of [0, 500]) {
    const schedule = new RestartSchedule({ ...DELAYS, maxRestartDelayMs });
    assertEquals(failures(schedule, 3), [1_000, 1_000, 1_000]);
    assertEquals(planAfter(schedule, 0, { failed: false }).delayMs, 1_000);
  }
});

Deno.test("next() stays at the maximum however often it fails", () => {
  using _time = new Clock(777);
  using _random = fixRandom(0);
  const delays = failures(new RestartSchedule(DELAYS), 2_000);
  assert(delays.slice(5).every((delayMs) => delayMs === 30_000));
});

Deno.test("next() treats a clock that was set back as standing still", () => {
  using _time = new Clock(10_000_000);
  using _random = fixRandom(0);
  const startedAt = Date.now();
  using _clock = setClock(-3_600_000);
  for (const failed of [false, true]) {
    const schedule = new RestartSchedule(DELAYS);
    assertEquals(schedule.next({ failed, startedAt }).delayMs, 1_000);
  }
});

Deno.test("endedEarly() is true of a watch that was shorter than the spacing", () => {
  using _time = new Clock(777);
  const schedule = new RestartSchedule(DELAYS);
  const early = (ageMs: number) => schedule.endedEarly(Date.now() - ageMs);
  assertEquals([-5, 0, 999, 1_000, 1_001].map(early), [
    true,
    true,
    true,
    false,
    false,
  ]);
});

Deno.test("endedEarly() is never true when the minimum is 0", () => {
  using _time = new Clock(777);
  const schedule = new RestartSchedule({ ...DELAYS, minRestartDelayMs: 0 });
  assertEquals(schedule.endedEarly(Date.now()), false);
});

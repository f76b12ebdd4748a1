// Backoff: exact delays on fake time.

import { assertEquals } from "@std/assert";
import {
  Backoff,
  honoredRetryAfterMs,
  ResetTimerBackoff,
} from "../../internal/backoff.ts";
import { Clock, setClock } from "../support/clock.ts";
import { fixRandom } from "../support/wait_fakes.ts";

function backoff(minMs = 800, maxMs = 30_000): Backoff {
  return new Backoff({ minMs, maxMs });
}

function next(backoff: { next(): number }, count: number): number[] {
  return Array.from({ length: count }, () => backoff.next());
}

Deno.test("next() doubles from the minimum to the maximum", () => {
  using _random = fixRandom(0);
  assertEquals(next(backoff(), 8), [
    800,
    1_600,
    3_200,
    6_400,
    12_800,
    25_600,
    30_000,
    30_000,
  ]);
});

Deno.test("next() adds jitter of up to the delay", () => {
  using _random = fixRandom(0.5);
  assertEquals(next(backoff(), 3), [1_200, 2_400, 4_800]);
  assertEquals(next(backoff(800, 1_000), 3), [1_200, 1_500, 1_500]);
});

Deno.test("next() stays at the minimum when that is above the maximum", () => {
  using _random = fixRandom(0);
  assertEquals(next(backoff(5_000, 1_000), 3), [5_000, 5_000, 5_000]);
});

Deno.test("next() is 0 when the minimum is 0", () => {
  assertEquals(next(backoff(0), 2), [0, 0]);
});

Deno.test("next() stays at the maximum however often it is called", () => {
  using _random = fixRandom(0);
  const delays = next(backoff(), 2_000).slice(6);
  assertEquals(delays.every((delayMs) => delayMs === 30_000), true);
});

Deno.test("reset() starts over with the minimum", () => {
  using _random = fixRandom(0);
  const delays = backoff();
  assertEquals(next(delays, 3), [800, 1_600, 3_200]);
  delays.reset();
  assertEquals(next(delays, 2), [800, 1_600]);
});

Deno.test("ResetTimerBackoff starts over when the last failure is longer ago than its time", () => {
  using time = new Clock();
  using _random = fixRandom(0);
  const delays = new ResetTimerBackoff(backoff(), 120_000);
  assertEquals(next(delays, 2), [800, 1_600]);
  time.tick(120_000);
  assertEquals(delays.next(), 3_200);
  time.tick(120_001);
  assertEquals(next(delays, 2), [800, 1_600]);
});

Deno.test("ResetTimerBackoff continues when the clock is set back", () => {
  using _time = new Clock();
  using _random = fixRandom(0);
  const delays = new ResetTimerBackoff(backoff(), 120_000);
  delays.next();
  using _clock = setClock(-86_400_000);
  assertEquals(delays.next(), 1_600);
});

Deno.test("ResetTimerBackoff sets no timer", () => {
  using time = new Clock();
  new ResetTimerBackoff(backoff(), 120_000).next();
  assertEquals(time.timersSoFar, 0);
});

for (
  const [askedMs, honoredMs] of [
    [undefined, 0],
    [0, 0],
    [3_600_000, 3_600_000],
    [3_600_001, 3_600_000],
    [Infinity, 3_600_000],
  ] as const
) {
  Deno.test(`honoredRetryAfterMs() returns ${honoredMs} for ${askedMs}`, () => {
    assertEquals(honoredRetryAfterMs(askedMs), honoredMs);
  });
}

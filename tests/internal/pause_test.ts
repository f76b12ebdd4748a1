// `pause`: a delay that passes or is aborted.

import { assertEquals, assertRejects } from "@std/assert";
import { pause } from "../../internal/pause.ts";
import { Clock } from "../support/clock.ts";
import { CountedAbort, isPending } from "../support/wait_fakes.ts";

Deno.test("pause() resolves when the time has passed, and not before", async () => {
  using time = new Clock();
  const abort = new CountedAbort();
  const paused = pause(500, abort.signal);
  time.tick(499);
  assertEquals(await isPending(paused), true);
  time.tick(1);
  await paused;
  assertEquals(abort.listeners, 0);
});

Deno.test("pause() lets the event loop turn when the delay is 0", async () => {
  using time = new Clock();
  const paused = pause(0, new AbortController().signal);
  assertEquals(await isPending(paused), true);
  time.tick(0);
  await paused;
});

Deno.test("pause() waits longer than a timer can", async () => {
  using time = new Clock();
  const ms = 2 ** 31 + 5;
  const paused = pause(ms, new AbortController().signal);
  time.tick(ms - 1);
  assertEquals(await isPending(paused), true);
  time.tick(1);
  await paused;
});

Deno.test("pause() rejects with the signal's reason and leaves no timer", async () => {
  using time = new Clock();
  const abort = new CountedAbort();
  const paused = pause(500, abort.signal);
  abort.abort(new RangeError("enough"));
  await assertRejects(() => paused, RangeError, "enough");
  assertEquals(time.timers, 0);
  await assertRejects(() => pause(1, abort.signal), RangeError, "enough");
  assertEquals(time.timers, 0);
});

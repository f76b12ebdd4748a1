// `ListPace`: two timers and a clock, without a watch.

import { assertEquals } from "@std/assert";
import { ListPace } from "../../cache/_list_pace.ts";
import { Clock, setClock } from "../support/clock.ts";

const FEW = "the watch delivered fewer than 20 events in 20000 ms";
const LONG = "it was not complete after 120000 ms";

/** A pace, and what it has reported. */
function start(): { pace: ListPace; slow: string[] } {
  const slow: string[] = [];
  const pace = new ListPace((error) => {
    slow.push(error.message);
    pace.stop();
  });
  return { pace, slow };
}

/** So many events at once. */
function receive(pace: ListPace, count: number): void {
  for (let i = 0; i < count; i++) pace.received();
}

Deno.test("ListPace reports a stream without events after 20 s, to the millisecond", () => {
  using time = new Clock();
  const { slow } = start();
  time.tick(19_999);
  assertEquals(slow, []);
  time.tick(1);
  assertEquals(slow, [FEW]);
  assertEquals(time.timers, 0);
});

Deno.test("ListPace reports 19 events in the first 20 s, and not 20", () => {
  using time = new Clock();
  const few = start();
  const enough = start();
  time.tick(10_000);
  receive(few.pace, 19);
  receive(enough.pace, 20);
  time.tick(10_000);
  assertEquals(few.slow, [FEW]);
  time.tick(9_999);
  assertEquals(enough.slow, []);
  time.tick(1);
  assertEquals(enough.slow, [FEW]);
});

Deno.test("ListPace slides its window: events from before it do not count", () => {
  using time = new Clock();
  const { pace, slow } = start();
  receive(pace, 1_000);
  for (let second = 0; second < 15; second++) {
    time.tick(1_000);
    pace.received();
  }
  time.tick(4_999);
  assertEquals(slow, []);
  time.tick(1);
  assertEquals(slow, [FEW]);
});

Deno.test("ListPace reports a stream that goes on for two minutes, however fast it is", () => {
  using time = new Clock();
  const { pace, slow } = start();
  for (let second = 1; second < 120; second++) {
    time.tick(1_000);
    receive(pace, 10);
  }
  time.tick(999);
  assertEquals(slow, []);
  time.tick(1);
  assertEquals(slow, [LONG]);
  assertEquals(time.timers, 0);
});

Deno.test("received() costs no timer", () => {
  using time = new Clock();
  const { pace, slow } = start();
  const before = time.timersSoFar;
  for (let ms = 0; ms < 100_000; ms += 100) {
    time.tick(100);
    pace.received();
  }
  assertEquals(slow, []);
  // One for each time at which the window could have been too empty.
  assertEquals(time.timersSoFar - before <= 6, true);
  pace.stop();
});

Deno.test("ListPace starts the window over when the clock is set back", () => {
  using time = new Clock(1e12);
  const { pace, slow } = start();
  time.tick(10_000);
  using _clock = setClock(-3_600_000);
  time.tick(10_000);
  assertEquals(slow, []);
  time.tick(19_999);
  assertEquals(slow, []);
  time.tick(1);
  assertEquals(slow, [FEW]);
  pace.stop();
});

Deno.test("stop() clears both timers", () => {
  using time = new Clock();
  const { pace, slow } = start();
  assertEquals(time.timers, 2);
  pace.stop();
  pace.stop();
  assertEquals(time.timers, 0);
  assertEquals(slow, []);
});

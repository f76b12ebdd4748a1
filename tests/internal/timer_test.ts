import { assertEquals } from "@std/assert";
import { startTimer } from "../../internal/timer.ts";
import { Clock } from "../support/clock.ts";

const LONGEST_MS = 2 ** 31 - 1;

Deno.test("startTimer() calls once, after the delay", () => {
  using time = new Clock();
  let calls = 0;
  startTimer(() => calls++, 1500);
  time.tick(1499);
  assertEquals(calls, 0);
  time.tick(1);
  assertEquals(calls, 1);
  assertEquals(time.timers, 0);
});

Deno.test("startTimer() does not call before it returns", () => {
  using time = new Clock();
  let calls = 0;
  startTimer(() => calls++, 0);
  assertEquals(calls, 0);
  time.tick(0);
  assertEquals(calls, 1);
});

for (
  const delayMs of [
    LONGEST_MS,
    LONGEST_MS + 1,
    2 * LONGEST_MS,
    2 * LONGEST_MS + 7,
    2 ** 40,
  ]
) {
  Deno.test(`startTimer() waits ${delayMs} ms, past what setTimeout() can`, () => {
    using time = new Clock();
    let calls = 0;
    startTimer(() => calls++, delayMs);
    time.tick(delayMs - 1);
    assertEquals(calls, 0);
    time.tick(1);
    assertEquals(calls, 1);
    assertEquals(time.timers, 0);
  });
}

Deno.test("startTimer() never passes setTimeout() more than 31 bits", () => {
  using time = new Clock();
  const asked: unknown[] = [];
  const { setTimeout } = globalThis;
  Object.assign(globalThis, {
    setTimeout: (callback: () => void, delayMs: number) => {
      asked.push(delayMs);
      return setTimeout(callback, delayMs);
    },
  });
  startTimer(() => {}, LONGEST_MS);
  startTimer(() => {}, LONGEST_MS + 1);
  time.tick(2 * LONGEST_MS);
  assertEquals(asked, [LONGEST_MS, LONGEST_MS, 1]);
});

Deno.test("startTimer() never calls after Infinity, and sets no timer", () => {
  using time = new Clock();
  const timer = startTimer(() => {
    throw new Error("Infinity has passed");
  }, Infinity);
  assertEquals(time.timers, 0);
  timer.clear();
});

Deno.test("clear() stops a timer in each of its stretches", () => {
  using time = new Clock();
  for (const passed of [0, 1, LONGEST_MS - 1, LONGEST_MS, 2 * LONGEST_MS]) {
    const timer = startTimer(() => {
      throw new Error("A cleared timer has fired");
    }, 2 * LONGEST_MS + 1);
    time.tick(passed);
    timer.clear();
    assertEquals(time.timers, 0);
  }
});

Deno.test("clear() does nothing once the timer has fired or was cleared", () => {
  using time = new Clock();
  let calls = 0;
  const timer = startTimer(() => calls++, 1);
  time.tick(1);
  timer.clear();
  timer.clear();
  assertEquals(calls, 1);
});

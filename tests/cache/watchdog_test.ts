// `Watchdog`: two timers and a clock, without a watch.

import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { ConnectionError } from "../../api/connection_error.ts";
import { Watchdog, type WatchdogOptions } from "../../cache/_watchdog.ts";
import { Clock, setClock } from "../support/clock.ts";

const DEADLINE_ERROR =
  "The watch was still open 5000 ms after its start: its connection is presumed dead";
const IDLE_ERROR =
  "The watch delivered no event or bookmark for 700 ms: its connection is presumed dead";

/** A watchdog, its calls, and whether a read is pending. */
class Fixture {
  /** The calls, in order. */
  readonly calls: string[] = [];
  readonly watchdog: Watchdog;
  isReadPending: boolean;

  constructor({ isReadPending = true, ...options }: {
    deadlineMs?: number;
    idleTimeoutMs?: number | undefined;
    isReadPending?: boolean;
  }) {
    this.isReadPending = isReadPending;
    const { deadlineMs = Infinity, idleTimeoutMs } = options;
    this.watchdog = new Watchdog({
      deadlineMs,
      idleTimeoutMs,
      isReadPending: () => this.isReadPending,
      onDead: (error) => {
        assertInstanceOf(error, ConnectionError);
        this.calls.push(error.message);
      },
      onDeadlineUnread: () => this.calls.push("unread"),
    });
  }
}

Deno.test("Watchdog reports an open watch at its deadline, to the millisecond", () => {
  using time = new Clock();
  const { calls } = new Fixture({ deadlineMs: 5_000 });
  time.tick(4_999);
  assertEquals(calls, []);
  time.tick(1);
  assertEquals(calls, [DEADLINE_ERROR]);
  assertEquals(time.timers, 0);
});

Deno.test("Watchdog does not blame the connection at a deadline without a pending read", () => {
  using time = new Clock();
  const { calls } = new Fixture({ deadlineMs: 5_000, isReadPending: false });
  time.tick(5_000);
  assertEquals(calls, ["unread"]);
  assertEquals(time.timers, 0);
});

Deno.test("Watchdog checks at the deadline whether a read is pending, not before", () => {
  using time = new Clock();
  const fixture = new Fixture({ deadlineMs: 5_000, isReadPending: false });
  time.tick(4_999);
  fixture.isReadPending = true;
  time.tick(1);
  assertEquals(fixture.calls, [DEADLINE_ERROR]);
});

Deno.test("received() does not postpone the deadline", () => {
  using time = new Clock();
  const { calls, watchdog } = new Fixture({
    deadlineMs: 5_000,
    idleTimeoutMs: 700,
  });
  for (let passed = 0; passed < 5_000; passed += 500) {
    watchdog.received();
    time.tick(500);
  }
  assertEquals(calls, [DEADLINE_ERROR]);
  watchdog.stop();
});

Deno.test("Watchdog sets no timer when there is no limit", () => {
  using time = new Clock();
  const { watchdog } = new Fixture({});
  watchdog.readStarted();
  watchdog.received();
  assertEquals(time.timersSoFar, 0);
});

Deno.test("Watchdog reports a watch that is idle from its start", () => {
  using time = new Clock();
  const { calls } = new Fixture({ idleTimeoutMs: 700 });
  time.tick(699);
  assertEquals(calls, []);
  time.tick(1);
  assertEquals(calls, [IDLE_ERROR]);
  assertEquals(time.timers, 0);
});

Deno.test("Watchdog assumes a pending read by default", () => {
  using time = new Clock();
  const errors: unknown[] = [];
  const options: WatchdogOptions = {
    deadlineMs: 5_000,
    idleTimeoutMs: 700,
    onDead: (error) => errors.push(error),
  };
  const watchdog = new Watchdog(options);
  time.tick(700);
  assertEquals(errors.length, 1);
  time.tick(4_300);
  assertEquals(errors.length, 2);
  watchdog.stop();
});

Deno.test("received() starts the idle time over, without a timer of its own", () => {
  using time = new Clock();
  const { calls, watchdog } = new Fixture({ idleTimeoutMs: 700 });
  const before = time.timersSoFar;
  time.tick(400);
  watchdog.received();
  watchdog.received();
  time.tick(699);
  assertEquals(calls, []);
  assertEquals(time.timersSoFar - before, 1);
  time.tick(1);
  assertEquals(calls, [IDLE_ERROR]);
});

Deno.test("Watchdog counts no idle time before a read is pending", () => {
  using time = new Clock();
  const fixture = new Fixture({ idleTimeoutMs: 700, isReadPending: false });
  assertEquals(time.timers, 0);
  time.tick(10_000);
  fixture.isReadPending = true;
  fixture.watchdog.readStarted();
  time.tick(699);
  assertEquals(fixture.calls, []);
  time.tick(1);
  assertEquals(fixture.calls, [IDLE_ERROR]);
});

Deno.test("Watchdog stops counting when its time is up and no read is pending", () => {
  using time = new Clock();
  const fixture = new Fixture({ idleTimeoutMs: 700 });
  time.tick(100);
  fixture.isReadPending = false;
  time.tick(10_000);
  assertEquals(fixture.calls, []);
  assertEquals(time.timers, 0);
  fixture.watchdog.received();
  assertEquals(time.timers, 0);
  fixture.isReadPending = true;
  fixture.watchdog.readStarted();
  time.tick(699);
  assertEquals(fixture.calls, []);
  time.tick(1);
  assertEquals(fixture.calls, [IDLE_ERROR]);
});

Deno.test("readStarted() starts the idle time over while it is running", () => {
  using time = new Clock();
  const { calls, watchdog } = new Fixture({ idleTimeoutMs: 700 });
  time.tick(500);
  watchdog.readStarted();
  assertEquals(time.timers, 1);
  time.tick(699);
  assertEquals(calls, []);
  time.tick(1);
  assertEquals(calls, [IDLE_ERROR]);
  assertEquals(time.timers, 0);
});

Deno.test("setIdleTimeout() replaces the limit, starts over, and lifts it", () => {
  using time = new Clock();
  const { calls, watchdog } = new Fixture({ idleTimeoutMs: 300 });
  time.tick(299);
  watchdog.setIdleTimeout(700);
  time.tick(699);
  watchdog.setIdleTimeout(undefined);
  assertEquals(time.timers, 0);
  time.tick(86_400_000);
  assertEquals(calls, []);
  watchdog.setIdleTimeout(700);
  time.tick(700);
  assertEquals(calls, [IDLE_ERROR]);
});

Deno.test("setIdleTimeout() counts nothing until a read is pending", () => {
  using time = new Clock();
  const fixture = new Fixture({ isReadPending: false });
  fixture.watchdog.setIdleTimeout(700);
  assertEquals(time.timers, 0);
  fixture.isReadPending = true;
  fixture.watchdog.readStarted();
  time.tick(700);
  assertEquals(fixture.calls, [IDLE_ERROR]);
});

Deno.test("Watchdog starts the idle time over when the clock is set back", () => {
  using time = new Clock(1e12);
  const { calls } = new Fixture({ idleTimeoutMs: 700 });
  time.tick(100);
  using _clock = setClock(-3_600_000);
  time.tick(600);
  assertEquals(calls, []);
  time.tick(699);
  assertEquals(calls, []);
  time.tick(1);
  assertEquals(calls, [IDLE_ERROR]);
});

Deno.test("stop() clears both timers", () => {
  using time = new Clock();
  const { calls, watchdog } = new Fixture({
    deadlineMs: 5_000,
    idleTimeoutMs: 700,
  });
  assertEquals(time.timers, 2);
  watchdog.stop();
  watchdog.stop();
  assertEquals(time.timers, 0);
  assert(calls.length === 0);
});

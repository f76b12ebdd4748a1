// `WatchSession`: one watch from its request to its end, over a watcher that
// ignores every abort by default.

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { type WatchEnd, WatchSession } from "../../cache/_watch_session.ts";
import { UndecodableEventError } from "../../api/_undecodable_event_error.ts";
import { ResponseTooLargeError } from "../../api/response_too_large_error.ts";
import { ConnectionError } from "../../api/connection_error.ts";
import type { KubernetesObject, Watcher, WatchEvent } from "../../api/types.ts";
import { Clock, setClock } from "../support/clock.ts";
import {
  added,
  type ScriptedCall,
  ScriptedWatcher,
  untyped,
} from "../support/scripted_watcher.ts";
import { CountedAbort, isPending, turn } from "../support/wait_fakes.ts";

const FAILED: WatchEnd = { kind: "failed", error: new Error("enough") };

interface Limits {
  deadlineMs?: number;
  idleTimeoutMs?: number | undefined;
  beginsWithList?: boolean;
}

/** A running session, and its events and end. */
class Fixture {
  readonly abort = new CountedAbort();
  readonly events: WatchEvent[] = [];
  readonly watcher: ScriptedWatcher;
  readonly session: WatchSession<KubernetesObject>;
  readonly end: Promise<WatchEnd>;

  constructor(
    called: (call: ScriptedCall) => void = () => {},
    { deadlineMs = Infinity, idleTimeoutMs, beginsWithList }: Limits = {},
    onEvent: (event: WatchEvent) => WatchEnd | undefined = () => undefined,
  ) {
    this.watcher = new ScriptedWatcher(called);
    const { signal } = this.abort;
    this.session = new WatchSession(this.watcher, {
      signal,
      deadlineMs,
      idleTimeoutMs,
      beginsWithList,
    });
    this.end = this.session.run({ resourceVersion: "7" }, (event) => {
      this.events.push(event);
      return onEvent(event);
    });
  }

  get call(): ScriptedCall {
    return this.watcher.call(0);
  }

  /** Asserts that it has ended, and has left nothing behind. */
  async ended(time: Clock): Promise<WatchEnd> {
    assertEquals(await isPending(this.end), false);
    assertEquals(this.abort.listeners, 0);
    assertEquals(this.call.signal.aborted, true);
    assertEquals(time.timers, 0);
    return await this.end;
  }
}

/** Asserts that the connection is presumed dead, and returns the message. */
function deathOf(end: WatchEnd): string {
  assert(end.kind === "dead");
  assertInstanceOf(end.error, ConnectionError);
  return end.error.message;
}

Deno.test("run() calls watch() with the options and a signal of its own", async () => {
  using time = new Clock();
  const fixture = new Fixture((call) => call.open().end());
  assertEquals(fixture.call.options, { resourceVersion: "7" });
  assert(fixture.call.signal !== fixture.abort.signal);
  assertEquals(await fixture.ended(time), { kind: "ended" });
});

Deno.test("run() passes on each event, until the stream ends", async () => {
  using time = new Clock();
  const fixture = new Fixture((call) =>
    call.open().send(added(1), added(2)).end()
  );
  assertEquals(await fixture.ended(time), { kind: "ended" });
  assertEquals(fixture.events, [added(1), added(2)]);
});

Deno.test("run() reports a lost connection when the stream errors", async () => {
  using time = new Clock();
  const error = new TypeError("reset");
  const fixture = new Fixture((call) =>
    call.open().send(added(1)).break(error)
  );
  assertEquals(await fixture.ended(time), { kind: "lost", error });
  assertEquals(fixture.events, [added(1)]);
});

Deno.test("run() reports a failure when watch() rejects", async () => {
  using time = new Clock();
  const error = new TypeError("no");
  const fixture = new Fixture((call) => call.fail(error));
  assertEquals(await fixture.ended(time), { kind: "failed", error });
});

Deno.test("run() reports a failure when watch() throws", async () => {
  using time = new Clock();
  const error = new TypeError("no");
  const fixture = new Fixture(() => {
    throw error;
  });
  await turn();
  assertEquals(await fixture.end, { kind: "failed", error });
  assertEquals(time.timers, 0);
});

for (const answer of [undefined, null]) {
  Deno.test(`run() reports a failure when watch() returns ${answer}`, async () => {
    using time = new Clock();
    const fixture = new Fixture((call) => call.answer(answer));
    const end = await fixture.ended(time);
    assert(end.kind === "failed");
    assertInstanceOf(end.error, TypeError);
    assertEquals(
      end.error.message,
      "Cannot read the watch: watch() returned no stream",
    );
  });
}

Deno.test("run() reports a failure when watch() returns a locked stream", async () => {
  using time = new Clock();
  const stream = new ReadableStream();
  stream.getReader();
  const fixture = new Fixture((call) => call.answer(stream));
  const end = await fixture.ended(time);
  assert(end.kind === "failed");
  assertInstanceOf(end.error, TypeError);
  assertEquals(
    end.error.message,
    "Cannot read the watch: watch() returned a locked stream",
  );
});

Deno.test("run() accepts a stream that is not a promise", async () => {
  using _time = new Clock();
  const session = new WatchSession(
    untyped<Watcher>({ watch: () => ReadableStream.from([added(1)]) }),
    { signal: new AbortController().signal, deadlineMs: 9, idleTimeoutMs: 9 },
  );
  assertEquals(await session.run({}, () => undefined), { kind: "ended" });
});

Deno.test("run() ends with what onEvent returns, and reads no further", async () => {
  using time = new Clock();
  const fixture = new Fixture(
    (call) => call.open().send(added(1), added(2)),
    {},
    () => FAILED,
  );
  assertStrictEquals(await fixture.ended(time), FAILED);
  assertEquals(fixture.events, [added(1)]);
  assertEquals(fixture.call.cancels.length, 1);
});

Deno.test("run() rejects with what onEvent throws", async () => {
  using time = new Clock();
  const fixture = new Fixture((call) => call.open().send(added(1)), {}, () => {
    throw new RangeError("broken");
  });
  await assertRejects(() => fixture.end, RangeError, "broken");
  assertEquals(time.timers, 0);
  assertEquals(fixture.abort.listeners, 0);
  assertEquals(fixture.call.cancels.length, 1);
});

Deno.test("an abort ends a watch() call that ignores it, and cancels its late stream", async () => {
  using time = new Clock();
  const fixture = new Fixture();
  fixture.abort.abort(new Error("stop"));
  await fixture.ended(time);
  assertStrictEquals(fixture.call.signal.reason, fixture.abort.signal.reason);
  fixture.call.open().send(added(1));
  await turn();
  assertEquals(fixture.call.cancels.length, 1);
  assertEquals(fixture.events, []);
});

Deno.test("an abort ends a stream that ignores it", async () => {
  using time = new Clock();
  const fixture = new Fixture((call) => call.open());
  await turn();
  fixture.abort.abort(new Error("stop"));
  await fixture.ended(time);
  assertStrictEquals(fixture.call.cancels[0], fixture.abort.signal.reason);
});

Deno.test("an abort ends a stream that ignores it, however little before that it came", async () => {
  for (let microtasks = 0; microtasks < 12; microtasks++) {
    using time = new Clock();
    const fixture = new Fixture();
    fixture.call.open();
    for (let i = 0; i < microtasks; i++) await Promise.resolve();
    fixture.abort.abort(new Error("stop"));
    await fixture.ended(time);
    assertEquals(fixture.call.cancels.length, 1);
  }
});

Deno.test("an abort ends a stream whose cancel hangs or fails", async () => {
  for (
    const onCancel of [
      () => new Promise<void>(() => {}),
      () => Promise.reject(new Error("no")),
    ]
  ) {
    using time = new Clock();
    const fixture = new Fixture((call) => {
      call.open().onCancel = onCancel;
    });
    await turn();
    fixture.abort.abort();
    await fixture.ended(time);
  }
});

Deno.test("an event that is read during the abort is dropped", async () => {
  using time = new Clock();
  const fixture = new Fixture((call) => call.open());
  await turn();
  fixture.call.send(added(1));
  fixture.abort.abort();
  await fixture.ended(time);
  assertEquals(fixture.events, []);
});

Deno.test("run() sends no request when the signal is already aborted", async () => {
  using time = new Clock();
  const watcher = new ScriptedWatcher();
  const abort = new CountedAbort();
  abort.abort(new Error("stop"));
  const { signal } = abort;
  const limits = { signal, deadlineMs: 9, idleTimeoutMs: 9 };
  const session = new WatchSession(watcher, limits);
  await session.run({}, () => undefined);
  assertEquals(watcher.calls.length, 0);
  assertEquals(abort.listeners, 0);
  assertEquals(time.timers, 0);
});

for (const opens of [true, false]) {
  Deno.test(`the deadline ends a watch that ${opens ? "is open" : "is not answered"}`, async () => {
    using time = new Clock();
    const fixture = new Fixture((call) => void (opens && call.open()), {
      deadlineMs: 5_000,
    });
    await time.pass(4_999);
    assertEquals(await isPending(fixture.end), true);
    await time.pass(1);
    assertEquals(
      deathOf(await fixture.ended(time)),
      "The watch was still open 5000 ms after its start: its connection is presumed dead",
    );
    fixture.call.open();
    await turn();
    assertEquals(fixture.call.cancels.length, 1);
  });

  Deno.test(`idleness ends a watch that ${opens ? "is open" : "is not answered"}`, async () => {
    using time = new Clock();
    const fixture = new Fixture((call) => void (opens && call.open()), {
      idleTimeoutMs: 700,
    });
    await time.pass(699);
    assertEquals(await isPending(fixture.end), true);
    await time.pass(1);
    assertEquals(
      deathOf(await fixture.ended(time)),
      "The watch delivered no event or bookmark for 700 ms: its connection is presumed dead",
    );
  });
}

Deno.test("a dead watch is reported as dead even if its stream honors the abort", async () => {
  using time = new Clock();
  const fixture = new Fixture((call) => call.open().heedAbort(), {
    idleTimeoutMs: 700,
  });
  await time.pass(700);
  deathOf(await fixture.ended(time));
});

Deno.test("each event restarts the idle time, without a timer of its own", async () => {
  using time = new Clock();
  const fixture = new Fixture((call) => call.open(), { idleTimeoutMs: 700 });
  await turn();
  const before = time.timersSoFar;
  await time.pass(400);
  fixture.call.send(added(1));
  await time.pass(0);
  fixture.call.send(added(2));
  await time.pass(699);
  assertEquals(time.timersSoFar - before, 1);
  assertEquals(await isPending(fixture.end), true);
  await time.pass(1);
  deathOf(await fixture.ended(time));
});

Deno.test("run() reports a failure when an event cannot be decoded", async () => {
  for (
    const error of [
      new UndecodableEventError("not JSON"),
      new TypeError("unreadable", {
        cause: new ResponseTooLargeError("too long", 10),
      }),
    ]
  ) {
    using time = new Clock();
    const fixture = new Fixture((call) => call.open().break(error));
    assertEquals(await fixture.ended(time), { kind: "failed", error });
  }
});

for (const idleTimeoutMs of [undefined, 20_000]) {
  Deno.test(`a list may be silent for 10 s, with an idle timeout of ${idleTimeoutMs}`, async () => {
    using time = new Clock();
    const fixture = new Fixture((call) => call.open(), {
      idleTimeoutMs,
      beginsWithList: true,
    });
    await time.pass(9_999);
    assertEquals(await isPending(fixture.end), true);
    await time.pass(1);
    assertEquals(
      deathOf(await fixture.ended(time)),
      "The watch delivered no event or bookmark for 10000 ms: its connection is presumed dead",
    );
  });
}

Deno.test("a shorter idle timeout holds for a list as well", async () => {
  using time = new Clock();
  const fixture = new Fixture((call) => call.open(), {
    idleTimeoutMs: 700,
    beginsWithList: true,
  });
  await time.pass(700);
  deathOf(await fixture.ended(time));
});

Deno.test("listComplete() lifts the limits of a list, and leaves the idle timeout", async () => {
  using time = new Clock();
  const fixture = new Fixture((call) => call.open(), { beginsWithList: true });
  await time.pass(9_000);
  fixture.session.listComplete();
  assertEquals(time.timers, 0);
  await time.pass(86_400_000);
  assertEquals(await isPending(fixture.end), true);
  fixture.abort.abort();
  await fixture.ended(time);

  const idle = new Fixture((call) => call.open(), {
    beginsWithList: true,
    idleTimeoutMs: 15_000,
  });
  await time.pass(9_000);
  idle.session.listComplete();
  await time.pass(14_999);
  assertEquals(await isPending(idle.end), true);
  await time.pass(1);
  deathOf(await idle.ended(time));
});

Deno.test("a list that comes too slowly ends, whatever the deadline", async () => {
  using time = new Clock();
  const fixture = new Fixture((call) => call.open(), { beginsWithList: true });
  await time.pass(0);
  for (let i = 1; i < 4; i++) {
    await time.pass(5_000);
    fixture.call.send(added(i));
  }
  await time.pass(4_999);
  assertEquals(await isPending(fixture.end), true);
  await time.pass(1);
  const end = await fixture.ended(time);
  assert(end.kind === "slow");
  assertEquals(
    end.error.message,
    "the watch delivered fewer than 20 events in 20000 ms",
  );
});

Deno.test("a list that comes swiftly goes on", async () => {
  using time = new Clock();
  const fixture = new Fixture((call) => call.open(), { beginsWithList: true });
  await turn();
  for (let i = 1; i < 100; i++) {
    fixture.call.send(added(i));
    await time.pass(500);
  }
  assertEquals(await isPending(fixture.end), true);
  fixture.abort.abort();
  await fixture.ended(time);
});

Deno.test("idleness is detected when the clock was set back", async () => {
  using time = new Clock();
  const fixture = new Fixture((call) => call.open(), { idleTimeoutMs: 700 });
  await turn();
  using _clock = setClock(-3_600_000);
  await time.pass(700);
  assertEquals(await isPending(fixture.end), true);
  await time.pass(700);
  deathOf(await fixture.ended(time));
});

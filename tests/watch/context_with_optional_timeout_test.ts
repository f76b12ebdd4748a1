// `contextWithOptionalTimeout`: on fake time, to the millisecond. No timer and
// no listener on the parent is left behind.

import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { contextWithOptionalTimeout } from "../../mod.ts";
import { captureConsole, CountedAbort } from "../support/wait_fakes.ts";

/** Asserts that a value is a `DOMException` of this name. */
function assertDomException(reason: unknown, name: string): void {
  assertInstanceOf(reason, DOMException);
  assertEquals(reason.name, name);
}

for (
  const timeoutMs of [1, 0.5, 30_000, 2 ** 31 - 1, 2 ** 31, 10 * 2 ** 31 + 7]
) {
  Deno.test(`contextWithOptionalTimeout() aborts with a TimeoutError when ${timeoutMs} ms have passed`, () => {
    using time = new FakeTime();
    const abort = new CountedAbort();
    const { signal } = contextWithOptionalTimeout(abort.signal, timeoutMs);
    assertEquals(abort.listeners, 1);
    const wholeMs = Math.floor(timeoutMs);
    if (wholeMs > 0) time.tick(wholeMs - 1);
    assertFalse(signal.aborted);
    time.tick(1);
    assert(signal.aborted);
    assertDomException(signal.reason, "TimeoutError");
    assertEquals(abort.listeners, 0);
    assertFalse(time.next());
  });
}

for (const timeoutMs of [0, -0, Infinity]) {
  Deno.test(`contextWithOptionalTimeout() sets no timer when the timeout is ${Object.is(timeoutMs, -0) ? "-0" : timeoutMs}`, () => {
    using captured = captureConsole();
    using time = new FakeTime();
    using context = contextWithOptionalTimeout(undefined, timeoutMs);
    assertFalse(time.next());
    assertFalse(context.signal.aborted);
    assertEquals(captured.written, []);
  });
}

for (const timeoutMs of [-1, -Infinity]) {
  Deno.test(`contextWithOptionalTimeout() warns and sets no timer when the timeout is ${timeoutMs}`, () => {
    using captured = captureConsole();
    using time = new FakeTime();
    const parent = new AbortController();
    const { signal } = contextWithOptionalTimeout(parent.signal, timeoutMs);
    assertEquals(captured.written.length, 1);
    assert(`${captured.written[0]}`.includes(`${timeoutMs} ms`));
    assertFalse(time.next());
    assertFalse(signal.aborted);
    parent.abort();
    assert(signal.aborted);
  });
}

Deno.test("contextWithOptionalTimeout() throws RangeError when the timeout is NaN", () => {
  const abort = new CountedAbort();
  assertThrows(
    () => contextWithOptionalTimeout(abort.signal, NaN),
    RangeError,
    "timeoutMs",
  );
  assertEquals(abort.added, 0);
});

Deno.test("contextWithOptionalTimeout() aborts with the parent's reason", () => {
  using time = new FakeTime();
  for (const reason of [new Error("stopped"), null, "stopped", undefined]) {
    const abort = new CountedAbort();
    const { signal } = contextWithOptionalTimeout(abort.signal, 1_000);
    abort.abort(reason);
    assert(signal.aborted);
    assertStrictEquals(signal.reason, abort.signal.reason);
    assertEquals(abort.listeners, 0);
    assertFalse(time.next());
  }
});

Deno.test("contextWithOptionalTimeout() is aborted from the start when its parent is", () => {
  using time = new FakeTime();
  for (const timeoutMs of [0, 1_000]) {
    const abort = new CountedAbort();
    const reason = new Error("stopped");
    abort.abort(reason);
    const { signal } = contextWithOptionalTimeout(abort.signal, timeoutMs);
    assert(signal.aborted);
    assertStrictEquals(signal.reason, reason);
    assertEquals(abort.added, 0);
    assertFalse(time.next());
  }
});

Deno.test("contextWithOptionalTimeout().cancel() aborts with what it is given", () => {
  for (const reason of [new Error("done"), null, "done"]) {
    const { signal, cancel } = contextWithOptionalTimeout(undefined, 0);
    cancel(reason);
    assert(signal.aborted);
    assertStrictEquals(signal.reason, reason);
  }
});

Deno.test("contextWithOptionalTimeout().cancel() and disposal abort with an AbortError when there is no reason", () => {
  const cancelled = contextWithOptionalTimeout(undefined, 1_000);
  cancelled.cancel();
  assertDomException(cancelled.signal.reason, "AbortError");

  const context = contextWithOptionalTimeout(undefined, 1_000);
  {
    using _ = context;
    assertFalse(context.signal.aborted);
  }
  assertDomException(context.signal.reason, "AbortError");
});

Deno.test("contextWithOptionalTimeout() releases timer and listener when it is cancelled or disposed of", () => {
  using time = new FakeTime();
  for (const timeoutMs of [0, 1_000, 2 ** 31 + 1_000]) {
    for (const release of ["cancel", Symbol.dispose] as const) {
      const abort = new CountedAbort();
      const context = contextWithOptionalTimeout(abort.signal, timeoutMs);
      assertEquals(abort.listeners, 1);
      // Past the first part of a timer that has to be set more than once.
      if (timeoutMs > 2 ** 31) time.tick(2 ** 31);
      context[release]();
      assertEquals(abort.listeners, 0);
      assertFalse(time.next());
    }
  }
});

Deno.test("contextWithOptionalTimeout() has released everything when its signal's listeners are called", () => {
  using time = new FakeTime();
  const abort = new CountedAbort();
  const { signal, cancel } = contextWithOptionalTimeout(abort.signal, 1_000);
  let seen: unknown;
  signal.addEventListener("abort", () => {
    seen = [abort.listeners, time.next()];
  });
  cancel();
  assertEquals(seen, [0, false]);
});

Deno.test("contextWithOptionalTimeout() keeps its first reason when it is cancelled again", () => {
  using time = new FakeTime();
  const first = new Error("first");
  const abort = new CountedAbort();
  const context = contextWithOptionalTimeout(abort.signal, 1_000);
  let aborts = 0;
  context.signal.addEventListener("abort", () => aborts++);
  context.cancel(first);
  context.cancel(new Error("second"));
  context[Symbol.dispose]();
  context[Symbol.dispose]();
  abort.abort(new Error("third"));
  time.tick(2_000);
  assertStrictEquals(context.signal.reason, first);
  assertEquals(aborts, 1);

  const timedOut = contextWithOptionalTimeout(undefined, 1_000);
  time.tick(1_000);
  timedOut.cancel(first);
  timedOut[Symbol.dispose]();
  assertDomException(timedOut.signal.reason, "TimeoutError");
});

Deno.test("contextWithOptionalTimeout() leaves its parent alone when it ends", () => {
  const parent = new AbortController();
  contextWithOptionalTimeout(parent.signal, 0).cancel();
  assertFalse(parent.signal.aborted);
});

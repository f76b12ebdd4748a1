// `FailureMemory`: it uses the same callback as the caller, who misses nothing.

import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import type { RetryWatcherOptions, WatchRestart } from "../../mod.ts";
import { FailureMemory } from "../../watch/_last_failure.ts";

function restart(cause: unknown): WatchRestart {
  return { cause, resourceVersion: "7", delayMs: 0, attempt: 1 };
}

Deno.test("FailureMemory keeps the last failure when watches end well after it", () => {
  const failures = new FailureMemory({});
  assertStrictEquals(failures.last, undefined);
  const [first, second] = [new Error("first"), new Error("second")];
  for (
    const [cause, last] of [
      [undefined, undefined],
      [first, first],
      [undefined, first],
      [second, second],
    ]
  ) {
    failures.options.onRestart?.(restart(cause));
    assertStrictEquals(failures.last, last);
  }
});

Deno.test("FailureMemory passes on every restart and option", () => {
  const told: WatchRestart[] = [];
  const { signal } = new AbortController();
  const options: RetryWatcherOptions = {
    signal,
    minRestartDelayMs: 1,
    maxRestartDelayMs: 2,
    watchTimeoutMs: 3,
    watchGraceMs: 4,
    idleTimeoutMs: 5,
    onRestart: (restart) => told.push(restart),
  };
  const failures = new FailureMemory(options);
  const { onRestart: _, ...rest } = options;
  const { onRestart, ...kept } = failures.options;
  assertEquals(kept, rest);
  const given = restart(new Error("refused"));
  onRestart?.(given);
  assertEquals(told.length, 1);
  assertStrictEquals(told[0], given);
});

Deno.test("FailureMemory remembers the failure first, and passes on what the caller's onRestart throws or returns", () => {
  const thrown = new Error("cannot log");
  const throwing = new FailureMemory({
    onRestart: () => {
      throw thrown;
    },
  });
  const failure = new Error("refused");
  assertStrictEquals(
    assertThrows(() => throwing.options.onRestart?.(restart(failure))),
    thrown,
  );
  assertStrictEquals(throwing.last, failure);

  const promise = Promise.resolve();
  const giving = new FailureMemory({ onRestart: () => promise });
  const given: unknown = giving.options.onRestart?.(restart(failure));
  assertStrictEquals(given, promise);
});

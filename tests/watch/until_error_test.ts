// The errors of waits: classes, names, messages and fields. When each is thrown
// is tested with the functions that throw it.

import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertStrictEquals,
} from "@std/assert";
import {
  ConditionError,
  StatusError,
  UntilError,
  type UntilErrorOptions,
  WaitInterruptedError,
  WatchClosedError,
  type WatchEvent,
} from "../../mod.ts";

const EVENT: WatchEvent = { type: "ADDED", object: { kind: "Pod" } };
const FORBIDDEN = new StatusError({ message: "pods is forbidden: no" });
const TIMEOUT = new DOMException("5 s have passed", "TimeoutError");

/** Each class, with its message without any options. */
const CLASSES: Readonly<
  Record<
    string,
    { make: (options?: UntilErrorOptions) => UntilError; message: string }
  >
> = {
  UntilError: {
    make: (options) => new UntilError("it failed", options),
    message: "it failed",
  },
  WatchClosedError: {
    make: (options) => new WatchClosedError(options),
    message: "watch closed before UntilWithoutRetry timeout",
  },
  WaitInterruptedError: {
    make: (options) => new WaitInterruptedError({ cause: TIMEOUT, ...options }),
    message: "timed out waiting for the condition",
  },
  ConditionError: {
    make: (options) =>
      new ConditionError({ cause: new Error("something bad"), ...options }),
    message: "the condition threw: something bad",
  },
};

for (const [name, { make, message }] of Object.entries(CLASSES)) {
  Deno.test(`${name} is an UntilError with its own name`, () => {
    const error = make();
    assertInstanceOf(error, UntilError);
    assertInstanceOf(error, Error);
    assertEquals(error.name, name);
    assertEquals(error.constructor.name, name);
    assertEquals(`${error}`, `${name}: ${message}`);
  });

  Deno.test(`${name} has no event or error by default`, () => {
    const error = make();
    assertEquals(error.message, message);
    assertStrictEquals(error.lastEvent, undefined);
    assertStrictEquals(error.lastError, undefined);
  });

  Deno.test(`${name} has the event, the last error and the cause that it was given`, () => {
    const cause = new Error("the cause");
    const error = make({ cause, lastEvent: EVENT, lastError: FORBIDDEN });
    assertStrictEquals(error.cause, cause);
    assertStrictEquals(error.lastEvent, EVENT);
    assertStrictEquals(error.lastError, FORBIDDEN);
    assert(error.message.endsWith(": last error: pods is forbidden: no"));
  });

  Deno.test(`${name} ends its message with the last error`, () => {
    assertEquals(
      make({ lastError: FORBIDDEN }).message,
      `${message}: last error: pods is forbidden: no`,
    );
  });
}

Deno.test("UntilError has no cause of its own when none is given", () => {
  assertFalse("cause" in new UntilError("it failed"));
  assertFalse("cause" in new WatchClosedError({ lastEvent: EVENT }));
});

Deno.test("ConditionError does not repeat the thrown error if it is the last error too", () => {
  const error = new ConditionError({ cause: FORBIDDEN, lastError: FORBIDDEN });
  assertEquals(error.message, "the condition threw: pods is forbidden: no");
  assertStrictEquals(error.lastError, FORBIDDEN);
});

Deno.test("UntilError shows a last error that is not an Error", () => {
  assertEquals(
    new UntilError("it failed", { lastError: null }).message,
    "it failed: last error: null",
  );
});

const REASONS: readonly {
  reason: unknown;
  timedOut: boolean;
  message: string;
}[] = [
  {
    reason: TIMEOUT,
    timedOut: true,
    message: "timed out waiting for the condition",
  },
  {
    reason: Object.assign(new Error("late"), { name: "TimeoutError" }),
    timedOut: true,
    message: "timed out waiting for the condition",
  },
  {
    reason: new DOMException("stopped by hand", "AbortError"),
    timedOut: false,
    message: "interrupted while waiting for the condition: stopped by hand",
  },
  {
    reason: new Error("TimeoutError"),
    timedOut: false,
    message: "interrupted while waiting for the condition: TimeoutError",
  },
  {
    reason: "TimeoutError",
    timedOut: false,
    message: "interrupted while waiting for the condition: TimeoutError",
  },
  {
    reason: null,
    timedOut: false,
    message: "interrupted while waiting for the condition: null",
  },
];

for (const { reason, timedOut, message } of REASONS) {
  Deno.test(`WaitInterruptedError ${timedOut ? "has" : "has not"} timed out when the reason is ${typeof reason} ${reason}`, () => {
    const error = new WaitInterruptedError({ cause: reason });
    assertEquals(error.timedOut, timedOut);
    assertEquals(error.message, message);
    assertStrictEquals(error.cause, reason);
  });
}

Deno.test("WaitInterruptedError begins with the interrupted step if one is given", () => {
  const during = "UntilWithSync: unable to sync caches";
  for (const { reason, message } of REASONS) {
    const error = new WaitInterruptedError(
      { cause: reason, lastError: FORBIDDEN },
      during,
    );
    assertEquals(
      error.message,
      `${during}: ${message}: last error: pods is forbidden: no`,
    );
  }
});

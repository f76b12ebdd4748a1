// `untilWithoutRetry`, and with it the loop behind every wait, on streams that
// are fed by hand. The cases that callers of client-go rely on come first; at
// the end, each outcome is checked for the same cleanup.

import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { FakeTime } from "@std/testing/time";
import fc from "fast-check";
import {
  ConditionError,
  type ConditionFunc,
  contextWithOptionalTimeout,
  type KubernetesObject,
  type Status,
  StatusError,
  UntilError,
  type UntilOptions,
  untilWithoutRetry,
  WaitInterruptedError,
  WatchClosedError,
  type WatchEvent,
} from "../../mod.ts";
import {
  atSettling,
  collectGarbage,
  CountedAbort,
  event,
  Feed,
  ForeignPromise,
  isPending,
  turn,
} from "../support/wait_fakes.ts";
import { untyped } from "../support/scripted_watcher.ts";

const ADDED = event("ADDED", "web");
const MODIFIED = event("MODIFIED", "web");
const DELETED = event("DELETED", "web");
const BOOKMARK: WatchEvent = {
  type: "BOOKMARK",
  object: { metadata: { resourceVersion: "7" } },
};
const FORBIDDEN: Status = {
  status: "Failure",
  reason: "Forbidden",
  code: 403,
  message: "pods is forbidden: no",
};
const ERROR: WatchEvent = { type: "ERROR", object: FORBIDDEN };
const TIMEOUT = new DOMException("too long", "TimeoutError");

const isAdded: ConditionFunc = ({ type }) => type === "ADDED";
const isModified: ConditionFunc = ({ type }) => type === "MODIFIED";
const isDeleted: ConditionFunc = ({ type }) => type === "DELETED";
const never: ConditionFunc = () => false;
const always: ConditionFunc = () => true;
const pending: ConditionFunc = () => new Promise(() => {});
const unreachable: ConditionFunc = () => {
  throw new Error("this condition must not be tried");
};

type Answer = boolean | Promise<boolean>;

/** The ways in which a condition may return. */
const WAYS: Readonly<Record<string, (met: boolean) => Answer>> = {
  "at once": (met) => met,
  "by a promise": (met) => Promise.resolve(met),
  "by a later promise": async (met) => {
    await turn();
    return met;
  },
  "by a foreign promise": (met) => new ForeignPromise(Promise.resolve(met)),
};

// Meeting conditions

Deno.test("untilWithoutRetry() resolves with the event that met the condition", async () => {
  const { events } = new Feed().send(ADDED, MODIFIED, DELETED);
  assertStrictEquals(await untilWithoutRetry(events, isModified), MODIFIED);
});

Deno.test("untilWithoutRetry() waits for a later event", async () => {
  const feed = new Feed();
  const wait = untilWithoutRetry(feed.events, isModified);
  assert(await isPending(wait));
  feed.send(ADDED);
  assert(await isPending(wait));
  feed.send(MODIFIED);
  assertStrictEquals(await wait, MODIFIED);
});

Deno.test("untilWithoutRetry() reads no event after the one that met the condition", async () => {
  const feed = new Feed().send(ADDED);
  await untilWithoutRetry(feed.events, isAdded);
  assertEquals(feed.pulls, 0);
});

for (const [way, answer] of Object.entries(WAYS)) {
  Deno.test(`untilWithoutRetry() tries conditions in sequence when they answer ${way}`, async () => {
    const tried: string[] = [];
    const condition = (name: string, types: string[]): ConditionFunc => {
      return ({ type }) => {
        tried.push(`${name} ${type}`);
        return answer(types.includes(type));
      };
    };
    const again = { ...MODIFIED };
    const { events } = new Feed().send(MODIFIED, ADDED, again, DELETED);
    const met = await untilWithoutRetry(events, [
      condition("a", ["ADDED"]),
      condition("b", ["ADDED", "DELETED"]),
      condition("c", ["MODIFIED", "DELETED"]),
      condition("d", ["MODIFIED"]),
    ]);
    assertStrictEquals(met, again);
    assertEquals(tried, [
      "a MODIFIED",
      "a ADDED",
      "b ADDED",
      "c ADDED",
      "c MODIFIED",
      "d MODIFIED",
    ]);
  });
}

Deno.test("untilWithoutRetry() agrees with client-go's loop when events and conditions are random", async () => {
  const types = ["ADDED", "MODIFIED", "DELETED"] as const;
  const ways = Object.values(WAYS);
  const condition = fc.record({
    meets: fc.subarray([...types]),
    way: fc.constantFrom(...ways),
  });
  await fc.assert(fc.asyncProperty(
    fc.array(fc.constantFrom(...types), { maxLength: 8 }),
    fc.array(condition, { minLength: 1, maxLength: 4 }),
    async (sent, conditions) => {
      const expected: string[] = [];
      let last: string | undefined;
      const left = sent.map((type, index) => `${type} ${index}`);
      const closed = conditions.some(({ meets }, number) => {
        let met = false;
        if (last === undefined) last = left.shift();
        while (last !== undefined && !met) {
          expected.push(`${number} ${last}`);
          const current = last;
          met = meets.some((type) => current.startsWith(type));
          if (!met) last = left.shift();
        }
        return !met;
      });

      const tried: string[] = [];
      const feed = new Feed()
        .send(...sent.map((type, index) => event(type, `${index}`))).end();
      const name = ({ type, object }: WatchEvent) =>
        `${type} ${"metadata" in object && nameOf(object)}`;
      const wait = untilWithoutRetry(
        feed.events,
        conditions.map(({ meets, way }, number) => (seen: WatchEvent) => {
          tried.push(`${number} ${name(seen)}`);
          return way(meets.some((type) => type === seen.type));
        }),
      );
      if (closed) await assertRejects(() => wait, WatchClosedError);
      else assertEquals(name(await wait ?? BOOKMARK), last);
      assertEquals(tried, expected);
    },
  ));
});

function nameOf(object: KubernetesObject): string | undefined {
  return object.metadata?.name;
}

Deno.test("untilWithoutRetry() accepts a condition or a list of one", async () => {
  for (const conditions of [isModified, [isModified]]) {
    const { events } = new Feed().send(ADDED, MODIFIED);
    assertStrictEquals(await untilWithoutRetry(events, conditions), MODIFIED);
  }
});

Deno.test("untilWithoutRetry() shows ERROR and BOOKMARK events to conditions like any other", async () => {
  for (const shown of [ERROR, BOOKMARK]) {
    const seen: WatchEvent[] = [];
    const { events } = new Feed().send(ADDED, shown, MODIFIED);
    const met = await untilWithoutRetry(events, [
      (event) => {
        seen.push(event);
        return event.type === shown.type;
      },
      (event) => event.type === shown.type,
    ]);
    assertStrictEquals(met, shown);
    assertEquals(seen, [ADDED, shown]);
  }
});

// No conditions

const SIGNALS: Readonly<Record<string, () => UntilOptions | undefined>> = {
  "no signal": () => undefined,
  "a quiet signal": () => ({ signal: new AbortController().signal }),
  "an aborted signal": () => ({ signal: AbortSignal.abort() }),
};

for (const [name, options] of Object.entries(SIGNALS)) {
  Deno.test(`untilWithoutRetry() resolves undefined at once when there are no conditions and ${name}`, async () => {
    const hanging = new Feed(() => new Promise(() => {})).send(ADDED);
    const wait = untilWithoutRetry(hanging.events, [], options());
    assertEquals(await atSettling(wait, () => hanging.cancels.length), 1);
    assertFalse(await isPending(wait));
    assertEquals(await wait, undefined);
    assertFalse(hanging.events.locked);

    const failing = new Feed().fail(new Error("connection reset"));
    assertEquals(
      await untilWithoutRetry(failing.events, [], options()),
      undefined,
    );
  });
}

// Early ends

Deno.test("untilWithoutRetry() rejects with WatchClosedError when the stream ends", async () => {
  const seen = new Feed().send(ADDED, MODIFIED).end();
  const error = await assertRejects(
    () => untilWithoutRetry(seen.events, [isAdded, isDeleted]),
    WatchClosedError,
  );
  assertEquals(error.message, "watch closed before UntilWithoutRetry timeout");
  assertStrictEquals(error.lastEvent, MODIFIED);
  assertEquals(error.lastError, undefined);
  assertFalse("cause" in error);

  const unseen = await assertRejects(
    () => untilWithoutRetry(new Feed().end().events, always),
    WatchClosedError,
  );
  assertEquals(unseen.lastEvent, undefined);
});

Deno.test("untilWithoutRetry() resolves when the last event before the end meets the last condition", async () => {
  const { events } = new Feed().send(ADDED, MODIFIED).end();
  assertStrictEquals(
    await untilWithoutRetry(events, [isAdded, isModified, isModified]),
    MODIFIED,
  );
});

const THROWING: Readonly<Record<string, (error: unknown) => ConditionFunc>> = {
  "throws": (error) => () => {
    throw error;
  },
  "rejects": (error) => () => Promise.reject(error),
  "rejects later": (error) => async () => {
    await turn();
    throw error;
  },
  "returns a foreign promise that rejects": (error) => () =>
    new ForeignPromise<boolean>(Promise.reject(error)),
};

for (const [what, make] of Object.entries(THROWING)) {
  Deno.test(`untilWithoutRetry() rejects with ConditionError when a condition ${what}`, async () => {
    const cause = new Error("something bad");
    const condition = make(cause);
    for (const conditions of [condition, [isAdded, condition, unreachable]]) {
      const feed = new Feed().send(ADDED, MODIFIED);
      const error = await assertRejects(
        () => untilWithoutRetry(feed.events, conditions),
        ConditionError,
        "something bad",
      );
      assertStrictEquals(error.cause, cause);
      assertStrictEquals(error.lastEvent, ADDED);
      assertEquals(error.lastError, undefined);
    }
  });
}

Deno.test("untilWithoutRetry() rejects with ConditionError for any value that a condition throws", async () => {
  const hostile = new Error();
  Object.defineProperty(hostile, "message", {
    get: () => {
      throw new Error("no message for you");
    },
  });
  const thrown = ["text", undefined, null, 0, Object.create(null), hostile];
  for (const cause of thrown) {
    const wait = untilWithoutRetry(new Feed().send(ADDED).events, () => {
      throw cause;
    });
    const error = await assertRejects(() => wait, ConditionError);
    assertStrictEquals(error.cause, cause);
    assert("cause" in error);
  }
});

Deno.test("untilWithoutRetry() rejects with a plain UntilError when the stream errors", async () => {
  const cause = new TypeError("connection reset");
  const feed = new Feed().send(ADDED);
  const wait = assertRejects(
    () => untilWithoutRetry(feed.events, never),
    UntilError,
  );
  await turn();
  feed.fail(cause);
  const error = await wait;
  assertStrictEquals(error.constructor, UntilError);
  assertStrictEquals(error.cause, cause);
  assertStrictEquals(error.lastError, cause);
  assertStrictEquals(error.lastEvent, ADDED);
  assert(error.message.endsWith(": last error: connection reset"));
});

Deno.test("untilWithoutRetry() rejects with TypeError when the stream is locked", async () => {
  const { events } = new Feed();
  const reader = events.getReader();
  const abort = new CountedAbort();
  await assertRejects(
    () => untilWithoutRetry(events, always, { signal: abort.signal }),
    TypeError,
  );
  assertEquals(abort.listeners, 0);
  assert(events.locked);
  reader.releaseLock();
});

Deno.test("untilWithoutRetry() rejects when the stream holds something that is not an event", async () => {
  const nothing: WatchEvent = JSON.parse("null");
  const feed = new Feed().send(nothing);
  const wait = untilWithoutRetry(feed.events, ({ type }) => type === "ADDED");
  await assertRejects(() => wait, ConditionError);
  assertEquals(feed.cancels.length, 1);
});

// The signal

Deno.test("untilWithoutRetry() tries nothing when the signal is already aborted", async () => {
  const feed = new Feed().send(ADDED);
  const reason = new Error("stopped");
  const error = await assertRejects(
    () =>
      untilWithoutRetry(feed.events, unreachable, {
        signal: AbortSignal.abort(reason),
      }),
    WaitInterruptedError,
    "stopped",
  );
  assertStrictEquals(error.cause, reason);
  assertEquals(error.lastEvent, undefined);
  assertEquals(feed.pulls, 0);
  assertEquals(feed.cancels.length, 1);
});

Deno.test("untilWithoutRetry() is interrupted while a read is pending", async () => {
  const abort = new AbortController();
  const feed = new Feed().send(ADDED);
  const wait = assertRejects(
    () => untilWithoutRetry(feed.events, never, { signal: abort.signal }),
    WaitInterruptedError,
  );
  assert(await isPending(wait));
  assertEquals(feed.pulls, 1);
  const reason = new Error("stopped");
  abort.abort(reason);
  assertFalse(await isPending(wait));
  const error = await wait;
  assertStrictEquals(error.cause, reason);
  assertStrictEquals(error.lastEvent, ADDED);
  assertEquals(error.lastError, undefined);
  assertFalse(error.timedOut);
});

Deno.test("untilWithoutRetry() is interrupted at once while a condition is pending", async () => {
  for (const conditions of [pending, [isAdded, pending, unreachable]]) {
    const abort = new AbortController();
    const feed = new Feed().send(ADDED);
    const wait = assertRejects(
      () =>
        untilWithoutRetry(feed.events, conditions, { signal: abort.signal }),
      WaitInterruptedError,
    );
    assert(await isPending(wait));
    abort.abort();
    assertFalse(await isPending(wait));
    assertStrictEquals((await wait).lastEvent, ADDED);
    assertEquals(feed.cancels.length, 1);
  }
});

for (const late of ["true", "false", "an error"]) {
  Deno.test(`untilWithoutRetry() drops ${late} that a condition returns after the abort`, async () => {
    for (const position of [0, 1]) {
      const abort = new AbortController();
      const { signal } = abort;
      const answer = Promise.withResolvers<boolean>();
      const after: WatchEvent[] = [];
      const wait = untilWithoutRetry(
        new Feed().send(ADDED, MODIFIED).events,
        [
          isAdded,
          () => answer.promise,
          (event: WatchEvent) => after.push(event) > 0,
        ].slice(position),
        { signal },
      );
      const failure = assertRejects(() => wait, WaitInterruptedError);
      await turn();
      abort.abort();
      if (late === "an error") answer.reject(new Error("too late"));
      else answer.resolve(late === "true");
      await failure;
      await turn();
      assertEquals(after, []);
    }
  });
}

for (const then of ["returns true", "returns false", "throws", "rejects"]) {
  Deno.test(`untilWithoutRetry() is interrupted when a condition aborts the signal and ${then}`, async () => {
    const abort = new AbortController();
    const { signal } = abort;
    const reason = new Error("seen enough");
    const after: WatchEvent[] = [];
    const feed = new Feed().send(ADDED, MODIFIED);
    const wait = untilWithoutRetry(feed.events, [
      () => {
        abort.abort(reason);
        if (then === "throws") throw reason;
        if (then === "rejects") return Promise.reject(reason);
        return then === "returns true";
      },
      (event) => after.push(event) > 0,
    ], { signal });
    const error = await assertRejects(() => wait, WaitInterruptedError);
    assertStrictEquals(error.cause, reason);
    assertStrictEquals(error.lastEvent, ADDED);
    assertEquals(feed.cancels.length, 1);
    await turn();
    assertEquals(after, []);
  });
}

Deno.test("untilWithoutRetry() tries no condition on an event that arrived just before the abort", async () => {
  const abort = new AbortController();
  const { signal } = abort;
  const seen: WatchEvent[] = [];
  const feed = new Feed();
  const wait = assertRejects(
    () =>
      untilWithoutRetry(feed.events, (event) => seen.push(event) > 0, {
        signal,
      }),
    WaitInterruptedError,
  );
  await turn();
  feed.send(ADDED);
  abort.abort();
  assertEquals((await wait).lastEvent, undefined);
  await turn();
  assertEquals(seen, []);
});

Deno.test("untilWithoutRetry() is interrupted when the last condition aborts the signal and returns true", async () => {
  const abort = new AbortController();
  for (const way of Object.values(WAYS)) {
    const wait = untilWithoutRetry(new Feed().send(ADDED).events, () => {
      abort.abort();
      return way(true);
    }, { signal: abort.signal });
    await assertRejects(() => wait, WaitInterruptedError);
  }
});

const DOUBLE_ENDS: Readonly<Record<string, (feed: Feed) => void>> = {
  ended: (feed) => feed.end(),
  failed: (feed) => feed.fail(new Error("connection reset")),
};

for (const [what, end] of Object.entries(DOUBLE_ENDS)) {
  Deno.test(`untilWithoutRetry() is interrupted when the stream has ${what} and the signal is aborted as well`, async () => {
    const before = new Feed();
    end(before);
    const aborted = { signal: AbortSignal.abort() };
    await assertRejects(
      () => untilWithoutRetry(before.events, never, aborted),
      WaitInterruptedError,
    );

    // A watch ends its stream by the same signal that the wait listens to.
    for (const own of [true, false]) {
      const abort = new AbortController();
      const { signal } = abort;
      const feed = new Feed();
      if (own) signal.addEventListener("abort", () => end(feed));
      const wait = assertRejects(
        () => untilWithoutRetry(feed.events, never, { signal }),
        WaitInterruptedError,
      );
      await turn();
      if (!own) end(feed);
      abort.abort();
      await wait;
    }
  });

  Deno.test(`untilWithoutRetry() is interrupted when the stream has ${what} and the abort event was kept from it`, async () => {
    const abort = new AbortController();
    abort.signal.addEventListener(
      "abort",
      (event) => event.stopImmediatePropagation(),
    );
    const feed = new Feed();
    const wait = assertRejects(
      () => untilWithoutRetry(feed.events, never, { signal: abort.signal }),
      WaitInterruptedError,
    );
    await turn();
    abort.abort();
    end(feed);
    await wait;
  });
}

Deno.test("untilWithoutRetry() has timed out when the signal's reason is a TimeoutError", async () => {
  using time = new FakeTime();
  using context = contextWithOptionalTimeout(undefined, 5_000);
  const signals = [context.signal, AbortSignal.timeout(5_000)];
  const waits = signals.map((signal) =>
    assertRejects(
      () => untilWithoutRetry(new Feed().events, never, { signal }),
      WaitInterruptedError,
    )
  );
  await time.tickAsync(4_999);
  for (const wait of waits) assert(await isPending(wait));
  await time.tickAsync(1);
  for (const [index, wait] of waits.entries()) {
    const error = await wait;
    assert(error.timedOut);
    assertStrictEquals(error.cause, signals[index]?.reason);
    assertEquals(error.message, "timed out waiting for the condition");
  }
});

// ERROR events

Deno.test("untilWithoutRetry() names the status when the stream ends after an ERROR event", async () => {
  const { events } = new Feed().send(ADDED, ERROR).end();
  const error = await assertRejects(
    () => untilWithoutRetry(events, never),
    WatchClosedError,
  );
  assertStrictEquals(error.lastEvent, ERROR);
  assertInstanceOf(error.cause, StatusError);
  assertStrictEquals(error.cause.status, FORBIDDEN);
  assertStrictEquals(error.lastError, error.cause);
  assertEquals(
    error.message,
    "watch closed before UntilWithoutRetry timeout: last error: pods is forbidden: no",
  );
});

Deno.test("untilWithoutRetry() remembers an ERROR event as the last error, and no longer as the cause, when others follow", async () => {
  const { events } = new Feed().send(ERROR, MODIFIED).end();
  const error = await assertRejects(
    () => untilWithoutRetry(events, never),
    WatchClosedError,
    ": last error: pods is forbidden: no",
  );
  assertFalse("cause" in error);
  assertInstanceOf(error.lastError, StatusError);
});

Deno.test("untilWithoutRetry() names the status of an ERROR event when it is interrupted or a condition throws", async () => {
  const abort = new AbortController();
  const silent = new Feed().send(ERROR);
  const timedOut = assertRejects(
    () => untilWithoutRetry(silent.events, never, { signal: abort.signal }),
    WaitInterruptedError,
  );
  await turn();
  abort.abort(TIMEOUT);
  const thrown = assertRejects(
    () => untilWithoutRetry(new Feed().send(ERROR).events, unreachable),
    ConditionError,
  );
  for (const error of [await timedOut, await thrown]) {
    assertInstanceOf(error.lastError, StatusError);
    assertStrictEquals(error.lastError.status, FORBIDDEN);
    assert(error.message.endsWith(": last error: pods is forbidden: no"));
  }
  assertStrictEquals((await timedOut).cause, TIMEOUT);
});

Deno.test("untilWithoutRetry() makes a StatusError of any ERROR event", async () => {
  for (const json of ["null", "{}", '{"code":410}', '"text"']) {
    const error: WatchEvent = { type: "ERROR", object: JSON.parse(json) };
    const wait = untilWithoutRetry(new Feed().send(error).end().events, never);
    const { cause } = await assertRejects(() => wait, WatchClosedError);
    assertInstanceOf(cause, StatusError);
  }
});

// Cleanup, in every outcome

interface Outcome {
  conditions: ConditionFunc | readonly ConditionFunc[];
  /** What the stream holds from the start. */
  feed: (feed: Feed) => void;
  /** What happens during the wait. */
  then?: (feed: Feed, abort: CountedAbort) => void;
  /** The name of the error; undefined if it resolves. */
  error?: string;
  /**
   * Whether the stream has ended by itself, so that there is nothing to cancel.
   */
  over?: boolean;
}

const OUTCOMES: Readonly<Record<string, Outcome>> = {
  "the condition is met": { conditions: always, feed: (f) => f.send(ADDED) },
  "an async condition is met": {
    conditions: [always, () => Promise.resolve(true)],
    feed: (f) => f.send(ADDED),
  },
  "a condition throws": {
    conditions: unreachable,
    feed: (f) => f.send(ADDED),
    error: "ConditionError",
  },
  "a condition rejects": {
    conditions: () => Promise.reject(new Error("no")),
    feed: (f) => f.send(ADDED),
    error: "ConditionError",
  },
  "the stream ends": {
    conditions: never,
    feed: (f) => f.send(ADDED),
    then: (f) => f.end(),
    error: "WatchClosedError",
    over: true,
  },
  "the stream errors": {
    conditions: never,
    feed: (f) => f.send(ADDED),
    then: (f) => f.fail(new Error("connection reset")),
    error: "UntilError",
    over: true,
  },
  "the signal aborts during a read": {
    conditions: never,
    feed: (f) => f.send(ADDED),
    then: (_, abort) => abort.abort(),
    error: "WaitInterruptedError",
  },
  "the signal aborts during a condition": {
    conditions: pending,
    feed: (f) => f.send(ADDED),
    then: (_, abort) => abort.abort(),
    error: "WaitInterruptedError",
  },
};

const CANCELS: Readonly<Record<string, (() => Promise<void>) | undefined>> = {
  "": undefined,
  " and its cancel throws": () => {
    throw new Error("cannot cancel");
  },
  " and its cancel rejects": () => Promise.reject(new Error("cannot cancel")),
  " and its cancel hangs": () => new Promise(() => {}),
};

for (const [what, outcome] of Object.entries(OUTCOMES)) {
  for (const [how, cancel] of Object.entries(CANCELS)) {
    Deno.test(`untilWithoutRetry() has released everything before it settles when ${what}${how}`, async () => {
      const { conditions, then, error, over = false } = outcome;
      const feed = new Feed(cancel);
      const abort = new CountedAbort();
      outcome.feed(feed);
      const wait = untilWithoutRetry(feed.events, conditions, {
        signal: abort.signal,
      });
      assertEquals(abort.listeners, 1);
      const seen = atSettling(wait, () => ({
        cancels: feed.cancels.length,
        locked: feed.events.locked,
        listeners: abort.listeners,
      }));
      const expected = { cancels: over ? 0 : 1, locked: false, listeners: 0 };
      await turn();
      then?.(feed, abort);
      assertFalse(await isPending(wait));
      assertEquals(await seen, expected);
      if (error === undefined) assertStrictEquals(await wait, ADDED);
      else {
        const failure = await assertRejects(() => wait, UntilError);
        assertEquals(failure.name, error);
        assertStrictEquals(failure.lastEvent, ADDED);
      }
      assertEquals(abort.added, 1);
    });
  }
}

Deno.test("untilWithoutRetry() settles once when the cancel of the stream aborts the signal", async () => {
  const abort = new AbortController();
  const feed = new Feed(() => abort.abort()).send(ADDED);
  const { signal } = abort;
  assertStrictEquals(
    await untilWithoutRetry(feed.events, always, { signal }),
    ADDED,
  );
});

Deno.test("untilWithoutRetry() keeps none of the events that have passed", async () => {
  const abort = new AbortController();
  const feed = new Feed();
  const passed: WeakRef<WatchEvent>[] = [];
  const wait = assertRejects(
    () =>
      untilWithoutRetry(feed.events, [
        isAdded,
        (event) => {
          passed.push(new WeakRef(event));
          return passed.length % 2 ? false : Promise.resolve(false);
        },
      ], { signal: abort.signal }),
    WaitInterruptedError,
  );
  for (let count = 0; count < 100; count++) {
    feed.send(event("ADDED", `${count}`));
    await turn();
  }
  feed.send(MODIFIED);
  await collectGarbage();
  assertEquals(passed.length, 101);
  assertEquals(passed.filter((ref) => ref.deref() !== undefined).length, 1);
  abort.abort();
  await wait;
});

// What is not as promised

for (const name of ["type", "object"]) {
  Deno.test(`untilWithoutRetry() rejects when an event throws at its ${name}`, async () => {
    const error = new RangeError("too deep");
    const hostile = Object.defineProperty({ type: "ERROR" }, name, {
      get: () => {
        throw error;
      },
    });
    const feed = new Feed().send(untyped<WatchEvent>(hostile));
    const abort = new CountedAbort();
    const thrown = await assertRejects(
      () => untilWithoutRetry(feed.events, () => true, abort),
      UntilError,
      "too deep",
    );
    assertStrictEquals(thrown.cause, error);
    assertEquals(feed.cancels.length, 1);
    assertEquals(abort.listeners, 0);
  });
}

for (
  const [what, methods] of Object.entries({
    "cancel() throws": {
      cancel: () => {
        throw new Error("boom");
      },
    },
    "cancel() returns nothing": { cancel: () => {} },
    "releaseLock() throws": {
      releaseLock: () => {
        throw new Error("boom");
      },
    },
  })
) {
  Deno.test(`untilWithoutRetry() resolves when a reader's ${what}`, async () => {
    const seen = event("ADDED", "a");
    const stream = untyped<ReadableStream<WatchEvent>>({
      getReader: () => ({
        read: () => Promise.resolve({ done: false, value: seen }),
        cancel: () => Promise.resolve(),
        releaseLock: () => {},
        ...methods,
      }),
    });
    assertStrictEquals(await untilWithoutRetry(stream, () => true), seen);
  });
}

for (
  const [what, read] of Object.entries({
    "throws": () => {
      throw new Error("boom");
    },
    "returns nothing": () => {},
  })
) {
  Deno.test(`untilWithoutRetry() rejects when a reader's read() ${what}`, async () => {
    const stream = untyped<ReadableStream<WatchEvent>>({
      getReader: () => ({ read, cancel: () => {}, releaseLock: () => {} }),
    });
    await assertRejects(
      () => untilWithoutRetry(stream, () => true),
      UntilError,
    );
  });
}

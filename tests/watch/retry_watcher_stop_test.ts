// `RetryWatcher`: the ways to stop it, in each of its states and from within
// each of its callbacks; and what arrives too late.

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
} from "@std/assert";
import { RetryWatcher } from "../../watch/retry_watcher.ts";
import type { RetryWatcherOptions } from "../../watch/retry_watcher_options.ts";
import { StatusError } from "../../api/status_error.ts";
import type { WatchEvent } from "../../api/types.ts";
import { Clock } from "../support/clock.ts";
import {
  added,
  bookmark,
  type ScriptedCall,
  ScriptedWatcher,
} from "../support/scripted_watcher.ts";
import {
  CountedAbort,
  fixRandom,
  isPending,
  turn,
} from "../support/wait_fakes.ts";

type Reader = ReadableStreamDefaultReader<WatchEvent>;

/** A watcher, with all that a test needs. */
interface Scene {
  readonly source: ScriptedWatcher;
  readonly abort: CountedAbort;
  readonly watcher: RetryWatcher;
  readonly reader: Reader;
}

function scene(options?: RetryWatcherOptions): Scene {
  const source = new ScriptedWatcher();
  const abort = new CountedAbort();
  const watcher = new RetryWatcher("1", source, {
    idleTimeoutMs: 60_000,
    ...options,
    signal: abort.signal,
  });
  const reader = watcher.events.getReader();
  return { source, abort, watcher, reader };
}

/** How to get a watcher into a state, from its construction on. */
const STATES: Record<
  string,
  (scene: Scene, time: Clock) => Promise<void>
> = {
  "opening": async () => {},
  "open": async ({ source }) => {
    source.call(0).open();
    await turn();
  },
  "open after events": async ({ source, reader }) => {
    source.call(0).open().send(added(2), bookmark(3), added(4));
    await reader.read();
    await reader.read();
  },
  "open with a cancel that hangs": async ({ source }) => {
    source.call(0).open().onCancel = () => new Promise(() => {});
    await turn();
  },
  "open with a cancel that fails": async ({ source }) => {
    source.call(0).open().onCancel = () => Promise.reject(new Error("no"));
    await turn();
  },
  "open with a cancel that throws": async ({ source }) => {
    source.call(0).open().onCancel = () => {
      throw new Error("no");
    };
    await turn();
  },
  "open on a source that heeds the abort": async ({ source }) => {
    source.call(0).heedAbort().open();
    await turn();
  },
  "opening with a source that heeds the abort": async ({ source }) => {
    source.call(0).heedAbort();
    await turn();
  },
  "waiting": async ({ source }) => {
    source.call(0).fail(new Error("down"));
    await turn();
  },
  "opening again": async ({ source }, time) => {
    source.call(0).fail(new Error("down"));
    await time.pass(1_000);
  },
  "parked": async ({ source }, time) => {
    source.call(0).open();
    await time.pass(330_000);
    assertEquals(source.call(0).signal.aborted, true);
  },
  "parked before it was open": async ({ source }, time) => {
    await time.pass(330_000);
    assertEquals(source.call(0).signal.aborted, true);
  },
};

/**
 * The ways to stop, each with the reason that the open request is aborted with.
 */
const WAYS: Record<string, (scene: Scene, reason: unknown) => void> = {
  "stop()": ({ watcher }, reason) => watcher.stop(reason),
  "aborting the signal": ({ abort }, reason) => abort.abort(reason),
  "cancelling events": ({ reader }, reason) => void reader.cancel(reason),
};

for (const [stateName, enter] of Object.entries(STATES)) {
  for (const [wayName, stop] of Object.entries(WAYS)) {
    for (const reading of [false, true]) {
      const title = `${wayName} ends it when ${stateName}${
        reading ? " with a read pending" : ""
      }`;
      Deno.test(title, async () => {
        using time = new Clock();
        using _random = fixRandom(0);
        const the = scene();
        await enter(the, time);
        const read = reading ? the.reader.read() : undefined;
        await turn();
        const calls = the.source.calls.length;
        const last = the.source.call(-1);
        const wasAborted = last.signal.aborted;
        const wasCancelled = last.cancels.length;
        const reason = new RangeError("enough");

        stop(the, reason);
        assertEquals(last.signal.aborted, true, "at once");
        if (!wasAborted) {
          assertStrictEquals(last.signal.reason, reason);
        }
        assertEquals(await isPending(the.watcher.done), false);
        assertEquals(the.abort.listeners, 0);
        if (read) assertEquals((await read).done, true);
        assertEquals((await the.reader.read()).done, true);
        if (stateName.startsWith("open ") && !wasAborted) {
          assertEquals(last.cancels.length, wasCancelled + 1);
          assertStrictEquals(last.cancels.at(-1), reason);
        }
        the.watcher.stop("again");
        the.abort.abort("again");
        await the.reader.cancel("again");
        assertEquals(time.timers, 0);
        await time.pass(10_000_000);
        assertEquals(the.source.calls.length, calls, "no further watch");
      });
    }
  }
}

// In real time, so that the sanitizers see what is left.
for (const stateName of ["opening", "open", "waiting"]) {
  for (const [wayName, stop] of Object.entries(WAYS)) {
    Deno.test(`${wayName} leaves no real timer when ${stateName}`, async () => {
      const source = new ScriptedWatcher();
      const abort = new CountedAbort();
      const watcher = new RetryWatcher("1", source, {
        signal: abort.signal,
        idleTimeoutMs: 60_000,
      });
      const reader = watcher.events.getReader();
      const read = reader.read();
      if (stateName === "open") source.call(0).open();
      if (stateName === "waiting") source.call(0).fail(new Error("down"));
      await turn();
      stop({ source, abort, watcher, reader }, "enough");
      assertEquals((await read).done, true);
      await watcher.done;
    });
  }
}

Deno.test("stop() without a reason aborts with an AbortError", async () => {
  using _time = new Clock();
  const { source, watcher } = scene();
  watcher.stop();
  await watcher.done;
  const { reason } = source.call(0).signal;
  assertInstanceOf(reason, DOMException);
  assertEquals(reason.name, "AbortError");
});

Deno.test("stop() releases the source's stream", async () => {
  using _time = new Clock();
  const { source, watcher } = scene();
  const stream = new ReadableStream<WatchEvent>();
  source.call(0).answer(stream);
  await turn();
  assertEquals(stream.locked, true);
  watcher.stop();
  assertEquals(stream.locked, false);
});

Deno.test("a restart releases the source's stream", async () => {
  using _time = new Clock();
  const { source, watcher, reader } = scene();
  const stream = ReadableStream.from<WatchEvent>([added(2)]);
  source.call(0).answer(stream);
  await reader.read();
  const read = reader.read();
  await turn();
  assertEquals(stream.locked, false);
  watcher.stop();
  assertEquals((await read).done, true);
});

Deno.test("a signal that is aborted already lets nothing start", async () => {
  using time = new Clock();
  const abort = new CountedAbort();
  abort.abort("before");
  const source = new ScriptedWatcher();
  const watcher = new RetryWatcher("7", source, { signal: abort.signal });
  await watcher.done;
  assertEquals((await watcher.events.getReader().read()).done, true);
  assertEquals(source.calls.length, 0);
  assertEquals(abort.listeners, 0);
  assertEquals(watcher.resourceVersion, "7");
  assertEquals(time.timers, 0);
  watcher.stop();
});

Deno.test("a signal that is aborted within the first watch() stops it", async () => {
  using time = new Clock();
  const abort = new CountedAbort();
  const source = new ScriptedWatcher((call) => {
    abort.abort("within");
    call.open();
  });
  const watcher = new RetryWatcher("1", source, { signal: abort.signal });
  await watcher.done;
  assertEquals(source.call(0).signal.reason, "within");
  await turn();
  assertEquals(source.call(0).cancels.length, 1);
  assertEquals(abort.listeners, 0);
  assertEquals(time.timers, 0);
});

/** The ways to stop from within: none may throw, even if already stopped. */
const INNER_WAYS: Record<string, (scene: Scene) => void> = {
  "stop()": ({ watcher }) => watcher.stop("inner"),
  "aborting the signal": ({ abort }) => abort.abort("inner"),
  "cancelling events": ({ reader }) => void reader.cancel("inner"),
};

for (const [wayName, stop] of Object.entries(INNER_WAYS)) {
  Deno.test(`${wayName} within onRestart ends it`, async () => {
    using time = new Clock();
    let restarts = 0;
    const the = scene({
      onRestart: () => {
        restarts++;
        stop(the);
      },
    });
    the.source.call(0).fail(new Error("down"));
    await the.watcher.done;
    await time.pass(10_000_000);
    assertEquals(restarts, 1);
    assertEquals(the.source.calls.length, 1);
    assertEquals(the.abort.listeners, 0);
    assertEquals(time.timers, 0);
  });

  Deno.test(`${wayName} within onRestart ends it when it would restart at once`, async () => {
    using time = new Clock();
    const the = scene({ onRestart: () => stop(the) });
    const read = the.reader.read();
    await time.pass(5_000);
    the.source.call(0).open().end();
    await the.watcher.done;
    assertEquals((await read).done, true);
    assertEquals(the.source.calls.length, 1);
    assertEquals(time.timers, 0);
  });

  Deno.test(`${wayName} within onRestart ends it when a read ends the parking`, async () => {
    using time = new Clock();
    const the = scene({ onRestart: () => stop(the) });
    await time.pass(330_000);
    assertEquals((await the.reader.read()).done, true);
    await the.watcher.done;
    assertEquals(the.source.calls.length, 1);
    assertEquals(time.timers, 0);
  });

  Deno.test(`${wayName} within a later watch() ends it`, async () => {
    using time = new Clock();
    using _random = fixRandom(0);
    const abort = new CountedAbort();
    const source = new ScriptedWatcher((call, index) => {
      if (index === 0) call.fail(new Error("down"));
      else stop({ source, abort, watcher, reader });
    });
    const watcher = new RetryWatcher("1", source, { signal: abort.signal });
    const reader = watcher.events.getReader();
    await time.pass(1_000);
    await watcher.done;
    assertEquals(source.calls.length, 2);
    assertEquals(source.call(1).signal.aborted, true);
    assertEquals(abort.listeners, 0);
    assertEquals(time.timers, 0);
  });

  for (const [outerName, outer] of Object.entries(WAYS)) {
    Deno.test(`${wayName} within the abort of ${outerName} has no effect`, async () => {
      using time = new Clock();
      const the = scene();
      const call = the.source.call(0).open();
      call.signal.addEventListener("abort", () => stop(the));
      await turn();
      outer(the, "outer");
      assertEquals(call.signal.reason, "outer");
      await the.watcher.done;
      assertEquals((await the.reader.read()).done, true);
      assertEquals(the.abort.listeners, 0);
      assertEquals(time.timers, 0);
    });

    Deno.test(`${wayName} within the cancel of ${outerName} has no effect`, async () => {
      using time = new Clock();
      const the = scene();
      const call = the.source.call(0).open();
      call.onCancel = () => stop(the);
      await turn();
      outer(the, "outer");
      assertEquals(call.cancels, ["outer"]);
      await the.watcher.done;
      assertEquals((await the.reader.read()).done, true);
      assertEquals(the.abort.listeners, 0);
      assertEquals(time.timers, 0);
    });
  }

  Deno.test(`${wayName} within the abort at a restart ends it`, async () => {
    using time = new Clock();
    let restarts = 0;
    const the = scene({ onRestart: () => void restarts++ });
    const call = the.source.call(0).open();
    call.signal.addEventListener("abort", () => stop(the));
    const read = the.reader.read();
    await turn();
    call.break(new Error("reset"));
    await the.watcher.done;
    assertEquals((await read).done, true);
    assertEquals(restarts, 0);
    await time.pass(10_000_000);
    assertEquals(the.source.calls.length, 1);
    assertEquals(time.timers, 0);
  });

  Deno.test(`${wayName} within the abort at a deadline ends it`, async () => {
    using time = new Clock();
    const the = scene();
    const call = the.source.call(0).open();
    call.signal.addEventListener("abort", () => stop(the));
    await time.pass(330_000);
    await the.watcher.done;
    assertEquals((await the.reader.read()).done, true);
    assertEquals(the.source.calls.length, 1);
    assertEquals(time.timers, 0);
  });

  Deno.test(`${wayName} within the source's pull ends it`, async () => {
    using time = new Clock();
    const the = scene();
    const call = the.source.call(0).open().send(added(2));
    call.onPull = () => {
      if (call.pulls === 2) stop(the);
    };
    const reads = [the.reader.read(), the.reader.read()];
    assertEquals((await reads[0])?.value, added(2));
    assertEquals((await reads[1])?.done, true);
    await the.watcher.done;
    assertEquals(the.watcher.resourceVersion, "2");
    assertEquals(time.timers, 0);
  });
}

Deno.test("a read within the abort at a deadline opens the watch again", async () => {
  using time = new Clock();
  const { source, watcher, reader } = scene();
  const call = source.call(0).open();
  const reads: Promise<ReadableStreamReadResult<WatchEvent>>[] = [];
  call.signal.addEventListener("abort", () => reads.push(reader.read()));
  await time.pass(330_000);
  assertEquals(source.calls.length, 2);
  source.call(1).open().send(added(2));
  assertEquals((await reads[0])?.value, added(2));
  watcher.stop();
  assertEquals(time.timers, 0);
});

Deno.test("a read within the abort at a restart waits for the next watch", async () => {
  using time = new Clock();
  using _random = fixRandom(0);
  const { source, watcher, reader } = scene();
  const call = source.call(0);
  const reads: Promise<ReadableStreamReadResult<WatchEvent>>[] = [];
  call.signal.addEventListener("abort", () => reads.push(reader.read()));
  call.fail(new Error("down"));
  await time.pass(1_000);
  source.call(1).open().send(added(2));
  assertEquals((await reads[0])?.value, added(2));
  watcher.stop();
  assertEquals(time.timers, 0);
});

/** How an abandoned call may still answer. */
const LATE_ANSWERS: Record<string, (call: ScriptedCall) => void> = {
  "a stream": (call) => call.open().send(added(2)),
  "a stream whose cancel fails": (call) => {
    call.open().onCancel = () => Promise.reject(new Error("no"));
  },
  "a rejection": (call) => call.fail(new Error("late")),
  "a 410": (call) => call.fail(new StatusError({ code: 410 })),
  "a 403": (call) => call.fail(new StatusError({ code: 403 })),
  "nothing": (call) => call.answer(undefined),
};

for (const [name, answer] of Object.entries(LATE_ANSWERS)) {
  Deno.test(`${name} that arrives after the stop is dropped`, async () => {
    using time = new Clock();
    const { source, watcher, reader } = scene();
    const read = reader.read();
    await turn();
    watcher.stop();
    await watcher.done;
    answer(source.call(0));
    await turn();
    assertEquals((await read).done, true);
    assertEquals(
      source.call(0).cancels.length,
      name.startsWith("a stream") ? 1 : 0,
    );
    assertEquals(source.call(0).pulls, 0);
    assertEquals(watcher.resourceVersion, "1");
    assertEquals(source.calls.length, 1);
    assertEquals(time.timers, 0);
  });

  Deno.test(`${name} that arrives after the deadline is dropped`, async () => {
    using time = new Clock();
    const { source, watcher, reader } = scene({
      idleTimeoutMs: undefined,
    });
    const read = reader.read();
    await time.pass(330_000);
    assertEquals(source.calls.length, 2);
    answer(source.call(0));
    await turn();
    assertEquals(
      source.call(0).cancels.length,
      name.startsWith("a stream") ? 1 : 0,
    );
    source.call(1).open().send(added(3));
    assertEquals((await read).value, added(3));
    assertEquals(source.calls.length, 2);
    watcher.stop();
    assertEquals(time.timers, 0);
  });
}

Deno.test("an event that arrives after the deadline is dropped, and requested again", async () => {
  using time = new Clock();
  const { source, watcher, reader } = scene({ idleTimeoutMs: undefined });
  const call = source.call(0).open();
  call.onCancel = () => new Promise(() => {});
  const read = reader.read();
  await turn();
  time.tick(329_999);
  // The event and the deadline are due at once: the deadline comes first.
  setTimeout(() => call.send(added(2)), 1);
  time.tick(1);
  await turn();
  assertEquals(watcher.resourceVersion, "1");
  assertEquals(source.call(1).options.resourceVersion, "1");
  source.call(1).open().send(added(2));
  assertEquals((await read).value, added(2));
  watcher.stop();
});

Deno.test("an event that arrives as it stops is dropped", async () => {
  using _time = new Clock();
  const { source, watcher, reader } = scene();
  const call = source.call(0).open();
  const read = reader.read();
  await turn();
  call.send(added(2));
  watcher.stop();
  assertEquals((await read).done, true);
  assertEquals(watcher.resourceVersion, "1");
});

Deno.test("a connection that is lost as it stops causes no restart", async () => {
  using time = new Clock();
  const restarts: unknown[] = [];
  const { source, watcher, reader } = scene({
    onRestart: (restart) => restarts.push(restart),
  });
  const call = source.call(0).open();
  const read = reader.read();
  await turn();
  call.break(new Error("reset"));
  watcher.stop();
  assertEquals((await read).done, true);
  await time.pass(10_000_000);
  assertEquals(restarts, []);
  assertEquals(source.calls.length, 1);
});

Deno.test("a connection that is lost at the deadline causes one restart", async () => {
  using time = new Clock();
  const restarts: unknown[] = [];
  const { source, watcher, reader } = scene({
    idleTimeoutMs: undefined,
    onRestart: (restart) => restarts.push(restart),
  });
  const call = source.call(0).open();
  const read = reader.read();
  await turn();
  time.tick(329_999);
  call.break(new Error("reset"));
  time.tick(1);
  await turn();
  assertEquals(restarts.length, 1);
  assertEquals(source.calls.length, 2);
  source.call(1).open().send(added(2));
  assertEquals((await read).value, added(2));
  watcher.stop();
});

Deno.test("done is resolved when a read reports the end", async () => {
  using _time = new Clock();
  const { watcher, reader } = scene();
  let done = false;
  watcher.done.then(() => done = true);
  const read = reader.read();
  watcher.stop();
  await read;
  await turn();
  assert(done);
});

Deno.test("onRestart may read from a parked watcher's stream", async () => {
  using time = new Clock();
  const reads: Promise<ReadableStreamReadResult<WatchEvent>>[] = [];
  const the = scene({
    onRestart: () => {
      reads.push(the.reader.read());
    },
  });
  await time.pass(330_000);
  reads.push(the.reader.read());
  await turn();
  assertEquals(the.source.calls.length, 2);
  the.source.call(1).open().send(added(2), added(3));
  const values = (await Promise.all(reads)).map(({ value }) => value);
  assertEquals(new Set(values), new Set([added(2), added(3)]));
  the.watcher.stop();
  assertEquals(time.timers, 0);
});

// One matrix of behaviors over both trackers, and both against a model that
// evaluates the whole history at every step. What differs between them is in
// their own test files.

import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { AsyncTracker, SingleFileTracker } from "../../synctrack/mod.ts";

/** The interface of both trackers: each start is finished once, in order. */
interface Tracker {
  readonly name: string;
  readonly done: Promise<void>;
  start(): void;
  finished(): void;
  upstreamHasSynced(): void;
  hasSynced(): boolean;
}

/** An `AsyncTracker` for which every start is a new key. */
class QueuedAsyncTracker extends AsyncTracker<number> implements Tracker {
  #started = 0;
  #finished = 0;

  override start(): void {
    super.start(this.#started++);
  }

  override finished(): void {
    super.finished(this.#finished++);
  }
}

const trackers: { symbol: string; create(name: string): Tracker }[] = [
  { symbol: "AsyncTracker", create: (name) => new QueuedAsyncTracker(name) },
  {
    symbol: "SingleFileTracker",
    create: (name) => new SingleFileTracker(name),
  },
];

type Step = "start" | "finished" | "upstream";

function take(tracker: Tracker, step: Step): void {
  if (step === "start") tracker.start();
  else if (step === "finished") tracker.finished();
  else tracker.upstreamHasSynced();
}

/** Steps, and whether the tracker has synced after each of them. */
const matrix: { when: string; steps: [Step, boolean][] }[] = [
  { when: "upstream syncs an empty list", steps: [["upstream", true]] },
  {
    when: "the only key is finished before upstream syncs",
    steps: [["start", false], ["finished", false], ["upstream", true]],
  },
  {
    when: "the only key is finished after upstream syncs",
    steps: [["start", false], ["upstream", false], ["finished", true]],
  },
  {
    when: "two keys are finished around the sync of upstream",
    steps: [
      ["start", false],
      ["start", false],
      ["finished", false],
      ["upstream", false],
      ["finished", true],
    ],
  },
  {
    when: "a key is started after upstream syncs and before it is synced",
    steps: [
      ["start", false],
      ["upstream", false],
      ["start", false],
      ["finished", false],
      ["finished", true],
    ],
  },
  {
    when: "upstream syncs twice",
    steps: [
      ["start", false],
      ["upstream", false],
      ["upstream", false],
      ["finished", true],
      ["upstream", true],
    ],
  },
  {
    when: "keys are started and finished after the sync",
    steps: [
      ["upstream", true],
      ["start", true],
      ["upstream", true],
      ["start", true],
      ["finished", true],
      ["finished", true],
    ],
  },
  {
    when: "all is finished again and again and upstream never syncs",
    steps: [
      ["start", false],
      ["finished", false],
      ["start", false],
      ["finished", false],
    ],
  },
];

/**
 * Takes one step, and tells in which order things came to pass around it: a
 * microtask from before the step, `done`, one from after it.
 */
async function orderAround(tracker: Tracker, step: Step): Promise<string[]> {
  const order: string[] = [];
  tracker.done.then(() => order.push("done"));
  queueMicrotask(() => order.push("before"));
  take(tracker, step);
  queueMicrotask(() => order.push("after"));
  await Promise.resolve();
  await Promise.resolve();
  return order;
}

for (const { symbol, create } of trackers) {
  for (const { when, steps } of matrix) {
    Deno.test(`${symbol}.hasSynced() tells the state when ${when}`, () => {
      const tracker = create("pods");
      assertEquals(tracker.hasSynced(), false);
      for (const [index, [step, synced]] of steps.entries()) {
        take(tracker, step);
        assertEquals(tracker.hasSynced(), synced, `step ${index}: ${step}`);
      }
    });

    Deno.test(`${symbol}.done resolves with hasSynced() when ${when}`, async () => {
      const tracker = create("pods");
      let before = false;
      for (const [step, synced] of steps) {
        const expected = before
          ? ["done", "before", "after"]
          : synced
          ? ["before", "done", "after"]
          : ["before", "after"];
        assertEquals(await orderAround(tracker, step), expected);
        before = synced;
      }
    });
  }

  Deno.test(`${symbol}.done resolves with undefined when it is synced`, async () => {
    const tracker = create("pods");
    tracker.upstreamHasSynced();
    assertStrictEquals(await tracker.done, undefined);
  });

  Deno.test(`${symbol}.done is one promise when it is read again`, () => {
    const tracker = create("pods");
    const { done } = tracker;
    assert(done instanceof Promise);
    assertStrictEquals(tracker.done, done);
    tracker.upstreamHasSynced();
    assertStrictEquals(tracker.done, done);
  });

  Deno.test(`${symbol}.name is the name when one is given`, () => {
    assertEquals(create("pods").name, "pods");
    assertEquals(create("").name, "");
  });

  Deno.test(`${symbol} shares nothing when there are two`, () => {
    const one = create("pods");
    const other = create("pods");
    one.upstreamHasSynced();
    other.start();
    other.upstreamHasSynced();
    assertEquals([one.hasSynced(), other.hasSynced()], [true, false]);
  });

  Deno.test(`${symbol} agrees with the model when steps are random`, async () => {
    const step = fc.constantFrom<Step>("start", "finished", "upstream");
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 30, size: "max" }),
        async (steps) => {
          const tracker = create("pods");
          let waiting = 0;
          let upstream = false;
          let synced = false;
          for (const step of steps) {
            if (step === "finished" && waiting === 0) continue;
            const before = synced;
            if (step === "start") {
              waiting++;
            } else if (step === "finished") waiting--;
            else upstream = true;
            synced ||= upstream && waiting === 0;
            const order = await orderAround(tracker, step);
            assertEquals(tracker.hasSynced(), synced);
            assertEquals(order.includes("done"), synced);
            assertEquals(order[0] === "done", before);
          }
        },
      ),
    );
  });
}

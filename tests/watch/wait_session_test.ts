// What every wait by state runs on.

import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { ConnectionError, type ListerWatcher } from "../../mod.ts";
import { FakeListerWatcher } from "../../testing/mod.ts";
import {
  ConditionError,
  WaitInterruptedError,
} from "../../watch/until_error.ts";
import {
  runWaitSession,
  type WaitJudge,
  type WaitSessionOptions,
} from "../../watch/_wait_session.ts";
import { Clock } from "../support/clock.ts";
import { type Item, item, refused } from "../support/informer_fakes.ts";
import { CountedAbort, fixRandom, turn } from "../support/wait_fakes.ts";

/** Satisfied once an object has that value; records what it was asked. */
class Judge implements WaitJudge<Item> {
  readonly asked: string[] = [];
  readonly retried: unknown[] = [];
  readonly #value: number;

  constructor(value: number) {
    this.#value = value;
  }

  listed(store: Iterable<Item>): boolean {
    const values = Array.from(store, ({ value }) => value);
    this.asked.push(`listed ${values}`);
    return values.includes(this.#value);
  }

  changed({ type, object }: { type: string; object: Item }): boolean {
    this.asked.push(`${type} ${object.value}`);
    return object.value === this.#value;
  }

  session(
    source: ListerWatcher<Item>,
    options: Partial<WaitSessionOptions<Item>> = {},
  ): Promise<void> {
    const onRetry = (error: unknown) => void this.retried.push(error);
    return runWaitSession(source, this, { onRetry, ...options });
  }
}

Deno.test("runWaitSession() asks for one list where that is enough", async () => {
  using time = new Clock();
  const fake = new FakeListerWatcher({ objects: [item("a", { value: 7 })] });
  const judge = new Judge(7);
  await judge.session(fake, { timeoutMs: 1_000 });
  assertEquals(judge.asked, ["listed 7"]);
  assertEquals([fake.listCalls.length, fake.watchCalls.length], [1, 0]);
  assertEquals(time.timers, 0);
});

Deno.test("runWaitSession() watches as its options say until the judge is satisfied", async () => {
  using time = new Clock();
  const fake = new FakeListerWatcher({ objects: [item("a", { value: 1 })] });
  const judge = new Judge(7);
  const done = judge.session(fake, {
    pageSize: 3,
    watchTimeoutMs: 9_000,
    transform: (object) => ({ ...object, value: (object.value ?? 0) + 1 }),
  });
  await turn();
  fake.modify(item("a", { value: 6 }));
  await done;
  assertEquals(judge.asked, ["listed 2", "ADDED 2", "MODIFIED 7"]);
  assertEquals(fake.listCalls[0]?.options.limit, 3);
  assertEquals(fake.watchCalls[0]?.options.timeoutSeconds, 9);
  assertEquals([fake.openWatches, time.timers], [0, 0]);
});

Deno.test("runWaitSession() rejects with the failure that it cannot begin with", async () => {
  using time = new Clock();
  const judge = new Judge(7);
  const lost = new ConnectionError("no such host");
  const refusal = refused(403);
  const noList = new FakeListerWatcher<Item>();
  noList.failNextList(lost);
  const expectsAnswer = true;
  assertStrictEquals(
    await assertRejects(() => judge.session(noList, { expectsAnswer })),
    lost,
  );
  const noWatch = new FakeListerWatcher<Item>();
  noWatch.failNextWatch(refusal);
  assertStrictEquals(
    await assertRejects(() => judge.session(noWatch)),
    refusal,
  );
  assertEquals([judge.retried, time.timers], [[], 0]);
});

Deno.test("runWaitSession() reports other failures, and goes on", async () => {
  using time = new Clock();
  using _random = fixRandom(0);
  const judge = new Judge(7);
  const fake = new FakeListerWatcher({ objects: [item("a", { value: 7 })] });
  const failures = [new ConnectionError("reset"), refused(403)];
  for (const failure of failures) fake.failNextList(failure);
  const done = judge.session(fake, { hasWorked: true });
  await time.pass(5_000);
  await time.pass(5_000);
  await done;
  assertEquals(judge.retried, failures);
});

Deno.test("runWaitSession() is interrupted by its time and by its signal", async () => {
  using time = new Clock();
  const fake = new FakeListerWatcher<Item>();
  const abort = new CountedAbort();
  const { signal } = abort;
  const late = assertRejects(
    () => new Judge(7).session(fake, { signal, timeoutMs: 1_000 }),
    WaitInterruptedError,
  );
  await time.pass(1_000);
  assert((await late).timedOut);
  assertEquals(abort.listeners, 0);
  const reason = new Error("enough");
  const stopped = assertRejects(
    () => new Judge(7).session(fake, { signal, timeoutMs: 1_000 }),
    WaitInterruptedError,
  );
  await turn();
  abort.abort(reason);
  assertStrictEquals((await stopped).cause, reason);
  assertEquals([fake.openWatches, time.timers], [0, 0]);
});

Deno.test("runWaitSession() ends with what the judge throws, at first or later", async () => {
  using _time = new Clock();
  const cause = new RangeError("failed");
  const fails = () => {
    throw cause;
  };
  const fake = new FakeListerWatcher({ objects: [item("a")] });
  for (
    const judge of [
      { listed: fails, changed: () => true },
      { listed: () => false, changed: fails },
    ]
  ) {
    const error = await assertRejects(
      () => runWaitSession(fake, judge, { onRetry: () => {} }),
      ConditionError,
    );
    assertStrictEquals(error.cause, cause);
  }
});

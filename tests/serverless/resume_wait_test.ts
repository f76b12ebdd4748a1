import { assert, assertEquals, assertRejects } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { ConditionError, isDeleted, matches } from "../../mod.ts";
import type { Condition } from "../../conditions/condition.ts";
import {
  CheckpointMismatchError,
  MemoryCheckpointStore,
  resumeWait,
  type ResumeWaitOptions,
  type ResumeWaitResult,
  resumeWatch,
} from "../../serverless/mod.ts";
import { settleInTime } from "../support/settle_in_time.ts";
import type { KubernetesObject } from "../../api/types.ts";
import { FakeListerWatcher } from "../../testing/mod.ts";

const isLabelled = matches(
  (object) => object?.metadata?.labels?.ready === "yes",
);

function pod(name: string, ready?: string): KubernetesObject {
  const labels = ready === undefined ? {} : { labels: { ready } };
  return { metadata: { name, namespace: "default", ...labels } };
}

/** A wait whose invocations share a clock. */
class Waiting implements Disposable {
  readonly fake = new FakeListerWatcher({ objects: [pod("a")] });
  readonly store = new MemoryCheckpointStore();
  readonly time = new FakeTime();

  async invoke(
    condition: Condition,
    options: ResumeWaitOptions = {},
  ): Promise<ResumeWaitResult> {
    return await settleInTime(
      this.time,
      resumeWait(this.fake, condition, this.store, {
        budgetMs: 1_000,
        timeoutMs: 10_000,
        ...options,
      }),
    );
  }

  [Symbol.dispose](): void {
    this.time.restore();
  }
}

Deno.test("resumeWait() says why it is not met yet, and then that it is", async () => {
  using waiting = new Waiting();
  const first = await waiting.invoke(isLabelled);
  assert(first.state === "pending");
  assertEquals(first.progress.total, 1);
  assert(first.reason.startsWith("0 of 1 met: default/a: "), first.reason);
  waiting.fake.modify(pod("a", "yes"));
  const second = await waiting.invoke(isLabelled);
  assert(second.state === "met");
  assertEquals(second.objects.map(({ metadata }) => metadata?.name), ["a"]);
  assert(second.elapsedMs >= first.elapsedMs);
});

Deno.test("resumeWait() is met while it waits", async () => {
  using waiting = new Waiting();
  const met = waiting.invoke(isLabelled);
  await waiting.fake.watchCalled(1);
  waiting.fake.modify(pod("a", "yes"));
  assertEquals((await met).state, "met");
});

Deno.test("resumeWait() times out after its first invocation began", async () => {
  using waiting = new Waiting();
  const options = { timeoutMs: 5_000 };
  assertEquals((await waiting.invoke(isLabelled, options)).state, "pending");
  waiting.time.tick(3_500);
  const last = await waiting.invoke(isLabelled, options);
  assert(last.state === "timedOut");
  assert(last.reason.startsWith("0 of 1 met: default/a: "), last.reason);
  assert(last.elapsedMs >= 5_000);
  assertEquals((await waiting.invoke(isLabelled, options)).state, "timedOut");
});

Deno.test("resumeWait() is met after its time where the condition is met", async () => {
  using waiting = new Waiting();
  await waiting.invoke(isLabelled);
  waiting.time.tick(60_000);
  waiting.fake.modify(pod("a", "yes"));
  assertEquals((await waiting.invoke(isLabelled)).state, "met");
});

Deno.test("resumeWait() waits for the objects of its first invocation to go", async () => {
  using waiting = new Waiting();
  const { fake } = waiting;
  fake.add(pod("b"));
  const options = { count: "all" } as const;
  const first = await waiting.invoke(isDeleted(), options);
  assertEquals(first.state, "pending");
  fake.delete("default/a");
  fake.add(pod("a"));
  fake.add(pod("c"));
  const second = await waiting.invoke(isDeleted(), options);
  assert(second.state === "pending");
  assert(!second.reason.includes("default/a"), second.reason);
  assert(!second.reason.includes("default/c"), second.reason);
  fake.delete("default/b");
  assertEquals((await waiting.invoke(isDeleted(), options)).state, "met");
});

Deno.test("resumeWait() rejects where the condition cannot be met any more", async () => {
  using waiting = new Waiting();
  const failing = matches((object) => {
    if (object === undefined) return false;
    throw new Error("it has failed");
  });
  await assertRejects(
    () => waiting.invoke(failing, { name: "a", namespace: "default" }),
    ConditionError,
  );
});

Deno.test("resumeWait() and resumeWatch() refuse the checkpoints of each other", async () => {
  using waiting = new Waiting();
  const { fake, store, time } = waiting;
  await waiting.invoke(isLabelled);
  const options = { budgetMs: 1_000 };
  await assertRejects(
    () => settleInTime(time, resumeWatch(fake, store, () => {}, options)),
    CheckpointMismatchError,
  );
  const other = new MemoryCheckpointStore();
  await settleInTime(time, resumeWatch(fake, other, () => {}, options));
  await assertRejects(
    () => settleInTime(time, resumeWait(fake, isLabelled, other, options)),
    CheckpointMismatchError,
  );
});

Deno.test("resumeWait() refuses durations that are out of range", async () => {
  const fake = new FakeListerWatcher();
  const store = new MemoryCheckpointStore();
  for (const options of [{ budgetMs: -1 }, { timeoutMs: NaN }]) {
    await assertRejects(
      () => resumeWait(fake, isLabelled, store, options),
      RangeError,
    );
  }
});

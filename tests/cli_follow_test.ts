/**
 * Listing and watching for as long as it takes.
 *
 * @module
 */

import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import {
  type ChangeEvent,
  ConditionError,
  ConnectionError,
  isResourceExpired,
  StatusError,
} from "../mod.ts";
import { FakeListerWatcher } from "../testing/fake_lister_watcher.ts";
import { follow, type Follower, type Retry } from "../cli/_follow.ts";

/** Notes what it is told, and has had enough when a name appears. */
class Notes implements Follower {
  readonly told: string[] = [];
  readonly retries: Retry[] = [];
  /** Resolves at the first change. */
  readonly changing = Promise.withResolvers<void>();
  /** Resolves at the first retry. */
  readonly failing = Promise.withResolvers<void>();
  readonly signal: AbortSignal;
  readonly #enough: string;

  constructor(enough: string, signal = new AbortController().signal) {
    this.#enough = enough;
    this.signal = signal;
  }

  listed(items: readonly { metadata?: { name?: string } | undefined }[]) {
    const names = items.map(({ metadata }) => metadata?.name ?? "");
    this.told.push(`list ${names.join(",")}`);
    return names.includes(this.#enough);
  }

  changed({ type, object }: ChangeEvent) {
    const name = object.metadata?.name ?? "";
    this.told.push(`${type} ${name}`);
    this.changing.resolve();
    return name === this.#enough;
  }

  retrying(retry: Retry) {
    this.retries.push(retry);
    this.failing.resolve();
  }
}

function pod(name: string) {
  return { metadata: { name } };
}

const expired = new StatusError({ code: 410, reason: "Expired" });

Deno.test("follow() lists and is done where that is enough", async () => {
  const source = new FakeListerWatcher({ objects: [pod("a"), pod("b")] });
  const notes = new Notes("b");
  await follow(source, notes);
  assertEquals(notes.told, ["list a,b"]);
  assertEquals(source.watchCalls.length, 0);
});

Deno.test("follow() watches from the list on", async () => {
  const source = new FakeListerWatcher({ objects: [pod("a")] });
  const notes = new Notes("c");
  const following = follow(source, notes);
  await source.watchCalled(1);
  source.add(pod("b"));
  source.add(pod("c"));
  await following;
  assertEquals(notes.told, ["list a", "ADDED b", "ADDED c"]);
  assertEquals(source.openWatches, 0);
});

Deno.test("follow() carries on through a lost connection", async () => {
  using time = new FakeTime();
  const source = new FakeListerWatcher();
  const notes = new Notes("b");
  const following = follow(source, notes);
  await source.watchCalled(1);
  source.add(pod("a"));
  await notes.changing.promise;
  source.disconnect({ error: new TypeError("reset") });
  source.add(pod("b"));
  await notes.failing.promise;
  await time.nextAsync();
  await following;
  assertEquals(notes.told, ["list ", "ADDED a", "ADDED b"]);
  assertEquals(notes.retries.length, 1);
  assertEquals(time.next(), false);
});

Deno.test("follow() lists again when the version has expired", async () => {
  using time = new FakeTime();
  const source = new FakeListerWatcher({ objects: [pod("a")] });
  const notes = new Notes("b");
  const following = follow(source, notes);
  await source.watchCalled(1);
  source.error(expired.status);
  await notes.failing.promise;
  source.add(pod("b"));
  await time.tickAsync(2_000);
  await following;
  assertEquals(notes.told, ["list a", "list a,b"]);
  const [{ cause, delayMs = 0 } = { cause: "none" }] = notes.retries;
  assertEquals(isResourceExpired(cause), true);
  assertEquals(delayMs >= 1_000 && delayMs <= 2_000, true);
});

Deno.test("follow() fails at once where nothing has ever worked", async () => {
  const refused = new ConnectionError("Cannot reach it");
  const broken = new StatusError({ code: 500 });
  for (const failure of [refused, broken]) {
    const source = new FakeListerWatcher();
    source.failNextList(failure, Infinity);
    const error = await assertRejects(() => follow(source, new Notes("a")));
    assertStrictEquals(error, failure);
    assertEquals(source.listCalls.length, 1);
  }
});

Deno.test("follow() asks again what has worked before", async () => {
  using time = new FakeTime();
  const source = new FakeListerWatcher();
  const notes = new Notes("a");
  const following = follow(source, notes);
  await source.watchCalled(1);
  source.failNextList(new ConnectionError("Cannot reach it"));
  source.failNextList(new StatusError({ code: 500 }));
  source.error(expired.status);
  await notes.failing.promise;
  source.add(pod("a"));
  while (await time.nextAsync());
  await following;
  assertEquals(notes.told, ["list ", "list a"]);
  assertEquals(notes.retries.length, 3);
});

Deno.test("follow() ends at a refusal, of the list or of the watch", async () => {
  const refusal = new StatusError({ code: 403, reason: "Forbidden" });
  const unwatchable = new StatusError({ code: 405 });
  const listed = new FakeListerWatcher();
  listed.failNextList(refusal);
  assertStrictEquals(
    await assertRejects(() => follow(listed, new Notes("a"))),
    refusal,
  );
  const watched = new FakeListerWatcher();
  watched.failNextWatch(unwatchable, Infinity);
  assertStrictEquals(
    await assertRejects(() => follow(watched, new Notes("a"))),
    unwatchable,
  );
});

Deno.test("follow() ends with the signal's reason", async () => {
  const controller = new AbortController();
  const source = new FakeListerWatcher();
  const following = follow(source, new Notes("a", controller.signal));
  await source.watchCalled(1);
  const reason = new Error("enough");
  controller.abort(reason);
  assertStrictEquals(await assertRejects(() => following), reason);
  assertEquals(source.openWatches, 0);
});

Deno.test("follow() never takes a mistake of the follower for a failure", async () => {
  const source = new FakeListerWatcher();
  const notes = new Notes("a");
  notes.changed = () => {
    throw new TypeError("mistake");
  };
  const following = follow(source, notes);
  await source.watchCalled(1);
  source.add(pod("a"));
  await assertRejects(() => following, ConditionError, "mistake");
});

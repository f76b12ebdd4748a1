import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import {
  awaitServerVersion,
  isDecimalVersion,
  isOlderVersion,
  listerOf,
  serverVersion,
} from "../../cache/_server_version.ts";
import type { KubernetesList, ListOptions, Watcher } from "../../api/types.ts";
import { FakeListerWatcher } from "../../testing/mod.ts";
import { Clock } from "../support/clock.ts";
import { item } from "../support/informer_fakes.ts";
import { untyped } from "../support/scripted_watcher.ts";
import {
  CountedAbort,
  isPending,
  listOf,
  turn,
} from "../support/wait_fakes.ts";

for (
  const [version, other, isOlder] of [
    ["9", "10", true],
    ["10", "10", false],
    ["11", "10", false],
    ["9007199254740992", "9007199254740993", true],
    ["", "10", false],
    ["0", "10", false],
    ["09", "10", false],
    ["9", "x", false],
    ["-1", "10", false],
  ] as const
) {
  Deno.test(`isOlderVersion() is ${isOlder} for ${version} and ${other}`, () => {
    assertEquals(isOlderVersion(version, other), isOlder);
  });
}

Deno.test("listerOf() returns the watcher if it can list", () => {
  const fake = new FakeListerWatcher();
  assertStrictEquals(listerOf(fake), fake);
});

Deno.test("listerOf() returns undefined if the watcher cannot list", () => {
  const watch = () => Promise.reject(new Error("no"));
  assertEquals(listerOf({ watch }), undefined);
  for (const list of [undefined, null, "list"]) {
    assertEquals(listerOf(untyped<Watcher>({ watch, list })), undefined);
  }
});

Deno.test("serverVersion() requests one item, and nothing from a cache", async () => {
  const fake = new FakeListerWatcher({ resourceVersion: "7" });
  const { signal } = new AbortController();
  assertEquals(await serverVersion(fake, signal), "7");
  assertEquals(fake.listCalls.map(({ options }) => options), [
    { limit: 1, signal },
  ]);
});

for (
  const [what, list] of Object.entries<() => unknown>({
    "fails": () => Promise.reject(new Error("no")),
    "throws": () => {
      throw new Error("no");
    },
    "is nothing": () => Promise.resolve(undefined),
    "has no items": () => Promise.resolve({ metadata: {} }),
    "has a bad item": () => Promise.resolve({ items: [5] }),
  })
) {
  Deno.test(`serverVersion() is undefined when the list ${what}`, async () => {
    const lister = { list: () => untyped<Promise<KubernetesList>>(list()) };
    const { signal } = new AbortController();
    assertEquals(await serverVersion(lister, signal), undefined);
  });
}

Deno.test("serverVersion() is empty when the list has no version", async () => {
  const lister = { list: () => Promise.resolve(listOf([], {})) };
  const { signal } = new AbortController();
  assertEquals(await serverVersion(lister, signal), "");
});

Deno.test("isDecimalVersion() is true of versions that can be compared", () => {
  assertEquals(["1", "10", "", "0", "01", "1a"].map(isDecimalVersion), [
    true,
    true,
    false,
    false,
    false,
    false,
  ]);
});

Deno.test("awaitServerVersion() lists at most one object, at no version", async () => {
  using time = new Clock();
  const { signal } = new AbortController();
  const fake = new FakeListerWatcher({ objects: [item("a"), item("b")] });
  assertEquals(await awaitServerVersion(fake, signal), "3");
  const { signal: own, ...options } = fake.listCalls[0]?.options ?? {};
  assertEquals(options, { limit: 1 });
  assertEquals(own instanceof AbortSignal, true);
  assertEquals(time.timers, 0);
});

Deno.test("awaitServerVersion() is empty when the list has none", async () => {
  const { signal } = new AbortController();
  for (const metadata of [undefined, null, {}, { resourceVersion: null }]) {
    const list = untyped<KubernetesList>({ metadata, items: [] });
    const lister = { list: () => Promise.resolve(list) };
    assertEquals(await awaitServerVersion(lister, signal), "");
  }
});

Deno.test("awaitServerVersion() rejects when the list fails, or is not one", async () => {
  using time = new Clock();
  const abort = new CountedAbort();
  const lists: (() => Promise<KubernetesList>)[] = [
    () => Promise.reject(new RangeError("no")),
    () => {
      throw new RangeError("no");
    },
    () => Promise.resolve(untyped<KubernetesList>(null)),
    () =>
      Promise.resolve(
        untyped<KubernetesList>({
          metadata: { resourceVersion: 7 },
          items: [],
        }),
      ),
  ];
  for (const list of lists) {
    await assertRejects(() => awaitServerVersion({ list }, abort.signal));
    assertEquals(abort.listeners, 0);
    assertEquals(time.timers, 0);
  }
});

Deno.test("awaitServerVersion() gives up after 10 s, and aborts the list", async () => {
  using time = new Clock();
  const abort = new CountedAbort();
  const asked: ListOptions[] = [];
  const lister = {
    list: (options: ListOptions) => {
      asked.push(options);
      return new Promise<KubernetesList>(() => {});
    },
  };
  const version = awaitServerVersion(lister, abort.signal);
  await time.pass(9_999);
  assertEquals(await isPending(version), true);
  await time.pass(1);
  await assertRejects(() => version, Error, "did not answer within 10000 ms");
  assertEquals(asked[0]?.signal?.aborted, true);
  assertEquals(abort.listeners, 0);
  assertEquals(time.timers, 0);
});

Deno.test("awaitServerVersion() rejects with the signal's reason, and ignores what comes later", async () => {
  using time = new Clock();
  const abort = new CountedAbort();
  const answer = Promise.withResolvers<KubernetesList>();
  const reason = new Error("enough");
  const version = awaitServerVersion(
    { list: () => answer.promise },
    abort.signal,
  );
  abort.abort(reason);
  assertStrictEquals(await assertRejects(() => version), reason);
  answer.reject(new Error("late"));
  await turn();
  assertEquals(time.timers, 0);
  const late = awaitServerVersion({ list: () => answer.promise }, abort.signal);
  assertStrictEquals(await assertRejects(() => late), reason);
});

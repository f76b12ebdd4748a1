import { assertEquals, assertStrictEquals } from "@std/assert";
import {
  isOlderVersion,
  listerOf,
  serverVersion,
} from "../../cache/_server_version.ts";
import type { KubernetesList, Watcher } from "../../api/types.ts";
import { FakeListerWatcher } from "../../testing/mod.ts";
import { untyped } from "../support/scripted_watcher.ts";
import { listOf } from "../support/wait_fakes.ts";

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

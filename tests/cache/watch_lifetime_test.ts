import { assertEquals } from "@std/assert";
import { watchLifetime, watchOptions } from "../../cache/_watch_lifetime.ts";

for (
  const [watchTimeoutMs, timeoutSeconds] of [
    [0, 1],
    [1, 1],
    [999, 1],
    [1_000, 1],
    [1_001, 2],
    [300_000, 300],
    [2 ** 40, 1_099_511_628],
  ] as const
) {
  Deno.test(`watchLifetime() rounds ${watchTimeoutMs} ms up to ${timeoutSeconds} s, and adds the grace to that`, () => {
    assertEquals(watchLifetime(watchTimeoutMs, 700), {
      timeoutSeconds,
      deadlineMs: timeoutSeconds * 1_000 + 700,
    });
  });
}

Deno.test("watchLifetime() has no limits when the timeout is Infinity", () => {
  assertEquals(watchLifetime(Infinity, 0), {
    timeoutSeconds: undefined,
    deadlineMs: Infinity,
  });
});

Deno.test("watchLifetime() has no deadline when the grace is Infinity", () => {
  assertEquals(watchLifetime(5_000, Infinity), {
    timeoutSeconds: 5,
    deadlineMs: Infinity,
  });
});

Deno.test("watchOptions() asks for bookmarks, and for a timeout only if there is one", () => {
  assertEquals(watchOptions("7", watchLifetime(5_000, 0)), {
    resourceVersion: "7",
    allowWatchBookmarks: true,
    timeoutSeconds: 5,
  });
  assertEquals(watchOptions("7", watchLifetime(Infinity, 0)), {
    resourceVersion: "7",
    allowWatchBookmarks: true,
  });
});

// `ReflectorPlan`: each edge, without I/O. A plan is written as its request and
// delay: `watchList ""`, `list "0" paged`, `watch "7" after 800`. A plan
// without even a turn of the event loop ends in `at once`.

import { assertEquals, assertInstanceOf } from "@std/assert";
import {
  isAnyVersion,
  type Plan,
  ReflectorPlan,
  type ReflectorPlanOptions,
  type Request,
} from "../../cache/_reflector_plan.ts";
import { UndecodableEventError } from "../../api/_undecodable_event_error.ts";
import { ConnectionError } from "../../api/connection_error.ts";
import { ShardingUnsupportedError } from "../../api/sharding_unsupported_error.ts";
import { StatusError } from "../../api/status_error.ts";
import { Clock, setClock } from "../support/clock.ts";
import { EXPIRED, refused } from "../support/informer_fakes.ts";
import { fixRandom } from "../support/wait_fakes.ts";

const GONE = new StatusError(EXPIRED);
const LOST = new ConnectionError("refused");
const TOO_LARGE = new StatusError({
  code: 504,
  reason: "Timeout",
  details: {
    causes: [{ reason: "ResourceVersionTooLarge" }],
    retryAfterSeconds: 1,
  },
});

const LIST: Request = { kind: "list", version: "0", paged: true };
const WATCH_LIST: Request = { kind: "watchList", version: "" };

function make(options: Partial<ReflectorPlanOptions> = {}): ReflectorPlan {
  return new ReflectorPlan({
    watchList: true,
    sharded: false,
    alwaysPaged: false,
    minBackoffMs: 800,
    maxBackoffMs: 30_000,
    ...options,
  });
}

/** A plan whose store is at version 7, by LIST. */
function listed(options: Partial<ReflectorPlanOptions> = {}): ReflectorPlan {
  const plan = make({ watchList: false, ...options });
  plan.replaced("7");
  return plan;
}

/** A plan whose watch at version 7 started this many milliseconds ago. */
function watching(
  time: Clock,
  agoMs: number,
  options: Partial<ReflectorPlanOptions> = {},
): ReflectorPlan {
  const plan = listed(options);
  plan.watchStarts();
  time.tick(agoMs);
  return plan;
}

function text({ request, delayMs, atOnce }: Plan): string {
  const { kind, version } = request;
  const paged = request.kind === "list" && request.paged ? " paged" : "";
  const when = atOnce ? "at once" : `after ${delayMs}`;
  if (atOnce) assertEquals(delayMs, 0);
  return `${kind} "${version}"${paged} ${when}`;
}

Deno.test("begin() requests any version, by WatchList or by LIST", () => {
  assertEquals(text(make().begin()), 'watchList "" at once');
  assertEquals(
    text(make({ watchList: false }).begin()),
    'list "0" paged at once',
  );
});

Deno.test("listed() is followed by a watch from the list's version", () => {
  const plan = listed();
  assertEquals(text(plan.listed(LIST, false)), 'watch "7" at once');
  assertEquals(plan.version, "7");
});

Deno.test("listed() keeps the spacing from a watch before it", () => {
  using time = new Clock();
  assertEquals(
    text(watching(time, 300).listed(LIST, false)),
    'watch "7" after 500',
  );
  assertEquals(
    text(watching(time, 800).listed(LIST, false)),
    'watch "7" at once',
  );
});

Deno.test("a list is requested whole, at the last version", () => {
  using _random = fixRandom(0);
  const plan = listed();
  assertEquals(text(plan.listFailed(LIST, LOST)), 'list "7" after 800');
  plan.moved("9");
  assertEquals(text(plan.listFailed(LIST, LOST)), 'list "9" after 1600');
});

Deno.test("a list at a version comes in pages when one at 0 did", () => {
  using _random = fixRandom(0);
  const plan = listed();
  plan.listed({ ...LIST, version: "" }, true);
  assertEquals(text(plan.listFailed(LIST, LOST)), 'list "7" after 800');
  plan.listed({ ...LIST, version: "0" }, false);
  assertEquals(text(plan.listFailed(LIST, LOST)), 'list "7" after 1600');
  plan.listed({ ...LIST, version: "0" }, true);
  assertEquals(text(plan.listFailed(LIST, LOST)), 'list "7" paged after 3200');
});

Deno.test("a list at a version comes in pages when every list does", () => {
  using _random = fixRandom(0);
  const plan = listed({ alwaysPaged: true });
  assertEquals(text(plan.listFailed(LIST, LOST)), 'list "7" paged after 800');
});

for (const [what, error] of Object.entries({ expired: GONE, TOO_LARGE })) {
  Deno.test(`listFailed() requests the newest version at once, but only once, when the version is ${what}`, () => {
    using _random = fixRandom(0);
    const plan = listed();
    const request: Request = { kind: "list", version: "7", paged: false };
    assertEquals(
      text(plan.listFailed(request, error)),
      'list "" paged at once',
    );
    const again: Request = { kind: "list", version: "", paged: true };
    const retried = text(plan.listFailed(again, error));
    assertEquals(retried.slice(0, 19), 'list "" paged after');
    plan.replaced("20");
    assertEquals(
      text(plan.listFailed(request, refused(500))).slice(0, 9),
      'list "20"',
    );
  });
}

for (const code of [400, 422]) {
  Deno.test(`listFailed() takes a ${code} for a refusal of the version, if there was one`, () => {
    using _random = fixRandom(0);
    const plan = make({ watchList: false });
    assertEquals(
      text(plan.listFailed(LIST, refused(code))),
      'list "0" paged after 800',
    );
    plan.replaced("abc");
    const request: Request = { kind: "list", version: "abc", paged: false };
    const next = plan.listFailed(request, refused(code));
    assertEquals(text(next), 'list "" paged at once');
    assertEquals(
      text(plan.listFailed(next.request, refused(code))),
      'list "" paged after 1600',
    );
  });
}

Deno.test("listFailed() backs off, and never requests before Retry-After", () => {
  using _random = fixRandom(0.5);
  const plan = make();
  assertEquals(
    text(plan.listFailed(LIST, refused(500))),
    'watchList "" after 1200',
  );
  assertEquals(
    text(plan.listFailed(LIST, refused(503, 10))),
    'watchList "" after 10000',
  );
  assertEquals(
    text(plan.listFailed(LIST, refused(503, 1))),
    'watchList "" after 4800',
  );
  assertEquals(
    text(plan.listFailed(LIST, refused(503, 7_200))),
    'watchList "" after 3600000',
  );
});

for (const [what, error] of Object.entries({ LOST, 429: refused(429) })) {
  Deno.test(`watchListFailed() tries WatchList again with backoff on ${what}`, () => {
    using _random = fixRandom(0);
    const plan = make();
    assertEquals(
      text(plan.watchListFailed(WATCH_LIST, error)),
      'watchList "" after 800',
    );
    assertEquals(
      text(plan.watchListFailed(WATCH_LIST, error)),
      'watchList "" after 1600',
    );
  });
}

for (const [what, error] of Object.entries({ expired: GONE, TOO_LARGE })) {
  Deno.test(`watchListFailed() tries WatchList for the newest when the version is ${what}`, () => {
    using time = new Clock();
    const plan = watching(time, 5_000, { watchList: true });
    const request: Request = { kind: "watchList", version: "7" };
    assertEquals(
      text(plan.watchListFailed(request, error)),
      'watchList "" at once',
    );
    // It says nothing about the newest version.
    assertEquals(
      text(plan.watchListFailed(WATCH_LIST, error)),
      'list "" paged at once',
    );
  });
}

Deno.test("watchListFailed() for the newest keeps the spacing", () => {
  using time = new Clock();
  const plan = watching(time, 100, { watchList: true });
  const request: Request = { kind: "watchList", version: "7" };
  assertEquals(
    text(plan.watchListFailed(request, GONE)),
    'watchList "" after 700',
  );
});

for (const code of [400, 422]) {
  Deno.test(`watchListFailed() falls back to LIST permanently on ${code}`, () => {
    using _random = fixRandom(0);
    const plan = make();
    assertEquals(
      text(plan.watchListFailed(WATCH_LIST, refused(code))),
      'list "0" paged at once',
    );
    assertEquals(
      text(plan.listFailed(LIST, LOST)),
      'list "0" paged after 800',
    );
  });
}

for (
  const error of [refused(403), refused(404), refused(500), new Error("?")]
) {
  Deno.test(`watchListFailed() falls back to LIST once on ${error.message}`, () => {
    using _random = fixRandom(0);
    const plan = make();
    plan.replaced("7");
    const request: Request = { kind: "watchList", version: "7" };
    assertEquals(
      text(plan.watchListFailed(request, error)),
      'list "7" at once',
    );
    assertEquals(
      text(plan.listFailed(LIST, LOST)),
      'watchList "7" after 800',
    );
  });
}

Deno.test("watchListFailed() falls back to LIST no sooner than Retry-After", () => {
  const plan = make();
  assertEquals(
    text(plan.watchListFailed(WATCH_LIST, refused(503, 9))),
    'list "0" paged after 9000',
  );
});

Deno.test("watchEnded() watches again from the last version", () => {
  using time = new Clock();
  const plan = watching(time, 1_000);
  plan.moved("12");
  assertEquals(text(plan.watchEnded(true)), 'watch "12" at once');
  assertEquals(
    text(watching(time, 300).watchEnded(true)),
    'watch "7" after 500',
  );
});

Deno.test("watchEnded() lists after the backoff when it was short and silent", () => {
  using time = new Clock();
  using _random = fixRandom(0.25);
  const plan = watching(time, 999).watchEnded(false);
  assertEquals(text(plan), 'list "7" after 1000');
  assertEquals(
    plan.reason?.message,
    "The watch ended after 999 ms without an event or bookmark",
  );
  const later = watching(time, 1_000).watchEnded(false);
  assertEquals(text(later), 'checkVersion "7" at once');
  assertEquals(later.reason, undefined);
});

Deno.test("watchEnded() treats a clock that was set back as standing still", () => {
  using time = new Clock();
  using _random = fixRandom(0);
  const plan = watching(time, 5_000);
  using _clock = setClock(-3_600_000);
  assertEquals(text(plan.watchEnded(true)), 'watch "7" after 800');
  assertEquals(text(plan.watchEnded(false)), 'list "7" after 800');
});

Deno.test("watchLost() watches again without a list, with backoff when it was short and silent", () => {
  using time = new Clock();
  using _random = fixRandom(0.25);
  assertEquals(
    text(watching(time, 1_000).watchLost(false)),
    'watch "7" at once',
  );
  assertEquals(
    text(watching(time, 300).watchLost(true)),
    'watch "7" after 500',
  );
  const plan = watching(time, 300);
  assertEquals(text(plan.watchLost(false)), 'watch "7" after 1000');
  assertEquals(text(plan.watchLost(false)), 'watch "7" after 2000');
});

Deno.test("watchFailed() watches again with backoff on 429", () => {
  using time = new Clock();
  using _random = fixRandom(0);
  const plan = watching(time, 0);
  assertEquals(text(plan.watchFailed(refused(429))), 'watch "7" after 800');
  assertEquals(text(plan.watchFailed(refused(429))), 'watch "7" after 1600');
});

Deno.test("watchFailed() asks for the server's version after the backoff when there was no answer", () => {
  using time = new Clock();
  using _random = fixRandom(0);
  const plan = watching(time, 0);
  assertEquals(text(plan.watchFailed(LOST)), 'checkVersion "7" after 800');
  time.tick(800);
  assertEquals(text(plan.versionChecked("7")), 'watch "7" at once');
  plan.watchStarts();
  assertEquals(text(plan.watchFailed(LOST)), 'checkVersion "7" after 1600');
  time.tick(1_600);
  assertEquals(text(plan.versionChecked(undefined)), 'watch "7" at once');
});

Deno.test("watchDied() asks for the server's version when nothing was heard", () => {
  using time = new Clock();
  using _random = fixRandom(0);
  assertEquals(
    text(watching(time, 5_000).watchDied(false)),
    'checkVersion "7" at once',
  );
  assertEquals(
    text(watching(time, 300).watchDied(false)),
    'checkVersion "7" after 800',
  );
  assertEquals(
    text(watching(time, 5_000).watchDied(true)),
    'watch "7" at once',
  );
});

Deno.test("watchLost() asks for the server's version only when bookmarks were missing for long", () => {
  using time = new Clock();
  assertEquals(
    text(watching(time, 119_999).watchLost(false)),
    'watch "7" at once',
  );
  assertEquals(
    text(watching(time, 120_000).watchLost(false)),
    'checkVersion "7" at once',
  );
  assertEquals(
    text(watching(time, 120_000).watchLost(true)),
    'watch "7" at once',
  );
});

for (const version of ["", "0", "7f", "007"]) {
  Deno.test(`the server is not asked for its version when the last one is ${JSON.stringify(version)}`, () => {
    using time = new Clock();
    using _random = fixRandom(0);
    const plan = make({ watchList: false });
    plan.replaced(version);
    plan.watchStarts();
    time.tick(5_000);
    const kind = isAnyVersion(version) ? "list" : "watch";
    for (const next of [plan.watchEnded(false), plan.watchFailed(LOST)]) {
      assertEquals(next.request.kind, kind);
    }
  });
}

for (const version of ["7", "8", "10", "", "abc", "06", undefined]) {
  Deno.test(`versionChecked() watches when the server is at ${version}`, () => {
    using time = new Clock();
    const next = watching(time, 5_000).versionChecked(version);
    assertEquals(text(next), 'watch "7" at once');
    assertEquals(next.reason, undefined);
  });
}

Deno.test("versionChecked() keeps the spacing from the watch before it", () => {
  using time = new Clock();
  assertEquals(
    text(watching(time, 300).versionChecked("7")),
    'watch "7" after 500',
  );
});

for (const watchList of [true, false]) {
  Deno.test(`versionChecked() lists without a version when the server is behind, WatchList ${watchList}`, () => {
    using time = new Clock();
    using _random = fixRandom(0);
    const plan = watching(time, 5_000, { watchList });
    plan.moved("100");
    const list = watchList ? 'watchList ""' : 'list "" paged';
    const next = plan.versionChecked("99");
    assertEquals(text(next), `${list} at once`);
    assertInstanceOf(next.reason, StatusError);
    assertEquals([next.reason.code, next.reason.reason], [410, "Expired"]);
    assertEquals(
      next.reason.message,
      "The server is at resource version 99, behind 100: it may have been restored from a backup",
    );
    assertEquals(
      text(plan.listFailed(next.request, LOST)),
      `${list} after 800`,
    );
    plan.replaced("99");
    assertEquals(plan.version, "99");
    assertEquals(plan.listed(LIST, false).request.version, "99");
  });
}

Deno.test("versionChecked() backs off when the server is behind again, with nothing in between", () => {
  using time = new Clock();
  using _random = fixRandom(0);
  const plan = watching(time, 5_000);
  plan.versionChecked("6");
  plan.replaced("6");
  assertEquals(text(plan.versionChecked("5")), 'list "" paged after 800');
  plan.replaced("5");
  plan.moved("6");
  assertEquals(text(plan.versionChecked("5")), 'list "" paged at once');
});

Deno.test("moved() never moves back, unless the versions cannot be compared", () => {
  const plan = listed();
  const steps: [string, string][] = [
    ["9", "9"],
    ["8", "9"],
    ["10", "10"],
    ["9", "10"],
    ["abc", "abc"],
    ["2", "2"],
  ];
  for (const [version, expected] of steps) {
    plan.moved(version);
    assertEquals(plan.version, expected);
  }
  plan.replaced("1");
  assertEquals(plan.version, "1");
});

Deno.test("begin() finds out whether the server knows shards before the first WatchList", () => {
  using _random = fixRandom(0);
  const plan = make({ sharded: true });
  const first = plan.begin();
  assertEquals(text(first), 'checkShards "" at once');
  const { request } = first;
  const error = new ShardingUnsupportedError("all of them");
  assertEquals(
    text(plan.listFailed(request, error)),
    'checkShards "" after 800',
  );
  assertEquals(
    text(plan.listFailed(request, refused(503, 9))),
    'checkShards "" after 9000',
  );
  assertEquals(text(plan.shardsChecked()), 'watchList "" at once');
  assertEquals(
    text(plan.watchListFailed(WATCH_LIST, refused(429))),
    'watchList "" after 3200',
  );
});

Deno.test("begin() lists a shard by LIST without a check before it", () => {
  const plan = make({ sharded: true, watchList: false });
  assertEquals(text(plan.begin()), 'list "0" paged at once');
});

Deno.test("watchFailed() honors the Retry-After of a 429", () => {
  using time = new Clock();
  const plan = watching(time, 0);
  assertEquals(
    text(plan.watchFailed(refused(429, 20))),
    'watch "7" after 20000',
  );
});

Deno.test("watchFailed() lists at once when the version has expired", () => {
  using time = new Clock();
  const plan = watching(time, 0);
  assertEquals(text(plan.watchFailed(GONE)), 'list "7" at once');
});

Deno.test("watchFailed() backs off, and asks for no version, when the version has expired again, with nothing in between", () => {
  using time = new Clock();
  using _random = fixRandom(0);
  const plan = watching(time, 0);
  plan.watchFailed(GONE);
  plan.replaced("9");
  assertEquals(text(plan.watchFailed(GONE)), 'list "" paged after 800');
  plan.replaced("10");
  plan.moved("11");
  assertEquals(text(plan.watchFailed(GONE)), 'list "11" at once');
});

Deno.test("watchFailed() backs off when versions expire one soon after the other, with events between", () => {
  using time = new Clock();
  using _random = fixRandom(0);
  const plan = watching(time, 0);
  const expire = () => {
    plan.moved("8");
    return text(plan.watchFailed(GONE));
  };
  for (let i = 0; i < 3; i++) assertEquals(expire(), 'list "8" at once');
  time.tick(9_999);
  assertEquals(expire(), 'list "8" after 800');
  time.tick(10_000);
  assertEquals(expire(), 'list "8" at once');
});

Deno.test("watchFailed() backs off when an event cannot be understood, and asks for no version the second time", () => {
  using time = new Clock();
  using _random = fixRandom(0);
  const error = new UndecodableEventError("not JSON");
  const plan = watching(time, 60_000);
  assertEquals(text(plan.watchFailed(error)), 'list "7" after 800');
  plan.replaced("7");
  assertEquals(text(plan.watchFailed(error)), 'list "" paged after 1600');
  plan.replaced("9");
  plan.moved("10");
  assertEquals(text(plan.watchFailed(error)), 'list "10" after 3200');
});

Deno.test("watchFailed() lists at once when the version has expired long after a list", () => {
  using time = new Clock();
  const plan = watching(time, 0);
  plan.watchFailed(GONE);
  plan.replaced("9");
  plan.watchStarts();
  time.tick(60_000);
  plan.watchEnded(false);
  assertEquals(text(plan.watchFailed(GONE)), 'list "9" at once');
});

for (const error of [GONE, new UndecodableEventError("not JSON")]) {
  Deno.test(`watchFailed() does not ask for any version when a long silent watch ends with ${error.message} after a list`, () => {
    using time = new Clock();
    using _random = fixRandom(0);
    const plan = watching(time, 0);
    plan.watchFailed(error);
    time.tick(60_000);
    plan.replaced("9");
    plan.watchStarts();
    time.tick(999);
    const soon = text(plan.watchFailed(error));
    assertEquals(soon.startsWith('list "" paged'), true);
    plan.replaced("9");
    plan.watchStarts();
    time.tick(1_000);
    const later = text(plan.watchFailed(error));
    assertEquals(later.startsWith('list "9"'), true);
  });
}

Deno.test("watchFailed() asks for no version when the version of a WatchList has expired again, however long that took", () => {
  using time = new Clock();
  using _random = fixRandom(0);
  const plan = watching(time, 5_000, { watchList: true });
  plan.watchFailed(GONE);
  plan.watchStarts();
  time.tick(30_000);
  plan.replaced("9");
  assertEquals(text(plan.watchFailed(GONE)), 'watchList "" after 800');
});

Deno.test("watchFailed() lists by WatchList, from the last version if it is known", () => {
  using time = new Clock();
  const plan = watching(time, 5_000, { watchList: true });
  assertEquals(text(plan.watchFailed(GONE)), 'watchList "7" at once');
  assertEquals(
    text(watching(time, 100, { watchList: true }).watchFailed(GONE)),
    'watchList "7" after 700',
  );
});

for (const error of [refused(500), refused(403), new TypeError("?")]) {
  Deno.test(`watchFailed() lists after the backoff on ${error.message}`, () => {
    using time = new Clock();
    using _random = fixRandom(0);
    const plan = watching(time, 60_000);
    assertEquals(text(plan.watchFailed(error)), 'list "7" after 800');
  });
}

Deno.test("watchFailed() lists no sooner than Retry-After", () => {
  using time = new Clock();
  assertEquals(
    text(watching(time, 0).watchFailed(refused(503, 9))),
    'list "7" after 9000',
  );
});

Deno.test("a watch without a version is followed by a list", () => {
  using time = new Clock();
  using _random = fixRandom(0);
  for (const version of ["", "0"]) {
    const plan = make({ watchList: false });
    plan.replaced(version);
    assertEquals(
      text(plan.listed(LIST, false)),
      `watch "${version}" at once`,
    );
    plan.watchStarts();
    time.tick(5_000);
    assertEquals(text(plan.watchEnded(true)), 'list "0" paged after 0');
    assertEquals(text(plan.watchFailed(LOST)), 'list "0" paged after 800');
  }
});

Deno.test("all failures share one backoff, that starts over after two quiet minutes", () => {
  using time = new Clock();
  using _random = fixRandom(0);
  const plan = watching(time, 0);
  assertEquals(plan.watchFailed(LOST).delayMs, 800);
  assertEquals(plan.listFailed(LIST, LOST).delayMs, 1_600);
  assertEquals(plan.watchEnded(false).delayMs, 3_200);
  assertEquals(plan.watchLost(false).delayMs, 6_400);
  assertEquals(plan.watchListFailed(WATCH_LIST, LOST).delayMs, 12_800);
  assertEquals(plan.watchFailed(LOST).delayMs, 25_600);
  assertEquals(plan.watchFailed(LOST).delayMs, 30_000);
  time.tick(120_001);
  assertEquals(plan.watchFailed(LOST).delayMs, 800);
});

Deno.test("without delays, nothing that could repeat for ever is planned at once", () => {
  using time = new Clock();
  const options = { minBackoffMs: 0, maxBackoffMs: 0 };
  assertEquals(text(listed(options).listed(LIST, false)), 'watch "7" at once');
  const plan = watching(time, 0, options);
  assertEquals(text(plan.listed(LIST, false)), 'watch "7" after 0');
  assertEquals(text(plan.listFailed(LIST, LOST)), 'list "7" after 0');
  assertEquals(text(plan.watchEnded(true)), 'watch "7" after 0');
  assertEquals(text(plan.watchEnded(false)), 'list "7" after 0');
  assertEquals(text(plan.watchLost(false)), 'watch "7" after 0');
  assertEquals(text(plan.watchFailed(refused(429))), 'watch "7" after 0');
  assertEquals(text(plan.watchFailed(LOST)), 'checkVersion "7" after 0');
  assertEquals(text(plan.versionChecked("7")), 'watch "7" after 0');
});

for (
  const [what, error, expected] of [
    ["by its cause", TOO_LARGE, true],
    [
      "by the message of its cause, before 1.19",
      new StatusError({
        code: 504,
        details: { causes: [{ message: "Too large resource version" }] },
      }),
      true,
    ],
    [
      "by its message, before 1.17",
      new StatusError({
        reason: "Timeout",
        message: "Too large resource version: 9, current: 7",
      }),
      true,
    ],
    [
      "not by the message of another failure",
      new StatusError({ code: 500, message: "Too large resource version" }),
      false,
    ],
    ["not by any timeout", new StatusError({ code: 504 }), false],
  ] as const
) {
  Deno.test(`listFailed() recognizes a version that is too large ${what}`, () => {
    const plan = listed();
    const request: Request = { kind: "list", version: "7", paged: false };
    assertEquals(
      plan.listFailed(request, error).request.version === "",
      expected,
    );
  });
}

Deno.test("isAnyVersion() is true of the empty version and of 0", () => {
  assertEquals(["", "0", "1", "00"].map(isAnyVersion), [
    true,
    true,
    false,
    false,
  ]);
});

// Creating and combining conditions on an object's state, and adapting them to
// events and to a cache.

import { assert, assertEquals, assertThrows } from "@std/assert";
import { FakeListerWatcher } from "../../testing/mod.ts";
import {
  all,
  any,
  inStore,
  matches,
  not,
  onEvent,
} from "../../conditions/combinators.ts";
import { untyped } from "../support/scripted_watcher.ts";
import type { Condition } from "../../conditions/condition.ts";
import { StatusError } from "../../api/status_error.ts";
import type { KubernetesObject, WatchEvent } from "../../api/types.ts";
import { untilWithSync } from "../../watch/until_with_sync.ts";

const object: KubernetesObject = { metadata: { name: "web" } };
const yes: Condition = matches(() => true, () => "yes");
const alsoYes: Condition = matches(() => true, () => "also yes");
const no: Condition = matches(() => false, () => "no");
const alsoNo: Condition = matches(() => false, () => "also no");

function failing(text: string): Condition {
  return matches(() => {
    throw new Error(text);
  }, () => text);
}

const failed = failing("failed");

Deno.test("matches() calls the predicate, with undefined if the object does not exist", () => {
  const seen: unknown[] = [];
  const condition = matches((object) => {
    seen.push(object);
    return object === undefined;
  });
  assertEquals([condition(object), condition(undefined)], [false, true]);
  assertEquals(seen, [object, undefined]);
});

Deno.test("matches() throws what the predicate throws", () => {
  assertThrows(() => failed(object), Error, "failed");
});

Deno.test("matches() does not modify the predicate", () => {
  const predicate = () => true;
  matches(predicate, () => "first");
  assert(!("explain" in predicate));
});

Deno.test("matches() has a default explanation", () => {
  const condition = matches((object) => object?.metadata?.name === "web");
  assertEquals(condition.explain(object), "met");
  assertEquals(condition.explain({}), "not met");
  assertEquals(condition.explain(undefined), "not there");
  assertEquals(
    matches(() => {
      throw new Error("no\nway");
    }).explain(object),
    "no way",
  );
});

Deno.test("matches() and its explanations refuse a promise, and handle its rejection", async () => {
  const fail = () => untyped<boolean>(Promise.reject(new Error("no")));
  const condition = matches(fail);
  const why = "it returned a promise, which is not awaited";
  assertThrows(() => condition(object), TypeError, why);
  assertEquals(condition.explain(object), why);
  assertEquals(matches(fail, () => untyped(fail())).explain(object), why);
  // The test would fail if no one handled the rejections.
  await new Promise((resolve) => setTimeout(resolve, 0));
});

Deno.test("matches() reduces an explanation to one line, and explains with the error if explaining throws", () => {
  const explained = matches(() => false, () => "two\nlines\x1b[2J");
  assertEquals(explained.explain(object), "two lines [2J");
  const failing = matches(() => false, () => {
    throw new TypeError("no spec");
  });
  assertEquals(failing.explain(object), "no spec");
});

/** Conditions, and the result and explanation of each combinator for them. */
const CASES: readonly {
  readonly given: readonly Condition[];
  readonly all: readonly [boolean | "throws", string];
  readonly any: readonly [boolean | "throws", string];
}[] = [
  { given: [], all: [true, ""], any: [false, ""] },
  { given: [yes], all: [true, "yes"], any: [true, "yes"] },
  { given: [no], all: [false, "no"], any: [false, "no"] },
  {
    given: [yes, alsoYes],
    all: [true, "yes; also yes"],
    any: [true, "yes, or also yes"],
  },
  { given: [yes, no], all: [false, "no"], any: [true, "yes"] },
  { given: [no, yes], all: [false, "no"], any: [true, "yes"] },
  {
    given: [no, alsoNo],
    all: [false, "no; also no"],
    any: [false, "no, or also no"],
  },
  { given: [failed, yes], all: ["throws", "failed"], any: [true, "yes"] },
  {
    given: [no, failed],
    all: ["throws", "no; failed"],
    any: [false, "no, or failed"],
  },
  {
    given: [failed, failing("too")],
    all: ["throws", "failed; too"],
    any: ["throws", "failed, or too"],
  },
];

function verdict(condition: Condition): boolean | "throws" {
  try {
    return condition(object);
  } catch (error) {
    assert(error instanceof Error && error.message === "failed");
    return "throws";
  }
}

Deno.test("all() and any() combine results, errors and explanations", () => {
  for (const { given, ...expected } of CASES) {
    const label = given.map((one) => one.explain(object)).join("|");
    for (const [name, combine] of Object.entries({ all, any })) {
      const combined = combine(...given);
      const found = [verdict(combined), combined.explain(object)];
      const wanted = name === "all" ? expected.all : expected.any;
      assertEquals(found, [...wanted], `${name}(${label})`);
    }
  }
});

Deno.test("not() negates the result, and explains what is still the case", () => {
  assertEquals([not(yes)(object), not(yes).explain(object)], [
    false,
    "still yes",
  ]);
  assertEquals([not(no)(object), not(no).explain(object)], [true, "no"]);
  assertThrows(() => not(failed)(object), Error, "failed");
  assertEquals(not(failed).explain(object), "failed");
});

Deno.test("the combinators pass on the object, also if it does not exist", () => {
  const isGone = matches((object) => object === undefined);
  for (const condition of [all(isGone), any(isGone), not(not(isGone))]) {
    assertEquals([condition(object), condition(undefined)], [false, true]);
  }
});

Deno.test("onEvent() evaluates the object of a change, and undefined after a deletion", () => {
  const seen: unknown[] = [];
  const condition = onEvent(matches((object) => {
    seen.push(object?.metadata?.name);
    return object === undefined;
  }));
  const events: WatchEvent[] = [
    { type: "ADDED", object },
    { type: "MODIFIED", object },
    { type: "BOOKMARK", object: { metadata: { resourceVersion: "7" } } },
    { type: "DELETED", object },
  ];
  assertEquals(events.map((event) => condition(event)), [
    false,
    false,
    false,
    true,
  ]);
  assertEquals(seen, ["web", "web", undefined]);
});

Deno.test("onEvent() is never met by a bookmark", () => {
  assertEquals(onEvent(yes)({ type: "BOOKMARK", object: {} }), false);
});

Deno.test("onEvent() throws the StatusError of an ERROR event", () => {
  const condition = onEvent(yes);
  const status = { code: 410, reason: "Expired", message: "too old" };
  const error = assertThrows(
    () => condition({ type: "ERROR", object: status }),
    StatusError,
    "too old",
  );
  assertEquals(error.code, 410);
});

Deno.test("inStore() evaluates the object with the key, and undefined if there is no such object", async () => {
  const pods = new FakeListerWatcher();
  pods.add({ metadata: { name: "web", namespace: "default" } });
  const never = () => false;
  for (
    const [key, name] of [["default/web", "web"], ["web", undefined]] as const
  ) {
    const condition = matches((object) => {
      assertEquals(object?.metadata?.name, name);
      return true;
    });
    const event = await untilWithSync(pods, inStore(condition, key), never);
    assertEquals(event, undefined);
  }
});

// One object that is waited for, from state to state.

import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { matches } from "../../conditions/combinators.ts";
import type { Condition } from "../../conditions/condition.ts";
import { isDeleted } from "../../conditions/metadata_conditions.ts";
import type { KubernetesObject } from "../../mod.ts";
import { TrackedObject } from "../../watch/_tracked_object.ts";

interface Item extends KubernetesObject {
  value: number;
}

function item(value: number, uid = "1"): Item {
  return { metadata: { name: "a", uid }, value };
}

function isAtLeast(least: number): Condition<Item> {
  return matches(
    (item) => item !== undefined && item.value >= least,
    (item) => `${item?.value ?? "not there"}, not ${least}`,
  );
}

/** Judges states one after the other: is it met, and how many steps were. */
function judged(tracked: TrackedObject<Item>, states: (Item | undefined)[]) {
  return states.map((state) => {
    let steps = 0;
    tracked.see(state, { onMet: () => void steps++ });
    return [tracked.isMet, steps];
  });
}

Deno.test("TrackedObject meets its conditions in order, each once", () => {
  const tracked = new TrackedObject([isAtLeast(2), isAtLeast(1), isAtLeast(5)]);
  assertEquals(judged(tracked, [item(1), item(2), item(0), item(5)]), [
    [false, 0],
    [false, 2],
    [false, 0],
    [true, 1],
  ]);
});

Deno.test("TrackedObject is met as long as the last condition is", () => {
  const tracked = new TrackedObject([isAtLeast(1), isAtLeast(2)]);
  assertEquals(judged(tracked, [item(2), item(1), item(0), item(3)]), [
    [true, 2],
    [false, 0],
    [false, 0],
    [true, 1],
  ]);
});

Deno.test("TrackedObject says why the next condition is not met", () => {
  const tracked = new TrackedObject([isAtLeast(1), isAtLeast(5)]);
  assertEquals(tracked.why, "not there, not 1");
  judged(tracked, [item(0)]);
  assertEquals(tracked.why, "0, not 1");
  judged(tracked, [item(3)]);
  assertEquals(tracked.why, "3, not 5");
  judged(tracked, [undefined]);
  assertEquals(tracked.why, "not there, not 5");
});

Deno.test("TrackedObject judges each state once, and keeps what was seen last", () => {
  let asked = 0;
  const isOdd = matches<Item>((item) => {
    asked++;
    return item?.value === 1;
  });
  const tracked = new TrackedObject([isOdd]);
  const [first, second] = [item(1), item(2)];
  for (
    const [found, remains, isNew, last] of [
      // That it is not there is judged as well.
      [undefined, undefined, true, undefined],
      [undefined, undefined, false, undefined],
      [first, undefined, true, first],
      [first, undefined, false, first],
      [undefined, undefined, true, first],
      [undefined, first, false, first],
      [undefined, second, true, second],
      [undefined, item(3, "2"), false, second],
    ] as const
  ) {
    assertEquals(tracked.see(found, { remains }), isNew);
    assertStrictEquals(tracked.now, found);
    assertStrictEquals(tracked.last, last);
  }
  assertEquals(asked, 4);
});

Deno.test("TrackedObject takes another object of its name for gone where it is about that", () => {
  const tracked = new TrackedObject<Item>([isDeleted()]);
  const own = item(1);
  assertEquals(judged(tracked, [own, item(2, "2")]), [[false, 0], [true, 1]]);
  assertStrictEquals(tracked.now, undefined);
  assertStrictEquals(tracked.last, own);
  assertEquals(tracked.see(item(3, "2")), false);
});

Deno.test("TrackedObject judges another object of its name for what it is", () => {
  const tracked = new TrackedObject([isAtLeast(5)]);
  const other = item(5, "2");
  assertEquals(judged(tracked, [item(1), item(1, "2"), other]), [
    [false, 0],
    [false, 0],
    [true, 1],
  ]);
  assertStrictEquals(tracked.last, other);
  const both = new TrackedObject<Item>([isDeleted(), isAtLeast(5)]);
  assertEquals(judged(both, [item(1), other]), [[false, 0], [true, 2]]);
});

Deno.test("TrackedObject lets through what a condition throws, and is not met", () => {
  const tracked = new TrackedObject([
    matches<Item>((item) => {
      if (item?.value === 0) throw new Error("failed");
      return true;
    }),
  ]);
  assertEquals(judged(tracked, [item(1)]), [[true, 1]]);
  assertThrows(() => tracked.see(item(0)), Error, "failed");
  assertEquals(tracked.isMet, false);
});

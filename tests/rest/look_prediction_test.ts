// When objects are parsed at once.

import { assertEquals } from "@std/assert";
import { LookPrediction } from "../../rest/_look_prediction.ts";

/** Goes through objects; returns how many of them are parsed at once. */
function goThrough(
  looks: LookPrediction,
  objects: number,
  isLookedAt: (index: number) => boolean,
): number {
  let parsed = 0;
  for (let index = 0; index < objects; index++) {
    if (looks.next()) parsed++;
    else if (isLookedAt(index)) looks.lookedAt(looks.current);
  }
  return parsed;
}

Deno.test("LookPrediction.next() is mostly true where each object is looked at", () => {
  const looks = new LookPrediction();
  assertEquals(goThrough(looks, 16, () => true), 0);
  assertEquals(goThrough(looks, 64 * 10, () => true), 63 * 10);
});

Deno.test("LookPrediction.next() is false where an object is passed over now and then", () => {
  const looks = new LookPrediction();
  assertEquals(goThrough(looks, 1_000, (index) => index % 16 !== 0), 0);
});

Deno.test("LookPrediction.next() is false again soon after the last look", () => {
  const looks = new LookPrediction();
  goThrough(looks, 100, () => true);
  goThrough(looks, 64, () => false);
  assertEquals(goThrough(looks, 100, () => false), 0);
});

Deno.test("LookPrediction.lookedAt() does not count an object from before", () => {
  const looks = new LookPrediction();
  for (let index = 0; index < 100; index++) {
    const { current } = looks;
    assertEquals(looks.next(), false);
    looks.lookedAt(current);
  }
});

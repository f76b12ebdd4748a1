/**
 * "Did you mean …?".
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { didYouMean } from "../../internal/did_you_mean.ts";

const KNOWN = ["pods", "deployment", "services", "wait", "watch"];

const CASES: readonly [string, string][] = [
  ["pod", "pods"],
  ["pdos", "pods"],
  ["deploymnt", "deployment"],
  ["deplyomnet", "deployment"],
  ["Deploymentt", "deployment"],
  ["wach", "watch"],
  ["wiat", "wait"],
];

Deno.test("didYouMean() suggests a word that is close", () => {
  for (const [word, meant] of CASES) {
    assertEquals(didYouMean(word, KNOWN), `did you mean ${meant}?`, word);
  }
});

Deno.test("didYouMean() suggests nothing if no word is close", () => {
  for (const word of ["", "x", "foos", "certificates", "ns"]) {
    assertEquals(didYouMean(word, KNOWN), "", word);
  }
});

Deno.test("didYouMean() writes the prefix of options", () => {
  assertEquals(didYouMean("fro", ["for"], "--"), "did you mean --for?");
});

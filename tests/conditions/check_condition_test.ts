// What is given as a condition, where TypeScript has not checked it.

import { assertThrows } from "@std/assert";
import { checkCondition } from "../../conditions/_check_condition.ts";
import { isPodReady, matches } from "../../conditions/mod.ts";

Deno.test("checkCondition() accepts conditions", () => {
  checkCondition(isPodReady());
  checkCondition(matches(() => true));
});

Deno.test("checkCondition() refuses a function that creates one, and any other value", () => {
  for (const value of [isPodReady, () => true, true, undefined, null]) {
    assertThrows(
      () => Reflect.apply(checkCondition, undefined, [value]),
      TypeError,
      "isPodReady()",
    );
  }
});

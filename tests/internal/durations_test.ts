import { assertThrows } from "@std/assert";
import { checkDurations } from "../../internal/durations.ts";

Deno.test("checkDurations() accepts zero, fractions, Infinity and undefined", () => {
  checkDurations({});
  checkDurations({ a: 0, b: 0.5, c: 1e300, d: Infinity, e: undefined, f: -0 });
});

for (const value of [-1, -0.001, -Infinity, NaN]) {
  Deno.test(`checkDurations() throws at ${value} and names it`, () => {
    assertThrows(
      () => checkDurations({ fineMs: 1, waitMs: value, alsoFineMs: 2 }),
      RangeError,
      `${value} as waitMs`,
    );
  });
}

/**
 * Durations in Go's format.
 *
 * @module
 */

import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { parseGoDuration } from "../../cli/_go_duration.ts";

const HOUR = 3_600_000;

const VALID: readonly [string, number][] = [
  ["0", 0],
  ["-0", 0],
  ["0s", 0],
  ["5s", 5_000],
  ["+5s", 5_000],
  ["-5s", -5_000],
  ["30s", 30_000],
  ["1478s", 1_478_000],
  ["5.0s", 5_000],
  ["5.6s", 5_600],
  ["5.s", 5_000],
  [".5s", 500],
  ["1.004s", 1_004],
  ["10ns", 0.00001],
  ["11us", 0.011],
  ["12µs", 0.012],
  ["12μs", 0.012],
  ["13ms", 13],
  ["15m", 15 * 60_000],
  ["16h", 16 * HOUR],
  ["3h30m", 3.5 * HOUR],
  ["10.5s4m", 250_500],
  ["-2m3.4s", -123_400],
  ["1h2m3s4ms", HOUR + 123_004],
  ["2540400h10m10.000000000s", 2_540_400 * HOUR + 610_000],
];

const INVALID: readonly [string, string][] = [
  ["", "it is empty"],
  ["3", "missing unit"],
  ["-", "it is empty"],
  ["s", 'expected a number at "s"'],
  [".", 'expected a number at "."'],
  ["-.", 'expected a number at "."'],
  [".s", 'expected a number at ".s"'],
  ["+.s", 'expected a number at ".s"'],
  ["1d", 'unknown unit "d"'],
  ["5 s", 'unknown unit " s"'],
  ["30seconds", 'unknown unit "seconds"'],
  ["1m-5s", 'unknown unit "m-"'],
  ["5S", 'unknown unit "S"'],
  ["9223372036854775808ns", "it is too long"],
  ["3000000h", "it is too long"],
];

Deno.test("parseGoDuration() accepts what Go accepts", () => {
  for (const [text, expected] of VALID) {
    assertAlmostEquals(parseGoDuration(text), expected, 1e-6, text);
  }
});

Deno.test("parseGoDuration() returns zero without a sign", () => {
  assertEquals(Object.is(parseGoDuration("-0s"), 0), true);
});

Deno.test("parseGoDuration() rejects what Go rejects, with a reason", () => {
  for (const [text, message] of INVALID) {
    assertThrows(() => parseGoDuration(text), SyntaxError, message, text);
  }
});

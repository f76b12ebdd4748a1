/**
 * Durations for people.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { shortDuration } from "../../internal/short_duration.ts";

const MINUTE = 60;
const HOUR = 3600;
const DAY = 24 * HOUR;

/** Seconds, and how `kubectl` formats them. */
const CASES: readonly [number, string][] = [
  [-5, "0s"],
  [0, "0s"],
  [59, "59s"],
  [119, "119s"],
  [120, "2m"],
  [2 * MINUTE + 5, "2m5s"],
  [9 * MINUTE + 59, "9m59s"],
  [10 * MINUTE, "10m"],
  [179 * MINUTE, "179m"],
  [3 * HOUR, "3h"],
  [5 * HOUR + 30 * MINUTE, "5h30m"],
  [8 * HOUR, "8h"],
  [47 * HOUR, "47h"],
  [48 * HOUR, "2d"],
  [5 * DAY + 3 * HOUR, "5d3h"],
  [8 * DAY, "8d"],
  [729 * DAY, "729d"],
  [730 * DAY, "2y"],
  [3 * 365 * DAY + 10 * DAY, "3y10d"],
  [9 * 365 * DAY, "9y"],
];

Deno.test("shortDuration() formats durations as kubectl does", () => {
  for (const [seconds, text] of CASES) {
    assertEquals(shortDuration(seconds * 1000 + 999), text, `${seconds}`);
  }
});

/**
 * Durations as Go writes them and as every Kubernetes tool takes them: `30s`,
 * `1m30s`, `1.5h`. A bare number is refused, as Go does: nobody can tell
 * whether `--timeout 30` means seconds.
 *
 * @module
 */

import { UsageError } from "./terminal/usage_error.ts";

const UNITS_MS: ReadonlyMap<string, number> = new Map([
  ["ns", 1e-6],
  ["us", 1e-3],
  ["µs", 1e-3], // U+00B5, the micro sign
  ["μs", 1e-3], // U+03BC, the Greek letter
  ["ms", 1],
  ["s", 1000],
  ["m", 60_000],
  ["h", 3_600_000],
]);

/** Go keeps 63 bits of nanoseconds. */
const LONGEST_MS = 2 ** 63 / 1e6;

/**
 * Parses a duration as Go's
 * [`time.ParseDuration`](https://pkg.go.dev/time#ParseDuration).
 *
 * @param text The duration.
 * @returns Milliseconds, perhaps negative, perhaps with a fraction.
 * @throws {SyntaxError} If it is no duration.
 */
export function parseGoDuration(text: string): number {
  const [, sign, rest = ""] = /^([+-]?)(.*)$/s.exec(text) ?? [];
  const magnitude = rest === "0" ? 0 : parseMagnitude(rest);
  return sign === "-" && magnitude > 0 ? -magnitude : magnitude;
}

function parseMagnitude(text: string): number {
  if (text === "") throw new SyntaxError("it is empty");
  const part = /(\d+\.?\d*|\.\d+)([^\d.]*)/y;
  let sum = 0;
  while (part.lastIndex < text.length) {
    const at = part.lastIndex;
    const [, number, unit] = part.exec(text) ?? [];
    if (number === undefined || unit === undefined) {
      throw new SyntaxError(
        `expected a number at ${JSON.stringify(text.slice(at))}`,
      );
    }
    if (unit === "") throw new SyntaxError("missing unit");
    const unitMs = UNITS_MS.get(unit);
    if (unitMs === undefined) {
      throw new SyntaxError(`unknown unit ${JSON.stringify(unit)}`);
    }
    sum += Number(number) * unitMs;
  }
  if (sum >= LONGEST_MS) throw new SyntaxError("it is too long");
  return sum;
}

/**
 * Parses the value of an option.
 *
 * @param option The option's name.
 * @param text The duration.
 * @returns Milliseconds, perhaps negative.
 * @throws {UsageError} If it is no duration.
 */
export function durationOf(option: string, text: string): number {
  try {
    return parseGoDuration(text);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new UsageError(
      `malformed duration --${option}=${text}: ${cause.message}: use a duration such as 30s, 1m30s or 0`,
      { cause },
    );
  }
}

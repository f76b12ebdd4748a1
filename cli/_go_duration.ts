/**
 * Parses durations in Go's format, which all Kubernetes tools use: `30s`,
 * `1m30s`, `1.5h`. As in Go, a number without a unit is an error:
 * `--timeout 30` is ambiguous.
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

/** Go's durations are 64-bit integers of nanoseconds. */
const MAX_MS = 2 ** 63 / 1e6;

/**
 * Parses a duration as Go's
 * [`time.ParseDuration`](https://pkg.go.dev/time#ParseDuration).
 *
 * @param text The duration.
 * @returns The duration in milliseconds; it may be negative or a fraction.
 * @throws {SyntaxError} If the text is not a duration.
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
  if (sum >= MAX_MS) throw new SyntaxError("it is too long");
  return sum;
}

/**
 * Parses the value of an option that takes a duration.
 *
 * @param option The name of the option.
 * @param text The value.
 * @returns The duration in milliseconds; it may be negative.
 * @throws {UsageError} If the value is not a duration.
 */
export function parseDurationOption(option: string, text: string): number {
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

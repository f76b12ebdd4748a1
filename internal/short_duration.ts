/**
 * Durations for people, as `kubectl` shows ages: two units at most, the smaller
 * one only while it matters.
 *
 * @module
 */

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

/** The units for each range of ages, in seconds. */
const STEPS: readonly {
  readonly below: number;
  readonly unit: readonly [number, string];
  readonly finer?: readonly [number, string];
}[] = [
  { below: 2 * MINUTE, unit: [1, "s"] },
  { below: 10 * MINUTE, unit: [MINUTE, "m"], finer: [1, "s"] },
  { below: 3 * HOUR, unit: [MINUTE, "m"] },
  { below: 8 * HOUR, unit: [HOUR, "h"], finer: [MINUTE, "m"] },
  { below: 2 * DAY, unit: [HOUR, "h"] },
  { below: 8 * DAY, unit: [DAY, "d"], finer: [HOUR, "h"] },
  { below: 2 * YEAR, unit: [DAY, "d"] },
  { below: 8 * YEAR, unit: [YEAR, "y"], finer: [DAY, "d"] },
  { below: Infinity, unit: [YEAR, "y"] },
];

/**
 * Formats a duration as `kubectl` formats ages.
 *
 * @param ms Milliseconds; a negative number counts as 0.
 * @returns `"59s"`, `"5m30s"`, `"47h"`.
 */
export function shortDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const step = STEPS.find(({ below }) => seconds < below);
  if (step === undefined) return "?";
  const [size, unit] = step.unit;
  const whole = `${Math.floor(seconds / size)}${unit}`;
  if (step.finer === undefined) return whole;
  const [finerSize, finerUnit] = step.finer;
  const rest = Math.floor((seconds % size) / finerSize);
  return rest === 0 ? whole : `${whole}${rest}${finerUnit}`;
}

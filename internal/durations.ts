/**
 * Validation of durations.
 *
 * @module
 */

/**
 * Throws if a duration is negative or NaN.
 *
 * @param durations The durations in milliseconds, by the names that the caller
 *   knows them by. Undefined ones are skipped.
 * @throws {RangeError} If a duration is negative or NaN.
 */
export function checkDurations(
  durations: Readonly<Record<string, number | undefined>>,
): void {
  for (const [name, value] of Object.entries(durations)) {
    if (value === undefined || value >= 0) continue;
    throw new RangeError(
      `Cannot use ${value} as ${name}: expected a non-negative number of milliseconds`,
    );
  }
}

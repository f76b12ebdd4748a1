/**
 * The check that every duration goes through before anything is started.
 *
 * @module
 */

/**
 * Refuses durations that are negative or not a number.
 *
 * @param durations The durations in milliseconds, by the caller's names.
 * @throws {RangeError} If one of them is negative or NaN.
 */
export function checkDurations(
  durations: Readonly<Record<string, number | undefined>>,
): void {
  for (const [name, value] of Object.entries(durations)) {
    if (value === undefined || value >= 0) continue;
    throw new RangeError(
      `Cannot use ${value} as ${name}: a duration is zero or more milliseconds`,
    );
  }
}

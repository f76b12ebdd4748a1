/**
 * A clock for comparing times across processes on one machine, in any language.
 *
 * @module
 */

/**
 * Returns the current time.
 *
 * @returns The Unix time in milliseconds, with fractions.
 */
export function unixMs(): number {
  return Number(Temporal.Now.instant().epochNanoseconds) / 1e6;
}

/**
 * The clock by which processes of one machine, of whatever language, can
 * compare when something happened.
 *
 * @module
 */

/**
 * The time now.
 *
 * @returns Milliseconds of Unix time, with fractions.
 */
export function unixMs(): number {
  return Number(Temporal.Now.instant().epochNanoseconds) / 1e6;
}

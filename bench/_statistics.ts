/**
 * What is said of many measurements.
 *
 * @module
 */

/**
 * The value in the middle.
 *
 * @param values The values, in any order.
 * @returns It; NaN where there are none.
 */
export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/**
 * The least value that so many of a hundred do not exceed.
 *
 * @param values The values, in any order.
 * @param percent How many of a hundred.
 * @returns It; NaN where there are none.
 */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = Math.ceil(sorted.length * percent / 100);
  return sorted[Math.max(0, rank - 1)] ?? NaN;
}

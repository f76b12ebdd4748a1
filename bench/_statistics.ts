/**
 * Statistics of measurements.
 *
 * @module
 */

/**
 * Returns the median.
 *
 * @param values The values, in any order.
 * @returns The result; NaN if there are no values.
 */
export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/**
 * Returns a percentile by the nearest-rank method.
 *
 * @param values The values, in any order.
 * @param percent The percentage of values that do not exceed it.
 * @returns The result; NaN if there are no values.
 */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = Math.ceil(sorted.length * percent / 100);
  return sorted[Math.max(0, rank - 1)] ?? NaN;
}

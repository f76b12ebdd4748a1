/**
 * Arguments and output of the benchmarks.
 *
 * @module
 */

import { median } from "./_statistics.ts";

/** The arguments of a benchmark. */
export interface BenchmarkArgs {
  /** Options for the Deno processes that the benchmark starts. */
  denoOptions: readonly string[];
  /** The arguments of the benchmark itself. */
  args: string[];
}

/**
 * Splits the command-line arguments at `--`.
 *
 * @returns The arguments before and after it.
 */
export function splitArgs(): BenchmarkArgs {
  const separator = Deno.args.indexOf("--");
  return {
    denoOptions: Deno.args.slice(0, Math.max(0, separator)),
    args: Deno.args.slice(separator + 1),
  };
}

/**
 * Formats a ratio.
 *
 * @param value The value to compare.
 * @param base The value to compare it with.
 * @returns The ratio; `"-"` if one of them is not known.
 */
export function ratio(value: number, base: number): string {
  const quotient = value / base;
  return Number.isFinite(quotient) ? quotient.toFixed(2) : "-";
}

/**
 * Formats the ratio of the medians, and that of the least values: the fastest
 * round is the least disturbed one.
 *
 * @param values The values to compare.
 * @param bases The values to compare them with.
 * @returns Both ratios.
 */
export function ratios(
  values: readonly number[],
  bases: readonly number[],
): string {
  const ofMedians = ratio(median(values), median(bases));
  const ofLeast = ratio(Math.min(...values), Math.min(...bases));
  return `${ofMedians}, ${ofLeast}`;
}

/**
 * Formats a row of a table.
 *
 * @param name The first cell.
 * @param cells The other cells.
 * @returns The row.
 */
export function row(name: string, ...cells: string[]): string {
  return name.padEnd(30) + cells.map((cell) => cell.padStart(14)).join("");
}

/**
 * Prints a line.
 *
 * @param line The line.
 */
export function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

/**
 * Arguments and output of the benchmarks.
 *
 * @module
 */

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

/**
 * What the benchmarks have in common: their arguments and how they print.
 *
 * @module
 */

/** The arguments of a benchmark. */
export interface BenchmarkArgs {
  /** Options for the Deno processes that it starts. */
  denoOptions: readonly string[];
  /** Its own arguments. */
  args: string[];
}

/**
 * Splits the arguments at `--`.
 *
 * @returns What stands before it, and what behind.
 */
export function splitArgs(): BenchmarkArgs {
  const separator = Deno.args.indexOf("--");
  return {
    denoOptions: Deno.args.slice(0, Math.max(0, separator)),
    args: Deno.args.slice(separator + 1),
  };
}

/**
 * A ratio as text.
 *
 * @param value What is compared.
 * @param base What it is compared with.
 * @returns `"-"` where one of them is missing.
 */
export function ratio(value: number, base: number): string {
  const quotient = value / base;
  return Number.isNaN(quotient) ? "-" : quotient.toFixed(2);
}

/**
 * A row of a table.
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

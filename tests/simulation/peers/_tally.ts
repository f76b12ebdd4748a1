/**
 * Adds up what the runs of a peer came to, and prints the table.
 *
 * @module
 */

import type { Contract } from "./_account.ts";
import type { SeedResult } from "./_batch.ts";
import { FAULTY_MS } from "./_schedule.ts";

/** How many notes are printed of a seed. */
const MOST_NOTES = 5;

/** The sums of one peer. */
export interface Tally {
  /** The name of the peer. */
  readonly name: string;
  /** What it promises. */
  readonly contract: Contract;
  /** The seeds that have been run to the end. */
  readonly results: readonly SeedResult[];
  /** The seeds whose process has died. */
  readonly died: readonly number[];
}

const HEADER = [
  "",
  "lost",
  "repeated",
  "ended, said so",
  "caches wrong",
  "waits that hang",
  "processes died",
  "requests a minute",
];

/**
 * Returns the table in Markdown.
 *
 * @param tallies The sums of each peer.
 * @returns The lines.
 */
export function tableOf(tallies: readonly Tally[]): string[] {
  const rows = [HEADER, ...tallies.map(rowOf)];
  const widths = HEADER.map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length), 3)
  );
  const line = (row: readonly string[]) =>
    `| ${
      row.map((cell, column) =>
        column === 0
          ? cell.padEnd(widths[column] ?? 0)
          : cell.padStart(widths[column] ?? 0)
      ).join(" | ")
    } |`;
  const rule = widths.map((width, column) =>
    column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`
  );
  const [header = HEADER, ...body] = rows;
  return [line(header), line(rule), ...body.map(line)];
}

function rowOf({ name, contract, results, died }: Tally): string[] {
  const sum = (of: (result: SeedResult) => number) =>
    results.reduce((total, result) => total + of(result), 0);
  const minutes = results.length * FAULTY_MS / 60_000;
  const wrong = sum(({ isCacheWrong }) => Number(isCacheWrong ?? false));
  return [
    name,
    `${sum(({ lost }) => lost)}`,
    `${sum(({ repeated, invented }) => repeated + invented)}`,
    contract === "each change" ? `${sum(({ ended }) => ended)}` : "–",
    contract === "each change" ? "–" : `${wrong}`,
    `${sum(({ hangs }) => Number(hangs))}`,
    `${died.length}`,
    minutes === 0
      ? "–"
      : (sum(({ requests }) => requests) / minutes).toFixed(0),
  ];
}

/**
 * Returns the seeds of a peer in which something was wrong, with the reasons.
 *
 * @param tally The sums of the peer.
 * @returns The lines.
 */
export function wrongSeeds({ name, results, died }: Tally): string[] {
  const wrong = results.filter((result) =>
    result.lost + result.repeated + result.invented > 0 || result.hangs ||
    result.isCacheWrong
  );
  return [
    ...died.map((seed) => `${name}, seed ${seed}: the process has died`),
    ...wrong.map(({ seed, notes, hangs }) =>
      `${name}, seed ${seed}: ${
        [
          ...(hangs ? ["hangs"] : []),
          ...notes.slice(0, MOST_NOTES),
          ...(notes.length > MOST_NOTES ? [`${notes.length} in all`] : []),
        ].join("; ")
      }`
    ),
  ];
}

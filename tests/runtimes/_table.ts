/**
 * The table of what was seen on which runtime.
 *
 * @module
 */

import type { Result } from "./_protocol.ts";

/** The place of the table in a document. */
export const TABLE = /(<!-- runtimes -->\n)([\s\S]*?)(<!-- \/runtimes -->)/;

/**
 * Formats the results.
 *
 * @param columns The results, by the name of the runtime.
 * @returns A table in Markdown.
 */
export function runtimesTable(
  columns: ReadonlyMap<string, readonly Result[]>,
): string {
  const behaviors = new Set(
    [...columns.values()].flat().map(({ behavior }) => behavior),
  );
  const rows = [
    ["", ...columns.keys()],
    ["---", ...Array.from(columns, () => "---")],
    ...Array.from(behaviors, (behavior) => [
      behavior,
      ...Array.from(columns.values(), (results) => mark(results, behavior)),
    ]),
  ];
  return `\n${rows.map((cells) => `| ${cells.join(" | ")} |`).join("\n")}\n\n`;
}

function mark(results: readonly Result[], behavior: string): string {
  const result = results.find((result) => result.behavior === behavior);
  if (result === undefined) return "–";
  return result.error === undefined ? "yes" : "no";
}

/** What is not for a runtime, by the start of its name. */
const LIMITS: readonly (readonly [string, string])[] = [
  ["Bun", "256 requests at a time, unless configured"],
  ["workerd", "no `Cluster`; a watch ends with its request"],
  ["Chromium", "no `Cluster`; six watches per host over HTTP/1.1"],
];

/**
 * Formats a summary of the results.
 *
 * @param columns The results, by the name of the runtime.
 * @returns A table in Markdown.
 */
export function summaryTable(
  columns: ReadonlyMap<string, readonly Result[]>,
): string {
  const rows = Array.from(columns, ([name, results]) => {
    const met = results.filter(({ error }) => error === undefined).length;
    const [, limit = ""] = LIMITS.find(([start]) => name.startsWith(start)) ??
      [];
    return `| ${name} | ${met} of ${results.length} | ${limit} |`;
  });
  const head = "| runtime | behaviors | limits |\n| --- | --- | --- |";
  return `\n${[head, ...rows].join("\n")}\n\n`;
}

/**
 * The matrix of servers: which end-to-end tests pass on which server, store and
 * intermediary. A row is a control plane, or something in front of it; a column
 * is a group of tests.
 *
 * @module
 */

import { GROUPS } from "./_e2e_groups.ts";

/** The columns. */
export const COLUMNS: readonly string[] = [...GROUPS.keys()];

/** What a cell runs instead of its group. */
export interface CellTests {
  /** The file in `tests/e2e/`. */
  file: string;
  /** What the names of the tests contain: a text, or `/a regular expression/`. */
  filter: string;
}

/** A row. */
export interface MatrixRow {
  /** What is tested, with its version. */
  name: string;
  /** The options of `deno task test:e2e` that choose the control plane. */
  options?: readonly string[];
  /**
   * The tests of a row that is not a control plane, by column. Columns that are
   * not named are left out.
   */
  cells?: Readonly<Record<string, CellTests>>;
}

const sample = "aggregated_api_test.ts";
const unwatchable = "unwatchable_api_test.ts";
const proxies = "proxies_test.ts";

/** A row for a proxy in front of the default control plane. */
function proxy(name: string, filter: string): MatrixRow {
  return { name, cells: { cuts: { file: proxies, filter } } };
}

/** The rows. */
export const ROWS: readonly MatrixRow[] = [
  { name: "kube-apiserver 1.36.1, etcd 3.6.8" },
  { name: "kube-apiserver 1.37.2, etcd 3.6.8", options: ["--kube=1.37.2"] },
  {
    name: "kube-apiserver 1.37.2 with all alpha and beta features, etcd 3.6.8",
    options: ["--kube=1.37.2", "--feature-gates=AllAlpha=true,AllBeta=true"],
  },
  {
    name: "kube-apiserver 1.37.2, kine 0.17.5 over SQLite",
    options: ["--kube=1.37.2", "--store=kine"],
  },
  {
    name: "sample-apiserver 0.37.2 behind the aggregator",
    cells: {
      watch: { file: sample, filter: "see the same as client-go" },
      informer: { file: sample, filter: "see the same as client-go" },
      cuts: { file: sample, filter: "survive that its server is away" },
      refusals: { file: sample, filter: "no longer registered" },
      cli: { file: sample, filter: "the command line" },
    },
  },
  {
    name: "an API without watches, as metrics.k8s.io",
    cells: {
      refusals: { file: unwatchable, filter: "is reported at once" },
    },
  },
  proxy("kubectl proxy 1.36.1", "behind kubectl proxy"),
  proxy("nginx 1.22.1", "/nginx/"),
  proxy("HAProxy 2.6.12", "behind HAProxy"),
  proxy("Caddy 2.6.2", "behind Caddy"),
  proxy("Apache 2.4.71", "behind Apache"),
];

/** The place of the matrix in a document. */
export const MATRIX = /(<!-- matrix -->\n)([\s\S]*?)(<!-- \/matrix -->)/;

/** How many tests of a cell passed. */
export interface CellResult {
  readonly passed: number;
  readonly failed: number;
  readonly ignored: number;
}

/**
 * Reads the summary that `deno test` prints last.
 *
 * @param output What it printed.
 * @returns The numbers; undefined if it printed no summary.
 */
export function readSummary(output: string): CellResult | undefined {
  // deno-lint-ignore no-control-regex -- colors
  const text = output.replaceAll(/\x1b\[[0-9;]*m/g, "");
  const line = text.match(/^(?:ok|FAILED) \| .*$/gm)?.at(-1);
  if (line === undefined) return undefined;
  const count = (word: string) =>
    Number(new RegExp(`(\\d+) ${word}`).exec(line)?.[1] ?? 0);
  return {
    passed: count("passed"),
    failed: count("failed"),
    ignored: count("ignored"),
  };
}

/**
 * Formats a cell.
 *
 * @param result The result; undefined if the tests could not be run.
 * @returns `4 of 4`, `3 of 4`; `skipped` if what they need is not installed.
 */
export function formatCell(result: CellResult | undefined): string {
  if (result === undefined) return "failed";
  const { passed, failed, ignored } = result;
  if (passed + failed === 0 && ignored > 0) return "skipped";
  return `${passed} of ${passed + failed + ignored}`;
}

/**
 * Formats the matrix.
 *
 * @param rows The cells by the name of the row, then by column.
 * @param before The matrix that the document has: rows that have not been run
 *   are taken from there.
 * @returns A table in Markdown, in the order of {@linkcode ROWS}. A dash is what
 *   does not apply to a row.
 */
export function formatMatrix(
  rows: ReadonlyMap<string, ReadonlyMap<string, string>>,
  before = "",
): string {
  const old = readRows(before);
  const lines = ROWS.flatMap((row) => {
    const { name } = row;
    const cells = rows.get(name);
    const known = old.get(name);
    if (cells === undefined && known === undefined) return [];
    const texts = COLUMNS.map((column, index) => {
      if (row.cells !== undefined && !Object.hasOwn(row.cells, column)) {
        return "–";
      }
      return cells?.get(column) ?? known?.[index] ?? "not run";
    });
    return [`| ${[name, ...texts].join(" | ")} |`];
  });
  const head = [
    `| ${["server", ...COLUMNS].join(" | ")} |`,
    `| ${["server", ...COLUMNS].map(() => "---").join(" | ")} |`,
  ];
  return `\n${[...head, ...lines].join("\n")}\n\n`;
}

/** The cells of each row of a table, if its columns are the present ones. */
function readRows(table: string): Map<string, string[]> {
  const rows = table.split("\n").filter((line) => line.startsWith("|"))
    .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
  const [head = [], , ...body] = rows;
  if (head.slice(1).join() !== COLUMNS.join()) return new Map();
  return new Map(body.map(([name = "", ...cells]) => [name, cells]));
}

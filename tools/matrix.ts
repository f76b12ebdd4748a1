/**
 * Prints which end-to-end tests pass on which server: `tools/matrix.ts
 * [PACKAGE_OPTION…] -- [--row TEXT] [--column NAME] [--write]`. Only the rows
 * whose names contain a text are run, or only one column. `--write` updates the
 * table in `docs/servers.md`. The exit status is 1 if a test failed.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- a command-line program

import { parseArgs } from "node:util";
import { fileURLToPath } from "node:url";
import { runDeno, trapSignals } from "./_child.ts";
import { GROUPS } from "./_e2e_groups.ts";
import { readE2eOptions } from "./_e2e_options.ts";
import {
  COLUMNS,
  formatCell,
  formatMatrix,
  MATRIX,
  type MatrixRow,
  readSummary,
  ROWS,
} from "./_matrix.ts";

const ROOT = new URL("../", import.meta.url);
const DOCUMENT = new URL("docs/servers.md", ROOT);

/** The arguments of `deno test` for a cell; undefined if it is left out. */
function testsOf(row: MatrixRow, column: string): string[] | undefined {
  if (row.cells === undefined) {
    return GROUPS.get(column)?.map((file) => `tests/e2e/${file}`);
  }
  const cell = row.cells[column];
  return cell && [`tests/e2e/${cell.file}`, `--filter=${cell.filter}`];
}

/** Runs the tests of a cell; prints their output if one of them fails. */
async function runCell(
  packages: readonly string[],
  row: MatrixRow,
  tests: readonly string[],
): Promise<{ text: string; failed: boolean }> {
  const { env } = readE2eOptions(row.options ?? []);
  const command = new Deno.Command(Deno.execPath(), {
    args: ["test", ...packages, "-A", ...tests],
    cwd: ROOT,
    env,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
  const child = command.spawn();
  using _trap = trapSignals((signal) => child.kill(signal));
  const { success, stdout, stderr } = await child.output();
  const output = new TextDecoder().decode(stdout);
  if (!success) console.error(output + new TextDecoder().decode(stderr));
  const result = readSummary(output);
  const failed = !success || result === undefined || result.passed === 0;
  return { text: formatCell(result), failed };
}

async function main(args: readonly string[]): Promise<number> {
  const end = args.indexOf("--");
  const { values } = parseArgs({
    args: args.slice(end + 1),
    options: {
      row: { type: "string", multiple: true },
      column: { type: "string", multiple: true },
      write: { type: "boolean", default: false },
    },
  });
  const { row: rowTexts = [""], column: columns = COLUMNS, write } = values;
  const results = new Map<string, Map<string, string>>();
  let status = 0;
  for (const row of ROWS) {
    if (!rowTexts.some((text) => row.name.includes(text))) continue;
    const cells = new Map<string, string>();
    results.set(row.name, cells);
    for (const column of columns) {
      const tests = testsOf(row, column);
      if (tests === undefined) continue;
      const { text, failed } = await runCell(args.slice(0, end), row, tests);
      console.error(`${row.name}: ${column}: ${text}`);
      cells.set(column, text);
      if (failed) status = 1;
    }
  }
  const document = await Deno.readTextFile(DOCUMENT);
  const table = formatMatrix(results, MATRIX.exec(document)?.[2]);
  console.log(table.trim());
  if (write) {
    const text = document.replace(
      MATRIX,
      (_, before, __, after) => `${before}${table}${after}`,
    );
    await Deno.writeTextFile(DOCUMENT, text);
    await runDeno(["fmt", "--quiet", fileURLToPath(DOCUMENT)], { cwd: ROOT });
  }
  return status;
}

Deno.exit(await main(Deno.args));

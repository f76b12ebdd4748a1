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

const USAGE =
  "Usage: deno task matrix [--row TEXT]… [--column NAME]… [--write]";

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
  // A filter that matches no test proves nothing.
  const ran = result !== undefined && result.passed + result.ignored > 0;
  const failed = !success || !ran;
  return { text: formatCell(result), failed };
}

/** What to run, and whether to write the result. */
interface Choice {
  readonly rows: readonly MatrixRow[];
  readonly columns: readonly string[];
  readonly write: boolean;
}

/** Reads the options; undefined, with a message, if one is wrong. */
function readOptions(args: readonly string[]): Choice | undefined {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        row: { type: "string", multiple: true },
        column: { type: "string", multiple: true },
        write: { type: "boolean", default: false },
      },
    });
    const { row: texts = [""], column: columns = COLUMNS, write } = values;
    const rows = ROWS.filter(({ name }) =>
      texts.some((text) => name.includes(text))
    );
    if (rows.length === 0) {
      throw new TypeError(
        `Cannot find a row with '${
          texts.join("' or '")
        }': the rows are in docs/servers.md`,
      );
    }
    const unknown = columns.find((column) => !COLUMNS.includes(column));
    if (unknown !== undefined) {
      const known = COLUMNS.join(", ");
      throw new TypeError(
        `Cannot find column ${unknown}: choose from ${known}`,
      );
    }
    return { rows, columns, write };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    console.error(error.message);
    return undefined;
  }
}

async function main(args: readonly string[]): Promise<number> {
  const end = args.indexOf("--");
  if (args.includes("--help", end)) {
    console.log(USAGE);
    return 0;
  }
  const choice = readOptions(args.slice(end + 1));
  if (choice === undefined) return 2;
  const { rows, columns, write } = choice;
  const results = new Map<string, Map<string, string>>();
  let status = 0;
  for (const row of rows) {
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

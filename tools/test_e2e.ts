/**
 * Runs the end-to-end tests on the control plane that the options choose:
 * `tools/test_e2e.ts [PACKAGE_OPTION…] -- [--kube VERSION] [--store STORE]
 * [--feature-gates GATES] [--group NAME,…] [FILE…] [OPTION…]`. All other options
 * are those of `deno test`.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- a command-line program

import { runDeno } from "./_child.ts";
import { type E2eRun, readE2eOptions } from "./_e2e_options.ts";

const ROOT = new URL("../", import.meta.url);

function readOptions(args: readonly string[]): E2eRun | undefined {
  try {
    return readE2eOptions(args);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    console.error(error.message);
    return undefined;
  }
}

async function main(args: readonly string[]): Promise<number> {
  const end = args.indexOf("--");
  const run = readOptions(args.slice(end + 1));
  if (run === undefined) return 2;
  const packages = args.slice(0, end);
  return await runDeno(
    ["test", ...packages, "-A", ...run.files, ...run.args],
    { cwd: ROOT, env: run.env },
  );
}

Deno.exit(await main(Deno.args));

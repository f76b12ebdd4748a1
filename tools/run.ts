/**
 * The launcher behind the tasks of `deno.json`: `tools/run.ts TASK [ARG…]` runs
 * the steps of a task and passes the arguments to the last one. It loads the
 * packages from JSR or npm, whichever is available, so it must not depend on
 * any of them.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- a command-line program

import { runDeno } from "./_child.ts";
import { packageOptions } from "./_packages.ts";
import { commandLine, PACKAGES, type Step, TASKS } from "./_tasks.ts";

/** The root directory of the project. */
const ROOT = new URL("../", import.meta.url);

async function readEntryPoints(): Promise<string[]> {
  const config: { exports: Record<string, string> } = JSON.parse(
    await Deno.readTextFile(new URL("deno.json", ROOT)),
  );
  return Object.values(config.exports);
}

async function readPackages(
  steps: readonly Step[],
): Promise<readonly string[]> {
  if (!steps.some((step) => step.includes(PACKAGES))) return [];
  const packages = await packageOptions();
  if (packages.length > 0) {
    console.error(
      "The jsr: packages are not available: using their npm counterparts (tools/import_map.npm.json)",
    );
  }
  return packages;
}

async function main([task = "", ...extra]: readonly string[]): Promise<number> {
  const steps = TASKS.get(task);
  if (!steps) {
    const known = [...TASKS.keys()].join(", ");
    console.error(`Cannot run task '${task}': choose one of ${known}`);
    return 2;
  }
  const packages = await readPackages(steps);
  const entryPoints = await readEntryPoints();
  for (const [index, step] of steps.entries()) {
    const args = commandLine(step, { packages, entryPoints });
    if (index === steps.length - 1) args.push(...extra);
    const status = await runDeno(args, { cwd: ROOT });
    if (status !== 0) return status;
  }
  return 0;
}

Deno.exit(await main(Deno.args));

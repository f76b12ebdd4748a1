/**
 * Decides where the packages for the tests come from: JSR, as configured in
 * `deno.json`, or, on a machine without access to it, npm, through the import
 * map in this directory. A mirror, a cache or a proxy may provide the JSR
 * packages, so the only reliable way to find out is to let Deno load one, on
 * each run.
 *
 * @module
 */

import { trapSignals } from "./_child.ts";

/** One of the packages in `deno.json`, as a sample. */
const JSR_PACKAGE = "jsr:@std/assert@^1";

/** How long loading the package may take. */
const PROBE_TIMEOUT_MS = 3000;

/** The options to load the packages from npm. */
const NPM_OPTIONS = ["--import-map=tools/import_map.npm.json", "--no-lock"];

/**
 * Returns whether Deno can load a module and its dependencies within a time
 * limit. A signal that asks this process to terminate is forwarded to the child
 * and ends both.
 *
 * @param specifier The module or package.
 * @param timeoutMs The time limit.
 * @returns Whether the module was loaded.
 */
export async function canLoad(
  specifier: string,
  timeoutMs: number,
): Promise<boolean> {
  let caught = false;
  // Installed first: a signal may arrive before spawn() returns.
  const trap = trapSignals((signal) => {
    caught = true;
    child.kill(signal);
  });
  const child = new Deno.Command(Deno.execPath(), {
    args: ["cache", "--quiet", "--no-config", "--no-lock", specifier],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const timer = setTimeout(() => child.kill("SIGKILL"), timeoutMs);
  const { success, code } = await child.status;
  clearTimeout(timer);
  trap[Symbol.dispose]();
  if (caught) Deno.exit(code || 1);
  return success;
}

/**
 * Returns the options that a Deno subcommand needs to find the packages.
 *
 * @param hasJsr Returns whether the JSR packages are available. By default,
 *   lets Deno load one.
 * @returns The options: none if the JSR packages are available.
 */
export async function packageOptions(
  hasJsr: () => Promise<boolean> = () => canLoad(JSR_PACKAGE, PROBE_TIMEOUT_MS),
): Promise<readonly string[]> {
  return await hasJsr() ? [] : NPM_OPTIONS;
}

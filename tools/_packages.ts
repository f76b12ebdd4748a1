/**
 * Where the packages of the tests come from: from JSR as `deno.json` says or,
 * on a machine that cannot have them from there, from npm through the import
 * map in this folder. Nobody can say beforehand which it is (a mirror, a cache
 * or a proxy may have them), so Deno itself is asked, anew for each run.
 *
 * @module
 */

import { trapSignals } from "./_child.ts";

/** One of the packages that `deno.json` maps, standing for all of them. */
const JSR_PACKAGE = "jsr:@std/assert@^1";

/** How long the answer may take. */
const PROBE_TIMEOUT_MS = 3000;

/** The options that take the packages from npm. */
const NPM_OPTIONS = ["--import-map=tools/import_map.npm.json", "--no-lock"];

/**
 * Whether Deno can load a module, and all that it imports, within that time.
 * A signal that asks this process to end meanwhile ends both.
 *
 * @param specifier The module, or the package.
 * @param timeoutMs How long it may take.
 * @returns Whether it was loaded.
 */
export async function canLoad(
  specifier: string,
  timeoutMs: number,
): Promise<boolean> {
  let caught = false;
  // The trap comes first: a signal may arrive before spawn() has returned.
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
 * The options that a Deno subcommand needs to find the packages.
 *
 * @param hasJsr Tells whether the JSR packages can be had; asks Deno itself
 * unless given.
 * @returns None where they can be had, else those of the npm packages.
 */
export async function packageOptions(
  hasJsr: () => Promise<boolean> = () => canLoad(JSR_PACKAGE, PROBE_TIMEOUT_MS),
): Promise<readonly string[]> {
  return await hasJsr() ? [] : NPM_OPTIONS;
}

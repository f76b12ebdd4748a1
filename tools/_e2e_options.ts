/**
 * The options of the end-to-end tests: on which control plane they run, and
 * which of them.
 *
 * @module
 */

import { GROUPS } from "./_e2e_groups.ts";

/** The directory of the tests. */
const ALL = "tests/e2e/";

/** The environment variable of each option that chooses a control plane. */
const VARIABLES: Readonly<Record<string, string>> = {
  kube: "WATCHTOOLS_KUBE",
  store: "WATCHTOOLS_STORE",
  "feature-gates": "WATCHTOOLS_FEATURE_GATES",
};

/** What to run. */
export interface E2eRun {
  /** The files and directories of the tests. */
  files: string[];
  /** The other arguments, for `deno test`. */
  args: string[];
  /** The environment variables that choose the control plane. */
  env: Record<string, string>;
}

/**
 * Reads the options of `deno task test:e2e`. Those that it does not know are
 * passed on to `deno test`.
 *
 * @param args The arguments.
 * @returns What to run.
 * @throws {RangeError} If an option has no value, or a group does not exist.
 */
export function readE2eOptions(args: readonly string[]): E2eRun {
  const run: E2eRun = { files: [], args: [], env: {} };
  const rest = [...args];
  while (rest.length > 0) {
    const argument = rest.shift() ?? "";
    const [, name = "", given] =
      /^--(kube|store|feature-gates|group)(?:=(.*))?$/s.exec(argument) ?? [];
    if (name !== "") take(run, name, given ?? rest.shift());
    else if (argument.startsWith(ALL)) run.files.push(argument);
    else run.args.push(argument);
  }
  if (run.files.length === 0) run.files.push(ALL);
  return run;
}

function take(run: E2eRun, name: string, value: string | undefined): void {
  if (value === undefined || value === "") {
    throw new RangeError(`Cannot use --${name}: it has no value`);
  }
  const variable = VARIABLES[name];
  if (variable !== undefined) {
    run.env[variable] = value;
    return;
  }
  for (const group of value.split(",")) {
    const files = GROUPS.get(group);
    if (files === undefined) {
      const known = [...GROUPS.keys()].join(", ");
      throw new RangeError(
        `Cannot use --group=${group}: choose from ${known}`,
      );
    }
    run.files.push(...files.map((file) => `${ALL}${file}`));
  }
}

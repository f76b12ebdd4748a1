/**
 * What each task of `deno.json` runs: one Deno subcommand after the other, as a
 * table, so that the launcher has no case of its own for any of them.
 *
 * @module
 */

/** The place in a command line that the options for the packages go to. */
export const PACKAGES = Symbol("packages");

/** The place in a command line that the package's entry points go to. */
export const ENTRY_POINTS = Symbol("entry points");

/** A Deno subcommand and its arguments, with places to fill in. */
export type Step = readonly (string | typeof PACKAGES | typeof ENTRY_POINTS)[];

/** What the places in a step are filled in with. */
export interface StepValues {
  /** The options that a subcommand needs to find the packages. */
  packages: readonly string[];
  /** The modules that `deno.json` exports. */
  entryPoints: readonly string[];
}

// The slow suites have tasks of their own; benchmarks are no tests.
const TEST: Step = [
  "test",
  PACKAGES,
  "-A",
  "--doc",
  "--ignore=tests/e2e,bench,tools",
];

const CHECK: readonly Step[] = [["check", PACKAGES, "."]];

// Slow types are left to the rehearsal of publishing, which can be told where
// the packages are: the linter cannot, and would ask JSR for them.
const LINT: readonly Step[] = [
  ["fmt", "--check"],
  ["lint", "--rules-exclude=no-slow-types"],
  // Types of npm packages are public, but not ours to document.
  ["doc", "--lint", "--no-npm", PACKAGES, ENTRY_POINTS],
];

const PUBLISH: readonly Step[] = [
  ["run", "-A", "--no-config", "tools/publish_dry_run.ts", PACKAGES],
];

/** A benchmark starts processes of its own, with the same packages. */
function benchmark(script: string): Step {
  return ["run", PACKAGES, "-A", `bench/${script}`, PACKAGES, "--"];
}

/** The steps of each task: one that fails is the last that runs. */
export const TASKS: ReadonlyMap<string, readonly Step[]> = new Map<
  string,
  readonly Step[]
>([
  ["demo", [[
    "run",
    PACKAGES,
    "-A",
    "cli.ts",
    "wait",
    "deployment/web",
    "--for=condition=Available",
    "--embedded",
  ]]],
  ["test", [TEST]],
  ["check", CHECK],
  ["lint", LINT],
  ["test:e2e", [["test", PACKAGES, "-A", "tests/e2e/"]]],
  ["bench", [benchmark("main.ts")]],
  ["bench:informer", [benchmark("informer.ts")]],
  ["bench:latency", [benchmark("latency.ts")]],
  ["bench:startup", [benchmark("startup.ts")]],
  ["publish:check", PUBLISH],
  ["ok", [...LINT, ...CHECK, ...PUBLISH, TEST]],
]);

/**
 * The command line of a step, its places filled in.
 *
 * @param step The step.
 * @param values What its places are filled in with.
 * @returns The arguments for Deno.
 */
export function commandLine(step: Step, values: StepValues): string[] {
  return step.flatMap((part) => {
    if (part === PACKAGES) return values.packages;
    if (part === ENTRY_POINTS) return values.entryPoints;
    return part;
  });
}

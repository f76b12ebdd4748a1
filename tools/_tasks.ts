/**
 * The tasks of `deno.json` as a table of Deno subcommands, so that the launcher
 * needs no special cases.
 *
 * @module
 */

/** The placeholder for the options for the packages. */
export const PACKAGES = Symbol("packages");

/** The placeholder for the package's entry points. */
export const ENTRY_POINTS = Symbol("entry points");

/** A Deno subcommand and its arguments, with placeholders. */
export type Step = readonly (string | typeof PACKAGES | typeof ENTRY_POINTS)[];

/** The values of the placeholders. */
export interface StepValues {
  /** The options that a subcommand needs to find the packages. */
  packages: readonly string[];
  /** The modules that `deno.json` exports. */
  entryPoints: readonly string[];
}

// The slow suites have their own tasks, and benchmarks are not tests.
const TEST: Step = [
  "test",
  PACKAGES,
  "-A",
  "--doc",
  "--ignore=tests/e2e,tests/runtimes,bench,tools",
];

const CHECK: readonly Step[] = [["check", PACKAGES, "."]];

// Slow types are checked by the publishing dry run, which can use the import
// map; the linter cannot, and would request the packages from JSR.
const LINT: readonly Step[] = [
  ["fmt", "--check"],
  ["lint", "--rules-exclude=no-slow-types"],
  // Types of npm packages are public but not documented here.
  ["doc", "--lint", "--no-npm", PACKAGES, ENTRY_POINTS],
];

const PUBLISH: readonly Step[] = [
  ["run", "-A", "--no-config", "tools/publish_dry_run.ts", PACKAGES],
];

/** A benchmark starts child processes, which need the same packages. */
function benchmark(script: string): Step {
  return ["run", PACKAGES, "-A", `bench/${script}`, PACKAGES, "--"];
}

function simulation(script: string): Step {
  return ["run", PACKAGES, "-A", `tests/simulation/${script}`];
}

/** A program of this directory that starts a child process with packages. */
function tool(script: string): Step {
  return ["run", "-A", "--no-config", `tools/${script}`, PACKAGES, "--"];
}

/** The steps of each task. A task stops at the first step that fails. */
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
  ["test:e2e", [tool("test_e2e.ts")]],
  ["matrix", [tool("matrix.ts")]],
  ["test:runtimes", [["test", PACKAGES, "-A", "tests/runtimes/"]]],
  ["bench", [benchmark("main.ts")]],
  ["bench:apiserver", [benchmark("apiserver.ts")]],
  ["bench:compression", [benchmark("compression.ts")]],
  ["bench:endurance", [benchmark("endurance.ts")]],
  ["bench:gaps", [benchmark("gaps.ts")]],
  ["bench:idle", [benchmark("idle.ts")]],
  ["bench:imports", [benchmark("imports.ts")]],
  ["bench:informer", [benchmark("informer.ts")]],
  ["bench:latency", [benchmark("latency.ts")]],
  ["bench:lists", [benchmark("lists.ts")]],
  ["bench:observer", [benchmark("observer.ts")]],
  ["bench:resume", [benchmark("resume.ts")]],
  ["bench:startup", [benchmark("startup.ts")]],
  ["corpus", [["run", PACKAGES, "-A", "bench/corpus.ts"]]],
  ["simulate", [simulation("simulate.ts")]],
  ["peers", [simulation("peers/main.ts")]],
  ["fuzz", [simulation("fuzz.ts")]],
  ["mutants", [[...simulation("mutants/main.ts"), PACKAGES, "--"]]],
  ["soak", [["run", PACKAGES, "-A", "tests/soak/main.ts"]]],
  ["docs", [
    [
      "doc",
      "--html",
      "--quiet",
      "--name=@watchtools/kube",
      "--output=site",
      PACKAGES,
      ENTRY_POINTS,
    ],
    ["run", "-A", "--no-config", "tools/complete_docs.ts"],
  ]],
  ["build:npm", [["run", "-A", "--no-config", "tools/build_npm.ts"]]],
  ["publish:check", PUBLISH],
  ["ok", [...LINT, ...CHECK, ...PUBLISH, TEST]],
]);

/**
 * Returns the command line of a step with its placeholders replaced.
 *
 * @param step The step.
 * @param values The values of the placeholders.
 * @returns The arguments for Deno.
 */
export function commandLine(step: Step, values: StepValues): string[] {
  return step.flatMap((part) => {
    if (part === PACKAGES) return values.packages;
    if (part === ENTRY_POINTS) return values.entryPoints;
    return part;
  });
}

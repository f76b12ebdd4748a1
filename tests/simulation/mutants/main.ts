/**
 * Applies the mutants one at a time, in a copy of the repository, and runs the
 * tests that concern the file: `deno task mutants [--first N] [--count N]
 * [--simulation]`. With the last option, only the simulations are run.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- a command-line program

import {
  runTask,
  type TaskArguments,
  type TaskUsage,
  UsageError,
} from "../../support/task_options.ts";
import { type Mutant, MUTANTS } from "./_mutants.ts";

const ROOT = new URL("../../../", import.meta.url);

/** What is not part of a test. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  ".git",
  "findings",
  "npm",
  "site",
]);

/** A run of tests that takes longer hangs. */
const LONGEST_MS = 180_000;

const SIMULATION = ["tests/simulation/"];

/** Which tests concern the files of a directory, besides a file's own. */
const CONCERNED: Readonly<Record<string, readonly string[]>> = {
  "watch": [
    "tests/watch/retry_watcher",
    "tests/watch/request_rate",
    "tests/watch/informer_stop",
    "tests/watch/lazy_events",
    "tests/watch/leftovers",
    "tests/watch/observe",
  ],
  "internal": ["tests/internal/", "tests/watch/retry_watcher"],
  "cache": [
    "tests/cache/",
    "tests/watch/indexer_informer_watcher",
    "tests/watch/informer_stop",
    "tests/watch/leftovers",
  ],
  "rest": ["tests/rest/"],
};

/** How a run of tests has ended. */
type Verdict = "caught" | "hangs" | "survived";

interface Options {
  readonly onlySimulation: boolean;
  readonly packages: readonly string[];
}

const USAGE: TaskUsage = {
  usage: "deno task mutants [--first N] [--count N] [--simulation]",
  options: { "--first": "count", "--count": "count", "--simulation": "flag" },
};

/** Copies what tests need, and returns all tests. */
async function copyTree(
  from: URL,
  to: string,
  below = "",
): Promise<string[]> {
  const tests: string[] = [];
  for await (const { name, isDirectory, isFile } of Deno.readDir(from)) {
    if (LEFT_OUT.has(name)) continue;
    const path = below + name;
    if (isDirectory) {
      await Deno.mkdir(`${to}/${path}`);
      const inside = new URL(`${name}/`, from);
      tests.push(...await copyTree(inside, to, `${path}/`));
    } else if (isFile) {
      await Deno.copyFile(new URL(name, from), `${to}/${path}`);
      if (path.endsWith("_test.ts")) tests.push(path);
    }
  }
  return tests;
}

/** The tests that concern a file, those of the file itself first. */
function stagesFor(
  { file }: Mutant,
  tests: readonly string[],
  { onlySimulation }: Options,
): string[][] {
  const [directory = "", name = ""] = file.split("/");
  const own = `tests/${directory}/${
    name.replace(/^_/, "").replace(".ts", "_test.ts")
  }`;
  const startingWith = (prefixes: readonly string[]) =>
    tests.filter((test) =>
      test !== own && !test.includes("/mutants/") &&
      prefixes.some((prefix) => test.startsWith(prefix))
    );
  const simulation = startingWith(SIMULATION);
  const stages = onlySimulation ? [simulation] : [
    tests.filter((test) => test === own),
    startingWith(CONCERNED[directory] ?? []),
    simulation,
  ];
  return stages.filter((stage) => stage.length > 0);
}

async function run(
  tests: readonly string[],
  cwd: string,
  { packages, longestMs = LONGEST_MS }: Options & { longestMs?: number },
): Promise<{ verdict: Verdict; by: string }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "test",
      ...packages,
      "-A",
      "--quiet",
      "--no-check",
      "--fail-fast",
      "--reporter=dot",
      ...tests,
    ],
    cwd,
    env: { NO_COLOR: "1" },
    stdout: "piped",
    stderr: "null",
  }).spawn();
  let hangs = false;
  const timer = setTimeout(() => {
    hangs = true;
    child.kill("SIGKILL");
  }, longestMs);
  const { success, stdout } = await child.output();
  clearTimeout(timer);
  if (hangs) return { verdict: "hangs", by: tests.join(" ") };
  if (success) return { verdict: "survived", by: "" };
  const output = new TextDecoder().decode(stdout);
  const by = /^(.+) => \.\/tests\//m.exec(output)?.[1] ?? "an error";
  return { verdict: "caught", by };
}

async function judge(
  mutant: Mutant,
  { tests, copy, options }: {
    tests: readonly string[];
    copy: string;
    options: Options;
  },
): Promise<{ verdict: Verdict; by: string }> {
  const path = `${copy}/${mutant.file}`;
  const code = await Deno.readTextFile(path);
  if (code.split(mutant.find).length !== 2) {
    throw new Error(
      `Cannot apply the mutant: '${mutant.find}' is not once in ${mutant.file}`,
    );
  }
  // A function, since a string could contain references such as $&.
  await Deno.writeTextFile(
    path,
    code.replace(mutant.find, () => mutant.replace),
  );
  try {
    for (const stage of stagesFor(mutant, tests, options)) {
      const result = await run(stage, copy, options);
      if (result.verdict !== "survived") return result;
    }
    return { verdict: "survived", by: "" };
  } finally {
    await Deno.writeTextFile(path, code);
  }
}

/** The tests must pass in the copy: else they would notice anything. */
async function checkUnchanged(
  chosen: readonly Mutant[],
  { tests, copy, options }: {
    tests: readonly string[];
    copy: string;
    options: Options;
  },
): Promise<void> {
  const all = chosen.flatMap((mutant) =>
    stagesFor(mutant, tests, options).flat()
  );
  const { verdict, by } = await run([...new Set(all)], copy, {
    ...options,
    longestMs: 3 * LONGEST_MS,
  });
  if (verdict === "survived") return;
  throw new Error(`Cannot judge mutants: without one, a test fails: ${by}`);
}

async function main(
  given: TaskArguments,
  packages: readonly string[],
): Promise<number> {
  const first = given.number("--first", 1);
  const count = given.number("--count", MUTANTS.length);
  const chosen = MUTANTS.slice(first - 1, first - 1 + count);
  if (chosen.length === 0) {
    throw new UsageError(
      `Cannot begin at mutant ${first}: there are ${MUTANTS.length}`,
    );
  }
  const options = { onlySimulation: given.has("--simulation"), packages };
  const copy = await Deno.makeTempDir({ prefix: "mutants-" });
  let survivors = 0;
  try {
    const tests = (await copyTree(ROOT, copy)).sort();
    const stage = { tests, copy, options };
    await checkUnchanged(chosen, stage);
    console.log("| # | file | what goes wrong | | noticed by |");
    console.log("| --- | --- | --- | --- | --- |");
    for (const [index, mutant] of chosen.entries()) {
      const { verdict, by } = await judge(mutant, stage);
      if (verdict === "survived") survivors++;
      const { file, breaks } = mutant;
      console.log(
        `| ${first + index} | ${file} | ${breaks} | ${verdict} | ${by} |`,
      );
    }
  } finally {
    await Deno.remove(copy, { recursive: true });
  }
  console.log(`\n${survivors} of them survived`);
  return survivors === 0 ? 0 : 1;
}

if (import.meta.main) {
  const separator = Math.max(0, Deno.args.indexOf("--"));
  const packages = Deno.args.slice(0, separator);
  const own = Deno.args.slice(separator);
  Deno.exit(await runTask(own, USAGE, (given) => main(given, packages)));
}

/**
 * Simulates many hours: `deno task simulate --seeds 1000`, or one of them again
 * with its trace: `deno task simulate --seed 17`.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- a command-line program

import {
  runTask,
  type TaskArguments,
  type TaskUsage,
} from "../support/task_options.ts";
import { RequestTable } from "./_request_table.ts";
import { simulate, type SimulationResult } from "./_simulation.ts";

/** How much of a trace is printed of a seed that fails. */
const LAST_LINES = 60;

const USAGE: TaskUsage = {
  usage: "deno task simulate [--seeds N] [--first N] | --seed N",
  options: { "--seeds": "count", "--first": "seed", "--seed": "seed" },
};

function report(
  { seed, violations, trace }: SimulationResult,
  isOne: boolean,
): void {
  if (isOne) console.log(trace.join("\n"));
  if (violations.length === 0) return;
  if (!isOne) console.log(trace.slice(-LAST_LINES).join("\n"));
  for (const { message } of violations) console.log(`seed ${seed}: ${message}`);
  console.log(`Replay: deno task simulate --seed ${seed}`);
}

async function main(given: TaskArguments): Promise<number> {
  const isOne = given.has("--seed");
  const first = given.number("--seed", given.number("--first", 1));
  const count = isOne ? 1 : given.number("--seeds", 100);
  const table = new RequestTable();
  const begin = performance.now();
  const failed: number[] = [];
  const sums = { requests: 0, changes: 0, faults: 0 };
  for (let seed = first; seed < first + count; seed++) {
    const result = await simulate(seed, table);
    sums.requests += result.requests;
    sums.changes += result.changes;
    sums.faults += result.faults;
    report(result, isOne);
    if (result.violations.length > 0) failed.push(seed);
  }
  const seconds = ((performance.now() - begin) / 1_000).toFixed(1);
  console.log("\nRequests a minute (most in 20 s), by the fault in force:\n");
  console.log(table.lines().join("\n"));
  console.log(
    `\n${count} ${
      count === 1 ? "hour" : "hours"
    } in ${seconds} s: ${sums.changes} changes, ${sums.requests} requests, ${sums.faults} faults used`,
  );
  console.log(
    failed.length === 0
      ? "No violation"
      : `Violations in ${failed.length} seeds: ${failed.join(", ")}`,
  );
  return failed.length === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await runTask(Deno.args, USAGE, main));

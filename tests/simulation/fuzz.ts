/**
 * Decodes many random bodies of watches: `deno task fuzz 100000 [SEED]`.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- a command-line program

import {
  runTask,
  type TaskArguments,
  type TaskUsage,
} from "../support/task_options.ts";
import { fuzzDecoder } from "./_decoder_fuzz.ts";

/** So many are drawn from each seed. */
const CASES_OF_A_SEED = 10_000;

/** How many wrong cases are shown. */
const MOST_SHOWN = 10;

const USAGE: TaskUsage = {
  usage: "deno task fuzz [COUNT [SEED]]",
  options: { COUNT: "count", SEED: "seed" },
};

async function main(given: TaskArguments): Promise<number> {
  const count = given.number("COUNT", 100_000);
  const begin = performance.now();
  let wrong = 0;
  let seed = given.number("SEED", 1);
  for (let left = count; left > 0; left -= CASES_OF_A_SEED, seed++) {
    const cases = await fuzzDecoder(seed, Math.min(left, CASES_OF_A_SEED));
    for (const { index, body, problem } of cases) {
      if (++wrong > MOST_SHOWN) break;
      console.log(`seed ${seed}, case ${index}: ${JSON.stringify(body)}`);
      console.log(problem);
    }
  }
  const seconds = ((performance.now() - begin) / 1_000).toFixed(1);
  console.log(`${count} cases in ${seconds} s, ${wrong} wrong`);
  return wrong === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await runTask(Deno.args, USAGE, main));

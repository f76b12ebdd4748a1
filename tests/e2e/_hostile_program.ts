/**
 * A program that puts every consumer in front of a server that answers with any
 * JSON, on any runtime: `_hostile_program.ts RUNS`. It prints what went wrong
 * and, last, how many cases there were.
 */

import fc from "fast-check";
import process from "node:process";
import { runConsumers } from "../support/hostile_consumers.ts";
import { answers } from "../support/hostile_server.ts";

const unhandled: unknown[] = [];
process.on("unhandledRejection", (reason) => unhandled.push(reason));

let cases = 0;
await fc.assert(
  fc.asyncProperty(answers, async (given) => {
    cases++;
    const wrong = await runConsumers(given, unhandled);
    if (wrong.length > 0) throw new Error(wrong.join("\n"));
  }),
  { numRuns: Number(process.argv[2]), endOnFailure: true },
);
process.stdout.write(`${cases} cases\n`);

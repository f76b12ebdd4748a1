/**
 * Gives the same faults to this library and to its peers, over HTTP in real
 * time, and counts what each gets wrong: `deno task peers --seeds 200`, or one
 * seed of some peers: `deno task peers --seed 17 --peers informer`.
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
import { type BatchResult, runBatch, type SeedResult } from "./_batch.ts";
import { type Peer, preparePeers } from "./_peers.ts";
import { tableOf, type Tally, wrongSeeds } from "./_tally.ts";

/** How many seeds share a process. */
const BATCH = 20;

/** How many processes run at the same time. */
const PARALLEL = 4;

const USAGE: TaskUsage = {
  usage:
    "deno task peers [--seeds N] [--first N] [--seed N] [--peers TEXT] [--parallel N]",
  options: {
    "--seeds": "count",
    "--first": "seed",
    "--seed": "seed",
    "--peers": "text",
    "--parallel": "count",
  },
};

/** The seeds to run. */
function seedsOf(given: TaskArguments): readonly number[] {
  const first = given.number("--seed", given.number("--first", 1));
  const length = given.has("--seed") ? 1 : given.number("--seeds", 20);
  return Array.from({ length }, (_, index) => first + index);
}

/** Runs the jobs, some at a time. */
async function inParallel(
  jobs: readonly (() => Promise<void>)[],
  limit: number,
): Promise<void> {
  const left = [...jobs];
  const worker = async () => {
    for (let job = left.shift(); job; job = left.shift()) await job();
  };
  await Promise.all(Array.from({ length: limit }, worker));
}

/** The sums of a peer while its processes run. */
class PeerRuns {
  readonly peer: Peer;
  readonly results: SeedResult[] = [];
  readonly died: number[] = [];

  constructor(peer: Peer) {
    this.peer = peer;
  }

  /** Runs some seeds in one process; if that dies, each in one of its own. */
  async run(seeds: readonly number[]): Promise<void> {
    const batch = await runBatch(this.peer, seeds);
    this.#report(seeds, batch);
    if (!batch.hasDied) {
      this.results.push(...batch.results);
    } else if (seeds.length > 1) {
      await Promise.all(seeds.map((seed) => this.run([seed])));
    } else this.died.push(...seeds);
  }

  get tally(): Tally {
    const { peer: { name, contract }, results, died } = this;
    return { name, contract, results, died };
  }

  #report(seeds: readonly number[], { hasDied, errors }: BatchResult): void {
    const range = `seeds ${seeds[0]} to ${seeds.at(-1)}`;
    const end = errors.split("\n").slice(-4).join("\n  ");
    console.error(
      `${this.peer.name}, ${range}: ${hasDied ? `died\n  ${end}` : "done"}`,
    );
  }
}

async function main(given: TaskArguments): Promise<number> {
  const seeds = seedsOf(given);
  const text = given.text("--peers", "");
  const begin = performance.now();
  const peers = await preparePeers((line) => console.error(line));
  const runs = peers.filter(({ name }) => name.includes(text))
    .map((peer) => new PeerRuns(peer));
  if (runs.length === 0) {
    const names = peers.map(({ name }) => name).join(", ");
    throw new UsageError(`Cannot find '${text}': choose from ${names}`);
  }
  const jobs = runs.flatMap((each) =>
    Array.from(
      { length: Math.ceil(seeds.length / BATCH) },
      (_, index) => () =>
        each.run(seeds.slice(index * BATCH, (index + 1) * BATCH)),
    )
  );
  await inParallel(jobs, given.number("--parallel", PARALLEL));
  const tallies = runs.map(({ tally }) => tally);
  const wrong = tallies.flatMap(wrongSeeds);
  if (wrong.length > 0) console.log(`${wrong.join("\n")}\n`);
  console.log(tableOf(tallies).join("\n"));
  const seconds = ((performance.now() - begin) / 1_000).toFixed(0);
  console.log(
    `\n${seeds.length} ${
      seeds.length === 1 ? "seed" : "seeds"
    } in ${seconds} s`,
  );
  const ours = wrong.filter((line) => line.startsWith("watchtools"));
  return ours.length === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await runTask(Deno.args, USAGE, main));

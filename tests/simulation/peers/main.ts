/**
 * Gives the same faults to this library and to its peers, over HTTP in real
 * time, and counts what each gets wrong: `deno task peers --seeds 200`, or one
 * seed of some peers: `deno task peers --seed 17 --peers informer`.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- a command-line program

import { type BatchResult, runBatch, type SeedResult } from "./_batch.ts";
import { type Peer, preparePeers } from "./_peers.ts";
import { tableOf, type Tally, wrongSeeds } from "./_tally.ts";

/** How many seeds share a process. */
const BATCH = 20;

/** How many processes run at the same time. */
const PARALLEL = 4;

interface Arguments {
  readonly seeds: readonly number[];
  readonly peers: string;
  readonly parallel: number;
}

function parse(args: readonly string[]): Arguments {
  const values = new Map<string, string>();
  const left = args.filter((arg) => arg !== "--").flatMap((arg) =>
    arg.split("=")
  );
  for (let at = 0; at < left.length; at += 2) {
    const [name = "", value] = left.slice(at, at + 2);
    const known = ["--seeds", "--seed", "--first", "--peers", "--parallel"];
    const isNumber = Number.isSafeInteger(Number(value)) && Number(value) >= 0;
    if (!known.includes(name) || (name !== "--peers" && !isNumber)) {
      throw new TypeError(
        `Cannot use '${name} ${value}': expected --seeds N, --first N, --seed N, --parallel N or --peers TEXT`,
      );
    }
    values.set(name, value ?? "");
  }
  const one = values.get("--seed");
  const first = Number(one ?? values.get("--first") ?? 1);
  const length = one === undefined ? Number(values.get("--seeds") ?? 20) : 1;
  return {
    seeds: Array.from({ length }, (_, index) => first + index),
    peers: values.get("--peers") ?? "",
    parallel: Number(values.get("--parallel") ?? PARALLEL),
  };
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

async function main(args: readonly string[]): Promise<number> {
  const { seeds, peers, parallel } = parse(args);
  const begin = performance.now();
  const runs = (await preparePeers((line) => console.error(line)))
    .filter(({ name }) => name.includes(peers))
    .map((peer) => new PeerRuns(peer));
  const jobs = runs.flatMap((each) =>
    Array.from(
      { length: Math.ceil(seeds.length / BATCH) },
      (_, index) => () =>
        each.run(seeds.slice(index * BATCH, (index + 1) * BATCH)),
    )
  );
  await inParallel(jobs, parallel);
  const tallies = runs.map(({ tally }) => tally);
  const wrong = tallies.flatMap(wrongSeeds);
  if (wrong.length > 0) console.log(`${wrong.join("\n")}\n`);
  console.log(tableOf(tallies).join("\n"));
  const seconds = ((performance.now() - begin) / 1_000).toFixed(0);
  console.log(`\n${seeds.length} seeds in ${seconds} s`);
  const ours = wrong.filter((line) => line.startsWith("watchtools"));
  return ours.length === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main(Deno.args));

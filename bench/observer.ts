/**
 * `deno task bench:observer`: measures what the option `observer` costs. An
 * unused one must cost nothing: without it, a watcher and an informer are as
 * fast as with an empty one, and as fast as the same thing measured twice.
 *
 * Arguments: options for the Deno processes to start, `--`, then `--events N`
 * (100000) and `--rounds N` (11).
 *
 * @module
 */

import { parseArgs } from "node:util";
import { OBSERVED } from "./_observed_peers.ts";
import { startScript } from "./_processes.ts";
import { print, ratio, row, splitArgs } from "./_report.ts";
import type { Run } from "./_run_peer.ts";
import { median } from "./_statistics.ts";

const { denoOptions, args } = splitArgs();
const { values } = parseArgs({
  args,
  options: {
    events: { type: "string", default: "100000" },
    rounds: { type: "string", default: "11" },
  },
});
const rounds = Number(values.rounds);

print(`${values.events} events from memory, ${rounds} rounds`);
print("ratios of the medians, and of the fastest rounds, to none");
print(row("", "events/s", "x time", "x fastest"));
for (const names of OBSERVED.values()) await compare(names);

/** Runs peers in turns, each in a process of its own. */
async function compare(names: readonly string[]): Promise<void> {
  await using processes = new AsyncDisposableStack();
  const peers = names.map((name) => ({
    name,
    process: processes.use(
      startScript(denoOptions, ["bench/_run_peer.ts", name]),
    ),
    durations: new Array<number>(),
  }));
  for (let round = 0; round <= rounds; round++) {
    // Backwards every other time, so that none always follows the same one.
    for (const peer of round % 2 === 0 ? peers : peers.toReversed()) {
      await peer.process.send(values.events);
      const run: Run = JSON.parse(await peer.process.next());
      // The first round warms up the compiler.
      if (round > 0) peer.durations.push(run.durationMs);
    }
  }
  const [base] = peers;
  for (const { name, durations } of peers) {
    print(row(
      name,
      (Number(values.events) / median(durations) * 1000).toFixed(0),
      ratio(median(durations), median(base?.durations ?? [])),
      ratio(Math.min(...durations), Math.min(...base?.durations ?? [])),
    ));
  }
}

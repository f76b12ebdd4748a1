/**
 * `deno task bench`: measures the throughput of watch events, compared with only
 * reading the same body, with a plain loop over it and with
 * `npm:@kubernetes/client-node`. See `bench/README.md`.
 *
 * The server and each peer are separate processes. After a warm-up round, the
 * peers take turns, so that other load on the machine affects all of them. The
 * result is the ratio of the medians: an absolute time says little.
 *
 * Arguments: options for the Deno processes to start, `--`, then `--events N`
 * (20000) and `--rounds N` (11).
 *
 * @module
 */

import { parseArgs } from "node:util";
import { PEERS } from "./_peers.ts";
import { type LineProcess, startScript } from "./_processes.ts";
import { print, ratio, ratios, row, splitArgs } from "./_report.ts";
import type { Run } from "./_run_peer.ts";
import { median } from "./_statistics.ts";

const LIMIT = "read only";
const PLAIN = "plain loop";
const CLIENT_NODE = "client-node Watch";

/**
 * The factor by which the number of events is multiplied to see whether memory
 * usage grows with it.
 */
const MORE = 4;

const { denoOptions, args } = splitArgs();
const { values } = parseArgs({
  args,
  options: {
    events: { type: "string", default: "20000" },
    rounds: { type: "string", default: "11" },
  },
});
const events = Number(values.events);
const rounds = Number(values.rounds);

await using processes = new AsyncDisposableStack();
const server = processes.use(startScript(denoOptions, ["bench/_server.ts"]));
const address = await server.next();
const peers = Object.keys(PEERS).map((name) => ({
  name,
  process: processes.use(
    startScript(denoOptions, ["bench/_run_peer.ts", name, address]),
  ),
  durations: new Array<number>(),
  peakBytes: 0,
}));

for (let round = 0; round <= rounds; round++) {
  for (const peer of rotate(peers, round)) {
    const { durationMs, peakBytes } = await run(peer.process, events);
    if (round > 0) peer.durations.push(durationMs);
    peer.peakBytes = peakBytes;
  }
}

print(`${events} events of about 5 KB each, ${rounds} rounds`);
print("ratios of the medians, and of the fastest rounds");
print(row(
  "",
  "events/s",
  "x read only",
  "x plain",
  "x client-node",
  "peak MB",
  "x4 events",
));
const limit = peers.find(({ name }) => name === LIMIT)?.durations ?? [];
const plain = peers.find(({ name }) => name === PLAIN)?.durations ?? [];
const clientNode = peers.find(({ name }) => name === CLIENT_NODE)?.durations ??
  [];
for (const { name, process, durations, peakBytes } of peers) {
  const more = await run(process, events * MORE);
  print(row(
    name,
    (events / median(durations) * 1000).toFixed(0),
    ratios(limit, durations),
    ratios(plain, durations),
    ratios(clientNode, durations),
    (peakBytes / 2 ** 20).toFixed(0),
    `${ratio(more.peakBytes, peakBytes)} peak`,
  ));
}

async function run(process: LineProcess, count: number): Promise<Run> {
  await process.send(String(count));
  return JSON.parse(await process.next());
}

/** Rotates the peers so that none always follows the same one. */
function rotate<V>(values: readonly V[], by: number): V[] {
  const start = by % values.length;
  return [...values.slice(start), ...values.slice(0, start)];
}

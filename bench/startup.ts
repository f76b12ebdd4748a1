/**
 * How long a process takes from its start until its first request reaches a
 * server: the command line beside kubectl, and short scripts on this library
 * beside one on client-node.
 *
 * Each process is started anew, in turns, and ended as soon as the first byte
 * of its first request is there. The server speaks TLS, as clusters do: each
 * has read its kubeconfig, or what stands for it, found its credential and
 * checked a certificate by then. kubectl's first request depends on whether it
 * has asked that server before, so that it is measured with an empty discovery
 * cache as well as with a filled one.
 *
 * Arguments: options for the Deno processes that are started here, `--`, then
 * `--rounds N` (15).
 *
 * @module
 */

import { parseArgs } from "node:util";
import { print, ratio, row, splitArgs } from "./_report.ts";
import { median } from "./_statistics.ts";
import {
  CLI,
  CLIENT_NODE,
  KUBECTL_COLD,
  KUBECTL_WARM,
  MOD,
  StartupPeers,
} from "./_startup_peers.ts";

/** What is to hold: the one against the other, and at most how much of it. */
const TARGETS = [
  [MOD, CLIENT_NODE, 1 / 3],
  [CLI, KUBECTL_WARM, 1.5],
  [CLI, KUBECTL_COLD, 1.5],
] as const;

const { denoOptions, args } = splitArgs();
const { values } = parseArgs({
  args,
  options: { rounds: { type: "string", default: "15" } },
});
const rounds = Number(values.rounds);

await using peers = await StartupPeers.prepare(denoOptions);
const durations = new Map<string, number[]>(
  peers.names.map((name) => [name, []]),
);
for (const name of peers.names) await peers.warmUp(name);
for (let round = 0; round < rounds; round++) {
  for (const name of peers.names) {
    durations.get(name)?.push(await peers.measure(name));
  }
}

print(`milliseconds until the first request, ${rounds} rounds`);
print(row("", "median", "fastest"));
for (const [name, all] of durations) {
  print(row(name, median(all).toFixed(0), Math.min(...all).toFixed(0)));
}
print(row("", "of medians", "of fastest", "at most"));
for (const [name, base, most] of TARGETS) {
  const [own, other] = [durations.get(name) ?? [], durations.get(base) ?? []];
  print(row(
    `${name} / ${base}`,
    ratio(median(own), median(other)),
    ratio(Math.min(...own), Math.min(...other)),
    most.toFixed(2),
  ));
}

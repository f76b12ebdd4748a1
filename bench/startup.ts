/**
 * Measures the time from the start of a process until its first request reaches
 * a server: the command line compared with kubectl, and short scripts that use
 * this library compared with one that uses client-node.
 *
 * The processes are started in turns, and killed when the first byte of their
 * first request arrives. The server uses TLS, like a cluster: by then, each
 * process has read its kubeconfig or equivalent, found its credentials and
 * verified a certificate. kubectl's first request depends on its discovery
 * cache, so it is measured with an empty and with a filled cache.
 *
 * Arguments: options for the Deno processes to start, `--`, then `--rounds N`
 * (15).
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

/** The targets: the maximum ratio of one peer to another. */
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

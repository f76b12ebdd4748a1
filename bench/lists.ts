/**
 * Measures what a large list costs: `RestListerWatcher.list()` beside the least
 * that a program can do, `response.arrayBuffer()` and `JSON.parse()`, on a real
 * kube-apiserver, compressed and not, and the same without `managedFields`. Each
 * list is made by a process of its own, so that the peak of memory is its own.
 *
 * Arguments: options for the Deno processes to start, `--`, then `--objects N`
 * (5,000 ConfigMaps of 5 KB), `--pods N` (10,000, from a server that only writes
 * what it has encoded before), `--rounds N` (7) and `--kube VERSION`.
 *
 * @module
 */

import { parseArgs } from "node:util";
import {
  configMapsPath,
  createConfigMaps,
  startPlane,
} from "./_config_maps.ts";
import type { ListCost } from "./_list_peer.ts";
import { podsPath } from "./_informer_peers.ts";
import { startScript } from "./_processes.ts";
import { print, ratio, ratios, row, splitArgs } from "./_report.ts";
import { LIST_WAYS, type ListRun } from "./_run_list.ts";
import { median } from "./_statistics.ts";

const PATH = configMapsPath("default");

const { denoOptions, args } = splitArgs();
const { values } = parseArgs({
  args,
  options: {
    objects: { type: "string", default: "5000" },
    pods: { type: "string", default: "10000" },
    rounds: { type: "string", default: "7" },
    kube: { type: "string" },
  },
});
const objects = Number(values.objects);

await measurePods(Number(values.pods));

await using plane = await startPlane(values.kube);
await createConfigMaps(plane, "default", objects);

print(
  `${objects} ConfigMaps of 5 KB, one list; medians of ${values.rounds} rounds`,
);
print(row("", "plain", "ours", "x plain", "trimmed", "x plain"));
for (const encoding of ["gzip", "identity"]) {
  const costs: Record<string, ListCost[]> = {
    plain: [],
    ours: [],
    trimmed: [],
  };
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [how, all] of Object.entries(costs)) {
      all.push(await measure(how, encoding));
    }
  }
  for (
    const [what, unit, of] of [
      ["time", "ms", ({ elapsedMs }: ListCost) => elapsedMs],
      ["peak memory", "MB", ({ peakBytes }: ListCost) => peakBytes / 1e6],
    ] as const
  ) {
    const [plain = NaN, ours = NaN, trimmed = NaN] = Object.values(costs)
      .map((all) => median(all.map(of)));
    print(row(
      `${encoding}, ${what}`,
      `${plain.toFixed(0)} ${unit}`,
      `${ours.toFixed(0)} ${unit}`,
      ratio(ours, plain),
      `${trimmed.toFixed(0)} ${unit}`,
      ratio(trimmed, plain),
    ));
  }
}

async function measure(how: string, encoding: string): Promise<ListCost> {
  const { server, token, caFile } = plane.client();
  await using peer = startScript(
    [...denoOptions, `--cert=${caFile}`],
    ["bench/_list_peer.ts", how, server, PATH, token, encoding],
  );
  await peer.send("list");
  const cost: ListCost = JSON.parse(await peer.next());
  if (cost.items !== objects) {
    throw new Error(`${cost.items} items were listed`);
  }
  return cost;
}

async function measurePods(count: number): Promise<void> {
  await using server = startScript(denoOptions, ["bench/_list_server.ts"]);
  const address = await server.next();
  // The server encodes its responses at the first request.
  const body = await (await fetch(`${address}${podsPath(count)}`)).bytes();
  const runs = new Map(
    Object.keys(LIST_WAYS).map((name) => [name, new Array<ListRun>()]),
  );
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [name, all] of runs) {
      await using process = startScript(
        [...denoOptions, "--v8-flags=--expose-gc"],
        ["bench/_run_list.ts", name, address, String(count)],
      );
      all.push(JSON.parse(await process.next()));
    }
  }
  const of = (name: string, what: (run: ListRun) => number) =>
    (runs.get(name) ?? []).map(what);
  const elapsedMs = ({ elapsedMs }: ListRun) => elapsedMs;
  print(`${count} pods of 4 KB, one list; medians of ${values.rounds} rounds`);
  print(row(
    "",
    "objects/s",
    "x json()",
    "x client-node",
    "kept KB",
    "peak MB",
    "(peak-kept)/body",
  ));
  for (const name of runs.keys()) {
    const beyond = of(name, (run) => run.peakBytes - run.keptBytes);
    print(row(
      name,
      (count / median(of(name, elapsedMs)) * 1000).toFixed(0),
      ratios(of("await response.json()", elapsedMs), of(name, elapsedMs)),
      ratios(of("client-node", elapsedMs), of(name, elapsedMs)),
      (median(of(name, (run) => run.keptBytes)) / count / 1000).toFixed(1),
      (median(of(name, (run) => run.peakBytes)) / 1e6).toFixed(0),
      ratio(median(beyond), body.length),
    ));
  }
  print("");
}

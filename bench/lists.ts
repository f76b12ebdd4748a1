/**
 * Measures what a large list costs: `RestListerWatcher.list()` beside the least
 * that a program can do, `response.arrayBuffer()` and `JSON.parse()`, on a real
 * kube-apiserver, compressed and not, and the same without `managedFields`. Each
 * list is made by a process of its own, so that the peak of memory is its own.
 *
 * Arguments: options for the Deno processes to start, `--`, then `--objects N`
 * (5,000 ConfigMaps of 5 KB), `--rounds N` (7) and `--kube VERSION`.
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
import { startScript } from "./_processes.ts";
import { print, ratio, row, splitArgs } from "./_report.ts";
import { median } from "./_statistics.ts";

const PATH = configMapsPath("default");

const { denoOptions, args } = splitArgs();
const { values } = parseArgs({
  args,
  options: {
    objects: { type: "string", default: "5000" },
    rounds: { type: "string", default: "7" },
    kube: { type: "string" },
  },
});
const objects = Number(values.objects);

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

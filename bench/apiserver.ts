/**
 * `deno task bench:apiserver`: measures how fast an informer syncs on a real
 * kube-apiserver and how much memory that takes, by LIST and by WatchList,
 * compressed and not, compared with `response.arrayBuffer()` and `JSON.parse()`
 * of the same list, with only reading the WatchList, and with
 * `npm:@kubernetes/client-node`. See `bench/README.md`.
 *
 * Each measurement is a process of its own, so that the peak of memory is its
 * own; the ways take turns, and the result is the ratio of the medians.
 *
 * Arguments: options for the Deno processes to start, `--`, then `--objects N`
 * (5000 and 20000), which may be repeated, `--rounds N` (5) and
 * `--kube VERSION`.
 *
 * @module
 */

import { parseArgs } from "node:util";
import type { ControlPlane } from "../tests/control_plane/control_plane.ts";
import { createConfigMaps, startPlane, versionOf } from "./_config_maps.ts";
import { print, ratios, row, splitArgs } from "./_report.ts";
import { median } from "./_statistics.ts";
import type { SyncCost } from "./_sync_peer.ts";
import { MEASURED, measureSync, WARM_UP, WARM_UP_COUNT } from "./_sync_runs.ts";

/** Printed names by the names of `_sync_peer.ts`. */
const ROWS = {
  "plain": "arrayBuffer, JSON.parse",
  "list": "informer by LIST",
  "list trimmed": "… without managedFields",
  "watch-list read": "WatchList, only read",
  "watch-list": "informer by WatchList",
  "watch-list trimmed": "… without managedFields",
  "client-node": "client-node",
} as const;

type How = keyof typeof ROWS;

const HOWS: readonly How[] = [
  "plain",
  "list",
  "list trimmed",
  "watch-list read",
  "watch-list",
  "watch-list trimmed",
  "client-node",
];

const { denoOptions, args } = splitArgs();
const { values } = parseArgs({
  args,
  options: {
    objects: { type: "string", multiple: true, default: ["5000", "20000"] },
    rounds: { type: "string", default: "5" },
    kube: { type: "string" },
  },
});
const rounds = Number(values.rounds);

for (const count of values.objects) {
  await using plane = await startPlane(values.kube);
  await createConfigMaps(plane, WARM_UP, WARM_UP_COUNT);
  await createConfigMaps(plane, MEASURED, Number(count));
  for (const encoding of ["gzip", "identity"]) {
    await measureAll(plane, Number(count), encoding);
  }
}

async function measureAll(
  plane: ControlPlane,
  objects: number,
  encoding: string,
): Promise<void> {
  const costs = new Map(HOWS.map((how) => [how, new Array<SyncCost>()]));
  for (let round = 0; round < rounds; round++) {
    for (const [how, all] of costs) {
      const access = plane.client();
      all.push(
        await measureSync({ denoOptions, access, how, encoding, objects }),
      );
    }
  }
  const of = (how: How, what: "elapsedMs" | "peakBytes") =>
    (costs.get(how) ?? []).map((cost) => cost[what]);
  const version = await versionOf(plane);
  print(
    `kube-apiserver ${version}, ${objects} ConfigMaps of 5 KB, ${encoding}; medians of ${rounds} rounds`,
  );
  print("ratios of the medians, and of the fastest rounds");
  print(row(
    "time, peak above start",
    "ms",
    "x plain",
    "x only read",
    "x client-node",
    "peak MB",
    "x plain",
  ));
  for (const how of HOWS) {
    const elapsedMs = of(how, "elapsedMs");
    print(row(
      ROWS[how],
      median(elapsedMs).toFixed(0),
      ratios(elapsedMs, of("plain", "elapsedMs")),
      ratios(elapsedMs, of("watch-list read", "elapsedMs")),
      ratios(elapsedMs, of("client-node", "elapsedMs")),
      (median(of(how, "peakBytes")) / 1e6).toFixed(0),
      ratios(of(how, "peakBytes"), of("plain", "peakBytes")),
    ));
  }
  print("");
}

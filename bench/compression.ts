/**
 * `deno task bench:compression`: measures how long an informer takes to sync on
 * a real kube-apiserver over networks of different speed, by LIST, compressed and
 * not, and by WatchList, which Deno cannot read compressed: what `compression`
 * of a `RestListerWatcher` is decided by. See `bench/README.md`.
 *
 * Arguments: options for the Deno processes to start, `--`, then `--objects N`
 * (5000 ConfigMaps of 5 KB), `--rounds N` (5) and `--kube VERSION`.
 *
 * @module
 */

import { parseArgs } from "node:util";
import type { ClientConfig } from "../tests/control_plane/control_plane.ts";
import { createConfigMaps, startPlane, versionOf } from "./_config_maps.ts";
import { type LineProcess, startScript } from "./_processes.ts";
import { print, ratios, row, splitArgs } from "./_report.ts";
import { median } from "./_statistics.ts";
import { MEASURED, measureSync, WARM_UP, WARM_UP_COUNT } from "./_sync_runs.ts";

/** A network; without a speed, the server is reached directly. */
interface Network {
  readonly name: string;
  readonly megabits?: number;
  readonly delayMs?: number;
}

const NETWORKS: readonly Network[] = [
  { name: "loopback" },
  { name: "10 Gbit/s, 0.1 ms", megabits: 10_000, delayMs: 0.1 },
  { name: "1 Gbit/s, 0.3 ms", megabits: 1_000, delayMs: 0.3 },
  { name: "200 Mbit/s, 5 ms", megabits: 200, delayMs: 5 },
  { name: "50 Mbit/s, 30 ms", megabits: 50, delayMs: 30 },
];

/** What `_sync_peer.ts` is asked for, and how it is printed. */
const COLUMNS = [
  { name: "LIST, gzip", how: "list", encoding: "gzip" },
  { name: "LIST", how: "list", encoding: "identity" },
  { name: "WatchList", how: "watch-list", encoding: "identity" },
];

const { denoOptions, args } = splitArgs();
const { values } = parseArgs({
  args,
  options: {
    objects: { type: "string", default: "5000" },
    rounds: { type: "string", default: "5" },
    kube: { type: "string" },
  },
});
const objects = Number(values.objects);
const rounds = Number(values.rounds);

await using plane = await startPlane(values.kube);
await createConfigMaps(plane, WARM_UP, WARM_UP_COUNT);
await createConfigMaps(plane, MEASURED, objects);
print(
  `kube-apiserver ${await versionOf(
    plane,
  )}, ${objects} ConfigMaps of 5 KB, an informer to synced; medians of ${rounds} rounds`,
);
print("ratios of the medians, and of the fastest rounds");
print(row("", ...COLUMNS.map(({ name }) => name), "gzip/LIST", "gzip/Watch…"));
for (const network of NETWORKS) {
  await using way = await connectBy(network);
  await measure(network.name, way.access);
}

async function measure(name: string, access: ClientConfig): Promise<void> {
  const columns = COLUMNS.map((column) => ({
    ...column,
    all: new Array<number>(),
  }));
  for (let round = 0; round < rounds; round++) {
    for (const { all, how, encoding } of columns) {
      const { elapsedMs } = await measureSync({
        denoOptions,
        access,
        how,
        encoding,
        objects,
      });
      all.push(elapsedMs);
    }
  }
  const [gzip = [], list = [], watchList = []] = columns.map(({ all }) => all);
  print(row(
    name,
    ...columns.map(({ all }) => `${median(all).toFixed(0)} ms`),
    ratios(gzip, list),
    ratios(gzip, watchList),
  ));
}

/** A way to the server, which ends with the scope. */
interface Way extends AsyncDisposable {
  readonly access: ClientConfig;
}

async function connectBy({ megabits, delayMs }: Network): Promise<Way> {
  if (megabits === undefined) {
    return {
      access: plane.client(),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  }
  const proxy: LineProcess = startScript(denoOptions, [
    "bench/_slow_network.ts",
    String(plane.port),
    String(megabits),
    String(delayMs),
  ]);
  const server = `https://127.0.0.1:${await proxy.next()}`;
  return {
    access: plane.client("admin", { server }),
    [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose](),
  };
}

/**
 * `deno task bench:endurance`: measures what it takes to keep a large cache
 * current while its objects change, in processor time and memory, compared with
 * client-go's dynamic informer, where Go is installed, and with
 * `npm:@kubernetes/client-node`. See `bench/README.md`.
 *
 * Each run is a separate process with a server of its own.
 *
 * Arguments: options for the Deno processes to start, `--`, then `--objects N`
 * (100000), `--changes N` per second (1000), `--seconds N` (60) and
 * `--rounds N` (1).
 *
 * @module
 */

import { parseArgs } from "node:util";
import { busyGo } from "./_native_informers.ts";
import { startScript } from "./_processes.ts";
import { print, ratio, row, splitArgs } from "./_report.ts";
import type { BusyRun } from "./_run_busy.ts";
import { median } from "./_statistics.ts";

const CLIENT_GO = "client-go, WatchList";

/** The ways that `_run_busy.ts` knows. */
const WAYS = ["watchtools", "… without managedFields", "client-node"];

const { denoOptions, args } = splitArgs();
const { values } = parseArgs({
  args,
  options: {
    objects: { type: "string", default: "100000" },
    changes: { type: "string", default: "1000" },
    seconds: { type: "string", default: "60" },
    rounds: { type: "string", default: "1" },
  },
});
const { objects, changes, seconds } = values;
const last = String(Number(objects) + Number(changes) * Number(seconds));

const go = await busyGo(print);
const names = [...WAYS, ...go === undefined ? [] : [CLIENT_GO]];
const runs = new Map(names.map((name) => [name, new Array<BusyRun>()]));
for (let round = 0; round < Number(values.rounds); round++) {
  for (const [name, all] of runs) all.push(await run(name));
}

const of = (name: string, what: keyof BusyRun) =>
  median((runs.get(name) ?? []).map((run) => run[what]));
print(
  `${objects} pods of 3 KB kept current, ${changes} changes a second for ${seconds} s; medians of ${values.rounds} rounds`,
);
print(row(
  "",
  "sync s",
  "sync CPU s",
  "took s",
  "CPU s",
  "x client-go",
  "rss MB",
  "peak MB",
  "kept KB",
  "x client-go",
));
for (const name of names) {
  print(row(
    name,
    (of(name, "syncMs") / 1000).toFixed(1),
    (of(name, "syncCpuMs") / 1000).toFixed(1),
    (of(name, "busyMs") / 1000).toFixed(1),
    (of(name, "busyCpuMs") / 1000).toFixed(1),
    ratio(of(name, "busyCpuMs"), of(CLIENT_GO, "busyCpuMs")),
    (of(name, "rssBytes") / 1e6).toFixed(0),
    (of(name, "peakBytes") / 1e6).toFixed(0),
    (of(name, "heapBytes") / Number(objects) / 1000).toFixed(1),
    ratio(of(name, "heapBytes"), of(CLIENT_GO, "heapBytes")),
  ));
}

async function run(name: string): Promise<BusyRun> {
  await using server = startScript(
    denoOptions,
    ["bench/_busy_server.ts", objects, changes, seconds],
  );
  const address = await server.next();
  if (name === CLIENT_GO && go !== undefined) {
    return await go(address, objects, last);
  }
  await using process = startScript(
    [...denoOptions, "--v8-flags=--expose-gc"],
    ["bench/_run_busy.ts", name, address, last],
  );
  return JSON.parse(await process.next());
}

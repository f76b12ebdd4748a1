/**
 * `deno task bench:gaps`: measures the longest time for which the event loop is
 * held while many events or a large list are taken in, compared with a plain
 * loop and with `npm:@kubernetes/client-node`. See `bench/README.md`.
 *
 * Each run is a separate process, and the peers take turns. The figure is the
 * median of the longest gaps of all rounds; the longest of all is printed beside
 * it.
 *
 * Arguments: options for the Deno processes to start, `--`, then `--objects N`
 * (50000) and `--rounds N` (5).
 *
 * @module
 */

import { parseArgs } from "node:util";
import { podsPath } from "./_informer_peers.ts";
import { startScript } from "./_processes.ts";
import { print, row, splitArgs } from "./_report.ts";
import type { GapRun } from "./_run_gaps.ts";
import { median } from "./_statistics.ts";

/** The ways to take in events, as they are named in `_run_gaps.ts`. */
const EVENTS = [
  "plain loop",
  "RestListerWatcher, identity",
  "RestListerWatcher, objects",
  "RetryWatcher, objects",
  "client-node Watch",
];

/** The ways to take in a list. */
const LISTS = [
  "await response.json()",
  "list, kept whole",
  "… list without managedFields",
  "watchtools, WatchList",
  "watchtools, LIST",
  "watchtools, LIST in pages",
  "client-node",
];

const { denoOptions, args } = splitArgs();
const { values } = parseArgs({
  args,
  options: {
    objects: { type: "string", default: "50000" },
    rounds: { type: "string", default: "5" },
  },
});

await measureAll("bench/_server.ts", "events of 5 KB", EVENTS);
await measureAll("bench/_list_server.ts", "pods of 4 KB", LISTS);

async function measureAll(
  script: string,
  what: string,
  ways: readonly string[],
): Promise<void> {
  await using server = startScript(denoOptions, [script]);
  const address = await server.next();
  // The server encodes its responses at the first request.
  const path = podsPath(Number(values.objects));
  await (await fetch(`${address}${path}?limit=1`)).body?.cancel();
  const runs = new Map(ways.map((way) => [way, new Array<GapRun>()]));
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [way, all] of runs) {
      await using process = startScript(denoOptions, [
        "bench/_run_gaps.ts",
        way,
        address,
        values.objects,
      ]);
      all.push(JSON.parse(await process.next()));
    }
  }
  print(`${values.objects} ${what}, ${values.rounds} rounds`);
  print(row("longest gap between turns", "median ms", "longest ms", "of ms"));
  for (const [way, all] of runs) {
    const longest = all.map(({ longestMs }) => longestMs);
    print(row(
      way,
      median(longest).toFixed(0),
      Math.max(...longest).toFixed(0),
      median(all.map(({ durationMs }) => durationMs)).toFixed(0),
    ));
  }
  print("");
}

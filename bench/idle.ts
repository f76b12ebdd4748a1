/**
 * `deno task bench:idle`: measures what watches take on which nothing happens
 * but a bookmark from time to time, in processor time and memory, compared with
 * only reading them and with `npm:@kubernetes/client-node`. See
 * `bench/README.md`.
 *
 * The peers are separate processes that run at the same time.
 *
 * Arguments: options for the Deno processes to start, `--`, then `--watches N`
 * (1000), `--seconds N` (600) and `--bookmark-seconds N` (20): after 30 without
 * one, client-node's watches end, which on Deno it does not report.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { startScript } from "./_processes.ts";
import { print, ratio, row, splitArgs } from "./_report.ts";
import type { IdleRun } from "./_run_idle.ts";

const CLIENT_NODE = "client-node Watch";

/** The ways that `_run_idle.ts` knows. */
const WAYS = [
  "fetch, only read",
  "RestListerWatcher.watch",
  "RetryWatcher",
  CLIENT_NODE,
];

/** Until what opening the watches has left behind is done with. */
const SETTLE_SECONDS = 10;

const { denoOptions, args } = splitArgs();
const { values } = parseArgs({
  args,
  options: {
    watches: { type: "string", default: "1000" },
    seconds: { type: "string", default: "600" },
    "bookmark-seconds": { type: "string", default: "20" },
  },
});
const { watches, seconds } = values;

await using processes = new AsyncDisposableStack();
const server = processes.use(
  startScript(denoOptions, [
    "bench/_idle_server.ts",
    values["bookmark-seconds"],
  ]),
);
const address = await server.next();
const peers = [];
for (const name of WAYS) {
  const process = processes.use(
    startScript(
      [...denoOptions, "--v8-flags=--expose-gc"],
      ["bench/_run_idle.ts", name, address, watches],
    ),
  );
  await process.next();
  peers.push({ name, process });
}
await pause(SETTLE_SECONDS);
for (const { process } of peers) await process.send("begin");
await pause(Number(seconds));
const runs = new Map<string, IdleRun>();
for (const { name, process } of peers) {
  await process.send("end");
  runs.set(name, JSON.parse(await process.next()));
}

const base = runs.get(CLIENT_NODE);
print(
  `${watches} watches with a bookmark each ${
    values["bookmark-seconds"]
  } s, for ${seconds} s`,
);
print(row(
  "",
  "bookmarks",
  "CPU ms",
  "x client-node",
  "rss MB",
  "kept KB each",
  "x client-node",
));
for (const [name, { bookmarks, cpuMs, rssBytes, heapBytes }] of runs) {
  print(row(
    name,
    String(bookmarks),
    cpuMs.toFixed(0),
    ratio(cpuMs, base?.cpuMs ?? NaN),
    (rssBytes / 1e6).toFixed(0),
    (heapBytes / Number(watches) / 1000).toFixed(1),
    ratio(heapBytes, base?.heapBytes ?? NaN),
  ));
}

function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}

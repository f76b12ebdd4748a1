/**
 * `deno task bench:informer`: measures how fast an informer syncs and how much
 * memory it uses, compared with `npm:@kubernetes/client-node` and, where they can
 * be built, client-go's dynamic informer and kube-rs' reflector; the cost of a
 * re-list; and the cost of an event in caches of different sizes.
 *
 * Each run is a separate process, the peers take turns, and the result is the
 * ratio of the medians.
 *
 * Arguments: options for the Deno processes to start, `--`, then `--rounds N`
 * (5) and `--objects N` (10000 and 50000), which may be repeated.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { eventCost } from "./_event_cost.ts";
import { INFORMER_PEERS } from "./_informer_peers.ts";
import { type NativeInformer, nativeInformers } from "./_native_informers.ts";
import { startScript } from "./_processes.ts";
import type { InformerRun } from "./_run_informer.ts";
import type { RelistRun } from "./_run_relist.ts";
import { print, ratio, row, splitArgs } from "./_report.ts";
import { median } from "./_statistics.ts";

const CLIENT_NODE = "client-node";
const CLIENT_GO = "client-go";
const KUBE_RS = "kube-rs";

/** The number of events to apply to a cache to measure the cost of one. */
const EVENTS = 50_000;

const { denoOptions, args } = splitArgs();
const { values } = parseArgs({
  args,
  options: {
    rounds: { type: "string", default: "5" },
    objects: { type: "string", multiple: true, default: ["10000", "50000"] },
  },
});

const rounds = Number(values.rounds);
const native = await nativeInformers(print);

for (const count of values.objects) await measureSync(Number(count));
await measureRelists(Number(values.objects.at(-1)));
await measureEvents();

async function measureSync(count: number): Promise<void> {
  await using server = startScript(denoOptions, ["bench/_list_server.ts"]);
  const address = await server.next();
  // The server encodes its responses at the first request.
  const pods = `${address}/api/v1/namespaces/${count}/pods?limit=1`;
  await (await fetch(pods)).body?.cancel();
  const peers = [...Object.keys(INFORMER_PEERS).map(denoInformer), ...native];
  const runs = new Map(
    peers.map(({ name }) => [name, new Array<InformerRun>()]),
  );
  for (let round = 0; round < rounds; round++) {
    for (const { name, run } of peers) {
      runs.get(name)?.push(await run(address, count));
    }
  }
  const of = (name: string, what: keyof InformerRun) =>
    median(
      (runs.get(name) ?? []).map((run) => run[what] ?? run.syncMs),
    );
  // What a peer does in two ways counts in the faster one.
  const fastest = (peer: string, what: "syncMs" | "againMs") =>
    Math.min(
      ...peers.filter(({ name }) => name.startsWith(peer))
        .map(({ name }) => of(name, what)),
    );
  print(`${count} pods of about 4 KB, medians of ${rounds} rounds`);
  print("ratios of the first time, and of the next ones in the same process");
  print(row(
    "",
    "objects/s",
    "x client-node",
    "x client-go",
    "x kube-rs",
    "peak MB",
    "kept KB",
    "x client-node",
  ));
  const times = (peer: string, name: string) =>
    (["syncMs", "againMs"] as const)
      .map((what) => ratio(fastest(peer, what), of(name, what))).join(", ");
  for (const { name } of peers) {
    print(row(
      name,
      (count / of(name, "syncMs") * 1000).toFixed(0),
      times(CLIENT_NODE, name),
      times(CLIENT_GO, name),
      times(KUBE_RS, name),
      (of(name, "peakBytes") / 2 ** 20).toFixed(0),
      (of(name, "heapBytes") / count / 1000).toFixed(1),
      ratio(of(name, "heapBytes"), of(CLIENT_NODE, "heapBytes")),
    ));
  }
  print("");
}

async function measureRelists(count: number): Promise<void> {
  for (const how of ["watch-list", "pages"]) {
    // A new server, whose pods have not changed yet.
    await using server = startScript(denoOptions, ["bench/_list_server.ts"]);
    const script = ["bench/_run_relist.ts", await server.next()];
    const run = await runOnce<RelistRun>([...script, String(count), how]);
    print(
      `re-list of ${count} by ${how}: ${run.events} events, longest block ${
        run.longestBlockMs.toFixed(0)
      } ms of ${run.durationMs.toFixed(0)} ms`,
    );
  }
}

/**
 * First the same thousand objects change in both caches, then all objects of
 * the large one, which adds the cost of cache misses of the processor.
 */
async function measureEvents(): Promise<void> {
  const ofSmall: number[] = [];
  const ofLarge: number[] = [];
  const spread: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const small = await eventCost(1_000, 1_000, EVENTS);
    const large = await eventCost(100_000, 1_000, EVENTS);
    const all = await eventCost(100_000, 100_000, EVENTS);
    if (round === 0) continue;
    ofSmall.push(small);
    ofLarge.push(large);
    spread.push(all);
  }
  const base = median(ofSmall);
  print(
    `one event in a cache of 100000: ${
      ratio(median(ofLarge), base)
    } x the cost in a cache of 1000; ${
      ratio(median(spread), base)
    } x if each is about a different object`,
  );
}

function denoInformer(name: string): NativeInformer {
  const script = ["bench/_run_informer.ts", name];
  return {
    name,
    run: (server, count) =>
      runOnce<InformerRun>([...script, server, String(count)]),
  };
}

async function runOnce<R>(script: readonly string[]): Promise<R> {
  const options = [...denoOptions, "--v8-flags=--expose-gc"];
  await using process = startScript(options, script);
  return JSON.parse(await process.next());
}

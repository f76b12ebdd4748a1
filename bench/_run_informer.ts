/**
 * Runs one informer in a separate process:
 * `_run_informer.ts PEER SERVER COUNT`. A small cache warms up the compiler
 * first. Prints an {@linkcode InformerRun} as a line of JSON.
 *
 * @module
 */

import { INFORMER_PEERS } from "./_informer_peers.ts";
import { heapAfterCollection, peakBytes } from "./_memory.ts";

/** The cost of filling a cache. */
export interface InformerRun {
  /** The time until the informer had synced. */
  syncMs: number;
  /** What is kept after garbage collection, less what was there before. */
  heapBytes: number;
  /** The peak memory usage of the process. */
  peakBytes: number;
}

const WARM_UP = 1_000;

if (import.meta.main) await main();

async function main(): Promise<void> {
  const [name = "", server = "", text = ""] = Deno.args;
  const peer = INFORMER_PEERS[name];
  if (peer === undefined) throw new RangeError(`Unknown peer ${name}`);
  const warm = await peer(server, WARM_UP);
  await warm.stop();

  const count = Number(text);
  const before = heapAfterCollection();
  const start = performance.now();
  const synced = await peer(server, count);
  const syncMs = performance.now() - start;
  if (synced.size !== count) throw new Error(`${name} has ${synced.size}`);
  const run: InformerRun = {
    syncMs,
    heapBytes: heapAfterCollection() - before,
    peakBytes: await peakBytes(),
  };
  Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(run)}\n`));
  // Resources that a peer keeps open must not keep the process alive.
  Deno.exit();
}

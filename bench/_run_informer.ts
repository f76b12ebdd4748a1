/**
 * Runs one informer in a separate process:
 * `_run_informer.ts PEER SERVER COUNT`. A small cache warms up the compiler
 * first. After the first measurement, it syncs again. Prints an
 * {@linkcode InformerRun} as a line of JSON.
 *
 * @module
 */

import { INFORMER_PEERS } from "./_informer_peers.ts";
import { heapAfterCollection, peakBytes } from "./_memory.ts";
import { median } from "./_statistics.ts";

/** The cost of filling a cache. */
export interface InformerRun {
  /** The time until the informer had synced. */
  syncMs: number;
  /**
   * The same in a process that has done it before, so that its code has been
   * compiled; undefined where it always is.
   */
  againMs?: number;
  /** What is kept after garbage collection, less what was there before. */
  heapBytes: number;
  /** The peak memory usage of the process. */
  peakBytes: number;
}

const WARM_UP = 1_000;

/** How often it syncs again. */
const AGAIN = 5;

if (import.meta.main) await main();

async function main(): Promise<void> {
  const [name = "", server = "", text = ""] = Deno.args;
  const peer = INFORMER_PEERS[name];
  if (peer === undefined) throw new RangeError(`Unknown peer ${name}`);
  const warm = await peer(server, WARM_UP);
  await warm.stop();

  const count = Number(text);
  const timed = async () => {
    const start = performance.now();
    const synced = await peer(server, count);
    return { synced, syncMs: performance.now() - start };
  };
  const before = heapAfterCollection();
  const { synced, syncMs } = await timed();
  if (synced.size !== count) throw new Error(`${name} has ${synced.size}`);
  const heapBytes = heapAfterCollection() - before;
  const peak = await peakBytes();
  await synced.stop();
  const again: number[] = [];
  for (let times = 0; times < AGAIN; times++) {
    const { synced, syncMs } = await timed();
    again.push(syncMs);
    await synced.stop();
  }
  const run: InformerRun = {
    syncMs,
    againMs: median(again),
    heapBytes,
    peakBytes: peak,
  };
  Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(run)}\n`));
  // Resources that a peer keeps open must not keep the process alive.
  Deno.exit();
}

/**
 * One informer in a process of its own: `_run_informer.ts PEER SERVER COUNT`.
 * A small cache warms the compiler up first. Prints an {@linkcode InformerRun}
 * as a line of JSON.
 *
 * @module
 */

import { INFORMER_PEERS } from "./_informer_peers.ts";
import { peakBytes } from "./_memory.ts";

/** What it took to fill a cache. */
export interface InformerRun {
  /** How long it took. */
  syncMs: number;
  /** The heap in use afterwards, garbage collected. */
  heapBytes: number;
  /** The most memory that the process has held. */
  peakBytes: number;
}

const WARM_UP = 1_000;

if (import.meta.main) await main();

async function main(): Promise<void> {
  const [name = "", server = "", text = ""] = Deno.args;
  const peer = INFORMER_PEERS[name];
  if (peer === undefined) throw new RangeError(`There is no peer ${name}`);
  const warm = await peer(server, WARM_UP);
  await warm.stop();

  const count = Number(text);
  const start = performance.now();
  const synced = await peer(server, count);
  const syncMs = performance.now() - start;
  if (synced.size !== count) throw new Error(`${name} has ${synced.size}`);
  collectGarbage();
  const run: InformerRun = {
    syncMs,
    heapBytes: Deno.memoryUsage().heapUsed,
    peakBytes: await peakBytes(),
  };
  Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(run)}\n`));
  // What a peer keeps open must not keep this process.
  Deno.exit();
}

/** There with `--v8-flags=--expose-gc`. */
declare const gc: (() => void) | undefined;

function collectGarbage(): void {
  if (typeof gc !== "function") {
    throw new Error("Cannot measure the heap without --v8-flags=--expose-gc");
  }
  gc();
}

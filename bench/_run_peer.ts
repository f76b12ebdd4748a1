/**
 * Runs one peer in a separate process, so that peers share neither memory nor
 * compiled code: `_run_peer.ts PEER SERVER`. For each number on its standard
 * input, it watches that many events and prints a {@linkcode Run} as a line of
 * JSON. Exits when its standard input closes.
 *
 * @module
 */

import { linesOf } from "./_lines.ts";
import { peakBytes } from "./_memory.ts";
import { OBSERVED_PEERS } from "./_observed_peers.ts";
import { PEERS } from "./_peers.ts";

/** The cost of one watch. */
export interface Run {
  /** The duration of the watch. */
  durationMs: number;
  /** The peak memory usage of the process so far. */
  peakBytes: number;
}

if (import.meta.main) await main();

async function main(): Promise<void> {
  const [name = "", server = ""] = Deno.args;
  const peer = PEERS[name] ?? OBSERVED_PEERS[name];
  if (peer === undefined) throw new RangeError(`Unknown peer ${name}`);
  for await (const line of linesOf(Deno.stdin.readable)) {
    const events = Number(line);
    const start = performance.now();
    const seen = await peer(server, events);
    const durationMs = performance.now() - start;
    if (seen !== events) throw new Error(`${name} saw ${seen} of ${events}`);
    const run: Run = { durationMs, peakBytes: await peakBytes() };
    const text = `${JSON.stringify(run)}\n`;
    Deno.stdout.writeSync(new TextEncoder().encode(text));
  }
  // Connections that a peer keeps open must not keep the process alive.
  Deno.exit();
}

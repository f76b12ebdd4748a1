/**
 * One peer in a process of its own, so that neither its memory nor what the
 * compiler has learned is another's: `_run_peer.ts PEER SERVER`. For each line
 * of its standard input, a number of events, it watches so many and prints a
 * {@linkcode Run} as a line of JSON. Ends with its standard input.
 *
 * @module
 */

import { linesOf } from "./_lines.ts";
import { peakBytes } from "./_memory.ts";
import { PEERS } from "./_peers.ts";

/** What one watch took. */
export interface Run {
  /** How long it took. */
  durationMs: number;
  /** The most memory that the process has held so far. */
  peakBytes: number;
}

if (import.meta.main) await main();

async function main(): Promise<void> {
  const [name = "", server = ""] = Deno.args;
  const peer = PEERS[name];
  if (peer === undefined) throw new RangeError(`There is no peer ${name}`);
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
  // The connections that a peer keeps must not keep this process.
  Deno.exit();
}

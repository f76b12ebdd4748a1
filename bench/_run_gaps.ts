/**
 * Measures in a separate process how long one way of taking in many objects
 * holds the event loop: `_run_gaps.ts WAY SERVER COUNT`. Prints a
 * {@linkcode GapRun} as a line of JSON.
 *
 * @module
 */

import { measureGaps } from "./_gaps.ts";
import { INFORMER_PEERS, podsOf, podsPath } from "./_informer_peers.ts";
import { PEERS } from "./_peers.ts";
import { print } from "./_report.ts";

/** How the event loop fared. */
export interface GapRun {
  /** The longest time for which it was held. */
  longestMs: number;
  /** The duration of the whole. */
  durationMs: number;
}

/** Takes in a number of objects. What it returns is kept until the end. */
type Way = (server: string, count: number) => Promise<unknown>;

const LISTS: Readonly<Record<string, Way>> = {
  "list, kept whole": (server, count) => podsOf(server, count).list({}),
  "… list without managedFields": (server, count) =>
    podsOf(server, count, { dropManagedFields: true }).list({}),
  "await response.json()": async (server, count) => {
    const response = await fetch(`${server}${podsPath(count)}`);
    return await response.json();
  },
};

const WARM_UP = 1_000;

if (import.meta.main) await main();

async function main(): Promise<void> {
  const [name = "", server = "", text = ""] = Deno.args;
  const way: Way | undefined = PEERS[name] ?? INFORMER_PEERS[name] ??
    LISTS[name];
  if (way === undefined) throw new RangeError(`Unknown way ${name}`);
  await way(server, WARM_UP);
  const gaps = measureGaps();
  const start = performance.now();
  const kept = [await way(server, Number(text))];
  const durationMs = performance.now() - start;
  const run: GapRun = { longestMs: gaps.stop(), durationMs };
  if (kept.length === 1) print(JSON.stringify(run));
  // Resources that a peer keeps open must not keep the process alive.
  Deno.exit();
}

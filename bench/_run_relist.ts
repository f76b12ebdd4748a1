/**
 * Measures a re-list of a large cache in which almost nothing has changed:
 * `_run_relist.ts SERVER COUNT HOW`, where HOW is `watch-list` or `pages`.
 * Prints a {@linkcode RelistRun} as a line of JSON.
 *
 * @module
 */

import { IndexerInformerWatcher } from "../watch/mod.ts";
import { measureGaps } from "./_gaps.ts";
import { podsOf } from "./_informer_peers.ts";

/** The cost of a re-list. */
export interface RelistRun {
  /** The number of resulting events. */
  events: number;
  /** The duration of the re-list. */
  durationMs: number;
  /** The longest time for which the event loop was blocked. */
  longestBlockMs: number;
}

if (import.meta.main) await main();

async function main(): Promise<void> {
  const [server = "", count = "", how = ""] = Deno.args;
  const informer = new IndexerInformerWatcher(podsOf(server, Number(count)), {
    minBackoffMs: 0,
    ...(how === "pages" ? { watchList: false, pageSize: 500 } : {}),
  });
  await informer.controller.synced;
  const reader = informer.events.getReader();
  for (let seen = 0; seen < Number(count); seen++) await reader.read();

  const gaps = measureGaps();
  const start = performance.now();
  const before = informer.controller.lastSyncResourceVersion();
  let events = 0;
  void countEvents();
  await (await fetch(`${server}/change`)).body?.cancel();
  while (informer.controller.lastSyncResourceVersion() === before) {
    await new Promise((resolve) => setTimeout(resolve));
  }
  const durationMs = performance.now() - start;
  const longestBlockMs = gaps.stop();
  const run: RelistRun = { events, durationMs, longestBlockMs };
  Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(run)}\n`));
  Deno.exit();

  async function countEvents(): Promise<void> {
    while (!(await reader.read()).done) events++;
  }
}

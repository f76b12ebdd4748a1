/**
 * Keeps watches open on which nothing happens, in a separate process:
 * `_run_idle.ts WAY SERVER WATCHES`. Prints a line once all of them are open;
 * when a line is read then, it prints an {@linkcode IdleRun} as a line of JSON.
 *
 * @module
 */

import {
  type ListerWatcher,
  RestListerWatcher,
  RetryWatcher,
} from "../watch/mod.ts";
import { podsPath } from "./_informer_peers.ts";
import { linesOf } from "./_lines.ts";
import { heapAfterCollection } from "./_memory.ts";
import { print } from "./_report.ts";
import { loadClientNode } from "./_client_node.ts";
import { cpuMs } from "./_processor_time.ts";

/** What idle watches took. */
export interface IdleRun {
  /** The bookmarks that were received, if they were counted. */
  bookmarks: number;
  /** The processor time since the watches were open. */
  cpuMs: number;
  /** The memory of the process at the end. */
  rssBytes: number;
  /** What is kept after garbage collection, less what was there before. */
  heapBytes: number;
}

/** Opens a watch, and counts what comes. */
type Way = (server: string, watch: number) => Promise<void>;

const WAYS: Readonly<Record<string, Way>> = {
  "fetch, only read": onlyRead,
  "RestListerWatcher.watch": restListerWatcher,
  "RetryWatcher": (server, watch) => {
    const watcher = new RetryWatcher("1", sourceOf(server, watch));
    const opened = watcher.events.getReader();
    void count(opened);
    return Promise.resolve();
  },
  "client-node Watch": clientNode,
};

let bookmarks = 0;

await main();

async function main(): Promise<void> {
  const [name = "", server = "", watches = ""] = Deno.args;
  const way = WAYS[name];
  if (way === undefined) throw new RangeError(`Unknown way ${name}`);
  const heapBefore = heapAfterCollection();
  for (let watch = 0; watch < Number(watches); watch++) {
    await way(server, watch);
  }
  print("open");
  let before: number | undefined;
  for await (const _ of linesOf(Deno.stdin.readable)) {
    if (before === undefined) {
      before = cpuMs();
      continue;
    }
    const run: IdleRun = {
      bookmarks,
      cpuMs: cpuMs() - before,
      rssBytes: Deno.memoryUsage().rss,
      heapBytes: heapAfterCollection() - heapBefore,
    };
    print(JSON.stringify(run));
  }
  Deno.exit();
}

function sourceOf(server: string, watch: number): ListerWatcher {
  return new RestListerWatcher({ server, path: podsPath(watch) });
}

async function count(
  reader: ReadableStreamDefaultReader<unknown>,
): Promise<void> {
  while (!(await reader.read()).done) bookmarks++;
}

async function onlyRead(server: string, watch: number): Promise<void> {
  const response = await fetch(`${server}${podsPath(watch)}?watch=1`);
  if (response.body !== null) void count(response.body.getReader());
}

async function restListerWatcher(
  server: string,
  watch: number,
): Promise<void> {
  const events = await sourceOf(server, watch)
    .watch({ resourceVersion: "1", allowWatchBookmarks: true });
  void count(events.getReader());
}

async function clientNode(server: string, watch: number): Promise<void> {
  const { clientNode, config } = await loadClientNode(server);
  const { Watch } = clientNode;
  await new Watch(config).watch(
    podsPath(watch),
    { allowWatchBookmarks: true, resourceVersion: "1" },
    () => bookmarks++,
    () => undefined,
  );
}

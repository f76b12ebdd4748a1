/**
 * Lists once, in one of three ways, when a line is read, and prints how long it
 * took and how much the peak of memory grew: `_list_peer.ts HOW SERVER PATH
 * TOKEN COMPRESSION`. `HOW` is `ours`, `RestListerWatcher.list()`, `trimmed`, the
 * same without `managedFields`, or `plain`, `response.arrayBuffer()` and
 * `JSON.parse()`.
 *
 * @module
 */

import { RestListerWatcher } from "../mod.ts";
import { linesOf } from "./_lines.ts";
import { peakBytes, resetPeak } from "./_memory.ts";
import { print } from "./_report.ts";

/** What a list took. */
export interface ListCost {
  /** How many items it had. */
  readonly items: number;
  readonly elapsedMs: number;
  /** How far the peak of memory rose above where it started. */
  readonly peakBytes: number;
}

const [how, server = "", path = "", token = "", encoding = ""] = Deno.args;
const client = Deno.createHttpClient({ http2: false });
const headers = {
  authorization: `Bearer ${token}`,
  "accept-encoding": encoding,
};

async function plain(url: string): Promise<{ items: unknown[] }> {
  const response = await fetch(url, { client, headers });
  return JSON.parse(new TextDecoder().decode(await response.arrayBuffer()));
}

async function ours(query: { limit?: number }): Promise<{ items: unknown[] }> {
  const source = new RestListerWatcher({
    server,
    path,
    headers,
    dropManagedFields: how === "trimmed",
    fetch: (url, init) => fetch(url, { ...init, client }),
  });
  return await source.list(query);
}

// The connection and the code are there before the measurement.
if (how === "plain") await plain(`${server}${path}?limit=1`);
else await ours({ limit: 1 });
for await (const _ of linesOf(Deno.stdin.readable)) {
  const before = await resetPeak();
  const start = performance.now();
  const { items } = how === "plain"
    ? await plain(`${server}${path}`)
    : await ours({});
  const cost: ListCost = {
    items: items.length,
    elapsedMs: performance.now() - start,
    peakBytes: await peakBytes() - before,
  };
  print(JSON.stringify(cost));
}

/**
 * A replica of a shared watch, in a process of its own:
 * `_shared_watch_program.ts SERVER PATH SHARDS SINK`, with the token in the
 * variable TOKEN. It asks the sink before it handles a change, and reports when
 * it has handled it, each time with the fencing token of its shard. It stops
 * when its standard input closes.
 */

import { RestListerWatcher } from "../../rest/rest_lister_watcher.ts";
import { configMapCheckpoints, sharedWatch } from "../../serverless/mod.ts";

const [server = "", path = "", shards = "", sink = ""] = Deno.args;
const client = { server, token: Deno.env.get("TOKEN") };
const source = new RestListerWatcher({
  ...client,
  path,
  labelSelector: "test=shared",
});

async function report(step: "begin" | "end", body: object): Promise<void> {
  const response = await fetch(`${sink}/${step}`, {
    method: "POST",
    body: JSON.stringify(body),
  });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`refused: ${response.status}`);
}

const replica = sharedWatch(source, async ({ type, object }, shard) => {
  const { uid, resourceVersion } = object.metadata ?? {};
  const change = {
    id: crypto.randomUUID(),
    pid: Deno.pid,
    shard: shard.index,
    token: shard.leaseTransitions,
    type,
    uid,
    resourceVersion,
  };
  await report("begin", change);
  await report("end", change);
}, {
  client,
  name: "default/shared",
  shards: Number(shards),
  checkpoints: ({ index }) =>
    configMapCheckpoints(client, `default/shared-checkpoint-${index}`),
  resume: { saveEvery: 10, minRestartDelayMs: 100 },
  leaseDurationMs: 6_000,
  renewDeadlineMs: 4_000,
  retryPeriodMs: 1_000,
});
await Deno.stdin.readable.pipeTo(new WritableStream());
await replica[Symbol.asyncDispose]();

/**
 * Measures on a real kube-apiserver what an invocation of `resumeWatch` costs
 * that finds nothing new: the time of a bare `fetch` of the same URL, and of the
 * invocation. The server ends both after a second, since it is asked to.
 *
 * @module
 */

import { MemoryCheckpointStore, resumeWatch } from "../serverless/mod.ts";
import { ControlPlane } from "../tests/control_plane/control_plane.ts";
import { OurClient } from "../tests/e2e/_our_client.ts";

const ROUNDS = 10;
const path = "/api/v1/namespaces/default/configmaps";

await using plane = await ControlPlane.start();
using client = new OurClient(plane.client());
const store = new MemoryCheckpointStore();
const source = client.listerWatcher(path);

async function time(run: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await run();
  return performance.now() - startedAt;
}

const invocation = () =>
  resumeWatch(source, store, () => {}, { budgetMs: 1_900 });

await invocation();
const bare: number[] = [];
const ours: number[] = [];
let requests = 0;
for (let round = 0; round < ROUNDS; round++) {
  const before = client.requests.length;
  ours.push(await time(invocation));
  requests += client.requests.length - before;
  const url = client.requests.findLast((sent) =>
    sent.searchParams.has("watch")
  );
  if (url === undefined) throw new Error("no watch was sent");
  const { token } = plane.client();
  const headers = { authorization: `Bearer ${token}` };
  bare.push(
    await time(async () => {
      const response = await client.fetch(url.href, { headers });
      await response.text();
    }),
  );
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}

// deno-lint-ignore no-console
console.log(
  `bare fetch ${median(bare).toFixed(0)} ms, invocation ${
    median(ours).toFixed(0)
  } ms (${(median(ours) / median(bare)).toFixed(2)} times), ${
    requests / ROUNDS
  } requests`,
);

/**
 * Measures on a real kube-apiserver what an invocation of `resumeWatch` costs
 * that finds nothing new: the time of a bare `fetch` of the same URL, and of the
 * invocation. The server ends both after a second, since it is asked to. And
 * without a server: how long an index of 10,000 pods takes to compare with a
 * list in which one in a hundred has changed, and how large it is.
 *
 * @module
 */

import { HandedOnIndex } from "../serverless/_handed_on_index.ts";
import { MemoryCheckpointStore, resumeWatch } from "../serverless/mod.ts";
import { ControlPlane } from "../tests/control_plane/control_plane.ts";
import { OurClient } from "../tests/e2e/_our_client.ts";

const ROUNDS = 10;
const OBJECTS = 10_000;
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

/** Pods as Deployments name them. */
const pods = Array.from({ length: OBJECTS }, (_, i) => ({
  metadata: {
    name: `service-${i % 97}-7d4b9c6f5d-${
      (i * 7919).toString(36).padStart(5, "0")
    }`,
    namespace: `namespace-of-team-${i % 20}`,
    uid: crypto.randomUUID(),
    resourceVersion: String(123_456_789 + i * 13),
  },
}));
const index = new HandedOnIndex();
for (const pod of pods) index.set(pod);
index.compact();
const text = JSON.stringify(index.toCheckpoint());
const list = pods.map((pod, i) =>
  i % 100 > 0
    ? pod
    : { metadata: { ...pod.metadata, resourceVersion: "999999999" } }
);
const compared: number[] = [];
for (let round = 0; round < ROUNDS; round++) {
  const loaded = HandedOnIndex.from(JSON.parse(text));
  const startedAt = performance.now();
  for (const _ of loaded.changesTo(list));
  compared.push(performance.now() - startedAt);
}

// deno-lint-ignore no-console
console.log(
  `index of ${OBJECTS} pods: ${text.length} bytes, compared with a list in ${
    median(compared).toFixed(0)
  } ms (the first time ${compared[0]?.toFixed(0)} ms)`,
);

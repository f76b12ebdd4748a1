/**
 * Measures what `FakeApiServer` takes with 10,000 objects and 1,000 watches, in
 * the same process: creating, listing, and passing changes on.
 *
 *     deno run -A bench/fake_server.ts
 *
 * @module
 */

import { FakeApiServer } from "../testing/mod.ts";
import { print } from "./_report.ts";

const OBJECTS = 10_000;
const WATCHES = 1000;
const CHANGES = 100;
const MAPS = "http://fake.invalid/api/v1/configmaps";

function map(index: number, value: string) {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name: `map-${index}`,
      namespace: "default",
      labels: { app: "web" },
    },
    data: { value, text: "x".repeat(200) },
  };
}

/** Counts the lines of a body until it ends. */
async function lines(body: ReadableStream<Uint8Array> | null): Promise<number> {
  let count = 0;
  for await (const chunk of body ?? []) {
    for (const byte of chunk) if (byte === 10) count++;
  }
  return count;
}

async function measure(
  what: string,
  work: () => unknown,
): Promise<void> {
  const start = performance.now();
  await work();
  const ms = performance.now() - start;
  print(`${what.padEnd(48)} ${ms.toFixed(1).padStart(9)} ms`);
}

await using server = new FakeApiServer();
await measure(`create ${OBJECTS} objects`, () => {
  for (let index = 0; index < OBJECTS; index++) {
    server.create(map(index, "old"));
  }
});
await measure(`list ${OBJECTS} objects`, async () => {
  await (await server.fetch(MAPS)).text();
});
await measure(`list ${OBJECTS} objects in pages of 500`, async () => {
  let token = "";
  do {
    const page = await server.fetch(`${MAPS}?limit=500&continue=${token}`);
    const { metadata } = await page.json();
    token = metadata.continue ?? "";
  } while (token !== "");
});
const from = server.resourceVersion;
const bodies: (ReadableStream<Uint8Array> | null)[] = [];
await measure(`open ${WATCHES} watches`, async () => {
  for (let index = 0; index < WATCHES; index++) {
    const watch = await server.fetch(`${MAPS}?watch=1&resourceVersion=${from}`);
    bodies.push(watch.body);
  }
});
await measure(`change ${CHANGES} objects, ${WATCHES} watches`, () => {
  for (let index = 0; index < CHANGES; index++) {
    server.update(map(index, "new"));
  }
});
await measure(`read ${CHANGES * WATCHES} events`, async () => {
  server.endWatches();
  const counts = await Promise.all(bodies.map(lines));
  const events = counts.reduce((sum, count) => sum + count, 0);
  if (events !== CHANGES * WATCHES) throw new Error(`${events} events`);
});

/**
 * The server for the endurance benchmark, run as a separate process:
 * `_busy_server.ts OBJECTS CHANGES-PER-SECOND SECONDS`. A list of any namespace
 * has so many pods. A watch delivers, after the pods if it is a WatchList, for so
 * many seconds changes of them at that rate, each of another pod. The resource
 * version of the last change is the number of pods and changes.
 *
 * Pods are encoded as they are sent. Prints its address as the first line, and
 * exits when its standard input closes.
 *
 * @module
 */

import { pod } from "./_pods.ts";
import { serve, writeAll } from "./_tcp.ts";

const [objects = 0, perSecond = 0, seconds = 0] = Deno.args.map(Number);

/** So many environment variables make a pod of about 3 KB. */
const SETTINGS = 3;

/** How many initial events are written at once. */
const BATCH = 100;

const TICK_MS = 10;

/** Coprime to all usual numbers of pods, so that each of them has its turn. */
const STRIDE = 7919;

const encoder = new TextEncoder();

const TYPE = { apiVersion: "v1", kind: "Pod" };

function event(type: string, object: object): string {
  return frame(`${JSON.stringify({ type, object: { ...TYPE, ...object } })}\n`);
}

/** An HTTP chunk; all of it is ASCII. */
function frame(text: string): string {
  return `${text.length.toString(16)}\r\n${text}\r\n`;
}

type Write = (text: string) => Promise<void>;

async function answer(connection: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(16 * 1024);
  const length = await connection.read(buffer) ?? 0;
  const head = new TextDecoder().decode(buffer.subarray(0, length));
  const write: Write = (text) => writeAll(connection, encoder.encode(text));
  await write(
    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n" +
      "transfer-encoding: chunked\r\nconnection: close\r\n\r\n",
  );
  if (!/[?&]watch=/.test(head)) {
    await sendList(write);
    return connection.close();
  }
  if (/[?&]sendInitialEvents=true/.test(head)) await sendInitialEvents(write);
  await sendChanges(write);
}

async function sendList(write: Write): Promise<void> {
  const metadata = JSON.stringify({ resourceVersion: String(objects) });
  const list = `{"kind":"PodList","apiVersion":"v1","metadata":${metadata}`;
  await write(frame(`${list},"items":[`));
  for (const pods of batches()) {
    const text = pods.map((pod) => JSON.stringify(pod)).join();
    await write(frame(pods.isLast ? `${text}]}` : `${text},`));
  }
  await write(frame(""));
}

async function sendInitialEvents(write: Write): Promise<void> {
  for (const pods of batches()) {
    await write(pods.map((pod) => event("ADDED", pod)).join(""));
  }
  const annotations = { "k8s.io/initial-events-end": "true" };
  const metadata = { resourceVersion: String(objects), annotations };
  await write(event("BOOKMARK", { metadata }));
}

function* batches(): Generator<object[] & { isLast?: boolean }> {
  for (let from = 0; from < objects; from += BATCH) {
    const length = Math.min(BATCH, objects - from);
    const pods = Array.from(
      { length },
      (_, at) => pod(from + at, from + at + 1, SETTINGS),
    );
    yield Object.assign(pods, { isLast: from + length === objects });
  }
}

async function sendChanges(write: Write): Promise<void> {
  const start = performance.now();
  let sent = 0;
  while (sent < perSecond * seconds) {
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
    const passed = Math.min(seconds, (performance.now() - start) / 1000);
    let batch = "";
    for (; sent < Math.floor(passed * perSecond); sent++) {
      const index = sent * STRIDE % objects;
      batch += event("MODIFIED", pod(index, objects + sent + 1, SETTINGS));
    }
    await write(batch);
  }
}

await serve(answer);

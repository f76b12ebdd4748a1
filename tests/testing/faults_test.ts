// Faults as data: each kind in-process and over HTTP, when it takes effect, and
// what is logged of it; then the schedules that are drawn from a seed.

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import {
  FakeApiServer,
  type Fault,
  FAULT_TYPES,
  type FaultTarget,
  randomFaults,
} from "../../testing/mod.ts";
import { turn } from "../support/wait_fakes.ts";

const NODES = "/api/v1/nodes";
const LISTS: FaultTarget = { verb: "list" };
const WATCHES: FaultTarget = { verb: "watch" };

function node(name: string) {
  return { apiVersion: "v1", kind: "Node", metadata: { name } };
}

/** A server with one object, and how requests reach it. */
interface Stage {
  readonly server: FakeApiServer;
  readonly get: (
    path: string,
    init?: RequestInit,
  ) => Promise<Response>;
}

/** Runs a test in-process and over HTTP. */
function testBoth(name: string, test: (stage: Stage) => Promise<void>): void {
  Deno.test(`FakeApiServer.faults ${name}`, async () => {
    await using server = new FakeApiServer({ objects: [node("é")] });
    const get: Stage["get"] = (path, init) =>
      server.fetch(`http://fake${path}`, init);
    await test({ server, get });
  });
  Deno.test(`FakeApiServer.faults over HTTP ${name}`, async () => {
    await using server = new FakeApiServer({ objects: [node("é")] });
    await using listener = await server.listen();
    const client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
    const get: Stage["get"] = (path, init) =>
      fetch(`${listener.url}${path}`, { ...init, client });
    await test({ server, get });
    client.close();
  });
}

/** What can be read of a body, and whether it ends cleanly. */
async function readToEnd(
  { body }: Response,
): Promise<{ text: string; bytes: number; ended: boolean }> {
  const decoder = new TextDecoder();
  const reader = body?.getReader();
  let text = "";
  let bytes = 0;
  try {
    for (;;) {
      const { done, value } = await reader?.read() ?? { done: true };
      if (done || value === undefined) break;
      bytes += value.byteLength;
      text += decoder.decode(value, { stream: true });
    }
    return { text, bytes, ended: true };
  } catch {
    return { text, bytes, ended: false };
  }
}

/** Reads until so many bytes have come. */
async function readBytes(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  count: number,
): Promise<number> {
  let bytes = 0;
  while (bytes < count) {
    const { value } = await reader.read();
    assert(value !== undefined, `ended after ${bytes} bytes`);
    bytes += value.byteLength;
  }
  return bytes;
}

function readerOf({ body }: Response): ReadableStreamDefaultReader<Uint8Array> {
  assert(body !== null);
  return body.getReader();
}

testBoth("refuse a request", async ({ server, get }) => {
  server.faults.next(LISTS, { type: "refuse" });
  await assertRejects(() => get(NODES), TypeError);
  assertEquals((await readToEnd(await get(NODES))).ended, true);
});

testBoth("leave a request without an answer", async ({ server, get }) => {
  server.faults.next(LISTS, { type: "noAnswer" });
  const abort = new AbortController();
  const answer = get(NODES, { signal: abort.signal });
  await server.requested(1);
  abort.abort();
  await assertRejects(() => answer, DOMException);
});

testBoth("answer later", async ({ server, get }) => {
  server.faults.next(LISTS, { type: "slow", delayMs: 20 });
  const answer = get(NODES);
  await server.requested(1);
  server.create(node("later"));
  const { items } = await (await answer).json();
  assertEquals(items.length, 1);
});

testBoth("answer with a status", async ({ server, get }) => {
  const waits: Fault = { type: "status", code: 429, retryAfter: 3 };
  server.faults.next(LISTS, waits);
  server.faults.next(LISTS, { type: "status", code: 429 });
  server.faults.next(LISTS, { type: "status", code: 503, retryAfter: "soon" });
  const answers: [number, string | null][] = [];
  for (let each = 0; each < 3; each++) {
    const response = await get(NODES);
    const { code } = await response.json();
    answers.push([code, response.headers.get("retry-after")]);
  }
  assertEquals(answers, [[429, "3"], [429, null], [503, "soon"]]);
});

testBoth("answer with a page", async ({ server, get }) => {
  server.faults.next(LISTS, { type: "html", code: 200 });
  const response = await get(NODES);
  assertEquals(response.status, 200);
  assert((await response.text()).startsWith("<!DOCTYPE html>"));
});

testBoth("answer with another content type", async ({ server, get }) => {
  server.faults.next(LISTS, { type: "contentType", contentType: "text/html" });
  const response = await get(NODES);
  assertEquals(response.headers.get("content-type"), "text/html");
  assertEquals((await response.json()).kind, "NodeList");
});

testBoth("reset a list at a byte", async ({ server, get }) => {
  server.faults.next(LISTS, { type: "reset", afterBytes: 17 });
  const { bytes, ended } = await readToEnd(await get(NODES));
  assertEquals({ bytes, ended }, { bytes: 17, ended: false });
});

testBoth("end a list cleanly at a byte", async ({ server, get }) => {
  server.faults.next(LISTS, { type: "end", afterBytes: 17 });
  const { bytes, ended } = await readToEnd(await get(NODES));
  assertEquals({ bytes, ended }, { bytes: 17, ended: true });
});

testBoth("reset a watch at a byte", async ({ server, get }) => {
  server.faults.next(WATCHES, { type: "reset", afterBytes: 17 });
  const { bytes, ended } = await readToEnd(await get(`${NODES}?watch=1`));
  assertEquals({ bytes, ended }, { bytes: 17, ended: false });
  await server.watchesClosed();
});

testBoth("end a watch cleanly at a byte", async ({ server, get }) => {
  server.faults.next(WATCHES, { type: "end", afterBytes: 17 });
  const { bytes, ended } = await readToEnd(await get(`${NODES}?watch=1`));
  assertEquals({ bytes, ended }, { bytes: 17, ended: true });
  await server.watchesClosed();
});

testBoth("let a watch stall at a byte", async ({ server, get }) => {
  server.faults.next(WATCHES, { type: "stall", afterBytes: 17 });
  const reader = readerOf(await get(`${NODES}?watch=1&timeoutSeconds=1`));
  assertEquals(await readBytes(reader, 17), 17);
  const next = reader.read();
  server.create(node("unseen"));
  server.dropConnections();
  await assertRejects(() => next, Error);
});

testBoth("let a list stall at a byte", async ({ server, get }) => {
  server.faults.next(LISTS, { type: "stall", afterBytes: 17 });
  const reader = readerOf(await get(NODES));
  assertEquals(await readBytes(reader, 17), 17);
  const next = reader.read();
  server.dropConnections();
  await assertRejects(() => next, Error);
});

testBoth("cut a body inside a character", async ({ server, get }) => {
  const fault: Fault = { type: "cutCharacter", afterBytes: 5, then: "end" };
  server.faults.next(LISTS, fault);
  const response = await get(NODES);
  const bytes = new Uint8Array(await response.arrayBuffer());
  // The first byte of "é", without the second.
  assertEquals(bytes.at(-1), 0xc3);
});

testBoth("trickle a body", async ({ server, get }) => {
  const whole = (await (await get(NODES)).arrayBuffer()).byteLength;
  server.faults.next(LISTS, {
    type: "trickle",
    chunkBytes: 50,
    intervalMs: 1,
    bytes: 100,
  });
  const { bytes, ended } = await readToEnd(await get(NODES));
  assertEquals({ bytes, ended }, { bytes: whole, ended: true });
});

testBoth("send an ERROR event of each kind", async ({ server, get }) => {
  const stale = { code: 410, reason: "Expired", message: "too old" };
  for (const status of [stale, 401, 403, 429, 500, 504] as const) {
    server.faults.next(WATCHES, { type: "errorEvent", status });
    const response = await get(`${NODES}?watch=1&resourceVersion=2`);
    const { type, object } = await response.json();
    const code = typeof status === "number" ? status : status.code;
    assertEquals([type, object.code], ["ERROR", code]);
  }
});

testBoth("befall watches that are open", async ({ server, get }) => {
  const path = `${NODES}?watch=1&resourceVersion=2`;
  const reader = readerOf(await get(path));
  const line = reader.read();
  server.faults.now({ type: "end", afterBytes: 9 }, { resource: "pods" });
  server.create(node("seen"));
  const { value } = await line;
  assert(value !== undefined);
  server.faults.now({ type: "end", afterBytes: 9 }, { resource: "nodes" });
  server.create(node("cut"));
  assertEquals(await readBytes(reader, 9), 9);
  assertEquals((await reader.read()).done, true);
});

Deno.test("FakeApiServer.faults trickle a body in time", async () => {
  using time = new FakeTime();
  await using server = new FakeApiServer({ objects: [node("a")] });
  const intervalMs = 1_000;
  server.faults.next(LISTS, { type: "trickle", chunkBytes: 10, intervalMs });
  const reader = readerOf(await server.fetch(`http://fake${NODES}`));
  const first = reader.read();
  await turn();
  time.tick(intervalMs - 1);
  await turn();
  assertEquals(server.faults.used.length, 1);
  time.tick(1);
  assertEquals((await first).value?.byteLength, 10);
  await reader.cancel();
});

Deno.test("FakeApiServer.faults clear the timer of a body that is canceled", async () => {
  using time = new FakeTime();
  await using server = new FakeApiServer({ objects: [node("a")] });
  const fault: Fault = { type: "trickle", chunkBytes: 1, intervalMs: 1_000 };
  server.faults.next(LISTS, fault);
  const reader = readerOf(await server.fetch(`http://fake${NODES}`));
  const read = reader.read();
  await reader.cancel();
  await read;
  assertEquals(time.next(), false);
});

Deno.test("FakeApiServer.faults answer as a replica that lags", async () => {
  using time = new FakeTime();
  await using server = new FakeApiServer({ objects: [node("old")] });
  const old = server.resourceVersion;
  server.create(node("new"));
  const lag: Fault = {
    type: "laggingReplica",
    behind: 1,
    catchUpMs: 5_000,
  };
  server.faults.next({ resource: "nodes" }, lag, { count: Infinity });
  const list = async (query: string) => {
    const response = await server.fetch(`http://fake${NODES}?${query}`);
    const { items, metadata, code } = await response.json();
    return code ?? [items.length, metadata.resourceVersion];
  };
  assertEquals(await list("resourceVersion=0"), [1, old]);
  assertEquals(await list(`resourceVersion=${old}`), [1, old]);
  assertEquals(await list("resourceVersion=3"), 504);
  assertEquals(await list("limit=1"), [1, server.resourceVersion]);
  assertEquals(await list(""), [2, server.resourceVersion]);

  const watch = `http://fake${NODES}?watch=1&resourceVersion=${old}`;
  const reader = readerOf(await server.fetch(watch));
  let isRead = false;
  const read = reader.read().then(() => isRead = true);
  await turn();
  time.tick(4_999);
  await turn();
  assertEquals(isRead, false);
  time.tick(1);
  await read;
  await reader.cancel();
});

Deno.test("FakeApiServer.faults let tokens expire before a next page", async () => {
  await using server = new FakeApiServer({ objects: [node("a"), node("b")] });
  server.faults.next(LISTS, { type: "expiredContinue" });
  const first = await server.fetch(`http://fake${NODES}?limit=1`);
  const { metadata } = await first.json();
  assertEquals(first.status, 200);
  const next = `http://fake${NODES}?limit=1&continue=${metadata.continue}`;
  assertEquals((await (await server.fetch(next)).json()).code, 410);
});

Deno.test("FakeApiServer.faults compact the server", async () => {
  await using server = new FakeApiServer({ objects: [node("a"), node("b")] });
  server.faults.next(WATCHES, { type: "compaction" });
  const watch = `http://fake${NODES}?watch=1&resourceVersion=2`;
  const { type, object } = await (await server.fetch(watch)).json();
  assertEquals([type, object.code], ["ERROR", 410]);
});

Deno.test("FakeApiServer.faults restore the server from a backup", async () => {
  await using server = new FakeApiServer({ objects: [node("a"), node("b")] });
  server.create(node("c"));
  const watch = await server.fetch(`http://fake${NODES}?watch=1`);
  server.faults.now({ type: "restoredBackup", versions: 2 });
  await assertRejects(() => watch.text(), TypeError);
  assertEquals(server.resourceVersion, "2");
  assertEquals(server.get(`${NODES}/b`), undefined);
  assertEquals(server.create(node("d")).metadata?.resourceVersion, "3");
});

Deno.test("FakeApiServer is silent on a watch from a version that it has not reached", async () => {
  using time = new FakeTime();
  await using server = new FakeApiServer();
  const url = `http://fake${NODES}?watch=1&resourceVersion=3` +
    "&allowWatchBookmarks=true";
  const reader = readerOf(await server.fetch(url));
  const read = reader.read();
  time.tick(120_000);
  server.create(node("a"));
  server.create(node("b"));
  time.tick(60_000);
  server.advance();
  time.tick(60_000);
  const { value } = await read;
  const { type, object } = JSON.parse(new TextDecoder().decode(value));
  assertEquals([type, object.metadata.resourceVersion], ["BOOKMARK", "4"]);
  await reader.cancel();
});

Deno.test("FakeApiServer.faults restore no further back than the history reaches", async () => {
  await using server = new FakeApiServer({ objects: [node("a"), node("b")] });
  server.compact();
  server.create(node("c"));
  server.faults.now({ type: "restoredBackup", versions: 20 });
  assertEquals(server.resourceVersion, "3");
});

Deno.test("FakeApiServer.restore() throws a RangeError for a version that it cannot go back to", async () => {
  await using server = new FakeApiServer({ objects: [node("a")] });
  assertThrows(() => server.restore("3"), RangeError);
  server.compact();
  assertThrows(() => server.restore("1"), RangeError);
});

Deno.test("FakeApiServer.faults let the clock jump until they are cleared", async () => {
  using time = new FakeTime(1_000_000);
  await using server = new FakeApiServer();
  server.faults.now({ type: "clockJump", byMs: -5_000 });
  server.faults.now({ type: "clockJump", byMs: 1_000 });
  assertEquals(Date.now(), 996_000);
  assertEquals(new Date().getTime(), 996_000);
  assertEquals(new Date(7).getTime(), 7);
  assert(new Date() instanceof Date);
  let hasFired = false;
  setTimeout(() => hasFired = true, 10);
  time.tick(10);
  assertEquals([hasFired, Date.now()], [true, 996_010]);
  server.faults.clear();
  assertEquals(Date.now(), 1_000_010);
});

Deno.test("FakeApiServer.faults leave requests alone that do not match", async () => {
  await using server = new FakeApiServer();
  const targets: FaultTarget[] = [
    { verb: "watch", resource: "pods" },
    { verb: "list", resource: "nodes" },
    { verb: "list", resource: "pods", namespace: "other" },
    { verb: "get", resource: "pods" },
  ];
  for (const target of targets) server.faults.next(target, { type: "refuse" });
  server.faults.next({}, { type: "errorEvent", status: 410 });
  server.faults.next({}, { type: "expiredContinue" });
  const response = await server.fetch(
    "http://fake/api/v1/namespaces/default/pods",
  );
  await response.body?.cancel();
  assertEquals(response.status, 200);
  assertEquals(server.faults.used, []);
});

Deno.test("FakeApiServer.faults befall each verb by its name", async () => {
  await using server = new FakeApiServer();
  const requests = {
    get: ["GET", `${NODES}/a`],
    create: ["POST", NODES],
    update: ["PUT", `${NODES}/a`],
    patch: ["PATCH", `${NODES}/a`],
    delete: ["DELETE", `${NODES}/a`],
    deletecollection: ["DELETE", NODES],
  } as const;
  for (const [verb, [method, path]] of Object.entries(requests)) {
    server.faults.next({}, { type: "status", code: 500 });
    const response = await server.fetch(`http://fake${path}`, { method });
    await response.body?.cancel();
    assertEquals(server.faults.used.at(-1)?.request?.verb, verb);
  }
});

Deno.test("FakeApiServer.faults log what they befall", async () => {
  using _time = new FakeTime(5_000);
  await using server = new FakeApiServer();
  const fault: Fault = { type: "status", code: 500 };
  server.faults.next({}, fault, { count: 2 });
  for (let each = 0; each < 3; each++) {
    const response = await server.fetch(`http://fake${NODES}?limit=${each}`, {
      headers: { "x-client": "a" },
    });
    await response.body?.cancel();
  }
  server.faults.now({ type: "compaction" });
  const [first, second, third] = server.faults.used;
  assertEquals([first?.at, first?.fault], [5_000, fault]);
  const { verb, path, query, headers } = first?.request ?? {};
  assertEquals([verb, path, query], ["list", NODES, { limit: "0" }]);
  assertEquals(headers?.get("x-client"), "a");
  assertEquals(second?.request?.query, { limit: "1" });
  assertEquals(third, { at: 5_000, fault: { type: "compaction" } });
});

Deno.test("FakeApiServer.faults.next() throws a RangeError for a negative count", async () => {
  await using server = new FakeApiServer();
  const count = -1;
  assertThrows(
    () => server.faults.next({}, { type: "refuse" }, { count }),
    RangeError,
  );
});

Deno.test("FakeApiServer.faults.schedule() lets faults begin and end at their times", async () => {
  using time = new FakeTime();
  await using server = new FakeApiServer();
  const fault: Fault = { type: "status", code: 503 };
  server.faults.schedule([
    { atMs: 1_000, lastsMs: 500, target: { verb: "list" }, fault },
  ]);
  const code = async () => {
    const response = await server.fetch(`http://fake${NODES}`);
    await response.body?.cancel();
    return response.status;
  };
  const codes = [await code()];
  for (const ms of [999, 1, 499, 1]) {
    time.tick(ms);
    codes.push(await code());
  }
  assertEquals(codes, [200, 200, 503, 503, 200]);
});

Deno.test("FakeApiServer.faults.schedule() befalls the watches that are open", async () => {
  using time = new FakeTime();
  await using server = new FakeApiServer();
  const watch = await server.fetch(`http://fake${NODES}?watch=1`);
  const text = watch.text();
  const fault: Fault = { type: "errorEvent", status: 410 };
  server.faults.schedule([{ atMs: 1_000, lastsMs: 0, target: {}, fault }]);
  time.tick(1_000);
  assertEquals(JSON.parse(await text).object.code, 410);
});

Deno.test("FakeApiServer.faults.schedule() leaves no timer behind when the server is disposed", async () => {
  using time = new FakeTime();
  const server = new FakeApiServer();
  server.faults.schedule({ seed: 1, durationMs: 600_000 });
  time.tick(300_000);
  await server[Symbol.asyncDispose]();
  server.faults.schedule({ seed: 1, durationMs: 600_000 });
  assertEquals(time.next(), false);
});

Deno.test("randomFaults() draws the same faults for the same seed", () => {
  const options = { seed: 3, durationMs: 3_600_000 };
  assertEquals(randomFaults(options), randomFaults(options));
  assert(
    JSON.stringify(randomFaults(options)) !==
      JSON.stringify(randomFaults({ ...options, seed: 4 })),
  );
});

Deno.test("randomFaults() draws each kind, in order, within the duration", () => {
  const durationMs = 24 * 3_600_000;
  const faults = randomFaults({ seed: 1, durationMs });
  const types = new Set(faults.map(({ fault }) => fault.type));
  assertEquals([...types].sort(), [...FAULT_TYPES].sort());
  let before = 0;
  for (const { atMs, lastsMs } of faults) {
    assert(before <= atMs && atMs + lastsMs <= durationMs && lastsMs >= 0);
    before = atMs;
  }
  assertEquals(JSON.parse(JSON.stringify(faults)), faults);
});

Deno.test("randomFaults() chooses only from what it is given", () => {
  const target = { verb: "watch", resource: "pods" } as const;
  const faults = randomFaults({
    seed: 1,
    durationMs: 3_600_000,
    types: ["reset", "end"],
    targets: [target],
  });
  for (const { fault, target: each } of faults) {
    assert(["reset", "end"].includes(fault.type));
    assertEquals(each, target);
  }
});

Deno.test("randomFaults() throws a RangeError when there is nothing to choose from", () => {
  const options = { seed: 1, durationMs: 1_000 };
  assertThrows(() => randomFaults({ ...options, types: [] }), RangeError);
  assertThrows(() => randomFaults({ ...options, targets: [] }), RangeError);
  for (const durationMs of [0, -1, NaN]) {
    assertThrows(() => randomFaults({ seed: 1, durationMs }), RangeError);
  }
});

#!/bin/sh
# What becomes of a watch whose body was transferred to or from a worker, when the
# worker is terminated.
#
# Expected: it ends. A transferred stream passes a cancellation and errors on to its
# other side, and all that a terminated worker had is gone: its own connections are
# closed.
# Seen (Deno 2.9.6, npm:deno; Node 24.21.0 and 26.10.0): neither side hears of it.
# A body that the main thread has given to the worker stays open at the server, and
# the main thread cannot cancel it, since the stream is locked by its transfer; only
# the AbortSignal that was given to `fetch` ends it. A body that the worker has given to the main thread
# is closed at the server, while its reader waits forever: no end, no error. So a
# supervisor that replaces a stuck worker keeps its watches, or waits on them.
#
# Output seen (the same of all three):
#   the worker's own watch: closed at the server
#   given to the worker: open at the server
#   given to the worker, main thread cancels: TypeError, open at the server
#   given to the worker, main thread aborts: closed at the server
#   given to the main thread: closed at the server, the reader waits
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --no-audit --no-fund --silent node24@npm:node@24.21.0 node26@npm:node@26.10.0 \
  deno@2.9.6 >/dev/null 2>&1
cat >worker.mjs <<'JS'
import { parentPort } from "node:worker_threads";

let reader;
parentPort.on("message", async ({ body, url, gives }) => {
  body ??= (await fetch(url)).body;
  if (gives) return parentPort.postMessage(body, [body]);
  reader = body.getReader();
  await reader.read();
  parentPort.postMessage("is reading");
});
JS
cat >probe.mjs <<'JS'
import { createServer } from "node:http";
import process from "node:process";
import { Worker } from "node:worker_threads";

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const open = new Set();
const server = createServer((request, response) => {
  open.add(request.url);
  const timer = setInterval(() => response.write('{"type":"MODIFIED"}\n'), 100);
  response.on("close", () => {
    clearInterval(timer);
    open.delete(request.url);
  });
}).listen(0, "127.0.0.1");
await new Promise((resolve) => server.on("listening", resolve));
const base = `http://127.0.0.1:${server.address().port}`;

/** Posts to a new worker, waits for its answer, and terminates it. */
async function endWorker(message, transfer, use = () => {}) {
  const worker = new Worker(new URL("worker.mjs", import.meta.url));
  const answered = new Promise((resolve, reject) => {
    worker.on("message", resolve);
    worker.on("error", reject);
  });
  worker.postMessage(message, transfer);
  use(await answered);
  await sleep(500);
  await worker.terminate();
  await sleep(3000);
}

function report(name, path, ...more) {
  const state = open.has(path) ? "open at the server" : "closed at the server";
  console.log([`${name}: `, more[0] && `${more[0]}, `, state, more[1] && `, ${more[1]}`].join(""));
}

await endWorker({ url: `${base}/own` });
report("the worker's own watch", "/own");

const controller = new AbortController();
const { body } = await fetch(`${base}/given`, { signal: controller.signal });
await endWorker({ body }, [body]);
report("given to the worker", "/given");
const error = await body.cancel().catch((error) => error);
await sleep(1000);
report("given to the worker, main thread cancels", "/given", error.name);
controller.abort();
await sleep(1000);
report("given to the worker, main thread aborts", "/given");

let end = "the reader waits";
await endWorker({ url: `${base}/taken`, gives: true }, [], async (taken) => {
  try {
    for await (const _ of taken);
    end = "a clean end";
  } catch (error) {
    end = error.name;
  }
});
report("given to the main thread", "/taken", "", end);
process.exit();
JS
expected="the worker's own watch: closed at the server
given to the worker: open at the server
given to the worker, main thread cancels: TypeError, open at the server
given to the worker, main thread aborts: closed at the server
given to the main thread: closed at the server, the reader waits"
for runtime in node_modules/node24/bin/node node_modules/node26/bin/node \
  "node_modules/.bin/deno run -A --quiet"; do
  # Split into words: a program and its arguments.
  # shellcheck disable=SC2086
  seen=$(./$runtime probe.mjs)
  echo "${runtime##*node_modules/}:"
  echo "$seen"
  [ "$seen" = "$expected" ]
done

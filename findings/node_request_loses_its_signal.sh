#!/bin/sh
# Whether a watch that was opened with `fetch(new Request(url, { signal }))` ends
# when the signal is aborted.
#
# Expected: yes, as with `fetch(url, { signal })`. The program keeps the controller
# and is reading the response; the Request has been used, and is no longer needed.
# Seen (Node 24.21.0 and 26.10.0): not once a garbage collection has taken the
# Request, since only the Request leads from the signal to the response. The watch
# goes on, at the client and at the server, and nothing says so. A time-out by
# `AbortSignal.timeout` is lost in the same way, and with `clone()` too. Deno 2.9.6
# and Bun 1.4.5 end the watch. (The collection is forced here; one that comes by
# itself, as in any program that handles events for a while, does the same.)
#
# Output seen:
#   Node 24, url and signal: AbortError
#   Node 24, Request: still open after the abort
#   Node 24, Request with a time-out: still open after the time
#   Node 24, Request that is kept: AbortError
#   Node 26, url and signal: AbortError
#   Node 26, Request: still open after the abort
#   Node 26, Request with a time-out: still open after the time
#   Node 26, Request that is kept: AbortError
#   Deno, url and signal: AbortError
#   Deno, Request: AbortError
#   Deno, Request with a time-out: TimeoutError
#   Deno, Request that is kept: AbortError
#   Bun, url and signal: AbortError
#   Bun, Request: AbortError
#   Bun, Request with a time-out: TimeoutError
#   Bun, Request that is kept: AbortError
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --no-audit --no-fund --silent node24@npm:node@24.21.0 node26@npm:node@26.10.0 \
  deno@2.9.6 bun@1.4.5 >/dev/null 2>&1
cat >probe.mjs <<'JS'
import { createServer } from "node:http";
import process from "node:process";

const who = process.argv[2];
const collect = globalThis.gc ?? (() => globalThis.Bun.gc(true));
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const server = createServer((_, response) => {
  const timer = setInterval(() => response.write('{"type":"MODIFIED"}\n'), 50);
  response.on("close", () => clearInterval(timer));
}).listen(0, "127.0.0.1");
await new Promise((resolve) => server.on("listening", resolve));
const url = `http://127.0.0.1:${server.address().port}/`;

/** Reads a watch through five collections, then aborts. */
async function measure(name, open, signal, abort, until) {
  let end = `still open after the ${until}`;
  (async () => {
    const response = await open(signal);
    try {
      for await (const _ of response.body);
    } catch (error) {
      end = error.name;
    }
  })();
  for (let count = 0; count < 5; count++) {
    await sleep(200);
    collect();
  }
  abort();
  await sleep(1500);
  console.log(`${who}, ${name}: ${end}`);
}

const controllers = [1, 2, 3].map(() => new AbortController());
const [first, second, third] = controllers;
await measure("url and signal", (signal) => fetch(url, { signal }), first.signal, () => first.abort(), "abort");
await measure("Request", (signal) => fetch(new Request(url, { signal })), second.signal, () => second.abort(), "abort");
const timeout = AbortSignal.timeout(1500);
await measure("Request with a time-out", (signal) => fetch(new Request(url, { signal })), timeout, () => {}, "time");
const kept = new Request(url, { signal: third.signal });
await measure("Request that is kept", () => fetch(kept), third.signal, () => third.abort(), "abort");
process.exit(kept.signal.aborted && timeout.aborted ? 0 : 1);
JS
seen=$(
  ./node_modules/node24/bin/node --expose-gc probe.mjs "Node 24"
  ./node_modules/node26/bin/node --expose-gc probe.mjs "Node 26"
  ./node_modules/.bin/deno run -A --quiet --v8-flags=--expose-gc probe.mjs Deno
  ./node_modules/.bin/bun probe.mjs Bun
)
echo "$seen"
[ "$seen" = "Node 24, url and signal: AbortError
Node 24, Request: still open after the abort
Node 24, Request with a time-out: still open after the time
Node 24, Request that is kept: AbortError
Node 26, url and signal: AbortError
Node 26, Request: still open after the abort
Node 26, Request with a time-out: still open after the time
Node 26, Request that is kept: AbortError
Deno, url and signal: AbortError
Deno, Request: AbortError
Deno, Request with a time-out: TimeoutError
Deno, Request that is kept: AbortError
Bun, url and signal: AbortError
Bun, Request: AbortError
Bun, Request with a time-out: TimeoutError
Bun, Request that is kept: AbortError" ]

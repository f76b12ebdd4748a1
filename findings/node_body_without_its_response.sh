#!/bin/sh
# What is read from a body whose Response has gone out of scope before the first
# read, as with a function that returns `(await fetch(url)).body`.
#
# Expected: the body. It is a stream of its own, and the program holds it.
# Seen (Node 24.21.0 and 26.10.0): nothing, once a garbage collection has taken the
# Response: the body is canceled, which closes the connection, and its reader gets
# a clean end at the first read. A watch looks like one that the server has ended
# without an event, a list of lines like an empty one. The collection comes by
# itself if the program works in between, as in the second line; a stream that is
# read or piped at once is safe. Deno 2.9.6 and Bun 1.4.5 deliver the body.
#
# Output seen:
#   Node 24, read at once: 5 of 5 lines, then a clean end
#   Node 24, read after some work: 0 of 5 lines, then a clean end
#   Node 24, the same with the Response kept: 5 of 5 lines, then a clean end
#   Node 26, read at once: 5 of 5 lines, then a clean end
#   Node 26, read after some work: 0 of 5 lines, then a clean end
#   Node 26, the same with the Response kept: 5 of 5 lines, then a clean end
#   Deno, read at once: 5 of 5 lines, then a clean end
#   Deno, read after some work: 5 of 5 lines, then a clean end
#   Deno, the same with the Response kept: 5 of 5 lines, then a clean end
#   Bun, read at once: 5 of 5 lines, then a clean end
#   Bun, read after some work: 5 of 5 lines, then a clean end
#   Bun, the same with the Response kept: 5 of 5 lines, then a clean end
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
const server = createServer((_, response) => {
  let lines = 0;
  const timer = setInterval(() => {
    response.write(`{"line":${++lines}}\n`);
    if (lines < 5) return;
    clearInterval(timer);
    response.end();
  }, 100);
  response.on("close", () => clearInterval(timer));
}).listen(0, "127.0.0.1");
await new Promise((resolve) => server.on("listening", resolve));
const url = `http://127.0.0.1:${server.address().port}/`;
const open = async () => (await fetch(url)).body;

let latest;
/** Makes objects for some seconds, and lets timers and sockets have their turn. */
async function work() {
  for (let count = 0; count < 200; count++) {
    latest = Array.from({ length: 100_000 }, (_, index) => ({ index }));
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function read(name, body) {
  let text = "", end = "a clean end";
  const decoder = new TextDecoder();
  try {
    for await (const piece of body) text += decoder.decode(piece);
  } catch (error) {
    end = error.name;
  }
  console.log(`${who}, ${name}: ${text.split("\n").length - 1} of 5 lines, then ${end}`);
}

await read("read at once", await open());
const body = await open();
await work();
await read("read after some work", body);
const response = await fetch(url);
await work();
await read("the same with the Response kept", response.body);
process.exit(latest.length > 0 && response.ok ? 0 : 1);
JS
seen=$(
  ./node_modules/node24/bin/node probe.mjs "Node 24"
  ./node_modules/node26/bin/node probe.mjs "Node 26"
  ./node_modules/.bin/deno run -A --quiet probe.mjs Deno
  ./node_modules/.bin/bun probe.mjs Bun
)
echo "$seen"
[ "$seen" = "Node 24, read at once: 5 of 5 lines, then a clean end
Node 24, read after some work: 0 of 5 lines, then a clean end
Node 24, the same with the Response kept: 5 of 5 lines, then a clean end
Node 26, read at once: 5 of 5 lines, then a clean end
Node 26, read after some work: 0 of 5 lines, then a clean end
Node 26, the same with the Response kept: 5 of 5 lines, then a clean end
Deno, read at once: 5 of 5 lines, then a clean end
Deno, read after some work: 5 of 5 lines, then a clean end
Deno, the same with the Response kept: 5 of 5 lines, then a clean end
Bun, read at once: 5 of 5 lines, then a clean end
Bun, read after some work: 5 of 5 lines, then a clean end
Bun, the same with the Response kept: 5 of 5 lines, then a clean end" ]

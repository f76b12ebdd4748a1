#!/bin/sh
# What a program that keeps the pieces of a gzipped response pays for on Deno.
#
# Expected: the pieces that `fetch` hands out take about as much memory as the
# body that they add up to.
# Seen (Deno 2.9.6, npm:deno): each piece of a gzipped body is a view of at most
# 4 KiB on a buffer of 64 KiB of its own, so that keeping the pieces of a body
# until its end takes 16 times its size. Without gzip, a piece fills what is left
# of its buffer as the network delivers it.
#
# Output seen:
#   gzip: largest view 4096 bytes, smallest buffer 65536 bytes, pinned/body 16.0
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --no-audit --no-fund --silent deno@2.9.6 >/dev/null 2>&1
cat >probe.mjs <<'JS'
import { createServer } from "node:http";
import { gzipSync } from "node:zlib";
const body = gzipSync(Buffer.alloc(8 * 1024 * 1024, "a line of text that repeats itself\n"));
const server = createServer((_, response) => {
  response.writeHead(200, { "content-encoding": "gzip" });
  response.end(body);
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const response = await fetch(`http://127.0.0.1:${server.address().port}/`);
let length = 0, pinned = 0, largest = 0, smallest = Infinity;
const seen = new Set();
for await (const piece of response.body) {
  length += piece.byteLength;
  largest = Math.max(largest, piece.byteLength);
  smallest = Math.min(smallest, piece.buffer.byteLength);
  if (!seen.has(piece.buffer)) pinned += piece.buffer.byteLength;
  seen.add(piece.buffer);
}
console.log(`gzip: largest view ${largest} bytes, smallest buffer ${smallest} bytes, pinned/body ${(pinned / length).toFixed(1)}`);
server.close();
server.closeAllConnections?.();
JS
seen=$(./node_modules/.bin/deno run -A --quiet probe.mjs)
echo "$seen"
[ "$seen" = "gzip: largest view 4096 bytes, smallest buffer 65536 bytes, pinned/body 16.0" ]

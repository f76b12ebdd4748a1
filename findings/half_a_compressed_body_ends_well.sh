#!/bin/sh
# What HTTP clients make of a compressed body whose second half is missing, in a
# response that is complete as HTTP: proxies that end a broken response themselves
# make such ones (see proxies_complete_broken_responses.sh).
#
# Expected: an error. The formats say where they end, and gzip has a checksum and a
# length there; `gunzip`, and the DecompressionStream of these runtimes, report what
# is missing.
# Seen: which client hides it depends on the format. Node 26.10.0 delivers half of
# gzip, deflate and br, and then a clean end, but an error for zstd; Deno 2.9.6
# delivers half of deflate and zstd, but an error for gzip and br; Bun 1.4.5 has an
# error for all four. For a watch this is a server that ends it well.
#
# Output seen:
#   Node DecompressionStream, gzip: TypeError
#   Node fetch: gzip a clean end, deflate a clean end, br a clean end, zstd TypeError
#   Deno DecompressionStream, gzip: TypeError
#   Deno fetch: gzip TypeError, deflate a clean end, br TypeError, zstd a clean end
#   Bun DecompressionStream, gzip: TypeError
#   Bun fetch: gzip TypeError, deflate TypeError, br TypeError, zstd TypeError
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --no-audit --no-fund --silent deno@2.9.6 node@26.10.0 bun@1.4.5 >/dev/null 2>&1
cat >bodies.mjs <<'JS'
import { writeFileSync } from "node:fs";
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";

const lines = Array.from({ length: 2000 }, (_, line) => `{"line":${line},"random":${(line * 7919) % 100003}}\n`);
const formats = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync, zstd: zstdCompressSync };
for (const [format, compress] of Object.entries(formats)) {
  const whole = compress(lines.join(""));
  writeFileSync(format, whole.subarray(0, whole.length / 2));
}
JS
cat >probe.mjs <<'JS'
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import process from "node:process";

const who = process.argv[2];
const server = createServer((request, response) => {
  const format = request.url.slice(1);
  response.writeHead(200, { "content-encoding": format });
  response.end(readFileSync(format));
}).listen(0, "127.0.0.1");
await new Promise((resolve) => server.on("listening", resolve));

async function endOf(body) {
  try {
    for await (const _ of body);
    return "a clean end";
  } catch (error) {
    return error.name;
  }
}

const half = new Blob([readFileSync("gzip")]).stream();
console.log(`${who} DecompressionStream, gzip: ${await endOf(half.pipeThrough(new DecompressionStream("gzip")))}`);
const ends = [];
for (const format of ["gzip", "deflate", "br", "zstd"]) {
  const { body } = await fetch(`http://127.0.0.1:${server.address().port}/${format}`);
  ends.push(`${format} ${await endOf(body)}`);
}
console.log(`${who} fetch: ${ends.join(", ")}`);
process.exit();
JS
./node_modules/.bin/node bodies.mjs
! gunzip -t <gzip 2>/dev/null
seen=$(
  ./node_modules/.bin/node probe.mjs Node
  ./node_modules/.bin/deno run -A --quiet probe.mjs Deno
  ./node_modules/.bin/bun probe.mjs Bun 2>/dev/null
)
echo "$seen"
[ "$seen" = "Node DecompressionStream, gzip: TypeError
Node fetch: gzip a clean end, deflate a clean end, br a clean end, zstd TypeError
Deno DecompressionStream, gzip: TypeError
Deno fetch: gzip TypeError, deflate a clean end, br TypeError, zstd a clean end
Bun DecompressionStream, gzip: TypeError
Bun fetch: gzip TypeError, deflate TypeError, br TypeError, zstd TypeError" ]

#!/bin/sh
# How often a server gets a request whose connection it closes without a response.
#
# Expected: once, if it is a POST or a PATCH. A client may repeat by itself what is
# idempotent (RFC 9110, section 9.2.2); the server has read this one, worked on it
# for a second and may have done what it says.
# Seen (Deno 2.9.6, npm:deno): twice. If the connection has carried a request
# before, `fetch` sends any request again on a new one, a POST with its body too,
# also if the beginning of a response has come. Only the second answer is seen:
# what has been created is a 409, or there twice. On a new connection there is one.
# Bun 1.4.5 repeats GET, PUT and DELETE, Node 26.10.0 nothing.
#
# Output seen (the first request on a connection, then the second):
#   Node GET: once, once
#   Node PUT: once, once
#   Node DELETE: once, once
#   Node POST: once, once
#   Node PATCH: once, once
#   Bun GET: once, twice
#   Bun PUT: once, twice
#   Bun DELETE: once, twice
#   Bun POST: once, once
#   Bun PATCH: once, once
#   Deno GET: once, twice
#   Deno PUT: once, twice
#   Deno DELETE: once, twice
#   Deno POST: once, twice
#   Deno PATCH: once, twice
#   Deno POST whose response breaks off: once, twice
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --no-audit --no-fund --silent deno@2.9.6 node@26.10.0 bun@1.4.5 >/dev/null 2>&1
cat >probe.mjs <<'JS'
import { createServer } from "node:net";
import process from "node:process";

const who = process.argv[2];
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
let requests = 0;
/** Answers /ready; reads any other request whole, and closes after a second. */
const server = createServer((socket) => {
  let text = "";
  socket.on("error", () => {});
  socket.on("data", (data) => {
    text += data;
    const end = text.indexOf("\r\n\r\n") + 4;
    const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
    if (end < 4 || text.length < end + length) return;
    const [, path] = text.split(" ");
    text = "";
    if (path === "/ready") return socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    requests++;
    setTimeout(() => socket.end(path === "/half" ? "HTTP/1.1 201 Created\r\nContent-" : ""), 1000);
  });
}).listen(0, "127.0.0.1");
await new Promise((resolve) => server.on("listening", resolve));
const url = `http://127.0.0.1:${server.address().port}`;

async function count(method, path) {
  requests = 0;
  const body = method === "POST" || method === "PUT" || method === "PATCH" ? "{}" : undefined;
  const error = await fetch(url + path, { method, body }).catch((error) => error);
  await sleep(100);
  if (!(error instanceof TypeError)) throw new Error("there was a response");
  return requests === 1 ? "once" : requests === 2 ? "twice" : `${requests} times`;
}

async function measure(name, method, path = "/") {
  const first = await count(method, path);
  await (await fetch(`${url}/ready`)).text();
  await sleep(100);
  console.log(`${who} ${name}: ${first}, ${await count(method, path)}`);
}

for (const method of ["GET", "PUT", "DELETE", "POST", "PATCH"]) await measure(method, method);
if (who === "Deno") await measure("POST whose response breaks off", "POST", "/half");
process.exit();
JS
seen=$(
  ./node_modules/.bin/node probe.mjs Node
  ./node_modules/.bin/bun probe.mjs Bun
  ./node_modules/.bin/deno run -A --quiet probe.mjs Deno
)
echo "$seen"
[ "$seen" = "Node GET: once, once
Node PUT: once, once
Node DELETE: once, once
Node POST: once, once
Node PATCH: once, once
Bun GET: once, twice
Bun PUT: once, twice
Bun DELETE: once, twice
Bun POST: once, once
Bun PATCH: once, once
Deno GET: once, twice
Deno PUT: once, twice
Deno DELETE: once, twice
Deno POST: once, twice
Deno PATCH: once, twice
Deno POST whose response breaks off: once, twice" ]

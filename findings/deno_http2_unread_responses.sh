#!/bin/sh
# How many unread responses it takes for Deno's `fetch` to get nothing more from
# their server.
#
# Expected: no number of them does. `fetch` speaks HTTP/2 to a server that offers
# it, all requests to a host share one connection, and each response has a window
# of its own, so that a slow consumer holds back no more than its own response.
# Seen (Deno 2.9.6, npm:deno): three. What is not read also counts against the window
# of the connection, which is smaller than those of three responses together. From
# then on a watch gets nothing, whether it was there before or is opened now: the
# latter is answered with status 200 and then silence. Both go on when one of the
# three is canceled. Node 26.10.0, over one connection too, goes on with ten.
#
# Output seen (responses of 8 MiB, a watch with an event each 100 ms):
#   node: events with 10 unread responses over 1 connection
#   deno: events with 2 unread responses over 1 connection
#   deno: status 200 and no event in 3 s with 3
#   deno: no event in 3 s for a watch from before
#   deno: events again when one of them is canceled
set -eu
dir=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --no-audit --no-fund --silent deno@2.9.6 node@26.10.0 >/dev/null 2>&1
{
  openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=ca -days 2 -keyout ca.key -out ca.pem
  openssl req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout key.pem -out request.pem
  printf 'subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n' >extensions
  openssl x509 -req -in request.pem -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 \
    -extfile extensions -out cert.pem
} 2>/dev/null
cat >server.mjs <<'JS'
import { readFileSync, writeFileSync } from "node:fs";
import { createSecureServer } from "node:http2";

const [key, cert] = ["key.pem", "cert.pem"].map((file) => readFileSync(file));
const server = createSecureServer({ key, cert, maxSessionMemory: 200 });
let connections = 0;
server.on("session", (session) => {
  connections++;
  session.on("error", () => {});
  session.on("close", () => connections--);
});
server.on("stream", (stream, headers) => {
  stream.on("error", () => {});
  if (headers[":path"] === "/connections") return stream.end(String(connections));
  stream.respond({ ":status": 200 });
  if (headers[":path"] === "/large") return stream.end(Buffer.alloc(8 * 1024 * 1024));
  const timer = setInterval(() => stream.write('{"type":"MODIFIED"}\n'), 100);
  stream.on("close", () => clearInterval(timer));
});
server.listen(0, "127.0.0.1", () => writeFileSync("port", String(server.address().port)));
JS
cat >probe.mjs <<'JS'
import process from "node:process";

const [who, port] = process.argv.slice(2);
const most = who === "deno" ? 2 : 10;
const url = `https://localhost:${port}`;
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const textOf = async (path) => await (await fetch(url + path)).text();

async function watch() {
  const response = await fetch(`${url}/watch`);
  let events = 0;
  (async () => {
    for await (const _ of response.body) events++;
  })();
  return {
    status: response.status,
    /** Whether an event comes that is not one of those on their way. */
    async hasEvents() {
      await sleep(500);
      const before = events;
      await sleep(3000);
      return events > before;
    },
  };
}

const first = await watch();
const responses = [];
async function openLarge() {
  responses.push(await fetch(`${url}/large`));
  await sleep(500);
}
while (responses.length < most) await openLarge();
const second = await watch();
if (await first.hasEvents() && await second.hasEvents()) {
  const connections = await textOf("/connections");
  console.log(`${who}: events with ${most} unread responses over ${connections} connection`);
}
if (who === "deno") {
  await openLarge();
  const third = await watch();
  if (!await third.hasEvents()) console.log(`${who}: status ${third.status} and no event in 3 s with 3`);
  if (!await first.hasEvents()) console.log(`${who}: no event in 3 s for a watch from before`);
  await responses[0].body.cancel();
  if (await first.hasEvents() && await third.hasEvents()) {
    console.log(`${who}: events again when one of them is canceled`);
  }
}
process.exit();
JS
./node_modules/.bin/node server.mjs &
server=$!
tries=0
until [ -s port ]; do
  tries=$((tries + 1))
  [ "$tries" -lt 100 ]
  sleep 0.1
done
port=$(cat port)
seen=$(
  NODE_EXTRA_CA_CERTS=ca.pem ./node_modules/.bin/node probe.mjs node "$port"
  NO_COLOR=1 ./node_modules/.bin/deno run -A --quiet --cert ca.pem probe.mjs deno "$port"
)
echo "$seen"
[ "$seen" = "node: events with 10 unread responses over 1 connection
deno: events with 2 unread responses over 1 connection
deno: status 200 and no event in 3 s with 3
deno: no event in 3 s for a watch from before
deno: events again when one of them is canceled" ]

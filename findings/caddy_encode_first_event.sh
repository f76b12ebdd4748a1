#!/bin/sh
# Which watches Caddy holds back once responses are compressed (`encode gzip`).
#
# Expected: all or none. Caddy flushes a response of unknown length as it comes,
# and `encode` says nothing about streams.
# Seen (Caddy 2.6.2, Debian 12): the size of the first event decides. If it has
# fewer than 512 bytes, the whole response is left alone, and every event comes as
# it is sent, however long the later ones are. If it has more, the response is
# compressed, the compressor is never flushed, and nothing comes after the headers
# until the response ends: for a watch of pods that is minutes later.
#
# Output seen (of 5 events in 2.5 s, then silence):
#   first event of 500 bytes, then 700: not compressed, 5 of 5 events
#   first event of 700 bytes, then 500: gzip, 0 of 5 events
#   first event of 700 bytes, then 500, client without gzip: not compressed, 5 of 5 events
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
apt-get download caddy=2.6.2-5 >/dev/null 2>&1
for package in *.deb; do dpkg-deb -x "$package" root; done
npm init -y >/dev/null
npm install --no-audit --no-fund --silent node@24.9.0 >/dev/null 2>&1
cat >probe.mjs <<'JS'
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createServer, get } from "node:http";
import { connect, createServer as listen } from "node:net";
import { constants, createGunzip } from "node:zlib";

const upstream = createServer(({ url }, response) => {
  const [first, others] = url.slice(1).split("/").map(Number);
  response.writeHead(200, { "content-type": "application/json" });
  response.flushHeaders();
  let events = 0;
  const timer = setInterval(() => {
    const size = events === 0 ? first : others;
    response.write(`{"type":"ADDED","object":"${"x".repeat(size - 27)}"}\n`);
    if (++events === 5) clearInterval(timer);
  }, 500);
}).listen(0, "127.0.0.1");
await new Promise((resolve) => upstream.on("listening", resolve));
const port = await new Promise((resolve) => {
  const server = listen().listen(0, "127.0.0.1", () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});
writeFileSync("Caddyfile", `
{
  admin off
  auto_https off
}
http://127.0.0.1:${port} {
  bind 127.0.0.1
  encode gzip
  reverse_proxy http://127.0.0.1:${upstream.address().port}
}
`);
const here = process.cwd();
const proxy = spawn("root/usr/bin/caddy", ["run", "--adapter", "caddyfile", "--config", "Caddyfile"], {
  env: { HOME: here, XDG_CONFIG_HOME: here, XDG_DATA_HOME: here },
  stdio: "ignore",
});
process.on("exit", () => proxy.kill());
while (!await new Promise((resolve) => {
  const socket = connect(port, "127.0.0.1", () => resolve(true));
  socket.on("error", () => resolve(false));
  socket.on("connect", () => socket.end());
})) await new Promise((resolve) => setTimeout(resolve, 50));

async function measure(name, path, headers) {
  const request = get({ host: "127.0.0.1", port, path, headers, agent: false });
  const response = await new Promise((resolve) => request.on("response", resolve));
  const isGzip = response.headers["content-encoding"] === "gzip";
  let text = "";
  const body = isGzip ? response.pipe(createGunzip({ flush: constants.Z_SYNC_FLUSH })) : response;
  body.on("data", (data) => text += data);
  body.on("error", () => {});
  response.on("error", () => {});
  await new Promise((resolve) => setTimeout(resolve, 6000));
  const events = text.match(/ADDED/g)?.length ?? 0;
  console.log(`${name}: ${isGzip ? "gzip" : "not compressed"}, ${events} of 5 events`);
  request.destroy();
}
const gzip = { "accept-encoding": "gzip" };
await measure("first event of 500 bytes, then 700", "/500/700", gzip);
await measure("first event of 700 bytes, then 500", "/700/500", gzip);
await measure("first event of 700 bytes, then 500, client without gzip", "/700/500", {});
process.exit();
JS
seen=$(./node_modules/.bin/node probe.mjs)
echo "$seen"
[ "$seen" = "first event of 500 bytes, then 700: not compressed, 5 of 5 events
first event of 700 bytes, then 500: gzip, 0 of 5 events
first event of 700 bytes, then 500, client without gzip: not compressed, 5 of 5 events" ]

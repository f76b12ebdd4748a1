#!/bin/sh
# How late the events of a watch come out of HAProxy.
#
# Expected: as late as they go in. HAProxy does not buffer responses, and each
# event is a chunk that the server has flushed.
# Seen (HAProxy 2.6.12, Debian 12, on Linux): each event comes 200 ms late, and so
# do the headers of the response. In a chunked response HAProxy expects more to
# come, tells the kernel so (MSG_MORE), and the kernel then waits 200 ms for it;
# with less than one event in 200 ms, none is spared. `option http-no-delay` is
# what switches it off, and is off by default.
#
# Output seen:
#   without a proxy: headers at once, 5 of 5 events at once
#   HAProxy: headers 200 ms late, 0 of 5 events at once, 5 of them 200 ms late
#   HAProxy with option http-no-delay: headers at once, 5 of 5 events at once
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
apt-get download haproxy=2.6.12-1+deb12u4 liblua5.3-0=5.3.6-2 \
  libopentracing-c-wrapper0=1.1.3-3+b1 libopentracing1=1.6.0-4 >/dev/null 2>&1
for package in *.deb; do dpkg-deb -x "$package" root; done
npm init -y >/dev/null
npm install --no-audit --no-fund --silent node@24.9.0 >/dev/null 2>&1
cat >probe.mjs <<'JS'
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createServer, get } from "node:http";
import { connect, createServer as listen } from "node:net";

const upstream = createServer((_, response) => {
  response.writeHead(200, { "content-type": "application/json" });
  response.flushHeaders();
  let events = 0;
  const timer = setInterval(() => {
    response.write(`{"type":"ADDED","sent":${Date.now()}}\n`);
    if (++events < 5) return;
    clearInterval(timer);
    setTimeout(() => response.end(), 1000);
  }, 700);
}).listen(0, "127.0.0.1");
await new Promise((resolve) => upstream.on("listening", resolve));
const freePort = () =>
  new Promise((resolve) => {
    const server = listen().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
const ports = [await freePort(), await freePort()];
writeFileSync("haproxy.cfg", `
defaults
  mode http
  timeout connect 5s
  timeout client 50s
  timeout server 50s
listen default
  bind 127.0.0.1:${ports[0]}
  server api 127.0.0.1:${upstream.address().port}
listen nodelay
  bind 127.0.0.1:${ports[1]}
  option http-no-delay
  server api 127.0.0.1:${upstream.address().port}
`);
const proxy = spawn("root/usr/sbin/haproxy", ["-db", "-f", "haproxy.cfg"], {
  env: { LD_LIBRARY_PATH: "root/usr/lib/x86_64-linux-gnu" },
  stdio: "ignore",
});
process.on("exit", () => proxy.kill());
for (const port of ports) {
  while (!await new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => resolve(true));
    socket.on("error", () => resolve(false));
    socket.on("connect", () => socket.end());
  })) await new Promise((resolve) => setTimeout(resolve, 50));
}

const late = (ms) => ms >= 150 && ms < 300;
async function measure(name, port) {
  const start = Date.now();
  const response = await new Promise((resolve) =>
    get({ host: "127.0.0.1", port, agent: false }, resolve)
  );
  const headers = Date.now() - start;
  const delays = [];
  for await (const data of response) {
    const now = Date.now();
    for (const [, sent] of String(data).matchAll(/"sent":(\d+)/g)) delays.push(now - sent);
  }
  const lateOnes = delays.filter(late).length;
  const tail = lateOnes > 0 ? `, ${lateOnes} of them 200 ms late` : "";
  console.log(`${name}: headers ${late(headers) ? "200 ms late" : "at once"}, ${delays.filter((ms) => ms < 100).length} of ${delays.length} events at once${tail}`);
}
await measure("without a proxy", upstream.address().port);
await measure("HAProxy", ports[0]);
await measure("HAProxy with option http-no-delay", ports[1]);
process.exit();
JS
seen=$(./node_modules/.bin/node probe.mjs)
echo "$seen"
[ "$seen" = "without a proxy: headers at once, 5 of 5 events at once
HAProxy: headers 200 ms late, 0 of 5 events at once, 5 of them 200 ms late
HAProxy with option http-no-delay: headers at once, 5 of 5 events at once" ]

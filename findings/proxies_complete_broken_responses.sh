#!/bin/sh
# What proxies make of a response that its server breaks off.
#
# Expected: the client can see that something is missing. The server's response
# is chunked, and its process is killed in the middle of an event: no last chunk.
# Seen (Debian 12): nginx 1.22.1 and Caddy 2.6.2 add the last chunk themselves and
# keep the connection for the next request, so that the client gets half an event
# in a response that is complete, with status 200. nginx does so because it asks
# the server with HTTP/1.0, where the end of the connection is the end of the
# response; with `proxy_http_version 1.1` it passes the break on, as HAProxy 2.6.12
# does. Caddy asks with HTTP/1.1 and adds it all the same.
#
# Output seen:
#   without a proxy: half an event, broken off
#   nginx: half an event, complete
#   nginx with proxy_http_version 1.1: half an event, broken off
#   HAProxy: half an event, broken off
#   Caddy: half an event, complete
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
apt-get download nginx=1.22.1-9+deb12u11 caddy=2.6.2-5 haproxy=2.6.12-1+deb12u4 \
  liblua5.3-0=5.3.6-2 libopentracing-c-wrapper0=1.1.3-3+b1 libopentracing1=1.6.0-4 \
  >/dev/null 2>&1
for package in *.deb; do dpkg-deb -x "$package" root; done
npm init -y >/dev/null
npm install --no-audit --no-fund --silent node@24.9.0 >/dev/null 2>&1
cat >probe.mjs <<'JS'
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { connect, createServer as listen } from "node:net";

const upstream = createServer((_, response) => {
  response.writeHead(200, { "content-type": "application/json" });
  response.flushHeaders();
  setTimeout(() => response.write(`{"type":"ADDED","object":{"ki`), 500);
  setTimeout(() => response.destroy(), 1000);
}).listen(0, "127.0.0.1");
await new Promise((resolve) => upstream.on("listening", resolve));
const api = `127.0.0.1:${upstream.address().port}`;
const freePort = () =>
  new Promise((resolve) => {
    const server = listen().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
const here = process.cwd();
const [nginx, nginx11, haproxy, caddy] = [await freePort(), await freePort(), await freePort(), await freePort()];
writeFileSync("nginx.conf", `
daemon off; master_process off; pid ${here}/pid; error_log ${here}/error.log;
events {}
http {
  access_log off;
  client_body_temp_path ${here}/a; proxy_temp_path ${here}/b; fastcgi_temp_path ${here}/c;
  uwsgi_temp_path ${here}/d; scgi_temp_path ${here}/e;
  server { listen 127.0.0.1:${nginx}; location / { proxy_pass http://${api}; } }
  server { listen 127.0.0.1:${nginx11}; location / { proxy_pass http://${api}; proxy_http_version 1.1; } }
}
`);
writeFileSync("haproxy.cfg", `
defaults
  mode http
  timeout connect 5s
  timeout client 50s
  timeout server 50s
listen api
  bind 127.0.0.1:${haproxy}
  server api ${api}
`);
writeFileSync("Caddyfile", `
{
  admin off
  auto_https off
}
http://127.0.0.1:${caddy} {
  bind 127.0.0.1
  reverse_proxy http://${api}
}
`);
const env = {
  LD_LIBRARY_PATH: "root/usr/lib/x86_64-linux-gnu",
  HOME: here,
  XDG_CONFIG_HOME: here,
  XDG_DATA_HOME: here,
};
for (const [program, ...args] of [
  ["root/usr/sbin/nginx", "-c", `${here}/nginx.conf`, "-e", `${here}/error.log`],
  ["root/usr/sbin/haproxy", "-db", "-f", "haproxy.cfg"],
  ["root/usr/bin/caddy", "run", "--adapter", "caddyfile", "--config", "Caddyfile"],
]) {
  const proxy = spawn(program, args, { env, stdio: "ignore" });
  process.on("exit", () => proxy.kill());
}
for (const port of [nginx, haproxy, caddy]) {
  while (!await new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => resolve(true));
    socket.on("error", () => resolve(false));
    socket.on("connect", () => socket.end());
  })) await new Promise((resolve) => setTimeout(resolve, 50));
}

async function measure(name, port) {
  let all = "";
  const socket = connect(port, "127.0.0.1", () =>
    socket.write(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`)
  );
  socket.on("data", (data) => all += data);
  await new Promise((resolve) => setTimeout(resolve, 3000));
  socket.destroy();
  const what = all.includes('{"type":"ADDED","object":{"ki') ? "half an event" : "nothing";
  console.log(`${name}: ${what}, ${all.endsWith("\r\n0\r\n\r\n") ? "complete" : "broken off"}`);
}
await measure("without a proxy", upstream.address().port);
await measure("nginx", nginx);
await measure("nginx with proxy_http_version 1.1", nginx11);
await measure("HAProxy", haproxy);
await measure("Caddy", caddy);
process.exit();
JS
seen=$(./node_modules/.bin/node probe.mjs)
echo "$seen"
[ "$seen" = "without a proxy: half an event, broken off
nginx: half an event, complete
nginx with proxy_http_version 1.1: half an event, broken off
HAProxy: half an event, broken off
Caddy: half an event, complete" ]

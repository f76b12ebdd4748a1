#!/bin/sh
# What a client gets that closes its side of the connection after its request, as
# `nc -N` does and TCP allows ("half-closed"), and waits for a slow server.
#
# Expected: the server's response, or none, where the proxy takes the closed side
# for a client that has gone.
# Seen (Debian 12): HAProxy 2.6.12 delivers the response; nginx 1.22.1 closes the
# connection without a byte. Caddy 2.6.2 answers at once with a response that no
# server gave: 200 OK, `Content-Length: 0`. For a watch that is one that has opened
# and ended well, for any other request a success with an empty body.
#
# Output seen (the server responds after 3 s):
#   without a half-close, Caddy: the server's response
#   HAProxy: the server's response
#   nginx: no response
#   Caddy: HTTP/1.1 200 OK, Content-Length: 0, before the server has responded
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

let responses = 0;
const upstream = createServer((_, response) => {
  const timer = setTimeout(() => {
    responses++;
    response.end("the server's response\n");
  }, 3000);
  response.on("close", () => clearTimeout(timer));
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
const [nginx, haproxy, caddy] = [await freePort(), await freePort(), await freePort()];
writeFileSync("nginx.conf", `
daemon off; master_process off; pid ${here}/pid; error_log ${here}/error.log;
events {}
http {
  access_log off;
  client_body_temp_path ${here}/a; proxy_temp_path ${here}/b; fastcgi_temp_path ${here}/c;
  uwsgi_temp_path ${here}/d; scgi_temp_path ${here}/e;
  server { listen 127.0.0.1:${nginx}; location / { proxy_pass http://${api}; } }
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

async function measure(name, port, halfCloses) {
  const before = responses;
  let all = "";
  let early = false;
  const socket = connect({ host: "127.0.0.1", port, allowHalfOpen: true }, () => {
    const request = `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`;
    socket.write(request);
    if (halfCloses) setTimeout(() => socket.end(), 500);
  });
  socket.on("data", (data) => {
    all += data;
    early ||= responses === before;
  });
  await new Promise((resolve) => setTimeout(resolve, 5000));
  socket.destroy();
  const [status, ...headers] = all.split("\r\n");
  const length = headers.find((header) => /^content-length: /i.test(header));
  const what = all === ""
    ? "no response"
    : all.includes("the server's response")
    ? "the server's response"
    : `${status}, ${length}${early ? ", before the server has responded" : ""}`;
  console.log(`${name}: ${what}`);
}
await measure("without a half-close, Caddy", caddy, false);
await measure("HAProxy", haproxy, true);
await measure("nginx", nginx, true);
await measure("Caddy", caddy, true);
process.exit();
JS
seen=$(./node_modules/.bin/node probe.mjs)
echo "$seen"
[ "$seen" = "without a half-close, Caddy: the server's response
HAProxy: the server's response
nginx: no response
Caddy: HTTP/1.1 200 OK, Content-Length: 0, before the server has responded" ]

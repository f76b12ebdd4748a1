#!/bin/sh
# Which events of a watch nginx holds back with `proxy_buffering on`, the default.
#
# Expected: the same ones whatever version of HTTP nginx speaks to the server, as
# the buffers are the same, and `proxy_buffering` is what their documentation
# names to switch them off.
# Seen (nginx 1.22.1, Debian 12): with `proxy_http_version 1.0`, the default, all
# of them, and the headers of the response too, until 4 KiB have come together.
# With `proxy_http_version 1.1` and nothing else changed, none: each event is
# passed on as it comes. `gzip on` holds everything back again, the headers
# included; with `proxy_buffering off` it compresses and flushes each event.
#
# Output seen (of a response of 5 events of 300 bytes in 2.5 s, then silence):
#   1.0: no headers, 0 of 5 events
#   1.1: headers, 5 of 5 events
#   1.1, gzip on: no headers, 0 of 5 events
#   1.1, gzip on, proxy_buffering off: headers, 5 of 5 events
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
apt-get download nginx=1.22.1-9+deb12u11 >/dev/null 2>&1
for package in *.deb; do dpkg-deb -x "$package" root; done
npm init -y >/dev/null
npm install --no-audit --no-fund --silent node@24.9.0 >/dev/null 2>&1
cat >probe.mjs <<'JS'
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { connect, createServer as listen } from "node:net";
import { createGunzip, constants } from "node:zlib";

const upstream = createServer((_, response) => {
  response.writeHead(200, { "content-type": "application/json" });
  response.flushHeaders();
  let events = 0;
  const timer = setInterval(() => {
    response.write(`{"type":"ADDED","object":"${"x".repeat(273)}"}\n`);
    if (++events === 5) clearInterval(timer);
  }, 500);
}).listen(0, "127.0.0.1");
await new Promise((resolve) => upstream.on("listening", resolve));
const freePort = () =>
  new Promise((resolve) => {
    const server = listen().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
const gzip = "gzip on; gzip_types application/json; gzip_proxied any;";
const variants = [
  ["1.0", ""],
  ["1.1", "proxy_http_version 1.1;"],
  ["1.1, gzip on", `proxy_http_version 1.1; ${gzip}`],
  ["1.1, gzip on, proxy_buffering off", `proxy_http_version 1.1; ${gzip} proxy_buffering off;`],
];
const servers = [];
for (const [name, settings] of variants) {
  const port = await freePort();
  servers.push({ name, port, settings });
}
const here = process.cwd();
writeFileSync("nginx.conf", `
daemon off; master_process off; pid ${here}/pid; error_log ${here}/error.log;
events {}
http {
  access_log off;
  client_body_temp_path ${here}/a; proxy_temp_path ${here}/b; fastcgi_temp_path ${here}/c;
  uwsgi_temp_path ${here}/d; scgi_temp_path ${here}/e;
  ${servers.map(({ port, settings }) => `server { listen 127.0.0.1:${port}; location / {
    proxy_pass http://127.0.0.1:${upstream.address().port}; ${settings} } }`).join("\n  ")}
}
`);
const proxy = spawn("root/usr/sbin/nginx", ["-c", `${here}/nginx.conf`, "-e", `${here}/error.log`], {
  stdio: "ignore",
});
process.on("exit", () => proxy.kill());
while (!await new Promise((resolve) => {
  const socket = connect(servers[0].port, "127.0.0.1", () => resolve(true));
  socket.on("error", () => resolve(false));
  socket.on("connect", () => socket.end());
})) await new Promise((resolve) => setTimeout(resolve, 50));

/** Takes the chunks of a body out of their framing. */
function unchunk(body) {
  const chunks = [];
  for (let at = 0;;) {
    const end = body.indexOf("\r\n", at);
    if (end < 0) return Buffer.concat(chunks);
    const size = parseInt(body.subarray(at, end).toString(), 16);
    chunks.push(body.subarray(end + 2, end + 2 + size));
    at = end + 4 + size;
  }
}

async function textOf(body, isGzip) {
  const bytes = unchunk(body);
  if (!isGzip) return bytes.toString();
  const gunzip = createGunzip({ finishFlush: constants.Z_SYNC_FLUSH });
  let text = "";
  gunzip.on("data", (data) => text += data);
  gunzip.end(bytes);
  await new Promise((resolve) => gunzip.on("close", resolve));
  return text;
}

await Promise.all(servers.map(async (server) => {
  const parts = [];
  const socket = connect(server.port, "127.0.0.1", () =>
    socket.write("GET / HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n")
  );
  socket.on("data", (data) => parts.push(data));
  await new Promise((resolve) => setTimeout(resolve, 6000));
  socket.destroy();
  const all = Buffer.concat(parts);
  const split = all.indexOf("\r\n\r\n");
  const headers = all.subarray(0, Math.max(0, split)).toString();
  const text = split < 0 ? "" : await textOf(all.subarray(split + 4), /gzip/i.test(headers));
  const events = text.match(/ADDED/g)?.length ?? 0;
  server.line = `${server.name}: ${split < 0 ? "no headers" : "headers"}, ${events} of 5 events`;
}));
console.log(servers.map(({ line }) => line).join("\n"));
process.exit();
JS
seen=$(./node_modules/.bin/node probe.mjs)
echo "$seen"
[ "$seen" = "1.0: no headers, 0 of 5 events
1.1: headers, 5 of 5 events
1.1, gzip on: no headers, 0 of 5 events
1.1, gzip on, proxy_buffering off: headers, 5 of 5 events" ]

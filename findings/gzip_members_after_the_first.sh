#!/bin/sh
# What HTTP clients make of a gzipped body that has several members.
#
# Expected: all of it, or an error. A gzip file is a series of members (RFC 1952,
# section 2.2), one after the other; what compresses each event or each part of a
# response by itself and sends them in a row makes such bodies (kube-apiserver
# 1.37.2 does so with the initial events of a watch), and `gunzip`, Go, Node and
# Bun read them.
# Seen (Deno 2.9.6, npm:deno; httpx 0.28.1, PyPI): the first member is all that
# the caller gets, and then a clean end: no error, here or there, and nothing to
# tell it from a whole body. For a watch this looks like a server that ends it
# after the first event; a list of lines is silently short. Both clients ask for
# gzip by themselves.
#
# Output seen:
#   gunzip 5 of 5, then exit status 0
#   node fetch 5 of 5, then a clean end
#   urllib3 5 of 5, then a clean end
#   deno fetch 1 of 5, then a clean end
#   httpx 1 of 5, then a clean end
set -eu
dir=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --no-audit --no-fund --silent deno@2.9.6 node@24.9.0 >/dev/null 2>&1
python3 -m venv venv >/dev/null
./venv/bin/pip install --quiet --disable-pip-version-check httpx==0.28.1 urllib3==2.8.0
cat >server.mjs <<'JS'
import { createServer } from "node:http";
import { writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
const lines = [1, 2, 3, 4, 5].map((number) => `{"event":${number}}\n`);
const body = Buffer.concat(lines.map((line) => gzipSync(line)));
const server = createServer((request, response) => {
  if (!/gzip/.test(request.headers["accept-encoding"] ?? "")) {
    return response.writeHead(406).end();
  }
  response.writeHead(200, { "content-encoding": "gzip" }).end(body);
});
server.listen(0, "127.0.0.1", () => {
  writeFileSync("body.gz", body);
  writeFileSync("port", String(server.address().port));
});
JS
cat >probe.mjs <<'JS'
import process from "node:process";
const [who, url] = process.argv.slice(2);
let end = "a clean end", text = "";
try {
  text = await (await fetch(url)).text();
} catch (error) {
  end = error.name;
}
console.log(`${who} ${text.split("\n").length - 1} of 5, then ${end}`);
JS
cat >probe.py <<'PY'
import sys

import httpx
import urllib3

url = sys.argv[1]


def report(who, read):
    try:
        text, end = read(), "a clean end"
    except Exception as error:
        text, end = "", type(error).__name__
    print(f"{who} {text.count(chr(10))} of 5, then {end}")


asks = {"Accept-Encoding": "gzip"}
if "--httpx" in sys.argv:
    report("httpx", lambda: httpx.get(url).text)
else:
    report("urllib3", lambda: urllib3.request("GET", url, headers=asks).data.decode())
PY
./node_modules/.bin/node server.mjs &
server=$!
tries=0
until [ -s port ]; do
  tries=$((tries + 1))
  [ "$tries" -lt 100 ]
  sleep 0.1
done
url="http://127.0.0.1:$(cat port)/"
seen=$(
  count=$(gunzip -c body.gz | wc -l) && echo "gunzip $count of 5, then exit status 0"
  ./node_modules/.bin/node probe.mjs "node fetch" "$url"
  ./venv/bin/python probe.py "$url"
  ./node_modules/.bin/deno run -A --quiet probe.mjs "deno fetch" "$url"
  ./venv/bin/python probe.py "$url" --httpx
)
echo "$seen"
[ "$seen" = "gunzip 5 of 5, then exit status 0
node fetch 5 of 5, then a clean end
urllib3 5 of 5, then a clean end
deno fetch 1 of 5, then a clean end
httpx 1 of 5, then a clean end" ]

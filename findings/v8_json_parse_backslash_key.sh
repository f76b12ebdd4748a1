#!/bin/sh
# What JSON.parse makes of a key of one character that is written as an escape.
#
# Expected: what a key is does not depend on what was parsed before.
# Seen (V8 13.6, 14.6 and 15.0, so Node.js 24.21 and 26.10 and Deno 2.9.6; not V8 12.4
# of Node.js 22): once an object has had the key "\\" in one place, a key of one
# character that is written as an escape in the same place of another object of
# the same shape is "\\" as well. Go's encoder writes "<", ">" and "&" as escapes,
# but no key that Kubernetes itself defines has one character, so that only the
# free-form fields of custom resources could meet it. Parsing a list item by item
# and parsing it as a whole can therefore differ in such a key.
#
# Output seen:
#   Node.js 24.21.0: {"a":1,"\\":2} {"a":1,"\\":2}
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --no-audit --no-fund --silent node@24.21.0 >/dev/null 2>&1
cat >probe.mjs <<'JS'
const again = (text) => JSON.stringify(JSON.parse(text));
console.log(
  "Node.js 24.21.0:",
  again('{"a":1,"\\\\":2}'),
  again('{"a":1,"\\u003c":2}'),
);
JS
seen=$(./node_modules/.bin/node probe.mjs)
printf '%s\n' "$seen"
[ "$seen" = 'Node.js 24.21.0: {"a":1,"\\":2} {"a":1,"\\":2}' ]

#!/bin/sh
# When kubernetes-fluent-client calls a watch's callback for the next event.
#
# Expected: once the promise of the call before has settled, since the watcher
# awaits it, or else always at once.
# Seen (kubernetes-fluent-client 3.11.6 on Node 24.9.0): events of one read from
# the socket wait for each other, events of two reads do not. Whether "deleted" is
# handled while "added" of the same object still is depends on how the network
# cut the stream.
#
# Output seen:
#   in one piece: begin ADDED, end ADDED, begin DELETED, end DELETED
#   in two pieces: begin ADDED, begin DELETED, end DELETED, end ADDED
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --no-audit --no-fund --silent kubernetes-fluent-client@3.11.6 node@24.9.0 >/dev/null 2>&1
cat >probe.mjs <<'JS'
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";

const line = (type, resourceVersion) =>
  JSON.stringify({
    type,
    object: {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "a", namespace: "default", uid: "u", resourceVersion },
    },
  }) + "\n";
const EMPTY = { apiVersion: "v1", kind: "PodList", metadata: { resourceVersion: "100" }, items: [] };
const opened = [];
const server = createServer((request, response) => {
  response.writeHead(200, { "content-type": "application/json" });
  if (!request.url.includes("watch=true")) return response.end(JSON.stringify(EMPTY));
  response.flushHeaders();
  opened.shift()(response);
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
writeFileSync("config.json", JSON.stringify({
  apiVersion: "v1",
  kind: "Config",
  "current-context": "c",
  clusters: [{
    name: "c",
    // The client refuses plain HTTP without it.
    cluster: { server: `http://127.0.0.1:${server.address().port}`, "insecure-skip-tls-verify": true },
  }],
  users: [{ name: "u", user: { token: "t" } }],
  contexts: [{ name: "c", context: { cluster: "c", user: "u" } }],
}));
process.env.KUBECONFIG = "config.json";
const { K8s, kind } = await import("kubernetes-fluent-client");

async function callsOf(send) {
  const calls = [], begun = Promise.withResolvers(), ended = Promise.withResolvers();
  const second = Promise.withResolvers();
  let ends = 0;
  const watcher = K8s(kind.Pod).InNamespace("default").Watch(async (_pod, phase) => {
    calls.push(`begin ${phase}`);
    begun.resolve();
    if (phase === "DELETED") second.resolve();
    // The first call lasts until the second has ended, or a second.
    if (phase === "ADDED") {
      await Promise.race([
        second.promise.then(() => new Promise((resolve) => setTimeout(resolve, 100))),
        new Promise((resolve) => setTimeout(resolve, 1000)),
      ]);
    }
    calls.push(`end ${phase}`);
    if (++ends === 2) ended.resolve();
  });
  const response = new Promise((resolve) => opened.push(resolve));
  await watcher.start();
  await send(await response, begun.promise);
  await ended.promise;
  watcher.close();
  return calls.join(", ");
}

const whole = await callsOf((response) => void response.write(line("ADDED", "101") + line("DELETED", "102")));
console.log(`in one piece: ${whole}`);
const pieces = await callsOf(async (response, begun) => {
  response.write(line("ADDED", "101"));
  await begun;
  response.write(line("DELETED", "102"));
});
console.log(`in two pieces: ${pieces}`);
process.exit();
JS
seen=$(./node_modules/.bin/node probe.mjs)
echo "$seen"
[ "$seen" = "in one piece: begin ADDED, end ADDED, begin DELETED, end DELETED
in two pieces: begin ADDED, begin DELETED, end DELETED, end ADDED" ]

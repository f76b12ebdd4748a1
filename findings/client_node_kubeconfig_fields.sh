#!/bin/sh
# Which fields of a user's entry in a kubeconfig the official JavaScript client
# keeps.
#
# Expected: those that kubectl writes and reads (clientcmd/api/v1): `tokenFile`,
# `as`, `as-uid`, `as-groups`.
# Seen (@kubernetes/client-node 2.0.1 on Node 24.9.0): `tokenFile` is not read, but `token-file`
# is, which kubectl does not know; of the impersonation only the user is kept:
# requests are made without the groups and the uid, and nothing says so.
#
# Output seen:
#   tokenFile: no token is sent
#   token-file: a token is sent
#   impersonation: {"Impersonate-User":"jane"}
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --no-audit --no-fund --silent @kubernetes/client-node@2.0.1 node@24.9.0 >/dev/null 2>&1
printf 'a-token' >token
cat >probe.mjs <<'JS'
import { KubeConfig } from "@kubernetes/client-node";
async function headersOf(user) {
  const config = new KubeConfig();
  config.loadFromString(JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "c",
    clusters: [{ name: "c", cluster: { server: "https://127.0.0.1:1" } }],
    users: [{ name: "u", user }],
    contexts: [{ name: "c", context: { cluster: "c", user: "u" } }],
  }));
  const options = { headers: {} };
  await config.applyToHTTPSOptions(options);
  return options.headers;
}
const says = (headers) => headers.Authorization ? "a token is sent" : "no token is sent";
const token = `${process.cwd()}/token`;
console.log(`tokenFile: ${says(await headersOf({ tokenFile: token }))}`);
console.log(`token-file: ${says(await headersOf({ "token-file": token }))}`);
const { Authorization: _, ...rest } = await headersOf({
  "as": "jane",
  "as-uid": "42",
  "as-groups": ["developers"],
});
console.log(`impersonation: ${JSON.stringify(rest)}`);
JS
seen=$(./node_modules/.bin/node probe.mjs)
echo "$seen"
[ "$seen" = 'tokenFile: no token is sent
token-file: a token is sent
impersonation: {"Impersonate-User":"jane"}' ]

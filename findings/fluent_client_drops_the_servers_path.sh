#!/bin/sh
# Where kubernetes-fluent-client sends requests when the server of a kubeconfig
# has a path, as it has behind Rancher and other proxies for many clusters.
#
# Expected: below that path, as kubectl and the official client do.
# Seen (kubernetes-fluent-client 3.11.6, @kubernetes/client-node 2.0.1, on Node
# 24.9.0): from the root of the host, with the token for the cluster, so that
# whatever answers there answers.
#
# Output seen:
#   client-node: /k8s/clusters/c-1/api/v1/namespaces/default/pods
#   kubernetes-fluent-client: /api/v1/namespaces/default/pods
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --no-audit --no-fund --silent kubernetes-fluent-client@3.11.6 \
  @kubernetes/client-node@2.0.1 node@24.9.0 >/dev/null 2>&1
cat >probe.mjs <<'JS'
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";

const seen = [];
const server = createServer((request, response) => {
  seen.push(new URL(request.url, "http://host").pathname);
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify({ apiVersion: "v1", kind: "PodList", metadata: {}, items: [] }));
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
writeFileSync("config.json", JSON.stringify({
  apiVersion: "v1",
  kind: "Config",
  "current-context": "c",
  clusters: [{
    name: "c",
    cluster: {
      server: `http://127.0.0.1:${server.address().port}/k8s/clusters/c-1`,
      "insecure-skip-tls-verify": true,
    },
  }],
  users: [{ name: "u", user: { token: "t" } }],
  contexts: [{ name: "c", context: { cluster: "c", user: "u" } }],
}));
process.env.KUBECONFIG = "config.json";

const { CoreV1Api, KubeConfig } = await import("@kubernetes/client-node");
const config = new KubeConfig();
config.loadFromDefault();
await config.makeApiClient(CoreV1Api).listNamespacedPod({ namespace: "default" });
console.log(`client-node: ${seen.pop()}`);

const { K8s, kind } = await import("kubernetes-fluent-client");
await K8s(kind.Pod).InNamespace("default").Get();
console.log(`kubernetes-fluent-client: ${seen.pop()}`);
process.exit();
JS
seen=$(./node_modules/.bin/node probe.mjs)
echo "$seen"
[ "$seen" = "client-node: /k8s/clusters/c-1/api/v1/namespaces/default/pods
kubernetes-fluent-client: /api/v1/namespaces/default/pods" ]

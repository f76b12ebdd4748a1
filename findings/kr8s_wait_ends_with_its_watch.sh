#!/bin/sh
# What `wait()` of kr8s says when the server ends the watch under it.
#
# Expected: it watches again, or it raises; it returns only once the condition is
# met. A kube-apiserver ends every watch cleanly after some minutes, and when it
# is shut down.
# Seen (kr8s 0.20.15, PyPI): it returns, without an error and long before its
# timeout, as it does when the condition is met. A script that deploys goes on
# with a pod that is not ready.
#
# Output seen:
#   pod.wait("condition=Ready", timeout=60) returned None
#   the pod's Ready condition then: False
#   requests for a watch: 1
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv >/dev/null
./venv/bin/pip install --quiet --disable-pip-version-check kr8s==0.20.15
cat >probe.py <<'PY'
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import kr8s
from kr8s.objects import Pod

POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "web", "namespace": "default", "resourceVersion": "101"},
    "status": {"conditions": [{"type": "Ready", "status": "False"}]},
}
PODS = {"name": "pods", "singularName": "pod", "namespaced": True, "kind": "Pod"}
ANSWERS = {
    "/version": {"major": "1", "minor": "35", "gitVersion": "v1.35.0"},
    "/api": {"kind": "APIVersions", "versions": ["v1"]},
    "/apis": {"kind": "APIGroupList", "groups": []},
    "/api/v1": {"groupVersion": "v1", "resources": [{**PODS, "verbs": ["watch"]}]},
}
watches = 0


class Server(BaseHTTPRequestHandler):
    """One pod that does not change, and watches that end after one event."""

    def do_GET(self):
        global watches
        path, _, query = self.path.partition("?")
        answer = ANSWERS.get(path.rstrip("/"))
        if answer is None and "watch=true" in query:
            watches += 1
            answer = {"type": "ADDED", "object": POD}
        elif answer is None:
            answer = POD if path.endswith("/web") else {"kind": "PodList", "items": [POD]}
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode() + b"\n")

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
with open("config.json", "w") as file:
    url = f"http://127.0.0.1:{server.server_address[1]}"
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "c",
        "clusters": [{"name": "c", "cluster": {"server": url}}],
        "users": [{"name": "u", "user": {"token": "t"}}],
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
    }
    json.dump(config, file)

pod = Pod.get("web", namespace="default", api=kr8s.api(kubeconfig="config.json"))
try:
    end = f"returned {pod.wait('condition=Ready', timeout=60)}"
except Exception as error:
    end = f"raised {type(error).__name__}"
print(f'pod.wait("condition=Ready", timeout=60) {end}')
print("the pod's Ready condition then:", pod.status.conditions[0].status)
print("requests for a watch:", watches)
PY
seen=$(./venv/bin/python probe.py)
echo "$seen"
[ "$seen" = 'pod.wait("condition=Ready", timeout=60) returned None
the pod'"'"'s Ready condition then: False
requests for a watch: 1' ]

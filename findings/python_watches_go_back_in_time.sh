#!/bin/sh
# From which version the Python clients continue a watch that began without one,
# once the server has ended it, as a kube-apiserver does after some minutes.
#
# Expected: from one that is as new as what they have delivered.
# Seen (kubernetes 37.0.2, kubernetes_asyncio 36.1.0, PyPI): from that of the last
# event. Such a watch begins with an ADDED event for each object, and these come in
# the order of their names: the last one may be of an object that has not changed
# for weeks. Continued from there, the watch delivers states of other objects that
# are older than what it has delivered before, as if they had changed back; and if
# the server does not keep the time between, it is a 410. The clients try once more
# after a 410, with the same version, and raise it.
#
# Output seen:
#   kubernetes: a@500 b@120, then from 120: a@300 a@500
#   kubernetes, history from 400 on: a@500 b@120, then from 120, from 120: 410
#   kubernetes_asyncio: a@500 b@120, then from 120: a@300 a@500
#   kubernetes_asyncio, history from 400 on: a@500 b@120, then from 120, from 120: 410
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv >/dev/null
./venv/bin/pip install --quiet --disable-pip-version-check kubernetes==37.0.2 \
  kubernetes_asyncio==36.1.0
cat >probe.py <<'PY'
import asyncio
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlparse

import kubernetes
import kubernetes_asyncio

# Two objects: "a" has changed since "b" was made.
STATE = [("ADDED", "a", 500), ("ADDED", "b", 120)]
HISTORY = [
    ("ADDED", "a", 110),
    ("ADDED", "b", 120),
    ("MODIFIED", "a", 300),
    ("MODIFIED", "a", 500),
]
log = []


class Server(BaseHTTPRequestHandler):
    """Sends what a watch has missed, and ends it. The last request fails."""

    history_begins = 0

    def do_GET(self):
        query = parse_qs(urlparse(self.path).query)
        version = query.get("resourceVersion", [None])[0]
        events = STATE
        if version is not None:
            if "a@500" in log[2:]:
                return self.answer(503, self.status(503, "ServiceUnavailable"))
            log.append(f"from {version}:")
            events = [each for each in HISTORY if each[2] > int(version)]
            if int(version) < self.history_begins:
                error = {"type": "ERROR", "object": self.status(410, "Expired")}
                return self.answer(200, error)
        lines = []
        for kind, name, number in events:
            metadata = {"name": name, "resourceVersion": str(number)}
            lines.append({"type": kind, "object": {"metadata": metadata}})
        self.answer(200, *lines)

    def answer(self, code, *lines):
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        for line in lines:
            self.wfile.write(json.dumps(line).encode() + b"\n")

    def status(self, code, reason):
        return {"kind": "Status", "code": code, "reason": reason, "message": ""}

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
host = f"http://127.0.0.1:{server.server_address[1]}"


def note(event):
    metadata = event["object"].metadata
    log.append(f"{metadata.name}@{metadata.resource_version}")


async def official():
    from kubernetes import client, watch

    pods = client.CoreV1Api(client.ApiClient(client.Configuration(host=host)))
    try:
        for event in watch.Watch().stream(pods.list_namespaced_pod, "default"):
            note(event)
    except client.ApiException as error:
        return error.status


async def asynchronous():
    from kubernetes_asyncio import client, watch

    async with client.ApiClient(client.Configuration(host=host)) as api:
        pods = client.CoreV1Api(api)
        try:
            stream = watch.Watch().stream(pods.list_namespaced_pod, "default")
            async for event in stream:
                note(event)
        except client.ApiException as error:
            return error.status


for name, probe in (("kubernetes", official), ("kubernetes_asyncio", asynchronous)):
    for begins, title in ((0, ""), (400, ", history from 400 on")):
        log.clear()
        Server.history_begins = begins
        end = asyncio.run(probe())
        later = " ".join(log[2:]).replace(": from", ", from")
        later += f" {end}" if end == 410 else ""
        print(f"{name}{title}: {' '.join(log[:2])}, then {later}")
PY
seen=$(./venv/bin/python probe.py 2>/dev/null)
echo "$seen"
[ "$seen" = 'kubernetes: a@500 b@120, then from 120: a@300 a@500
kubernetes, history from 400 on: a@500 b@120, then from 120, from 120: 410
kubernetes_asyncio: a@500 b@120, then from 120: a@300 a@500
kubernetes_asyncio, history from 400 on: a@500 b@120, then from 120, from 120: 410' ]

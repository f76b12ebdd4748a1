#!/bin/sh
# What `Watch.stream(..., deserialize=False)` of the Python client does when the
# server ends the watch.
#
# Expected: the stream carries on where it stopped, as it does without the
# option, which is documented to skip only the conversion into model classes. A
# kube-apiserver ends every watch cleanly after some minutes.
# Seen (kubernetes 37.0.2, PyPI): the resource version of an event is only
# remembered while the event is converted. With `deserialize=False` each later
# request asks for the version that the caller began with, so that every event
# since then is delivered again, after each end of the watch; and without a
# version to begin with, the stream stops at the first end, without an error.
#
# Output seen:
#   converted, from 100: asked for 100 102 102, got a b
#   raw, from 100: asked for 100 100 100, got a b a b a b
#   raw, from none: asked for none, got a b
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv >/dev/null
./venv/bin/pip install --quiet --disable-pip-version-check kubernetes==37.0.2
cat >probe.py <<'PY'
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlparse

from kubernetes import client, watch

EVENTS = [("a", 101), ("b", 102)]
asked = []


class Server(BaseHTTPRequestHandler):
    """Answers three watches with what is newer than their version."""

    def do_GET(self):
        query = parse_qs(urlparse(self.path).query)
        version = query.get("resourceVersion", ["none"])[0]
        if len(asked) == 3:
            return self.send_error(503)
        asked.append(version)
        since = 0 if version == "none" else int(version)
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        for name, number in EVENTS:
            if number > since:
                metadata = {"name": name, "resourceVersion": str(number)}
                event = {"type": "ADDED", "object": {"metadata": metadata}}
                self.wfile.write(json.dumps(event).encode() + b"\n")

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
host = f"http://127.0.0.1:{server.server_address[1]}"
pods = client.CoreV1Api(client.ApiClient(client.Configuration(host=host)))

for title, options in [
    ("converted, from 100", {"resource_version": "100"}),
    ("raw, from 100", {"resource_version": "100", "deserialize": False}),
    ("raw, from none", {"deserialize": False}),
]:
    asked.clear()
    names = []
    stream = watch.Watch().stream(pods.list_namespaced_pod, "default", **options)
    try:
        for event in stream:
            # Converted events have a model in "object".
            raw = event.get("raw_object", event["object"])
            names.append(raw["metadata"]["name"])
    except client.ApiException as error:
        assert error.status == 503, error
    print(f"{title}: asked for {' '.join(asked)}, got {' '.join(names)}")
PY
seen=$(./venv/bin/python probe.py)
echo "$seen"
[ "$seen" = "converted, from 100: asked for 100 102 102, got a b
raw, from 100: asked for 100 100 100, got a b a b a b
raw, from none: asked for none, got a b" ]

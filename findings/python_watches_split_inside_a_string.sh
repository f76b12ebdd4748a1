#!/bin/sh
# Where Python clients of Kubernetes that read a watch with httpx split it.
#
# Expected: at line feeds. A watch is a series of JSON documents, and JSON lets a
# string hold any character above U+001F but quotes and backslashes as it is.
# Seen (lightkube 1.0.1, kr8s 0.20.15, httpx 0.28.1): at everything that Python's
# `str.splitlines()` takes for the end of a line, U+0085 among it, which Go's
# encoder leaves as it is. One object with such a character in an annotation ends
# every watch that it comes by, with a decoder's error that names no object.
# `kubernetes` 37.0.2, on urllib3, splits at line feeds.
#
# Output seen:
#   kubernetes: 3 of 3 events
#   lightkube: 1 of 3 events, then a DecodeError
#   kr8s: 1 of 3 events, then a JSONDecodeError
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv >/dev/null
./venv/bin/pip install --quiet --disable-pip-version-check kubernetes==37.0.2 \
  lightkube==1.0.1 kr8s==0.20.15 httpx==0.28.1
cat >probe.py <<'PY'
import asyncio
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CONFIG = "config.json"


def pod(name, version, note):
    metadata = {
        "name": name,
        "namespace": "default",
        "resourceVersion": str(version),
        "annotations": {"note": note},
    }
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata}


PODS = [pod("a", 101, "plain"), pod("b", 102, "before\u0085after"), pod("c", 103, "")]


class Server(BaseHTTPRequestHandler):
    """A watch of three events, and what kr8s asks for before it."""

    def do_GET(self):
        watched = "watch=" in self.path
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        if not watched:
            self.wfile.write(json.dumps(self.discovery()).encode())
            return
        for each in PODS:
            event = {"type": "ADDED", "object": each}
            line = json.dumps(event, ensure_ascii=False) + "\n"
            self.wfile.write(line.encode())

    def discovery(self):
        if self.path.startswith("/version"):
            return {"major": "1", "minor": "35", "gitVersion": "v1.35.0"}
        if self.path.rstrip("/").endswith("/api/v1"):
            pods = {"name": "pods", "singularName": "pod", "namespaced": True}
            pods |= {"kind": "Pod", "verbs": ["list", "watch"]}
            return {"groupVersion": "v1", "resources": [pods]}
        if self.path.rstrip("/").endswith("/apis"):
            return {"kind": "APIGroupList", "groups": []}
        return {"kind": "APIVersions", "versions": ["v1"]}

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_address[1]}"


def report(who, names, error=None):
    end = "" if error is None else f", then a {type(error).__name__}"
    print(f"{who}: {len(names)} of {len(PODS)} events{end}")


def official():
    from kubernetes import client, watch

    pods = client.CoreV1Api(client.ApiClient(client.Configuration(host=url)))
    stream = watch.Watch().stream(
        pods.list_namespaced_pod, "default", timeout_seconds=60
    )
    report("kubernetes", [event["object"].metadata.name for event in stream])


def lightkube():
    from lightkube import Client, KubeConfig
    from lightkube.resources.core_v1 import Pod

    names = []
    try:
        for _, found in Client(config=KubeConfig.from_file(CONFIG)).watch(Pod):
            names.append(found.metadata.name)
    except Exception as error:
        report("lightkube", names, error)


async def kr8s():
    from kr8s.asyncio import api

    names = []
    try:
        async for _, found in (await api(kubeconfig=CONFIG)).watch("pods"):
            names.append(found.name)
    except Exception as error:
        report("kr8s", names, error)


with open(CONFIG, "w") as file:
    named = {
        "clusters": [{"name": "c", "cluster": {"server": url}}],
        "users": [{"name": "u", "user": {"token": "t"}}],
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
    }
    whole = {"apiVersion": "v1", "kind": "Config", "current-context": "c", **named}
    json.dump(whole, file)
official()
lightkube()
asyncio.run(kr8s())
PY
seen=$(./venv/bin/python probe.py)
echo "$seen"
[ "$seen" = "kubernetes: 3 of 3 events
lightkube: 1 of 3 events, then a DecodeError
kr8s: 1 of 3 events, then a JSONDecodeError" ]

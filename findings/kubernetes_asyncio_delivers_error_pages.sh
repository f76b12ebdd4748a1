#!/bin/sh
# What a watch of the asynchronous Python client does with a response that is the
# error page of a proxy, such as "502 Bad Gateway" while a kube-apiserver restarts.
#
# Expected: it raises the ApiException that a list raises then, or waits a little
# and tries again.
# Seen (kubernetes_asyncio 36.1.0, PyPI): it does not look at the status of the
# response, and takes what is not JSON as it is: each line of the page is delivered
# as an event, a `str` where all others are a `dict`. After the last line it
# watches again, without a pause, hundreds of times in a second. A refusal of
# kube-apiserver itself, which is JSON, is raised. `kubernetes` 37.0.2 raises both.
#
# Output seen:
#   kubernetes, watch: ApiException 502
#   kubernetes_asyncio, list: ApiException 502
#   kubernetes_asyncio, watch: events '<html>\n' '502 Bad Gateway\n' '</html>\n', again and again
#   requests for that watch in a second: more than 20
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv >/dev/null
./venv/bin/pip install --quiet --disable-pip-version-check kubernetes==37.0.2 \
  kubernetes_asyncio==36.1.0
cat >probe.py <<'PY'
import asyncio
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import kubernetes
import kubernetes_asyncio

PAGE = b"<html>\n502 Bad Gateway\n</html>\n"
requests = 0


class Proxy(BaseHTTPRequestHandler):
    def do_GET(self):
        global requests
        requests += 1
        self.send_response(502)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(PAGE)))
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
threading.Thread(target=server.serve_forever, daemon=True).start()
host = f"http://127.0.0.1:{server.server_address[1]}"


def official():
    from kubernetes import client, watch

    configuration = client.Configuration(host=host)
    configuration.retries = False
    pods = client.CoreV1Api(client.ApiClient(configuration))
    try:
        for event in watch.Watch().stream(pods.list_namespaced_pod, "default"):
            return f"event {event}"
    except client.ApiException as error:
        return f"ApiException {error.status}"


async def asynchronous():
    global requests
    from kubernetes_asyncio import client, watch

    async with client.ApiClient(client.Configuration(host=host)) as api:
        pods = client.CoreV1Api(api)
        try:
            print("kubernetes_asyncio, list:", await pods.list_namespaced_pod("default"))
        except client.ApiException as error:
            print("kubernetes_asyncio, list: ApiException", error.status)
        requests = 0
        events = []
        begin = time.monotonic()
        end = "none"
        try:
            async for event in watch.Watch().stream(pods.list_namespaced_pod, "default"):
                events.append(repr(event))
                if time.monotonic() - begin > 1:
                    break
        except client.ApiException as error:
            end = f"ApiException {error.status}"
        if events:
            again = ", again and again" if events[3:6] == events[:3] else ""
            end = f"events {' '.join(events[:3])}{again}"
        print(f"kubernetes_asyncio, watch: {end}")
        often = "more than 20" if requests > 20 else requests
        print("requests for that watch in a second:", often)


print("kubernetes, watch:", official())
asyncio.run(asynchronous())
PY
seen=$(./venv/bin/python probe.py 2>/dev/null)
printf '%s\n' "$seen"
[ "$seen" = "kubernetes, watch: ApiException 502
kubernetes_asyncio, list: ApiException 502
kubernetes_asyncio, watch: events '<html>\\n' '502 Bad Gateway\\n' '</html>\\n', again and again
requests for that watch in a second: more than 20" ]

#!/bin/sh
# When lightkube asks the `on_error` handler of a watch.
#
# Expected: whenever the watch fails, since the handler decides whether to retry,
# and `on_error_retry` is there for watches that go on.
# Seen (lightkube 1.0.1, httpx 0.28.1, PyPI): only while a watch is being read, and for an
# answer that refuses it. A server that cannot be reached when the watch is to
# start again, as while it restarts, is raised past the handler: the handler that
# was to keep the watch alive has seen the lost connection, said "retry", and is
# not asked about the refused one that follows.
#
# Output seen:
#   events: a
#   the handler was asked about: RemoteProtocolError
#   then the watch raised: ConnectError
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv >/dev/null
./venv/bin/pip install --quiet --disable-pip-version-check lightkube==1.0.1 httpx==0.28.1
cat >probe.py <<'PY'
import json
import socket
import threading

from lightkube import Client, KubeConfig
from lightkube.types import OnErrorAction, OnErrorResult
from lightkube.resources.core_v1 import Pod

POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "a", "namespace": "default", "resourceVersion": "101"},
}
listener = socket.create_server(("127.0.0.1", 0))


def serve_once():
    """Sends one event of a watch, and is gone in the middle of it."""
    connection, _ = listener.accept()
    connection.recv(65536)
    line = json.dumps({"type": "ADDED", "object": POD}) + "\n"
    chunk = f"{len(line):x}\r\n{line}\r\n"
    head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
    connection.sendall(f"{head}Transfer-Encoding: chunked\r\n\r\n{chunk}".encode())
    listener.close()
    connection.close()


threading.Thread(target=serve_once, daemon=True).start()
url = f"http://127.0.0.1:{listener.getsockname()[1]}"
with open("config.json", "w") as file:
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "c",
        "clusters": [{"name": "c", "cluster": {"server": url}}],
        "users": [{"name": "u", "user": {"token": "t"}}],
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
    }
    json.dump(config, file)

asked = []


def retry(error, count):
    asked.append(type(error).__name__)
    return OnErrorResult(OnErrorAction.RETRY, sleep=0.1)


names, end = [], "nothing"
client = Client(config=KubeConfig.from_file("config.json"))
try:
    for _, pod in client.watch(Pod, on_error=retry):
        names.append(pod.metadata.name)
except Exception as error:
    end = type(error).__name__
print("events:", *names)
print("the handler was asked about:", *asked)
print("then the watch raised:", end)
PY
seen=$(./venv/bin/python probe.py)
echo "$seen"
[ "$seen" = "events: a
the handler was asked about: RemoteProtocolError
then the watch raised: ConnectError" ]

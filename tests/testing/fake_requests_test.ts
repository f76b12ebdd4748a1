// How `FakeApiServer` answers requests beyond the plain ones: patches, tables,
// shards, permissions, compression. That the answers are those of a
// kube-apiserver is compared in `tests/e2e/fake_api_server_test.ts`.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { get as httpGet } from "node:http";
import { field, listField, textField } from "../../internal/json_fields.ts";
import { FakeApiServer, type FakeApiServerOptions } from "../../testing/mod.ts";
import { FakeClient } from "../support/fake_client.ts";

const MAPS = "/api/v1/namespaces/default/configmaps";
const JSON_PATCH = { "content-type": "application/json-patch+json" };
const TABLE = { accept: "application/json;as=Table;g=meta.k8s.io;v=v1" };
const METADATA = {
  accept: "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1",
};

function clientOf(options: FakeApiServerOptions = {}): FakeClient {
  return new FakeClient(new FakeApiServer(options));
}

function map(name: string, data: object = { a: "1" }) {
  return { metadata: { name }, data };
}

Deno.test("FakeApiServer applies JSON patches", async () => {
  await using client = clientOf();
  await client.send("POST", MAPS, map("one"));
  const patch = [
    { op: "test", path: "/data/a", value: "1" },
    { op: "add", path: "/data/b", value: "2" },
    { op: "remove", path: "/data/a" },
  ];
  const { body } = await client.send("PATCH", `${MAPS}/one`, patch, JSON_PATCH);
  assertEquals(body.data, { b: "2" });
  assertEquals(body.metadata?.resourceVersion, "3");
});

Deno.test("FakeApiServer refuses a JSON patch that cannot be applied, as a whole", async () => {
  await using client = clientOf();
  await client.send("POST", MAPS, map("one"));
  const patches = [
    [{ op: "add", path: "/data/b", value: "2" }, {
      op: "test",
      path: "/data/a",
      value: "9",
    }],
    [{ op: "remove", path: "/data/none" }],
    [{ op: "what", path: "/data" }],
    [7],
  ];
  for (const patch of patches) {
    const { status } = await client.send(
      "PATCH",
      `${MAPS}/one`,
      patch,
      JSON_PATCH,
    );
    assertEquals([patch, status], [patch, 422]);
  }
  const notOne = await client.send("PATCH", `${MAPS}/one`, {}, JSON_PATCH);
  assertEquals(notOne.status, 400);
  assertEquals(client.server.get(`${MAPS}/one`)?.data, { a: "1" });
});

Deno.test("FakeApiServer stores nothing in a dry run", async () => {
  await using client = clientOf();
  const made = await client.send("POST", `${MAPS}?dryRun=All`, map("one"));
  assertEquals([made.status, made.body.metadata?.name], [201, "one"]);
  assertEquals(client.server.get(`${MAPS}/one`), undefined);
  assertEquals(client.server.resourceVersion, "1");
});

Deno.test("FakeApiServer creates a Lease by PUT unless it has the UID of another", async () => {
  await using client = clientOf();
  const leases = "/apis/coordination.k8s.io/v1/namespaces/default/leases";
  const lease = {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { name: "one", namespace: "default" },
    spec: {},
  };
  const path = `${leases}/one`;
  const made = await client.send("PUT", path, lease);
  assertEquals(made.status, 201);
  await client.send("DELETE", path);
  // Seen: a kube-apiserver 1.36.1 takes the UID for a precondition.
  const late = await client.send("PUT", path, made.body);
  assertEquals([late.status, late.body.reason], [409, "Conflict"]);
  assertEquals(client.server.get(path), undefined);
});

Deno.test("FakeApiServer answers with tables unless tables is false", async () => {
  await using client = clientOf();
  await client.send("POST", MAPS, map("one", { a: "1", b: "2" }));
  const { body } = await client.send("GET", MAPS, undefined, TABLE);
  assertEquals(body.kind, "Table");
  const [row] = listField(body, "rows");
  assertEquals(listField(row, "cells").slice(0, 2), ["one", 2]);
  client.server.tables = false;
  assertEquals((await client.send("GET", MAPS, undefined, TABLE)).status, 406);
});

Deno.test("FakeApiServer answers with null for an empty list of metadata", async () => {
  await using client = clientOf();
  const { body } = await client.send("GET", MAPS, undefined, METADATA);
  assertEquals([body.kind, body.items], ["PartialObjectMetadataList", null]);
});

Deno.test("FakeApiServer ignores shard selectors unless sharding is true", async () => {
  const names = ["a", "b", "c", "d", "e", "f", "g", "h"];
  const query = (start: string, end: string) =>
    `${MAPS}?shardSelector=${
      encodeURIComponent(
        `shardRange(object.metadata.uid, '${start}', '${end}')`,
      )
    }`;
  const halves = [
    query("0x0000000000000000", "0x8000000000000000"),
    query("0x8000000000000000", "0x10000000000000000"),
  ];
  await using client = clientOf();
  for (const name of names) await client.send("POST", MAPS, map(name));
  for (const half of halves) {
    const { body, names: found } = await client.send("GET", half);
    assertEquals(found, names);
    assertEquals(field(body, "metadata", "shardInfo"), undefined);
  }
  client.server.sharding = true;
  const found: string[] = [];
  for (const half of halves) {
    const answer = await client.send("GET", half);
    found.push(...answer.names);
    assertStringIncludes(
      textField(answer.body, "metadata", "shardInfo", "selector") ?? "",
      "shardRange(object.metadata.uid",
    );
  }
  assertEquals(found.toSorted(), names);
});

Deno.test("FakeApiServer answers 401 for an unknown token and 403 for what is not allowed", async () => {
  await using client = clientOf({
    users: { t1: "ann", t2: "bob" },
    authorize: ({ user, verb, namespace }) =>
      user === "ann" || (verb === "list" && namespace === "default") ||
      (verb === "create" ? "quota" : false),
  });
  const as = (token: string) => ({ authorization: `Bearer ${token}` });
  const asked = [
    ["GET", MAPS, as("t1"), 200],
    ["GET", MAPS, as("t2"), 200],
    ["GET", `${MAPS}/x`, as("t2"), 403],
    ["GET", `${MAPS}?watch=1`, as("t2"), 403],
    ["GET", MAPS, as("t3"), 401],
    ["GET", MAPS, {}, 200],
  ] as const;
  for (const [method, path, headers, expected] of asked) {
    const { status } = await client.send(method, path, undefined, headers);
    assertEquals([path, status], [path, expected]);
  }
  assertEquals(
    (await client.send("POST", MAPS, {}, as("t2"))).message,
    'configmaps is forbidden: User "bob" cannot create resource ' +
      '"configmaps" in API group "" in the namespace "default": quota',
  );
  assertEquals(
    (await client.send("GET", "/api/v1/nodes")).message,
    'nodes is forbidden: User "system:anonymous" cannot list resource ' +
      '"nodes" in API group "" at the cluster scope',
  );
  assertEquals(
    (await client.send("GET", "/metrics")).message,
    'forbidden: User "system:anonymous" cannot get path "/metrics"',
  );
});

Deno.test("FakeApiServer sends no bookmark before its end until something has changed", async () => {
  using time = new FakeTime();
  await using client = clientOf();
  const path = `${MAPS}?watch=1&allowWatchBookmarks=1&timeoutSeconds=5`;
  const quiet = await client.watch(`${path}&resourceVersion=1`);
  await time.tickAsync(5000);
  assertEquals(await quiet.types(), []);
  const busy = await client.watch(`${path}&resourceVersion=1`);
  client.server.advance();
  await time.tickAsync(5000);
  assertEquals(await busy.types(), ["BOOKMARK"]);
});

Deno.test("FakeApiServer marks the end of the initial events of a watch without a version", async () => {
  await using client = clientOf();
  await client.send("POST", MAPS, map("one"));
  const path = `${MAPS}?watch=1&allowWatchBookmarks=1`;
  for (const version of ["", "&resourceVersion=0"]) {
    const watch = await client.watch(path + version);
    client.server.endWatches();
    const [added, bookmark] = await watch.events();
    assertEquals(textField(added, "type"), "ADDED");
    assertEquals(
      field(bookmark, "object", "metadata", "annotations"),
      { "k8s.io/initial-events-end": "true" },
    );
  }
});

/** Requests a URL without decompressing the answer. */
function fetchRaw(
  url: string,
  encoding: string,
): Promise<{ encoding: string; bytes: number }> {
  return new Promise((resolve, reject) => {
    const request = httpGet(
      url,
      { headers: { "accept-encoding": encoding, connection: "close" } },
      (response) => {
        let bytes = 0;
        response.on("data", (chunk: Uint8Array) => bytes += chunk.byteLength);
        response.on("end", () =>
          resolve({
            encoding: response.headers["content-encoding"] ?? "",
            bytes,
          }));
      },
    );
    request.on("error", reject);
  });
}

Deno.test("FakeApiServer compresses large answers over HTTP", async () => {
  await using server = new FakeApiServer();
  await using listener = await server.listen();
  const url = `${listener.url}${MAPS}`;
  const create = (name: string) =>
    server.create({
      apiVersion: "v1",
      kind: "ConfigMap",
      ...map(name, { a: "x".repeat(100_000) }),
    });
  create("one");
  assertEquals((await fetchRaw(url, "gzip")).encoding, "");
  create("two");
  const { encoding, bytes } = await fetchRaw(url, "br, gzip;q=0.9");
  assertEquals(encoding, "gzip");
  assert(bytes < 20_000);
  assertEquals((await fetchRaw(url, "identity")).encoding, "");
  const { items } = await (await fetch(url)).json();
  assertEquals(items.length, 2);
});

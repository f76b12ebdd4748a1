/**
 * Lists and watches of rows, from the responses of a kube-apiserver.
 *
 * @module
 */

import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { RestClient } from "../../../rest/_rest_client.ts";
import { RetryWatcher, StatusError, type WatchEvent } from "../../../mod.ts";
import { FakeApiServer } from "../../../testing/fake_api_server.ts";
import { TableSource } from "../../../cli/printers/table_source.ts";
import type { TableObject } from "../../../cli/printers/table.ts";
import { TableServer } from "../../support/table_server.ts";

const PATH = "/api/v1/namespaces/default/pods";

function pod(name: string, phase = "Running") {
  const metadata = { name, namespace: "default" };
  return { apiVersion: "v1", kind: "Pod", metadata, status: { phase } };
}

function sourceOf(
  server: Pick<FakeApiServer, "fetch">,
  labelSelector?: string,
): TableSource {
  const client = new RestClient({ server: "http://fake", fetch: server.fetch });
  return new TableSource({ client, path: PATH, labelSelector });
}

function summarize({ type, object }: WatchEvent<TableObject>) {
  return "cells" in object ? [type, ...object.cells.slice(0, 2)] : [type];
}

Deno.test("TableSource lists rows, page by page", async () => {
  await using tables = new TableServer([pod("a"), pod("b"), pod("c")]);
  const source = sourceOf(tables);
  const first = await source.list({ limit: 2 });
  assertEquals(first.items.map(({ cells }) => cells[0]), ["a", "b"]);
  assertEquals(first.metadata?.remainingItemCount, 1);
  const second = await source.list({ continue: first.metadata?.continue });
  assertEquals(second.items.map(({ cells }) => cells[0]), ["c"]);
  assertEquals(second.metadata?.resourceVersion, "4");
});

Deno.test("TableSource watches rows through a broken connection", async () => {
  await using tables = new TableServer([pod("a")]);
  const { server } = tables;
  await using watcher = new RetryWatcher("1", sourceOf(tables), {
    minRestartDelayMs: 0,
  });
  const events = watcher.events.getReader();
  const next = async () => (await events.read()).value;
  const first = await next();
  server.patch(`${PATH}/a`, { status: { phase: "Failed" } });
  const second = await next();
  server.dropConnections();
  server.delete(`${PATH}/a`);
  const third = await next();
  assertEquals(
    [first, second, third].map((event) => event && summarize(event)),
    [
      ["ADDED", "a", "Running"],
      ["MODIFIED", "a", "Failed"],
      ["DELETED", "a", "Failed"],
    ],
  );
  assertEquals(server.watchStarts, 2);
});

Deno.test("TableSource requests a table and sends selectors", async () => {
  await using server = new FakeApiServer();
  const source = sourceOf(server, "app=web");
  await source.list({ limit: 5 });
  const events = await source.watch({ resourceVersion: "1" });
  await events.cancel();
  for (const { headers, query } of server.requests) {
    assertEquals(
      headers.get("accept"),
      "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json",
    );
    assertEquals(query.labelSelector, "app=web");
  }
  assertEquals(server.requests.map(({ query }) => query.watch), [
    undefined,
    "true",
  ]);
});

Deno.test("TableSource accepts plain objects from a server without tables", async () => {
  await using server = new FakeApiServer({
    objects: [pod("a")],
    tables: false,
  });
  const source = sourceOf(server);
  const { items } = await source.list({});
  assertEquals(items.map(({ cells }) => cells.slice(0, 2)), [["a", "Running"]]);
  const events = await source.watch({ resourceVersion: "1" });
  const reader = events.getReader();
  const { value } = await reader.read();
  assertEquals(value && summarize(value), ["ADDED", "a", "Running"]);
  await reader.cancel();
});

Deno.test("TableSource throws if the response is an error or not a list", async () => {
  await using server = new FakeApiServer();
  server.failNext({ status: 403, count: 2 });
  const source = sourceOf(server);
  await assertRejects(() => source.list({}), StatusError);
  await assertRejects(() => source.watch({}), StatusError);
  server.failNext({ status: 200, body: '{"kind":"Pod"}' });
  const error = await assertRejects(() => source.list({}), TypeError);
  assertStringIncludes(error.message, "it is not a list");
});

Deno.test("TableSource passes on ERROR events and errors of the stream", async () => {
  await using tables = new TableServer();
  const source = sourceOf(tables);
  const watch = async () => {
    const events = await source.watch({ resourceVersion: "1" });
    return events.getReader();
  };
  const events = await watch();
  tables.server.sendError(410);
  const { value } = await events.read();
  assertEquals(value?.type, "ERROR");
  const cut = await watch();
  tables.server.dropConnections();
  await assertRejects(() => cut.read());
});

Deno.test("TableSource closes the connection when it is cancelled", async () => {
  await using tables = new TableServer();
  const events = await sourceOf(tables).watch({ resourceVersion: "1" });
  await events.cancel();
  await tables.server.watchesClosed();
  assertEquals(tables.server.openWatches, 0);
});

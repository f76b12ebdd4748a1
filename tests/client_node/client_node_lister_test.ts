// `typedLister`: client-node's own list functions, over a fake server, as a
// `Lister`.

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { ApiException, type V1ConfigMap } from "@kubernetes/client-node";
import { FakeApiServer } from "../../testing/mod.ts";
import { typedLister } from "../../client_node/client_node_lister.ts";
import { ConnectionError } from "../../api/connection_error.ts";
import { IndexerInformerWatcher } from "../../watch/indexer_informer_watcher.ts";
import {
  type FetchFunction,
  RestListerWatcher,
} from "../../rest/rest_lister_watcher.ts";
import { StatusError } from "../../api/status_error.ts";
import type {
  TypedList,
  TypedListOptions,
} from "../../client_node/typed_list.ts";
import type { Lister, ListOptions } from "../../api/types.ts";
import { coreApi } from "../support/client_node_api.ts";

/** A lister of ConfigMaps that uses client-node. */
function configMaps(fetch: FetchFunction): Lister<V1ConfigMap> {
  const api = coreApi(fetch);
  return typedLister((options, configuration) =>
    api.listNamespacedConfigMap(
      { namespace: "default", ...options },
      configuration,
    )
  );
}

function serverWith(...names: string[]): FakeApiServer {
  const server = new FakeApiServer();
  for (const name of names) {
    server.create({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name, namespace: "default", labels: { app: name } },
    });
  }
  return server;
}

function namesOf({ items }: { items: V1ConfigMap[] }): unknown[] {
  return items.map(({ metadata }) => metadata?.name);
}

/** A server that always returns the same response. */
function responding(
  status: number,
  body: string,
  headers: Record<string, string> = {},
): FetchFunction {
  return () => Promise.resolve(new Response(body, { status, headers }));
}

/** The queries that client-node's function is called with. */
async function queriesFor(options: ListOptions): Promise<TypedListOptions[]> {
  const queries: TypedListOptions[] = [];
  const lister = typedLister((query) => {
    queries.push(query);
    return Promise.resolve({ items: [] });
  });
  await lister.list(options);
  return queries;
}

Deno.test("typedLister() returns client-node's _continue as continue", async () => {
  await using server = serverWith("a", "b", "c");
  const lister = configMaps(server.fetch);
  const first = await lister.list({ limit: 2 });
  assertEquals(namesOf(first), ["a", "b"]);
  assert(first.metadata?.continue);
  assert(!("_continue" in first.metadata));
  const { continue: token } = first.metadata;
  const second = await lister.list({ limit: 2, continue: token });
  assertEquals(namesOf(second), ["c"]);
  assertEquals(second.metadata?.continue, undefined);
});

Deno.test("typedLister() keeps continue when the list has it under that name, as custom objects do", async () => {
  const lister = typedLister(() =>
    Promise.resolve({ metadata: { continue: "more" }, items: [] })
  );
  const { metadata } = await lister.list({});
  assertEquals(metadata, { continue: "more" });
});

Deno.test("typedLister() passes all options with client-node's names, without undefined members", async () => {
  const queries = await queriesFor({
    labelSelector: "app=web",
    fieldSelector: "metadata.name=a",
    resourceVersion: "7",
    resourceVersionMatch: "NotOlderThan",
    limit: 0,
    continue: "there",
    timeoutSeconds: 9,
    shardSelector: "shard",
  });
  assertEquals(queries, [{
    labelSelector: "app=web",
    fieldSelector: "metadata.name=a",
    resourceVersion: "7",
    resourceVersionMatch: "NotOlderThan",
    limit: 0,
    continue: "there",
    _continue: "there",
    timeoutSeconds: 9,
    shardSelector: "shard",
  }]);
  const nothing = { limit: undefined, continue: undefined };
  assertEquals(await queriesFor({ ...nothing, resourceVersion: "" }), [{}]);
});

Deno.test("typedLister() lists only the selected objects", async () => {
  await using server = serverWith("a", "b");
  const lister = configMaps(server.fetch);
  assertEquals(namesOf(await lister.list({ labelSelector: "app=b" })), ["b"]);
});

Deno.test("typedLister() sets apiVersion and kind of the items from the list", async () => {
  const list: TypedList = {
    apiVersion: "v1",
    kind: "PodList",
    items: [{ metadata: { name: "a" } }, { apiVersion: "v2", kind: "Own" }],
  };
  const { items } = await typedLister(() => Promise.resolve(list)).list({});
  assertEquals(items.map(({ apiVersion, kind }) => [apiVersion, kind]), [
    ["v1", "Pod"],
    ["v2", "Own"],
  ]);
});

Deno.test("typedLister() returns times as Date, as client-node does", async () => {
  await using server = serverWith("a");
  const { items } = await configMaps(server.fetch).list({});
  assertInstanceOf(items[0]?.metadata?.creationTimestamp, Date);
});

Deno.test("typedLister() returns an empty list when items is null", async () => {
  const body = '{"kind":"ConfigMapList","metadata":{},"items":null}';
  const headers = { "content-type": "application/json" };
  const lister = configMaps(responding(200, body, headers));
  assertEquals((await lister.list({})).items, []);
});

Deno.test("typedLister() rejects with TypeError when the response is not a list", async () => {
  const lister = configMaps(
    responding(200, "{}", { "content-type": "application/json" }),
  );
  await assertRejects(() => lister.list({}), TypeError, "returned no items");
});

Deno.test("typedLister() rejects with the server's Status, and client-node's error as cause", async () => {
  const status = {
    kind: "Status",
    status: "Failure",
    reason: "Expired",
    message: "too old",
    code: 410,
  };
  const lister = configMaps(responding(410, JSON.stringify(status)));
  const error = await assertRejects(() => lister.list({}), StatusError);
  assertEquals(error.status, status);
  assertInstanceOf(error.cause, ApiException);
});

const REFUSALS: [what: string, fetch: FetchFunction, Partial<StatusError>][] = [
  ["a 401, whose body client-node drops", responding(401, "{}"), {
    code: 401,
    reason: "Unauthorized",
  }],
  ["plain text", responding(503, "no backend", { "retry-after": "7" }), {
    code: 503,
    reason: "ServiceUnavailable",
    retryAfterMs: 7000,
    message: "client-node's list returned 503 without a Status: 'no backend'",
  }],
  ["JSON that is not a Status", responding(404, '{"a":1}'), {
    code: 404,
    reason: "NotFound",
  }],
];

for (const [what, fetch, expected] of REFUSALS) {
  Deno.test(`typedLister() rejects with StatusError when the response is ${what}`, async () => {
    const lister = configMaps(fetch);
    const error = await assertRejects(() => lister.list({}), StatusError);
    for (const [name, value] of Object.entries(expected)) {
      assertEquals(Reflect.get(error, name), value);
    }
  });
}

Deno.test("typedLister() rejects with ConnectionError when there is no response", async () => {
  const cause = new Error("connect ECONNREFUSED 127.0.0.1:1");
  const failure = new TypeError("fetch failed", { cause });
  const lister = configMaps(() => Promise.reject(failure));
  const error = await assertRejects(() => lister.list({}), ConnectionError);
  assertStrictEquals(error.cause, failure);
  assert(error.message.includes("ECONNREFUSED"), error.message);
});

Deno.test("typedLister() rejects with other errors unchanged", async () => {
  const failure = new TypeError("options.nonsense is not a function");
  const lister = typedLister(() => {
    throw failure;
  });
  const error = await assertRejects(() => lister.list({}));
  assertStrictEquals(error, failure);
});

Deno.test("typedLister() aborts client-node's request when the signal is aborted", async () => {
  const abort = new AbortController();
  const sent = Promise.withResolvers<AbortSignal | null | undefined>();
  const lister = configMaps((_url, { signal }) => {
    sent.resolve(signal);
    return new Promise(() => {});
  });
  const result = lister.list({ signal: abort.signal });
  const signal = await sent.promise;
  const reason = new Error("enough");
  abort.abort(reason);
  assertStrictEquals(await assertRejects(() => result), reason);
  assertStrictEquals(signal?.reason, reason);
});

Deno.test("typedLister() does not wait for a function that ignores the signal", async () => {
  const abort = new AbortController();
  const { promise, reject } = Promise.withResolvers<TypedList>();
  const called = Promise.withResolvers<void>();
  const lister = typedLister(() => {
    called.resolve();
    return promise;
  });
  const result = lister.list({ signal: abort.signal });
  await called.promise;
  abort.abort(new Error("enough"));
  await assertRejects(() => result, Error, "enough");
  // A late rejection is ignored.
  reject(new Error("too late"));
});

Deno.test("typedLister() does not call the function when the signal is already aborted", async () => {
  const lister = typedLister(() => {
    throw new Error("called");
  });
  const signal = AbortSignal.abort(new Error("enough"));
  await assertRejects(() => lister.list({ signal }), Error, "enough");
});

Deno.test("typedLister() can be combined with a Watcher to a ListerWatcher", async () => {
  await using server = serverWith("a");
  const { list } = configMaps(server.fetch);
  const watcher = new RestListerWatcher<V1ConfigMap>({
    server: "http://server",
    path: "/api/v1/namespaces/default/configmaps",
    fetch: server.fetch,
  });
  await using informer = new IndexerInformerWatcher<V1ConfigMap>(
    { list, watch: (options) => watcher.watch(options) },
    { watchList: false },
  );
  await informer.controller.synced;
  server.create({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "b", namespace: "default" },
  });
  const names: unknown[] = [];
  for await (const { type, object } of informer) {
    names.push(`${type} ${object.metadata?.name}`);
    if (names.length === 2) break;
  }
  assertEquals(names, ["ADDED a", "ADDED b"]);
});

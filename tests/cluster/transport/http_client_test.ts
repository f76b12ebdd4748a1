// The HTTP client for requests: on Deno one without HTTP/2 that is open only
// while requests are in flight, elsewhere the runtime's own. The resource
// sanitizer checks that it is closed.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { RestListerWatcher } from "../../../mod.ts";
import { Exchange } from "../../../rest/_exchange.ts";
import { leaseHttp } from "../../../rest/_http_client.ts";
import {
  answering,
  CHUNKED,
  RawServer,
  Served,
} from "../../support/http_fakes.ts";

const EMPTY = '{"items":[]}';

/** Records which clients are created and closed, until it is disposed. */
class Clients implements Disposable {
  readonly options: unknown[] = [];
  open = 0;
  readonly #create = Deno.createHttpClient;

  constructor() {
    const create = this.#create;
    Deno.createHttpClient = (options: Deno.CreateHttpClientOptions) => {
      this.options.push(options);
      this.open++;
      const client = create(options);
      const close = client.close.bind(client);
      client.close = () => {
        this.open--;
        close();
      };
      return client;
    };
  }

  [Symbol.dispose](): void {
    Deno.createHttpClient = this.#create;
  }
}

function podsOf(server: string): RestListerWatcher {
  return new RestListerWatcher({ server, path: "/api/v1/pods" });
}

Deno.test("leaseHttp() creates a client without HTTP/2 for the first lease and closes it after the last", () => {
  using clients = new Clients();
  const first = leaseHttp();
  const second = leaseHttp();
  assertEquals([clients.options.length, clients.open], [1, 1]);
  first.release();
  assertEquals(clients.open, 1);
  const third = leaseHttp();
  second.release();
  assertEquals(clients.open, 1);
  third.release();
  assertEquals([clients.options.length, clients.open], [1, 0]);
  leaseHttp().release();
  assertEquals([clients.options.length, clients.open], [2, 0]);
  for (const options of clients.options) {
    assert(typeof options === "object" && options && "http2" in options);
    assertEquals(options.http2, false);
  }
});

Deno.test("leaseHttp() sends requests through its client", async () => {
  const { fetch } = globalThis;
  const sent: unknown[] = [];
  globalThis.fetch = (_url, init) => {
    sent.push(init);
    return Promise.resolve(new Response());
  };
  try {
    const lease = leaseHttp();
    await lease.fetch("https://host/", { method: "GET" });
    lease.release();
  } finally {
    globalThis.fetch = fetch;
  }
  const [init] = sent;
  assert(typeof init === "object" && init && "client" in init);
  assert(init.client instanceof Deno.HttpClient);
  assert("method" in init && init.method === "GET");
});

Deno.test("leaseHttp() uses the runtime's fetch when it has no createHttpClient()", async () => {
  const { createHttpClient } = Deno;
  const { fetch } = globalThis;
  const sent: unknown[] = [];
  Reflect.deleteProperty(Deno, "createHttpClient");
  globalThis.fetch = (url, init) => {
    sent.push([url, init]);
    return Promise.resolve(new Response());
  };
  try {
    const lease = leaseHttp();
    await lease.fetch("https://host/", { method: "GET" });
    lease.release();
  } finally {
    globalThis.fetch = fetch;
    Deno.createHttpClient = createHttpClient;
  }
  assertEquals(sent, [["https://host/", { method: "GET" }]]);
});

Deno.test("Exchange.end() releases its client once when it is called again", () => {
  using clients = new Clients();
  const first = new Exchange(undefined, undefined);
  const second = new Exchange(undefined, undefined);
  first.end();
  first.end();
  assertEquals(clients.open, 1);
  second.end();
  assertEquals(clients.open, 0);
});

Deno.test("RestListerWatcher keeps a client open only while a request is in flight", async () => {
  using clients = new Clients();
  await using server = new Served((request) =>
    request.url.includes("watch=true")
      ? new Response(new ReadableStream({ type: "bytes" }))
      : new Response(EMPTY)
  );
  const pods = podsOf(server.url);
  assertEquals(clients.open, 0);
  const listed = pods.list({});
  assertEquals(clients.open, 1);
  await listed;
  assertEquals(clients.open, 0);
  const watched = await pods.watch({});
  assertEquals(clients.open, 1);
  await pods.list({});
  assertEquals([clients.options.length, clients.open], [2, 1]);
  await watched.cancel();
  assertEquals(clients.open, 0);
});

Deno.test("RestListerWatcher closes its client when requests fail", async () => {
  using clients = new Clients();
  await using refusing = new Served(() => new Response("no", { status: 403 }));
  await using mute = new RawServer((connection) => connection.close());
  for (const url of [refusing.url, mute.url]) {
    await assertRejects(() => podsOf(url).list({}));
    await assertRejects(() => podsOf(url).watch({}));
    assertEquals(clients.open, 0);
  }
});

Deno.test("RestListerWatcher creates no client when fetch is given", async () => {
  using clients = new Clients();
  const pods = new RestListerWatcher({
    server: "https://host",
    path: "/api/v1/pods",
    fetch: answering(EMPTY).fetch,
  });
  await pods.list({});
  await (await pods.watch({})).cancel();
  assertEquals(clients.options, []);
});

Deno.test("RestListerWatcher opens a separate connection for each request in flight", async () => {
  const allAsked = Promise.withResolvers<void>();
  let asked = 0;
  await using server = new RawServer(async (connection) => {
    if (connection.head.includes("watch=true")) await connection.write(CHUNKED);
    if (++asked === 4) allAsked.resolve();
    await connection.closedByPeer();
  });
  const pods = podsOf(server.url);
  const watches = [await pods.watch({}), await pods.watch({})];
  const abort = new AbortController();
  const lists = [1, 2].map(() => pods.list({ signal: abort.signal }));
  await allAsked.promise;
  abort.abort();
  for (const list of lists) await assertRejects(() => list);
  for (const watch of watches) await watch.cancel();
});

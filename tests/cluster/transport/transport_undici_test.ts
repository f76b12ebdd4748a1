// The transport on undici, for settings that Deno's own client does not
// support. The sanitizers check that it leaks nothing.

import {
  assertEquals,
  assertFalse,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { ConfigurationError } from "../../../api/configuration_error.ts";
import { createUndiciTransport } from "../../../cluster/transport/undici.ts";
import type {
  HeaderLine,
  Transport,
  TransportOptions,
} from "../../../cluster/transport/types.ts";
import { CHUNKED, RawServer, Served } from "../../support/http_fakes.ts";

function options(
  server: string,
  headers: readonly HeaderLine[] = [],
  proxyUrl?: string,
): TransportOptions {
  return {
    server,
    tls: { ca: undefined, insecure: true, serverName: undefined },
    proxyUrl,
    certificate: undefined,
    headers,
  };
}

function open(
  ...args: Parameters<typeof options>
): Promise<Transport> {
  return createUndiciTransport(options(...args));
}

/** Sends the start of a response, and leaves the rest to the test. */
class PartialResponse implements AsyncDisposable {
  /** Closes the connection. */
  disconnect: () => void = () => {};
  readonly #server = new RawServer(async (connection) => {
    await connection.write(`${CHUNKED}2\r\nhi\r\n`);
    this.disconnect = () => connection.close();
    await connection.closedByPeer();
  });

  get url(): string {
    return this.#server.url;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#server[Symbol.asyncDispose]();
  }
}

const ENDS: Record<
  string,
  (parts: {
    server: PartialResponse;
    abort: AbortController;
    transport: Transport;
  }) => Promise<void> | void
> = {
  "the connection is lost": ({ server }) => server.disconnect(),
  "the request is aborted": ({ abort }) => abort.abort(new Error("enough")),
  "the transport is closed": ({ transport }) => transport.close(),
};

for (const [when, end] of Object.entries(ENDS)) {
  Deno.test(`createUndiciTransport() errors the body of a response when ${when}`, async () => {
    await using server = new PartialResponse();
    const transport = await open(server.url);
    const abort = new AbortController();
    const { signal } = abort;
    const response = await transport.fetch(`${server.url}/watch`, { signal });
    const reader = response.body?.getReader();
    const first = await reader?.read();
    assertEquals(new TextDecoder().decode(first?.value), "hi");
    const pending = assertRejects(async () => await reader?.read());
    await end({ server, abort, transport });
    await pending;
    await transport.close();
  });
}

const BROKEN: [what: string, load: () => unknown, said: string][] = [
  [
    "cannot be loaded",
    () => {
      throw new TypeError("x is undefined\nRequire stack");
    },
    "Cannot connect to the cluster with npm:undici: it cannot be loaded (x is undefined): install undici 8",
  ],
  [
    "lacks what is used of it",
    () => ({ Agent: class {}, Client: class {}, request() {} }),
    "Cannot connect to the cluster with npm:undici: it has no buildConnector: install undici 8",
  ],
];

for (const [what, load, said] of BROKEN) {
  Deno.test(`createUndiciTransport() rejects with ConfigurationError when undici ${what}`, async () => {
    const transport = Reflect.apply(createUndiciTransport, undefined, [
      options("https://c.example"),
      async () => await load(),
    ]);
    await assertRejects(() => transport, ConfigurationError, said);
  });
}

for (const scheme of ["http", "socks5"]) {
  Deno.test(`createUndiciTransport() rejects with ConfigurationError when the password of a proxy is malformed, with ${scheme}`, async () => {
    const error = await assertRejects(
      () => open("https://c.example", [], `${scheme}://me:hunter2%zz@p`),
      ConfigurationError,
      "Cannot use the proxy: the user or password in its URL",
    );
    assertFalse(Deno.inspect(error).includes("hunter2"));
  });
}

Deno.test("createUndiciTransport() closes the connection when a body is cancelled", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  await using server = new RawServer(async (connection) => {
    await connection.write(`${CHUNKED}2\r\nhi\r\n`);
    await connection.closedByPeer();
    resolve();
  });
  const transport = await open(server.url);
  const response = await transport.fetch(server.url, {});
  await response.body?.cancel();
  await promise;
  await transport.close();
});

Deno.test("createUndiciTransport() does not crash when the connection of an unread body is lost", async () => {
  await using server = new PartialResponse();
  const transport = await open(server.url);
  const { body } = await transport.fetch(server.url, {});
  server.disconnect();
  await assertRejects(() => new Response(body).text());
  await transport.close();
});

Deno.test("createUndiciTransport() sends the request with repeated headers", async () => {
  await using server = new Served(async (request) =>
    Response.json([
      request.method,
      new URL(request.url).pathname + new URL(request.url).search,
      request.headers.get("impersonate-group"),
      request.headers.get("accept"),
      await request.text(),
    ])
  );
  const transport = await open(server.url, [
    ["impersonate-group", "a"],
    ["impersonate-group", "b"],
  ]);
  const ask = async (path: string, init: RequestInit) =>
    await (await transport.fetch(server.url + path, init)).json();
  assertEquals(await ask("/a?b=c%3Dd", { headers: { accept: "x/y" } }), [
    "GET",
    "/a?b=c%3Dd",
    "a, b",
    "x/y",
    "",
  ]);
  assertEquals(
    (await ask("/", { method: "PATCH", body: "text" })).at(-1),
    "text",
  );
  await transport.close();
});

Deno.test("createUndiciTransport() decompresses gzip", async () => {
  const text = "pods ".repeat(10_000);
  await using server = new Served((request) => {
    const accepted = request.headers.get("accept-encoding") ?? "";
    return new Response(
      new Response(text).body?.pipeThrough(new CompressionStream("gzip")),
      { headers: { "content-encoding": "gzip", "x-accepted": accepted } },
    );
  });
  const transport = await open(server.url);
  const response = await transport.fetch(server.url, {});
  assertEquals(response.headers.get("x-accepted"), "gzip");
  assertEquals(await response.text(), text);
  await transport.close();
});

Deno.test("createUndiciTransport() returns redirects and empty responses unchanged", async () => {
  await using server = new Served(({ url }) =>
    url.endsWith("/empty")
      ? new Response(null, { status: 204 })
      : new Response("x", { status: 302, headers: { location: "/other" } })
  );
  const transport = await open(server.url);
  const redirect = await transport.fetch(`${server.url}/a`, {});
  assertEquals(redirect.status, 302);
  assertEquals(redirect.headers.get("location"), "/other");
  assertEquals(redirect.url, `${server.url}/a`);
  await redirect.body?.cancel();
  const empty = await transport.fetch(`${server.url}/empty`, {});
  assertEquals([empty.status, empty.body], [204, null]);
  await transport.close();
});

Deno.test("createUndiciTransport() aborts connections that are being opened when it is closed", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  // The server never responds to the TLS handshake.
  const server = `https://127.0.0.1:${listener.addr.port}`;
  const transport = await open(server);
  const pending = assertRejects(() => transport.fetch(server, {}));
  using connection = await listener.accept();
  await transport.close();
  await pending;
  const buffer = new Uint8Array(4096);
  while (await connection.read(buffer).catch(() => null) !== null);
});

Deno.test("createUndiciTransport() shows no password when a proxy cannot be reached", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  for (const scheme of ["socks5", "http"]) {
    const proxy = `${scheme}://me:s%40kret99@127.0.0.1:${port}`;
    const transport = await open("https://c.example", [], proxy);
    const error = await assertRejects(() =>
      transport.fetch("https://c.example/", {})
    );
    const shown = Deno.inspect(error, { depth: 10 });
    assertStringIncludes(shown, "ECONNREFUSED");
    assertFalse(/s(@|%40)kret99/.test(shown), shown);
    await transport.close();
  }
});

// `RestListerWatcher`: what it sends, its credential, how it fails without a
// response, and watches over real connections that are cut, aborted and
// cancelled. Its parts have their own tests: URLs, list bodies, failures,
// exchanges and the decoder.

import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  ConnectionError,
  type ListerWatcher,
  RestListerWatcher,
  type RestListerWatcherOptions,
  StatusError,
  type WatchEvent,
} from "../../mod.ts";
import {
  answering,
  BODY_KINDS,
  bytes,
  CHUNKED,
  cut,
  FakeBody,
  FakeFetch,
  type RawConnection,
  RawServer,
  Served,
} from "../support/http_fakes.ts";
import { FakeApiServer } from "../../testing/mod.ts";
import { isPending, turn } from "../support/wait_fakes.ts";

const TOKEN = "eyJhbGciOiJSUzI1NiJ9.c2VjcmV0.c2lnbmF0dXJl";
const EMPTY = '{"items":[]}';

function podsOf(
  options: Partial<RestListerWatcherOptions>,
): RestListerWatcher {
  return new RestListerWatcher({
    server: "https://host",
    path: "/api/v1/pods",
    ...options,
  });
}

const VERBS = ["list", "watch"] as const;

/** Calls `list`, or `watch` and cancels the stream. */
async function call(
  listerWatcher: ListerWatcher,
  verb: typeof VERBS[number],
): Promise<void> {
  if (verb === "list") await listerWatcher.list({});
  else await (await listerWatcher.watch({})).cancel();
}

// Requests.

for (const verb of VERBS) {
  Deno.test(`RestListerWatcher.${verb}() sends a GET that does not follow redirects`, async () => {
    const fake = answering(EMPTY);
    await call(podsOf({ fetch: fake.fetch }), verb);
    const sent = fake.calls[0];
    assert(sent);
    assertEquals(fake.calls.length, 1);
    assertEquals(typeof sent.url, "string");
    assertEquals(sent.init.method, "GET");
    assertEquals(sent.init.redirect, "manual");
    assertInstanceOf(sent.init.signal, AbortSignal);
  });

  Deno.test(`RestListerWatcher.${verb}() calls the given fetch without this`, async () => {
    const fake = answering(EMPTY);
    await call(podsOf({ fetch: fake.fetch }), verb);
    assertEquals(fake.calls[0]?.self, undefined);
  });

  Deno.test(`RestListerWatcher.${verb}() requests JSON when the headers have another Accept`, async () => {
    const fake = answering(EMPTY);
    const headers = { accept: "text/html", "x-mine": "1" };
    await call(podsOf({ fetch: fake.fetch, headers }), verb);
    assertEquals(Object.fromEntries(fake.headers(1)), {
      accept: "application/json",
      "x-mine": "1",
    });
  });
}

Deno.test("RestListerWatcher requests only metadata when metadataOnly is set", async () => {
  const fake = answering(EMPTY);
  const pods = podsOf({ fetch: fake.fetch, metadataOnly: true });
  await call(pods, "list");
  await call(pods, "watch");
  assertEquals(
    fake.headers(1).get("accept"),
    "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json",
  );
  assertEquals(
    fake.headers(2).get("accept"),
    "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json",
  );
});

Deno.test("RestListerWatcher copies the headers when it is created", async () => {
  const fake = answering(EMPTY);
  const headers = new Headers({ "x-mine": "1" });
  const pods = podsOf({ fetch: fake.fetch, headers });
  headers.set("x-mine", "2");
  await pods.list({});
  assertEquals(fake.headers(1).get("x-mine"), "1");
});

const BAD_HEADERS: HeadersInit[] = [
  { "x-api-key": `${TOKEN}\n` + "x" },
  { "x api key": TOKEN },
  { [`${TOKEN}:`]: "x" },
];

for (const headers of BAD_HEADERS) {
  Deno.test(`new RestListerWatcher() throws TypeError that does not repeat the headers when they are ${JSON.stringify(headers)}`, () => {
    const error = assertThrows(
      () => podsOf({ headers }),
      TypeError,
      "Cannot use the given headers",
    );
    assertFalse(Deno.inspect(error).includes(TOKEN));
  });
}

for (const requestTimeoutMs of [-1, NaN, -Infinity]) {
  Deno.test(`new RestListerWatcher() throws RangeError when requestTimeoutMs is ${requestTimeoutMs}`, () => {
    assertThrows(() => podsOf({ requestTimeoutMs }), RangeError);
  });
}

Deno.test("new RestListerWatcher() sends no request", async () => {
  const fake = answering(EMPTY);
  let tokens = 0;
  podsOf({ fetch: fake.fetch, token: () => `${++tokens}` });
  await turn();
  assertEquals([fake.calls.length, tokens], [0, 0]);
});

Deno.test("RestListerWatcher shows no credential when it is inspected", () => {
  const pods = podsOf({
    token: TOKEN,
    headers: { authorization: TOKEN, "x-api-key": TOKEN },
  });
  const options = { depth: 9, showHidden: true, getters: true };
  const shown = [
    Deno.inspect(pods, options),
    String(pods),
    JSON.stringify(pods),
  ]
    .join();
  assertFalse(shown.includes(TOKEN), shown);
});

// The token.

for (const verb of VERBS) {
  Deno.test(`RestListerWatcher.${verb}() sends the token`, async () => {
    const fake = answering(EMPTY);
    await call(podsOf({ fetch: fake.fetch, token: TOKEN }), verb);
    assertEquals(fake.headers(1).get("authorization"), `Bearer ${TOKEN}`);
  });

  Deno.test(`RestListerWatcher.${verb}() calls a token function for each request`, async () => {
    const fake = answering(EMPTY);
    const asked: unknown[] = [];
    const token = async (request: { refused: boolean }) => {
      await turn();
      return `t${asked.push(request)}`;
    };
    const pods = podsOf({ fetch: fake.fetch, token });
    await call(pods, verb);
    await call(pods, verb);
    assertEquals(asked, [{ refused: false }, { refused: false }]);
    assertEquals(fake.headers(1).get("authorization"), "Bearer t1");
    assertEquals(fake.headers(2).get("authorization"), "Bearer t2");
  });

  Deno.test(`RestListerWatcher.${verb}() gets a new token once when the first is refused`, async () => {
    const refusal = new FakeBody("default", ["no"], "hang");
    const fake = new FakeFetch((_, call) =>
      call === 1
        ? new Response(refusal.stream, { status: 401 })
        : new Response(EMPTY)
    );
    const asked: unknown[] = [];
    const token = (request: unknown) => `t${asked.push(request)}`;
    await call(podsOf({ fetch: fake.fetch, token }), verb);
    assertEquals(asked, [{ refused: false }, { refused: true }]);
    assertEquals(fake.calls.length, 2);
    assertEquals(fake.headers(2).get("authorization"), "Bearer t2");
    assertEquals(fake.url(2), fake.url(1));
    assertEquals([refusal.pulls, refusal.cancels.length], [0, 1]);
  });

  Deno.test(`RestListerWatcher.${verb}() rejects when the new token is refused as well`, async () => {
    const fake = answering("who?", { status: 401 });
    const asked: unknown[] = [];
    const token = (request: unknown) => `t${asked.push(request)}`;
    const pods = podsOf({ fetch: fake.fetch, token });
    const error = await assertRejects(() => call(pods, verb), StatusError);
    assertEquals(error.code, 401);
    assertEquals(asked, [{ refused: false }, { refused: true }]);
    assertEquals(fake.calls.length, 2);
  });

  Deno.test(`RestListerWatcher.${verb}() does not repeat a request when the refused token is a string`, async () => {
    const fake = answering("who?", { status: 401 });
    const pods = podsOf({ fetch: fake.fetch, token: TOKEN });
    await assertRejects(() => call(pods, verb), StatusError);
    assertEquals(fake.calls.length, 1);
  });

  Deno.test(`RestListerWatcher.${verb}() does not repeat a request when the response is not a 401`, async () => {
    for (const status of [400, 403, 407, 500]) {
      const fake = answering("no", { status });
      const asked: unknown[] = [];
      const token = (request: unknown) => `t${asked.push(request)}`;
      const pods = podsOf({ fetch: fake.fetch, token });
      await assertRejects(() => call(pods, verb), StatusError);
      assertEquals(asked, [{ refused: false }]);
      assertEquals(fake.calls.length, 1);
    }
  });

  Deno.test(`RestListerWatcher.${verb}() calls the token function with refused: false again after a renewal`, async () => {
    const fake = new FakeFetch((_, call) =>
      call === 1 ? new Response("", { status: 401 }) : new Response(EMPTY)
    );
    const asked: boolean[] = [];
    const token = ({ refused }: { refused: boolean }) =>
      `t${asked.push(refused)}`;
    const pods = podsOf({ fetch: fake.fetch, token });
    await call(pods, verb);
    await call(pods, verb);
    assertEquals(asked, [false, true, false]);
  });

  Deno.test(`RestListerWatcher.${verb}() rejects with the cause when the token function fails`, async () => {
    const cause = new Error("the plugin is missing");
    const functions = [
      () => {
        throw cause;
      },
      () => Promise.reject(cause),
    ];
    for (const token of functions) {
      const fake = answering(EMPTY);
      const pods = podsOf({ fetch: fake.fetch, token });
      const error = await assertRejects(() => call(pods, verb), Error);
      assertStringIncludes(error.message, "Cannot get a token");
      assertStringIncludes(error.message, cause.message);
      assertStrictEquals(error.cause, cause);
      assertFalse(error instanceof ConnectionError);
      assertEquals(fake.calls.length, 0);
    }
  });

  Deno.test(`RestListerWatcher.${verb}() sends no Authorization when the token is empty`, async () => {
    for (const token of ["", " \n", () => "", undefined]) {
      const fake = answering(EMPTY);
      await call(podsOf({ fetch: fake.fetch, token }), verb);
      assertFalse(fake.headers(1).has("authorization"));
    }
  });
}

Deno.test("RestListerWatcher trims the token", async () => {
  for (const token of [`${TOKEN}\n`, ` ${TOKEN}\r\n`, () => `${TOKEN}\n`]) {
    const fake = answering(EMPTY);
    await podsOf({ fetch: fake.fetch, token }).list({});
    assertEquals(fake.headers(1).get("authorization"), `Bearer ${TOKEN}`);
  }
});

for (
  const bad of [`${TOKEN}\n${TOKEN}`, `${TOKEN} x`, `${TOKEN}ü`, `${TOKEN}\0`]
) {
  Deno.test(`RestListerWatcher throws TypeError that does not repeat the token when it is ${JSON.stringify(bad)}`, async () => {
    const fake = answering(EMPTY);
    const { fetch } = fake;
    const errors = [
      assertThrows(() => podsOf({ token: bad, fetch }), TypeError),
      await assertRejects(
        () => podsOf({ token: () => bad, fetch }).list({}),
        TypeError,
      ),
    ];
    for (const error of errors) {
      assertStringIncludes(error.message, "Cannot use the given token");
      assertFalse(Deno.inspect(error).includes(TOKEN));
    }
    assertEquals(fake.calls.length, 0);
  });
}

Deno.test("RestListerWatcher sends the token instead of an Authorization header of the options", async () => {
  const fake = answering(EMPTY);
  const headers = { authorization: "Basic xyz" };
  await podsOf({ fetch: fake.fetch, headers, token: TOKEN }).list({});
  await podsOf({ fetch: fake.fetch, headers }).list({});
  assertEquals(fake.headers(1).get("authorization"), `Bearer ${TOKEN}`);
  assertEquals(fake.headers(2).get("authorization"), "Basic xyz");
});

// No response.

for (const verb of VERBS) {
  Deno.test(`RestListerWatcher.${verb}() rejects with ConnectionError when fetch fails`, async () => {
    const cause = new TypeError("failed", { cause: new Error("refused") });
    const { fetch } = new FakeFetch(() => Promise.reject(cause));
    const error = await assertRejects(
      () => call(podsOf({ fetch }), verb),
      ConnectionError,
      "Cannot reach https://host/api/v1/pods: failed: refused",
    );
    assertStrictEquals(error.cause, cause);
  });

  Deno.test(`RestListerWatcher.${verb}() rejects with ConnectionError when fetch throws`, async () => {
    const fetch = () => {
      throw new TypeError("cannot start");
    };
    await assertRejects(
      () => call(podsOf({ fetch }), verb),
      ConnectionError,
      "cannot start",
    );
  });

  Deno.test(`RestListerWatcher.${verb}() does not show a credential in what fetch throws`, async () => {
    const { fetch } = new FakeFetch(() => {
      const cause = Object.assign(new Error("bad answer"), {
        data: `GET / HTTP/1.1\r\nauthorization: Bearer ${TOKEN}`,
      });
      throw new TypeError(`failed with ${TOKEN}`, { cause });
    });
    const error = await assertRejects(
      () => call(podsOf({ fetch, token: TOKEN }), verb),
      ConnectionError,
      "failed with [redacted]: bad answer",
    );
    assertInstanceOf(error.cause, Error);
    const shown = `${Deno.inspect(error)} ${error.stack}`;
    assertFalse(shown.includes(TOKEN.slice(0, 10)), shown);
  });

  Deno.test(`RestListerWatcher.${verb}() rejects with ConnectionError when nothing is listening`, async () => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const server = `http://127.0.0.1:${listener.addr.port}`;
    listener.close();
    const pods = podsOf({ server });
    const error = await assertRejects(() => call(pods, verb), ConnectionError);
    assertStringIncludes(error.message, server);
    assertInstanceOf(error.cause, Error);
  });

  Deno.test(`RestListerWatcher.${verb}() rejects with ConnectionError when the server closes the connection`, async () => {
    await using server = new RawServer((connection) => connection.close());
    const pods = podsOf({ server: server.url });
    await assertRejects(() => call(pods, verb), ConnectionError);
  });

  Deno.test(`RestListerWatcher.${verb}() rejects with ConnectionError when the response is not HTTP`, async () => {
    await using server = new RawServer((connection) =>
      connection.write(connection.head)
    );
    const pods = podsOf({ server: server.url, token: TOKEN });
    const error = await assertRejects(() => call(pods, verb), ConnectionError);
    assertFalse(Deno.inspect(error).includes(TOKEN));
  });

  Deno.test(`RestListerWatcher.${verb}() rejects with ConnectionError when the server does not use TLS`, async () => {
    await using server = new Served(() => new Response(EMPTY));
    const pods = podsOf({ server: server.url.replace("http:", "https:") });
    await assertRejects(() => call(pods, verb), ConnectionError);
  });
}

for (const kind of BODY_KINDS) {
  Deno.test(`RestListerWatcher.list() rejects with ConnectionError when the body breaks (${kind} reader)`, async () => {
    const lost = new TypeError("connection reset");
    const body = new FakeBody(kind, ['{"items":['], { error: lost });
    const error = await assertRejects(
      () => podsOf({ fetch: answering(body.stream).fetch }).list({}),
      ConnectionError,
      "Lost the connection while reading the response to GET https://host/api/v1/pods: connection reset",
    );
    assertStrictEquals(error.cause, lost);
    assertFalse(body.stream.locked);
  });

  Deno.test(`RestListerWatcher.list() does not show a credential in the error of the body (${kind} reader)`, async () => {
    const lost = Object.assign(new TypeError(`after ${TOKEN}`), {
      data: TOKEN,
    });
    const body = new FakeBody(kind, [], { error: lost });
    const { fetch } = answering(body.stream);
    const error = await assertRejects(
      () => podsOf({ fetch, token: TOKEN }).list({}),
      ConnectionError,
      "after [redacted]",
    );
    assertFalse(Deno.inspect(error).includes(TOKEN));
  });

  Deno.test(`RestListerWatcher.list() releases the body when it has been read (${kind} reader)`, async () => {
    const whole = bytes(JSON.stringify({ items: [{ name: "é🎈" }] }));
    const places = Array.from(whole, (_, index) => index);
    const body = new FakeBody(kind, cut(whole, places));
    const list = await podsOf({ fetch: answering(body.stream).fetch }).list({});
    assertEquals<unknown>(list, { items: [{ name: "é🎈" }] });
    assertFalse(body.stream.locked);
  });
}

// Watches over real connections.

const FIRST = { type: "ADDED", object: { metadata: { name: "first" } } };
const SECOND = { type: "MODIFIED", object: { metadata: { name: "sécond" } } };

function line(event: unknown): string {
  return `${JSON.stringify(event)}\n`;
}

async function readAll(
  stream: ReadableStream<WatchEvent>,
): Promise<{ events: unknown[]; error?: unknown }> {
  const events: unknown[] = [];
  try {
    for await (const event of stream) events.push(event);
    return { events };
  } catch (error) {
    return { events, error };
  }
}

async function watchRaw(
  onRequest: (connection: RawConnection) => Promise<void>,
): Promise<{ events: unknown[]; error?: unknown }> {
  await using server = new RawServer(onRequest);
  return await readAll(await podsOf({ server: server.url }).watch({}));
}

Deno.test("RestListerWatcher.watch() delivers the events of a real server", async () => {
  await using server = new Served(() =>
    new Response(line(FIRST) + line(SECOND))
  );
  const pods = podsOf({ server: server.url });
  assertEquals(await readAll(await pods.watch({})), {
    events: [FIRST, SECOND],
  });
});

Deno.test("RestListerWatcher.watch() reads real bodies with a BYOB reader", async () => {
  const { getReader } = ReadableStream.prototype;
  const modes: unknown[] = [];
  Object.assign(ReadableStream.prototype, {
    getReader(this: ReadableStream, ...args: unknown[]) {
      const reader = Reflect.apply(getReader, this, args);
      modes.push(args[0]);
      return reader;
    },
  });
  try {
    await using server = new Served(() => new Response(line(FIRST)));
    const events = await podsOf({ server: server.url }).watch({});
    assertEquals(modes.at(-1), { mode: "byob" });
    await events.cancel();
  } finally {
    Object.assign(ReadableStream.prototype, { getReader });
  }
});

Deno.test("RestListerWatcher.watch() delivers the events before a cut connection", async () => {
  const { events, error } = await watchRaw(async (connection) => {
    await connection.write(CHUNKED);
    await connection.writeChunk(line(FIRST) + line(SECOND).slice(0, 30));
    await connection.writeChunk(line(SECOND).slice(30));
    await connection.writeChunk(line(FIRST).slice(0, 10));
    connection.close();
  });
  assertEquals(events, [FIRST, SECOND]);
  assertInstanceOf(error, Error);
});

Deno.test("RestListerWatcher.watch() errors when a body ends in the middle of a line", async () => {
  const { events, error } = await watchRaw(async (connection) => {
    await connection.write(CHUNKED);
    await connection.writeChunk(line(FIRST) + line(SECOND).slice(0, 30));
    await connection.write("0\r\n\r\n");
  });
  assertEquals(events, [FIRST]);
  assertInstanceOf(error, SyntaxError);
});

Deno.test("RestListerWatcher.watch() closes when the last line of a body has no line end", async () => {
  assertEquals(
    await watchRaw(async (connection) => {
      await connection.write(CHUNKED);
      await connection.writeChunk(line(FIRST));
      await connection.writeChunk(line(SECOND).trimEnd());
      await connection.write("0\r\n\r\n");
    }),
    { events: [FIRST, SECOND] },
  );
});

Deno.test("RestListerWatcher.watch() errors when the connection closes before Content-Length", async () => {
  const { events, error } = await watchRaw(async (connection) => {
    await connection.write("HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n");
    await connection.write(line(FIRST));
    connection.close();
  });
  assertEquals(events, [FIRST]);
  assertInstanceOf(error, Error);
});

Deno.test("RestListerWatcher.watch() errors when a successful response is HTML", async () => {
  const events = await podsOf({
    fetch: answering("<html>sign in</html>\n").fetch,
  }).watch({});
  const { error } = await readAll(events);
  assertInstanceOf(error, SyntaxError);
  assertStringIncludes(error.message, "'<html>sign in</html>'");
});

Deno.test("RestListerWatcher.watch() closes when the response has no body", async () => {
  const { fetch } = answering(null, { status: 204 });
  const events = await podsOf({ fetch }).watch({});
  assertEquals(await readAll(events), { events: [] });
});

Deno.test("RestListerWatcher.watch() does not show a credential that a bad line repeats", async () => {
  const { fetch } = answering(`${line(FIRST)}you sent ${TOKEN}\n`);
  const events = await podsOf({ fetch, token: TOKEN }).watch({});
  const { error } = await readAll(events);
  assertInstanceOf(error, SyntaxError);
  assertStringIncludes(error.message, "'you sent [redacted]'");
  assertFalse(Deno.inspect(error).includes(TOKEN));
});

Deno.test("RestListerWatcher.watch() redacts the token that it sent in an ERROR event", async () => {
  const error = { type: "ERROR", object: { message: "bad token t2-123456" } };
  const fake = new FakeFetch((_, call) =>
    call === 1 ? new Response("", { status: 401 }) : new Response(line(error))
  );
  let tokens = 0;
  const token = () => `t${++tokens}-123456`;
  const events = await podsOf({ fetch: fake.fetch, token }).watch({});
  assertEquals(await readAll(events), {
    events: [{ type: "ERROR", object: { message: "bad token [redacted]" } }],
  });
});

Deno.test("RestListerWatcher.watch() closes the connection when it is cancelled", async () => {
  const closed = Promise.withResolvers<void>();
  await using server = new RawServer(async (connection) => {
    await connection.write(CHUNKED);
    await connection.writeChunk(line(FIRST));
    await connection.closedByPeer();
    closed.resolve();
  });
  const reader = (await podsOf({ server: server.url }).watch({})).getReader();
  assertEquals<unknown>((await reader.read()).value, FIRST);
  await reader.cancel();
  await closed.promise;
});

Deno.test("RestListerWatcher.watch() closes the connection when it is aborted during a read", async () => {
  const closed = Promise.withResolvers<void>();
  await using server = new RawServer(async (connection) => {
    await connection.write(CHUNKED);
    await connection.writeChunk(line(FIRST));
    await connection.closedByPeer();
    closed.resolve();
  });
  const abort = new AbortController();
  const pods = podsOf({ server: server.url });
  const reader = (await pods.watch({ signal: abort.signal })).getReader();
  await reader.read();
  const pending = reader.read();
  assert(await isPending(pending));
  const reason = new Error("enough");
  abort.abort(reason);
  assertStrictEquals(await assertRejects(() => pending), reason);
  await closed.promise;
});

for (const verb of VERBS) {
  Deno.test(`RestListerWatcher.${verb}() closes the connection when it is aborted before a response`, async () => {
    const asked = Promise.withResolvers<void>();
    const closed = Promise.withResolvers<void>();
    await using server = new RawServer(async (connection) => {
      asked.resolve();
      await connection.closedByPeer();
      closed.resolve();
    });
    const abort = new AbortController();
    const pods = podsOf({ server: server.url });
    const pending: Promise<unknown> = pods[verb]({ signal: abort.signal });
    await asked.promise;
    const reason = new Error("enough");
    abort.abort(reason);
    assertStrictEquals(await assertRejects(() => pending), reason);
    await closed.promise;
  });
}

Deno.test("RestListerWatcher.list() closes the connection when it is aborted during the response", async () => {
  const abort = new AbortController();
  const reason = new Error("enough");
  const closed = Promise.withResolvers<void>();
  await using server = new RawServer(async (connection) => {
    await connection.write(CHUNKED);
    await connection.writeChunk('{"items":[');
    abort.abort(reason);
    await connection.closedByPeer();
    closed.resolve();
  });
  const pods = podsOf({ server: server.url });
  const error = await assertRejects(() => pods.list({ signal: abort.signal }));
  assertStrictEquals(error, reason);
  await closed.promise;
});

Deno.test("RestListerWatcher.resource is the path and the selectors", () => {
  const of = (selectors: { labelSelector?: string; fieldSelector?: string }) =>
    new RestListerWatcher({
      server: "https://kubernetes.default.svc",
      path: "/api/v1/pods",
      ...selectors,
    }).resource;
  assertEquals(of({}), "/api/v1/pods");
  assertEquals(
    of({ labelSelector: "app=web", fieldSelector: "metadata.name=a" }),
    "/api/v1/pods?labelSelector=app%3Dweb&fieldSelector=metadata.name%3Da",
  );
});

Deno.test("RestListerWatcher.clusterUid() returns the UID of kube-system", async () => {
  await using server = new FakeApiServer();
  const pods = new RestListerWatcher({
    server: "https://kubernetes.default.svc",
    path: "/api/v1/pods",
    fetch: server.fetch,
  });
  assertEquals(await pods.clusterUid(), undefined);
  const { metadata } = server.create({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: "kube-system" },
  });
  assertEquals(await pods.clusterUid(), metadata?.uid);
});

// What RestListerWatcher does not take from a server: more bytes than it was
// told to, a body that drips, a path that would be rewritten, a shard that is
// not one; and what it never shows.

import {
  assert,
  assertEquals,
  assertFalse,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { FakeTime } from "@std/testing/time";
import {
  ConfigurationError,
  ConnectionError,
  type KubernetesObject,
  ResponseTooLargeError,
  RestListerWatcher,
  type RestListerWatcherOptions,
  ShardingUnsupportedError,
  StatusError,
  type WatchEvent,
} from "../../mod.ts";
import { bytes } from "../support/http_fakes.ts";

const LIST = '{"kind":"PodList","metadata":{"resourceVersion":"5"},"items":[]}';

/** Pods whose requests are answered by a function. */
function podsFrom(
  answer: (init: RequestInit, url: string) => Response,
  options: Partial<RestListerWatcherOptions> = {},
): RestListerWatcher {
  return new RestListerWatcher({
    server: "https://host",
    path: "/api/v1/pods",
    fetch: (url, init) => Promise.resolve(answer(init, url)),
    ...options,
  });
}

function event(name: string, text = ""): string {
  const object = { metadata: { name, resourceVersion: "7" }, data: { text } };
  return `${JSON.stringify({ type: "ADDED", object })}\n`;
}

/** A body without end, of this chunk again and again. */
function endless(
  chunk: string,
  counter: { bytes: number; cancelled: boolean },
  waitMs?: number,
): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(chunk);
  return new ReadableStream({
    async pull(controller) {
      if (waitMs !== undefined) {
        await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
      counter.bytes += bytes.length;
      controller.enqueue(bytes);
    },
    cancel() {
      counter.cancelled = true;
    },
  }, { highWaterMark: 0 });
}

async function readAll(
  events: ReadableStream<WatchEvent>,
): Promise<{ names: unknown[]; error: unknown }> {
  const names: unknown[] = [];
  try {
    for await (const { object } of events) {
      const { metadata }: KubernetesObject = { ...object };
      names.push(metadata?.name);
    }
  } catch (error) {
    return { names, error };
  }
  return { names, error: undefined };
}

Deno.test("RestListerWatcher.watch() errors at a line longer than maxEventBytes, after the events before it", async () => {
  const body = event("a") + event("b") + event("long", "x".repeat(2_000)) +
    event("c");
  const pods = podsFrom(() => new Response(body), { maxEventBytes: 1_000 });
  const { names, error } = await readAll(await pods.watch({}));
  assertEquals(names, ["a", "b"]);
  assert(error instanceof ResponseTooLargeError);
  assertEquals(error.limitBytes, 1_000);
  assertStringIncludes(error.message, "GET https://host/api/v1/pods");
});

Deno.test("RestListerWatcher.watch() takes a line of exactly maxEventBytes", async () => {
  const line = event("a");
  const maxEventBytes = new TextEncoder().encode(line.trimEnd()).length;
  const take = (limit: number) =>
    podsFrom(() => new Response(line), { maxEventBytes: limit }).watch({});
  assertEquals((await readAll(await take(maxEventBytes))).names, ["a"]);
  const { error } = await readAll(await take(maxEventBytes - 1));
  assert(error instanceof ResponseTooLargeError);
});

Deno.test("RestListerWatcher.watch() reads no more of a line without end than maxEventBytes", async () => {
  const counter = { bytes: 0, cancelled: false };
  const body = endless("x".repeat(1_000), counter);
  const pods = podsFrom(() => new Response(body), { maxEventBytes: 50_000 });
  const { error } = await readAll(await pods.watch({}));
  assert(error instanceof ResponseTooLargeError);
  assert(counter.cancelled);
  assert(counter.bytes <= 60_000, `${counter.bytes} bytes were read`);
});

Deno.test("RestListerWatcher.list() rejects a list larger than maxListBytes", async () => {
  const counter = { bytes: 0, cancelled: false };
  const body = endless(" ".repeat(1_000), counter);
  const pods = podsFrom(() => new Response(body), { maxListBytes: 50_000 });
  const error = await assertRejects(
    () => pods.list({}),
    ResponseTooLargeError,
    "GET https://host/api/v1/pods",
  );
  assertEquals(error.limitBytes, 50_000);
  assert(counter.cancelled);
  assert(counter.bytes <= 60_000, `${counter.bytes} bytes were read`);
});

Deno.test("RestListerWatcher.list() takes a list of exactly maxListBytes", async () => {
  const take = (maxListBytes: number) =>
    podsFrom(() => new Response(LIST), { maxListBytes }).list({});
  assertEquals((await take(LIST.length)).items, []);
  await assertRejects(() => take(LIST.length - 1), ResponseTooLargeError);
});

Deno.test("RestListerWatcher throws on sizes that are not positive integers", () => {
  for (const size of [0, -1, 1.5, NaN, Infinity]) {
    for (const name of ["maxEventBytes", "maxListBytes"]) {
      assertThrows(
        () => podsFrom(() => new Response(LIST), { [name]: size }),
        RangeError,
        name,
      );
    }
  }
});

Deno.test("RestListerWatcher.list() gives up on a body that drips", async () => {
  using time = new FakeTime();
  const counter = { bytes: 0, cancelled: false };
  const body = endless(" ".repeat(500), counter, 1_000);
  const pods = podsFrom(() => new Response(body), { requestTimeoutMs: 5_000 });
  const pending = assertRejects(() => pods.list({}), ConnectionError, "bytes");
  for (let second = 0; second < 7; second++) await time.tickAsync(1_000);
  await pending;
  assert(counter.cancelled);
  assertFalse(time.next() && counter.bytes > 5_000);
});

Deno.test("RestListerWatcher.list() waits for a body that began fast, and goes on slowly", async () => {
  using time = new FakeTime();
  const spaces = (count: number) => new TextEncoder().encode(" ".repeat(count));
  const chunks = [
    spaces(100_000),
    ...Array.from({ length: 20 }, () => spaces(500)),
    new TextEncoder().encode(LIST),
  ];
  const body = new ReadableStream({
    type: "bytes",
    async pull(controller) {
      const chunk = chunks.shift();
      if (chunk === undefined) {
        controller.close();
        controller.byobRequest?.respond(0);
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      controller.enqueue(chunk);
    },
  });
  // As of a runtime's fetch, from which one read may wait for many bytes.
  const response = new Response(body);
  Object.defineProperty(response, "url", { value: "https://host/api/v1/pods" });
  const pods = podsFrom(() => response, { requestTimeoutMs: 5_000 });
  const pass = async () => {
    for (let second = 0; second < 23; second++) await time.tickAsync(1_000);
  };
  const [list] = await Promise.all([pods.list({}), pass()]);
  assertEquals(list.items, []);
});

Deno.test("RestListerWatcher.list() goes on with a body of a runtime's fetch that is slow, but not too slow", async () => {
  using time = new FakeTime();
  const chunks = [
    ...Array.from({ length: 40 }, () => " ".repeat(600)),
    LIST,
  ];
  const response = new Response(
    new ReadableStream({
      type: "bytes",
      async pull(controller) {
        await new Promise((resolve) => setTimeout(resolve, 500));
        const chunk = chunks.shift();
        if (chunk !== undefined) return controller.enqueue(bytes(chunk));
        controller.close();
        controller.byobRequest?.respond(0);
      },
    }),
  );
  // Only such a body is read with reads for more than the next piece.
  Object.defineProperty(response, "url", { value: "https://host/" });
  const pods = podsFrom(() => response, { requestTimeoutMs: 5_000 });
  const pass = async () => {
    for (let step = 0; step < 45; step++) await time.tickAsync(500);
  };
  const [list] = await Promise.all([pods.list({}), pass()]);
  assertEquals(list.items, []);
});

Deno.test("RestListerWatcher waits no more than 5 s for the body of a failure", async () => {
  using time = new FakeTime();
  const counter = { bytes: 0, cancelled: false };
  const body = endless("no ", counter, 500);
  const pods = podsFrom(() => new Response(body, { status: 500 }));
  const pending = assertRejects(() => pods.list({}), StatusError, "no no");
  for (let step = 0; step < 12; step++) await time.tickAsync(500);
  assertEquals((await pending).code, 500);
  assert(counter.cancelled);
});

for (
  const path of [
    "/api/v1/../../secrets",
    "/api/v1/./pods",
    "/api/v1/..",
    "/api/v1/%2e%2e/pods",
    "/api/v1/%2E./pods",
    "/api/v1/.%2e",
    "/api\\v1/pods",
    "/api/v1/po\tds",
    "/api/v1/pods\n",
    "/api/v1/po ds",
    "/api/v1/\u0000",
    "/api/v1/\u00a0",
  ]
) {
  Deno.test(`RestListerWatcher refuses the path ${JSON.stringify(path)}`, () => {
    assertThrows(
      () => podsFrom(() => new Response(LIST), { path }),
      TypeError,
      "as path",
    );
  });
}

for (const path of ["/api/v1/...", "/api/v1/a..b", "/apis/x/v1/na%20me/.x"]) {
  Deno.test(`RestListerWatcher sends the path ${path} as it is`, async () => {
    let sent = "";
    const pods = podsFrom((_, url) => {
      sent = url;
      return new Response(LIST);
    }, { path });
    await pods.list({});
    assertEquals(sent, `https://host${path}`);
  });
}

for (
  const [server, options, encoding] of [
    ["https://host", {}, null],
    ["https://host", { compression: "identity" }, "identity"],
    ["http://localhost:8001", {}, "identity"],
    ["http://127.0.0.1:8001", {}, "identity"],
    ["http://[::1]:8001", { compression: "auto" }, "identity"],
    ["http://localhost", { headers: { "accept-encoding": "gzip" } }, "gzip"],
  ] as const
) {
  Deno.test(`RestListerWatcher asks ${server} for encoding ${encoding} with ${JSON.stringify(options)}`, async () => {
    let sent: string | null = "";
    const pods = podsFrom((init) => {
      sent = new Headers(init.headers).get("accept-encoding");
      return new Response(LIST);
    }, { server, ...options });
    await pods.list({});
    assertEquals(sent, encoding);
  });
}

for (
  const [what, options, watch, encoding] of [
    ["initial events", {}, { sendInitialEvents: true }, "identity"],
    ["a watch", {}, { resourceVersion: "1" }, null],
    [
      "initial events with its own header",
      { headers: { "accept-encoding": "gzip" } },
      { sendInitialEvents: true },
      "gzip",
    ],
  ] as const
) {
  Deno.test(`RestListerWatcher.watch() asks for encoding ${encoding} for ${what}`, async () => {
    let sent: string | null = "";
    const pods = podsFrom((init) => {
      sent = new Headers(init.headers).get("accept-encoding");
      return new Response("");
    }, options);
    await (await pods.watch(watch)).cancel();
    assertEquals(sent, encoding);
  });
}

Deno.test("RestListerWatcher asks for nothing from a cache where the runtime knows caches", async () => {
  let cache: unknown;
  const pods = podsFrom((init) => {
    cache = init.cache;
    return new Response(LIST);
  });
  await pods.list({});
  assertEquals(
    cache,
    "cache" in Request.prototype ? "no-store" : undefined,
  );
});

Deno.test("RestListerWatcher.list() rejects a shard that the server does not know", async () => {
  const whole = podsFrom(() => new Response(LIST), { shardSelector: "s" });
  await assertRejects(() => whole.list({}), ShardingUnsupportedError, "s");
  // Only the first page says so.
  assertEquals((await whole.list({ continue: "next" })).items, []);
  const sharded = podsFrom(() =>
    Response.json({ metadata: { shardInfo: { selector: "s" } }, items: [] })
  );
  assertEquals((await sharded.list({ shardSelector: "s" })).items, []);
});

Deno.test("RestListerWatcher passes a ConfigurationError of its fetch on as it is", async () => {
  const cause = new ConfigurationError("Cannot use the client certificate");
  for (const error of [cause, new Error("fetch failed", { cause })]) {
    const pods = podsFrom(() => {
      throw error;
    });
    assertEquals(await pods.list({}).catch((error) => error), cause);
    assertEquals(await pods.watch({}).catch((error) => error), cause);
  }
});

const TOKEN =
  "eyJhbGciOiJSUzI1NiJ9.middle-of-it-0123456789.the-end-of-it-abcdef";

for (
  const [part, isShown] of [
    [TOKEN, false],
    [TOKEN.slice(0, 8), false],
    [TOKEN.slice(-16), false],
    [TOKEN.slice(25, 41), false],
    [TOKEN.slice(25, 41).replace("-", "%2D"), false],
    [TOKEN.slice(-16).replaceAll("-", "\\u002d"), false],
    [TOKEN.slice(-15), true],
  ] as const
) {
  Deno.test(`RestListerWatcher ${isShown ? "shows" : "redacts"} ${part}, a part of its token`, async () => {
    const message = `invalid token <${part}>`;
    const pods = podsFrom(
      () =>
        Response.json({ kind: "Status", code: 403, message }, { status: 403 }),
      { token: TOKEN },
    );
    const error = await assertRejects(() => pods.list({}), StatusError);
    assertEquals(error.message.includes(part), isShown, error.message);
  });
}

Deno.test("RestListerWatcher redacts the token that was refused before a renewal", async () => {
  const tokens = ["the-first-token-abcdef", "the-second-token-ghijkl"];
  const asked: string[] = [];
  const pods = podsFrom((init) => {
    asked.push(new Headers(init.headers).get("authorization") ?? "");
    return new Response(`refused: ${asked.join()}`, { status: 401 });
  }, { token: ({ refused }) => tokens[refused ? 1 : 0] ?? "" });
  const error = await assertRejects(() => pods.list({}), StatusError);
  assertEquals(asked.length, 2);
  for (const token of tokens) assertFalse(error.message.includes(token));
  assertStringIncludes(error.message, "[redacted]");
});

Deno.test("RestListerWatcher.watch() is not held up by an ERROR event of many megabytes", async () => {
  const message = "x".repeat(10_000_000);
  const line = `${JSON.stringify({ type: "ERROR", object: { message } })}\n`;
  const pods = podsFrom(() => new Response(line), { token: TOKEN });
  const reader = (await pods.watch({})).getReader();
  const { value } = await reader.read();
  assert(value?.type === "ERROR");
  assertEquals(value.object.message?.length, 4_097);
  await reader.cancel();
});

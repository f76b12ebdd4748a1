// Exchanges, through `RestListerWatcher`: timeouts, exact to the millisecond,
// and that however a request ends, it does not wait for what ignores the abort
// and releases everything.

import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
} from "@std/assert";
import { FakeTime } from "@std/testing/time";
import {
  ConnectionError,
  RestListerWatcher,
  type RestListerWatcherOptions,
  StatusError,
} from "../../mod.ts";
import { Exchange } from "../../rest/_exchange.ts";
import {
  answering,
  BODY_KINDS,
  FakeBody,
  FakeFetch,
  RawServer,
} from "../support/http_fakes.ts";
import { CountedAbort, isPending, turn } from "../support/wait_fakes.ts";

const EMPTY = '{"items":[]}';
const EVENT = '{"type":"ADDED","object":{}}\n';

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

/** Never settles and ignores aborts. */
function never<V>(): Promise<V> {
  return new Promise(() => {});
}

/** Resolves after a delay and ignores aborts. */
function after<V>(ms: number, value: V): Promise<V> {
  return new Promise((resolve) => setTimeout(() => resolve(value), ms));
}

function assertTimedOut(error: unknown, words: string, ms: number): void {
  assertInstanceOf(error, ConnectionError);
  assertStringIncludes(error.message, words);
  assertStringIncludes(error.message, `Timed out after ${ms} ms`);
  assertInstanceOf(error.cause, DOMException);
  assertEquals(error.cause.name, "TimeoutError");
}

// Timeouts.

for (const verb of VERBS) {
  Deno.test(`RestListerWatcher.${verb}() gives up when there is no response for 60 s`, async () => {
    using time = new FakeTime();
    const pods = podsOf({ fetch: () => never() });
    const pending: Promise<unknown> = pods[verb]({});
    await time.tickAsync(59_999);
    assert(await isPending(pending));
    await time.tickAsync(1);
    const error = await assertRejects(() => pending);
    assertTimedOut(error, "waiting for a response", 60_000);
    assertFalse(time.next());
  });

  Deno.test(`RestListerWatcher.${verb}() gives up when there is no response for requestTimeoutMs`, async () => {
    using time = new FakeTime();
    const pods = podsOf({ fetch: () => never(), requestTimeoutMs: 7 });
    const pending: Promise<unknown> = pods[verb]({});
    await time.tickAsync(6);
    assert(await isPending(pending));
    await time.tickAsync(1);
    const error = await assertRejects(() => pending);
    assertTimedOut(error, "waiting for a response", 7);
  });

  Deno.test(`RestListerWatcher.${verb}() aborts the request when it gives up`, async () => {
    using time = new FakeTime();
    const fake = new FakeFetch(() => never());
    const pending = assertRejects(() =>
      podsOf({ fetch: fake.fetch })[verb]({})
    );
    await time.tickAsync(60_000);
    assertStrictEquals(fake.calls[0]?.init.signal?.reason, await pending);
  });

  Deno.test(`RestListerWatcher.${verb}() never gives up when requestTimeoutMs is Infinity`, async () => {
    using time = new FakeTime();
    const abort = new AbortController();
    const pods = podsOf({ fetch: () => never(), requestTimeoutMs: Infinity });
    const pending: Promise<unknown> = pods[verb]({ signal: abort.signal });
    assert(await isPending(pending));
    assertFalse(time.next());
    abort.abort();
    await assertRejects(() => pending);
  });

  Deno.test(`RestListerWatcher.${verb}() gives up when there is no token for requestTimeoutMs`, async () => {
    using time = new FakeTime();
    const fake = answering(EMPTY);
    const pods = podsOf({ fetch: fake.fetch, token: () => never() });
    const pending: Promise<unknown> = pods[verb]({});
    await time.tickAsync(59_999);
    assert(await isPending(pending));
    await time.tickAsync(1);
    const error = await assertRejects(() => pending);
    assertTimedOut(error, "waiting for the token", 60_000);
    assertEquals(fake.calls.length, 0);
  });

  Deno.test(`RestListerWatcher.${verb}() restarts the timeout for each step of a request`, async () => {
    using time = new FakeTime();
    const fake = new FakeFetch((_, call) =>
      call === 1
        ? after(59_999, new Response("", { status: 401 }))
        : after(59_999, new Response(EMPTY))
    );
    const token = () => after(59_999, "t");
    const pods = podsOf({ fetch: fake.fetch, token });
    const pending: Promise<unknown> = pods[verb]({});
    for (let step = 0; step < 4; step++) {
      assert(await isPending(pending));
      await time.tickAsync(59_999);
    }
    const given = await pending;
    if (given instanceof ReadableStream) await given.cancel();
    assertFalse(time.next());
  });

  Deno.test(`RestListerWatcher.${verb}() rejects with StatusError when the body of a refusal is incomplete`, async () => {
    using time = new FakeTime();
    const body = new FakeBody("default", ["no entry"], "hang");
    const { fetch } = answering(body.stream, { status: 403 });
    const pending = assertRejects(
      () => podsOf({ fetch })[verb]({}),
      StatusError,
    );
    await time.tickAsync(4_999);
    assert(await isPending(pending));
    await time.tickAsync(1);
    const error = await pending;
    assertEquals(error.code, 403);
    assertStringIncludes(error.message, "'no entry'");
    assertEquals(body.cancels.length, 1);
    assertFalse(body.stream.locked);
    assertFalse(time.next());
  });
}

for (const kind of BODY_KINDS) {
  Deno.test(`RestListerWatcher.list() gives up when no byte arrives for requestTimeoutMs (${kind} reader)`, async () => {
    using time = new FakeTime();
    const body = new FakeBody(kind, ['{"items":'], "hang");
    const pods = podsOf({ fetch: answering(body.stream).fetch });
    const pending: Promise<unknown> = pods.list({});
    await time.tickAsync(59_999);
    assert(await isPending(pending));
    await time.tickAsync(1);
    const error = await assertRejects(() => pending);
    assertTimedOut(error, "waiting for the rest of the response", 60_000);
    assertEquals(body.cancels.length, 1);
    assertFalse(body.stream.locked);
    assertFalse(time.next());
  });
}

Deno.test("RestListerWatcher.list() keeps reading when each piece of a list arrives just in time", async () => {
  using time = new FakeTime();
  // So large that the list is not too slow on average.
  const pieces = ['{"items":', "[", "]", "}"]
    .map((piece) => piece + " ".repeat(128 * 1024));
  const count = pieces.length;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const piece = pieces.shift();
      if (piece === undefined) return controller.close();
      controller.enqueue(await after(59_999, new TextEncoder().encode(piece)));
    },
  }, { highWaterMark: 0 });
  const pending = podsOf({ fetch: answering(body).fetch }).list({});
  for (let piece = 0; piece < count; piece++) {
    assert(await isPending(pending));
    await time.tickAsync(59_999);
  }
  assertEquals(await pending, { items: [] });
  assertFalse(time.next());
});

for (const kind of BODY_KINDS) {
  Deno.test(`RestListerWatcher.watch() does not time out once it is open (${kind} reader)`, async () => {
    using time = new FakeTime();
    const body = new FakeBody(kind, [EVENT], "hang");
    const events = await podsOf({ fetch: answering(body.stream).fetch })
      .watch({});
    assertFalse(time.next());
    const reader = events.getReader();
    await reader.read();
    const pending = reader.read();
    await time.tickAsync(24 * 3_600_000);
    assert(await isPending(pending));
    assertFalse(time.next());
    await reader.cancel();
  });
}

Deno.test("RestListerWatcher gets a response from a server that has just timed out", async () => {
  await using server = new RawServer(async (connection) => {
    if (connection.head.includes("limit=1")) {
      return await connection.closedByPeer();
    }
    await connection.write(
      `HTTP/1.1 200 OK\r\ncontent-length: ${EMPTY.length}\r\n\r\n${EMPTY}`,
    );
  });
  const shortTimeout = podsOf({ server: server.url, requestTimeoutMs: 50 });
  await assertRejects(() => shortTimeout.list({ limit: 1 }), ConnectionError);
  const pods = podsOf({ server: server.url });
  assertEquals(await pods.list({}), { items: [] });
});

// The ends of a request, each of which releases everything.

interface Exit {
  readonly what: string;
  readonly verbs: readonly (typeof VERBS[number])[];
  readonly options: () => Partial<RestListerWatcherOptions>;
  /** Whether the caller aborts while it is pending. */
  readonly aborts?: boolean;
}

const EXITS: Exit[] = [
  {
    what: "it succeeds",
    verbs: VERBS,
    options: () => ({ fetch: answering(EMPTY).fetch }),
  },
  {
    what: "the server refuses",
    verbs: VERBS,
    options: () => ({ fetch: answering("no", { status: 403 }).fetch }),
  },
  {
    what: "the server refuses two tokens",
    verbs: VERBS,
    options: () => ({
      fetch: answering("no", { status: 401 }).fetch,
      token: () => "t",
    }),
  },
  {
    what: "the server redirects",
    verbs: VERBS,
    options: () => ({ fetch: answering("no", { status: 302 }).fetch }),
  },
  {
    what: "fetch fails",
    verbs: VERBS,
    options: () => ({ fetch: () => Promise.reject(new TypeError("no")) }),
  },
  {
    what: "fetch throws",
    verbs: VERBS,
    options: () => ({
      fetch: () => {
        throw new TypeError("no");
      },
    }),
  },
  {
    what: "the token function throws",
    verbs: VERBS,
    options: () => ({
      token: () => {
        throw new Error("no");
      },
      fetch: answering(EMPTY).fetch,
    }),
  },
  {
    what: "the token is malformed",
    verbs: VERBS,
    options: () => ({ token: () => "a b", fetch: answering(EMPTY).fetch }),
  },
  {
    what: "the response is not a list",
    verbs: ["list"],
    options: () => ({ fetch: answering("<html>").fetch }),
  },
  {
    what: "the body breaks",
    verbs: ["list"],
    options: () => ({
      fetch: answering(
        new FakeBody("default", ["{"], { error: new Error("no") }).stream,
      ).fetch,
    }),
  },
  {
    what: "the body is locked",
    verbs: VERBS,
    options: () => {
      const response = new Response(EMPTY);
      response.body?.getReader();
      return { fetch: () => Promise.resolve(response) };
    },
  },
  {
    what: "it times out",
    verbs: VERBS,
    options: () => ({ fetch: () => never(), requestTimeoutMs: 0 }),
  },
  {
    what: "it is aborted before the token",
    verbs: VERBS,
    aborts: true,
    options: () => ({ token: () => never(), fetch: answering(EMPTY).fetch }),
  },
  {
    what: "it is aborted before the response",
    verbs: VERBS,
    aborts: true,
    options: () => ({ fetch: () => never() }),
  },
  {
    what: "it is aborted during a list",
    verbs: ["list"],
    aborts: true,
    options: () => ({
      fetch: answering(new FakeBody("BYOB", ["{"], "hang").stream).fetch,
    }),
  },
  {
    what: "it is aborted during a failure",
    verbs: VERBS,
    aborts: true,
    options: () => ({
      fetch: answering(new FakeBody("BYOB", ["{"], "hang").stream, {
        status: 500,
      }).fetch,
    }),
  },
];

for (const { what, verbs, options, aborts } of EXITS) {
  for (const verb of verbs) {
    Deno.test(`RestListerWatcher.${verb}() leaves no listener and no timer when ${what}`, async () => {
      using time = new FakeTime();
      const abort = new CountedAbort();
      const pending: Promise<unknown> = podsOf(options())[verb]({
        signal: abort.signal,
      });
      const outcome = pending.catch((error: unknown) => error);
      assert(abort.listeners <= 1);
      await turn();
      const reason = new Error("enough");
      if (aborts) abort.abort(reason);
      else await time.tickAsync(1);
      const given = await outcome;
      if (aborts) assertStrictEquals(given, reason);
      if (given instanceof ReadableStream) {
        assertEquals(abort.listeners, 1);
        await given.cancel();
      }
      assertEquals(abort.listeners, 0);
      assertFalse(time.next());
    });
  }
}

for (const verb of VERBS) {
  Deno.test(`RestListerWatcher.${verb}() sends nothing when it is already aborted`, async () => {
    const abort = new CountedAbort();
    const reason = new Error("enough");
    abort.abort(reason);
    const fake = answering(EMPTY);
    let tokens = 0;
    for (const token of ["t", () => `${++tokens}`]) {
      const pods = podsOf({ fetch: fake.fetch, token });
      const error = await assertRejects(() =>
        pods[verb]({ signal: abort.signal })
      );
      assertStrictEquals(error, reason);
    }
    assertEquals([fake.calls.length, tokens, abort.listeners], [0, 0, 0]);
  });

  Deno.test(`RestListerWatcher.${verb}() does not wait for a second token when it is aborted after a 401`, async () => {
    const abort = new CountedAbort();
    const reason = new Error("enough");
    const fake = new FakeFetch(() => {
      queueMicrotask(() => queueMicrotask(() => abort.abort(reason)));
      return new Response("", { status: 401 });
    });
    const asked: boolean[] = [];
    const token = ({ refused }: { refused: boolean }) => {
      asked.push(refused);
      return refused ? never<string>() : "t";
    };
    const pods = podsOf({ fetch: fake.fetch, token });
    const error = await assertRejects(() =>
      pods[verb]({ signal: abort.signal })
    );
    assertStrictEquals(error, reason);
    assertEquals(fake.calls.length, 1);
    assertEquals(abort.listeners, 0);
  });

  Deno.test(`RestListerWatcher.${verb}() cancels a response that arrives after the abort`, async () => {
    const answer = Promise.withResolvers<Response>();
    const abort = new AbortController();
    const pods = podsOf({ fetch: () => answer.promise });
    const pending: Promise<unknown> = pods[verb]({ signal: abort.signal });
    await turn();
    const reason = new Error("enough");
    abort.abort(reason);
    assertStrictEquals(await assertRejects(() => pending), reason);
    const late = new FakeBody("default", [EVENT], "hang");
    answer.resolve(new Response(late.stream));
    await turn();
    assertEquals([late.pulls, late.cancels.length], [0, 1]);
  });

  Deno.test(`RestListerWatcher.${verb}() cancels a response that arrives after the timeout`, async () => {
    using time = new FakeTime();
    const answer = Promise.withResolvers<Response>();
    const pods = podsOf({ fetch: () => answer.promise });
    const pending = assertRejects(() => pods[verb]({}), ConnectionError);
    await time.tickAsync(60_000);
    await pending;
    const late = new FakeBody("default", [EVENT], "hang");
    answer.resolve(new Response(late.stream));
    await time.runMicrotasks();
    assertEquals([late.pulls, late.cancels.length], [0, 1]);
  });

  Deno.test(`RestListerWatcher.${verb}() ignores a failure after the abort`, async () => {
    for (const where of ["token", "fetch"]) {
      const gate = Promise.withResolvers<never>();
      const abort = new AbortController();
      const pods = podsOf({
        token: () => where === "token" ? gate.promise : "t",
        fetch: () => gate.promise,
      });
      const pending: Promise<unknown> = pods[verb]({ signal: abort.signal });
      await turn();
      abort.abort(new Error("enough"));
      await assertRejects(() => pending, Error, "enough");
      gate.reject(new Error("too late"));
      await turn();
    }
  });
}

Deno.test("RestListerWatcher.list() does not wait for a body that ignores the abort", async () => {
  const body = new FakeBody("default", ["{"], "hang", () => never());
  const abort = new AbortController();
  const pods = podsOf({ fetch: answering(body.stream).fetch });
  const pending = pods.list({ signal: abort.signal });
  await turn();
  const reason = new Error("enough");
  abort.abort(reason);
  assertStrictEquals(await assertRejects(() => pending), reason);
  assertEquals(body.cancels.length, 1);
  assertFalse(body.stream.locked);
});

Deno.test("RestListerWatcher rejects with the caller's reason when that is a ConnectionError", async () => {
  const abort = new AbortController();
  const body = new FakeBody("default", ["no"], "hang");
  const { fetch } = answering(body.stream, { status: 403 });
  const pending = podsOf({ fetch }).watch({ signal: abort.signal });
  await turn();
  const reason = new ConnectionError("the deadline passed");
  abort.abort(reason);
  assertStrictEquals(await assertRejects(() => pending), reason);
});

const STREAM_EXITS: [
  what: string,
  body: () => FakeBody,
  exit: (
    reader: ReadableStreamDefaultReader,
    abort: CountedAbort,
  ) => Promise<unknown>,
][] = [
  [
    "the body ends",
    () => new FakeBody("default", [EVENT]),
    (reader) => reader.read(),
  ],
  [
    "a line is bad",
    () => new FakeBody("default", [EVENT, "bad\n"], "hang"),
    (reader) => assertRejects(() => reader.read()),
  ],
  [
    "the body breaks",
    () => new FakeBody("default", [EVENT], { error: new Error("no") }),
    (reader) => assertRejects(() => reader.read()),
  ],
  [
    "it is cancelled",
    () => new FakeBody("default", [EVENT], "hang"),
    (reader) => reader.cancel(),
  ],
  [
    "it is aborted",
    () => new FakeBody("default", [EVENT], "hang"),
    (reader, abort) => {
      abort.abort();
      return assertRejects(() => reader.read());
    },
  ],
];

for (const [what, bodyOf, exit] of STREAM_EXITS) {
  Deno.test(`RestListerWatcher.watch() ends its request and leaves no listener when ${what}`, async () => {
    const abort = new CountedAbort();
    const body = bodyOf();
    const fake = answering(body.stream);
    const events = await podsOf({ fetch: fake.fetch })
      .watch({ signal: abort.signal });
    const reader = events.getReader();
    await reader.read();
    assertEquals(abort.listeners, 1);
    assertFalse(fake.calls[0]?.init.signal?.aborted);
    await exit(reader, abort);
    assertEquals(abort.listeners, 0);
    assert(fake.calls[0]?.init.signal?.aborted);
    assertFalse(body.stream.locked);
  });
}

Deno.test("Exchange.end() does nothing when called again", () => {
  const abort = new CountedAbort();
  const exchange = new Exchange(abort.signal, () => never());
  exchange.startTimeout(1_000, "a response");
  exchange.end();
  exchange.end();
  assert(exchange.signal.aborted);
  assertEquals(abort.listeners, 0);
});

Deno.test("Exchange.end() does not count as an abort by the caller", async () => {
  const exchange = new Exchange(undefined, () => never());
  exchange.end();
  exchange.throwIfCallerAborted();
  await turn();
});

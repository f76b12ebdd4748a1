// `listAll`: pages, expired tokens and retries, to the exact millisecond.
// `listWatchUntil`, which uses it, has tests of its own.

import {
  assert,
  assertEquals,
  assertFalse,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { FakeTime } from "@std/testing/time";
import {
  ConfigurationError,
  ConnectionError,
  type KubernetesList,
  type ListOptions,
  ShardingUnsupportedError,
  StatusError,
} from "../../mod.ts";
import { FakeListerWatcher } from "../../testing/mod.ts";
import { listAll, type ListAllOptions } from "../../cache/_list_all.ts";
import { untyped } from "../support/scripted_watcher.ts";
import {
  type Answer,
  atSettling,
  CountedAbort,
  failing,
  fixRandom,
  isPending,
  listOf,
  ScriptedServer,
  turn,
} from "../support/wait_fakes.ts";

/** The options that `listWatchUntil` uses by default. */
function options(changed: Partial<ListAllOptions> = {}): ListAllOptions {
  return {
    signal: new AbortController().signal,
    pageSize: 500,
    minRestartDelayMs: 1_000,
    maxRestartDelayMs: 30_000,
    onRetry: () => {},
    ...changed,
  };
}

function status(code: number, retryAfterSeconds?: number): StatusError {
  return new StatusError({ code, details: { retryAfterSeconds } });
}

function refused(number = 1): ConnectionError {
  return new ConnectionError(`refused ${number}`);
}

/** The options of a call, without its signal. */
function asked({ signal: _, ...rest }: ListOptions): ListOptions {
  return rest;
}

/** Runs all timers, and the timers that they set. */
async function runTimers(time: FakeTime): Promise<void> {
  let ran = true;
  while (ran) ran = await time.nextAsync();
}

function names({ items }: Pick<KubernetesList, "items">): unknown[] {
  return items.map(({ metadata }) => metadata?.name);
}

// Pages

const FIVE = ["a", "b", "c", "d", "e"];

for (
  const [pageSize, requests] of [
    [500, [{ limit: 500 }]],
    [5, [{ limit: 5 }]],
    [2, [{ limit: 2 }, { limit: 2, continue: "" }, { limit: 2, continue: "" }]],
    [0, [{}]],
  ] as const
) {
  Deno.test(`listAll() returns all items in order when a page holds ${pageSize}`, async () => {
    const objects = FIVE.map((name) => ({ metadata: { name } }));
    const pods = new FakeListerWatcher({ objects });
    const version = pods.resourceVersion;
    const list = await listAll(pods, options({ pageSize }));
    assertEquals(names(list), FIVE);
    assertEquals(list.resourceVersion, version);
    const calls = pods.listCalls.map(({ options }) => asked(options));
    assertEquals(
      calls.map((call) =>
        "continue" in call ? { ...call, continue: "" } : call
      ),
      [...requests],
    );
  });
}

Deno.test("listAll() passes each token on, and takes the version of the last page", async () => {
  const server = new ScriptedServer({
    lists: [
      () => listOf(["z", "y"], { continue: "1", resourceVersion: "7" }),
      () => listOf([], { continue: "2", resourceVersion: "7" }),
      () => listOf(["x"], { continue: "", resourceVersion: "9" }),
    ],
  });
  const list = await listAll(server, options({ pageSize: 2 }));
  assertEquals(names(list), ["z", "y", "x"]);
  assertEquals(list.resourceVersion, "9");
  assertEquals(server.lists.map(asked), [
    { limit: 2 },
    { limit: 2, continue: "1" },
    { limit: 2, continue: "2" },
  ]);
});

Deno.test("listAll() follows a token without a limit when the server pages by itself", async () => {
  const server = new ScriptedServer({
    lists: [
      () => listOf(["a"], { continue: "1", resourceVersion: "7" }),
      () => listOf(["b"]),
    ],
  });
  assertEquals(
    names(await listAll(server, options({ pageSize: 0 }))),
    ["a", "b"],
  );
  assertEquals(server.lists.map(asked), [{}, { continue: "1" }]);
});

Deno.test("listAll() leaves the lists it is given as they are", async () => {
  const pages = [listOf(["a"], { continue: "1" }), listOf(["b"])];
  const lists = pages.map((page) => () => page);
  await listAll(new ScriptedServer({ lists }), options());
  assertEquals(pages.map(names), [["a"], ["b"]]);
});

Deno.test("listAll() returns an empty version if the list has none", async () => {
  for (const metadata of [undefined, {}]) {
    const list: KubernetesList = { items: [], ...(metadata && { metadata }) };
    const server = new ScriptedServer({ lists: [() => list] });
    assertEquals(await listAll(server, options()), {
      items: [],
      resourceVersion: "",
    });
  }
});

Deno.test("listAll() passes its signal to each request", async () => {
  const { signal } = new AbortController();
  const server = new ScriptedServer({
    lists: [
      () => listOf(["a"], { continue: "1" }),
      failing(status(410)),
      () => listOf(["b"]),
    ],
  });
  await listAll(server, options({ signal }));
  assertEquals(server.lists.map((call) => call.signal === signal), [
    true,
    true,
    true,
  ]);
});

// Expired tokens

const EXPIRIES: Readonly<Record<string, unknown>> = {
  "of reason Expired": new StatusError({ code: 410, reason: "Expired" }),
  "of reason Gone": new StatusError({ code: 410, reason: "Gone" }),
  "without a reason": new StatusError({ code: 410 }),
  "of another reason": new StatusError({ code: 410, reason: "Conflict" }),
  "within another error": new Error("cannot list", {
    cause: new StatusError({ code: 410, reason: "Expired" }),
  }),
};

for (const [what, error] of Object.entries(EXPIRIES)) {
  Deno.test(`listAll() requests the full list once when a token gets a 410 ${what}`, async () => {
    const retries: unknown[] = [];
    const server = new ScriptedServer({
      lists: [
        () => listOf(["old", "a"], { continue: "1", resourceVersion: "7" }),
        () => listOf(["b"], { continue: "2", resourceVersion: "7" }),
        failing(error),
        () => listOf(["a", "b", "c"], { resourceVersion: "9" }),
      ],
    });
    const list = await listAll(
      server,
      options({ pageSize: 2, onRetry: (error) => retries.push(error) }),
    );
    assertEquals(names(list), ["a", "b", "c"]);
    assertEquals(list.resourceVersion, "9");
    assertEquals(server.lists.map(asked).slice(2), [
      { limit: 2, continue: "2" },
      {},
    ]);
    assertEquals(server.lists.length, 4);
    assertStrictEquals(retries[0], error);
    assertEquals(retries.length, 1);
  });
}

Deno.test("listAll() rejects with a 410 that is not about a token", async () => {
  for (const pages of [0, 1]) {
    const error = status(410);
    const first = () => listOf(["a"], { continue: "1" });
    const lists: Answer<KubernetesList>[] = pages
      ? [first, failing(status(410)), failing(error)]
      : [failing(error)];
    const server = new ScriptedServer({ lists });
    const thrown = await assertRejects(() => listAll(server, options()));
    assertStrictEquals(thrown, error);
    assertEquals(server.lists.length, lists.length);
  }
});

Deno.test("listAll() rejects with any other failure of the next page", async () => {
  const error = status(403);
  const server = new ScriptedServer({
    lists: [() => listOf(["a"], { continue: "1" }), failing(error)],
  });
  const thrown = await assertRejects(() => listAll(server, options()));
  assertStrictEquals(thrown, error);
  assertEquals(server.lists.length, 2);
});

// Retries

interface Retries {
  errors: unknown[];
  /** When the list is requested, in milliseconds from the first time. */
  at: number[];
  /** How long each failure takes, in milliseconds; 0 by default. */
  takesMs?: number;
  random?: number;
  options?: Partial<ListAllOptions>;
}

const RETRIES: Readonly<Record<string, Retries>> = {
  "10 times, with doubling delays, when there is no answer": {
    errors: Array.from({ length: 10 }, () => refused()),
    at: [0, 1, 3, 7, 15, 31, 61, 91, 121, 151, 181].map((s) => s * 1_000),
  },
  "after up to twice the delay": {
    errors: [refused(), refused(), refused()],
    at: [0, 1_500, 4_500, 10_500],
    random: 0.5,
  },
  "within the delays given": {
    errors: [refused(), refused(), refused(), refused()],
    at: [0, 200, 600, 1_100, 1_600],
    options: { minRestartDelayMs: 200, maxRestartDelayMs: 500 },
  },
  "at once without spacing": {
    errors: [refused(), refused(), refused()],
    at: [0, 0, 0, 0],
    random: 0.5,
    options: { minRestartDelayMs: 0 },
  },
  "after the start of the request, not after its failure": {
    errors: [refused(), refused(), refused()],
    takesMs: 1_200,
    at: [0, 1_200, 3_200, 7_200],
  },
  "after the Retry-After of a 429": {
    errors: [status(429, 7), status(429, 4)],
    at: [0, 7_000, 11_000],
    random: 0.5,
  },
  "after the Retry-After of a 503": {
    errors: [status(503, 7)],
    at: [0, 7_000],
  },
  "never sooner than the backoff, whatever the Retry-After": {
    errors: [refused(), refused(), status(429, 1), status(503, 0)],
    at: [0, 1_000, 3_000, 7_000, 15_000],
  },
  "with doubling delays after a Retry-After of 0": {
    errors: [status(429, 0), status(503, 0), status(429, 0)],
    at: [0, 1_500, 4_500, 10_500],
    random: 0.5,
  },
  "after a 429, 502, 503 and 504 without Retry-After": {
    errors: [status(429), status(502), status(503), status(504)],
    at: [0, 1_000, 3_000, 7_000, 15_000],
  },
  "after the Retry-After of a 502 and a 504": {
    errors: [status(502, 9), status(504, 20)],
    at: [0, 9_000, 29_000],
  },
  "when there is no answer, in the cause of another error": {
    errors: [new Error("cannot list", { cause: refused() })],
    at: [0, 1_000],
  },
  "after a Retry-After past the longest backoff": {
    errors: [status(503, 600)],
    at: [0, 600_000],
  },
  "after an hour when the Retry-After is longer": {
    errors: [status(429, 7_200), status(503, 3_601)],
    at: [0, 3_600_000, 7_200_000],
  },
  "after a Retry-After that is the cause of another error": {
    errors: [new Error("cannot list", { cause: status(429, 3) })],
    at: [0, 3_000],
  },
  "with a backoff that counts each failure": {
    errors: [refused(), status(429, 2), refused()],
    at: [0, 1_000, 3_000, 7_000],
  },
};

for (const [what, retries] of Object.entries(RETRIES)) {
  Deno.test(`listAll() retries ${what}`, async () => {
    using time = new FakeTime();
    using _random = fixRandom(retries.random ?? 0);
    const { errors, at, takesMs = 0 } = retries;
    const told: unknown[] = [];
    const fail = (error: unknown) => () =>
      new Promise<never>((_, reject) => {
        if (takesMs === 0) reject(error);
        else setTimeout(() => reject(error), takesMs);
      });
    const server = new ScriptedServer({
      lists: [...errors.map(fail), () => listOf(["a"])],
    });
    const abort = new CountedAbort();
    const { signal } = abort;
    const list = listAll(
      server,
      options({ signal, onRetry: (e) => told.push(e), ...retries.options }),
    );
    await runTimers(time);
    assertEquals(names(await list), ["a"]);
    assertEquals(server.listedAt.map((then) => then - time.start), at);
    assertEquals(told, errors);
    for (const call of server.lists) assertEquals(asked(call), { limit: 500 });
    assertEquals(abort.listeners, 0);
  });
}

Deno.test("listAll() rejects without a retry when the list is malformed", async () => {
  for (const items of [5, [null], [{}, "text"]]) {
    const server = new ScriptedServer({
      lists: [() => untyped<KubernetesList>({ items })],
    });
    await assertRejects(() => listAll(server, options()), TypeError);
    assertEquals(server.lists.length, 1);
  }
});

Deno.test("listAll() rejects when a token comes again, however often it was retried", async () => {
  using time = new FakeTime();
  using _random = fixRandom(0);
  const page = () => listOf(["a"], { continue: "1" });
  const server = new ScriptedServer({
    lists: [page, failing(refused()), page, () => listOf(["never"])],
  });
  const rejected = assertRejects(
    () => listAll(server, options()),
    Error,
    "the server returned the same continue token again",
  );
  await runTimers(time);
  await rejected;
  assertEquals(server.lists.length, 3);
});

Deno.test("listAll() rejects with the same error when it fails an 11th time", async () => {
  const answers = [429, 502, 503, 504].map((code) => () => status(code));
  for (const make of [refused, () => status(429, 1), ...answers]) {
    using time = new FakeTime();
    const errors = Array.from({ length: 12 }, (_, number) => make(number));
    const told: unknown[] = [];
    const server = new ScriptedServer({ lists: errors.map(failing) });
    const thrown = assertRejects(() =>
      listAll(server, options({ onRetry: (error) => told.push(error) }))
    );
    await runTimers(time);
    assertStrictEquals(await thrown, errors[10]);
    assertEquals(server.lists.length, 11);
    assertEquals(told.length, 10);
    for (const [n, error] of told.entries()) {
      assertStrictEquals(error, errors[n]);
    }
  }
});

Deno.test("listAll() requests the same page again after a temporary failure", async () => {
  using time = new FakeTime();
  using _random = fixRandom(0);
  const server = new ScriptedServer({
    lists: [
      () => listOf(["a"], { continue: "1" }),
      failing(refused()),
      failing(status(410)),
      failing(status(503, 4)),
      () => listOf(["b"]),
    ],
  });
  const list = listAll(server, options({ pageSize: 1 }));
  await runTimers(time);
  assertEquals(names(await list), ["b"]);
  assertEquals(server.lists.map(asked), [
    { limit: 1 },
    { limit: 1, continue: "1" },
    { limit: 1, continue: "1" },
    {},
    {},
  ]);
  assertEquals(
    server.listedAt.map((then) => then - time.start),
    [0, 0, 1_000, 1_000, 5_000],
  );
});

const FINAL: Readonly<Record<string, unknown>> = {
  "a 500 with Retry-After": status(500, 1),
  "a 403": status(403),
  "a 403 whose cause is a lost connection": new StatusError({ code: 403 }, {
    cause: refused(),
  }),
  "a ConfigurationError": new ConfigurationError("no certificate"),
  "a ConnectionError because of the configuration": new ConnectionError(
    "cannot connect",
    { cause: new ConfigurationError("no certificate") },
  ),
  "a ShardingUnsupportedError": new ShardingUnsupportedError("no shards"),
  "an error of another kind": new TypeError("no such path"),
  "no error at all": undefined,
};

for (const [what, error] of Object.entries(FINAL)) {
  Deno.test(`listAll() rejects at once when it gets ${what}`, async () => {
    const answers = [failing(error), () => {
      throw error;
    }];
    for (const answer of answers) {
      const abort = new CountedAbort();
      const server = new ScriptedServer({ lists: [answer] });
      const thrown = await listAll(server, options({ signal: abort.signal }))
        .then(() => "a list", (thrown) => thrown);
      assertStrictEquals(thrown, error);
      assertEquals(server.lists.length, 1);
      assertEquals(abort.listeners, 0);
    }
  });
}

// The signal

Deno.test("listAll() sends no request when the signal is already aborted", async () => {
  const reason = new Error("stopped");
  const server = new ScriptedServer({ lists: [() => listOf(["a"])] });
  const signal = AbortSignal.abort(reason);
  const thrown = await assertRejects(() =>
    listAll(server, options({ signal }))
  );
  assertStrictEquals(thrown, reason);
  assertEquals(server.lists, []);
});

for (const late of ["a list", "an error"]) {
  Deno.test(`listAll() rejects at once when list() ignores the abort, and drops ${late} that comes later`, async () => {
    const abort = new CountedAbort();
    const answer = Promise.withResolvers<KubernetesList>();
    const server = new ScriptedServer({ lists: [() => answer.promise] });
    const { signal } = abort;
    const list = listAll(server, options({ signal }));
    const failure = assertRejects(() => list);
    assert(await isPending(failure));
    assertEquals(abort.listeners, 1);
    const reason = new Error("stopped");
    abort.abort(reason);
    assertEquals(await atSettling(list, () => abort.listeners), 0);
    assertStrictEquals(await failure, reason);
    if (late === "an error") answer.reject(refused());
    else answer.resolve(listOf(["a"], { continue: "1" }));
    await turn();
    assertEquals(server.lists.length, 1);
  });
}

Deno.test("listAll() reports no failure when it is aborted", async () => {
  // The reason of the abort may itself look like a temporary failure.
  const reason = status(503, 1);
  const failures = [failing(refused()), () => {
    throw refused();
  }];
  for (const fail of failures) {
    const abort = new AbortController();
    const { signal } = abort;
    const told: unknown[] = [];
    const server = new ScriptedServer({
      lists: [() => {
        abort.abort(reason);
        return fail();
      }],
    });
    const onRetry = (error: unknown) => told.push(error);
    const thrown = await assertRejects(() =>
      listAll(server, options({ signal, onRetry }))
    );
    assertStrictEquals(thrown, reason);
    assertEquals(server.lists.length, 1);
    assertEquals(told, []);
  }
});

Deno.test("listAll() rejects at once, and leaves no timer, when it is aborted during a delay", async () => {
  for (const error of [refused(), status(429, 5)]) {
    using time = new FakeTime();
    const abort = new CountedAbort();
    const { signal } = abort;
    const server = new ScriptedServer({ lists: [failing(error)] });
    const reason = new Error("stopped");
    const failure = assertRejects(() => listAll(server, options({ signal })));
    assert(await isPending(failure));
    abort.abort(reason);
    assertStrictEquals(await failure, reason);
    assertEquals(abort.listeners, 0);
    assertFalse(await time.nextAsync());
    assertEquals(server.lists.length, 1);
  }
});

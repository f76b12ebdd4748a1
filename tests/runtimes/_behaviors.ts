/**
 * What the package does on every runtime. These functions run there, in another
 * process than the servers, against the package as it is installed: they use
 * nothing but JavaScript, `fetch` and `@watchtools/kube`.
 *
 * @module
 */

import {
  ConnectionError,
  IndexerInformerWatcher,
  isForbidden,
  isUnauthorized,
  listWatchUntil,
  RestListerWatcher,
  type RestListerWatcherOptions,
  RetryWatcher,
  waitForCacheSync,
  type WatchEvent,
} from "@watchtools/kube";
import type {
  SceneAddress,
  SceneObject,
  SceneOptions,
  StageCalls,
} from "./_protocol.ts";

const PATH = "/api/v1/namespaces/default/configmaps";

/** Quick restarts, so that a suite takes seconds. */
const QUICK = { minRestartDelayMs: 50, maxRestartDelayMs: 200 };

/** Calls the stage. */
export type Call = <K extends keyof StageCalls>(
  name: K,
  ...args: Parameters<StageCalls[K]>
) => Promise<ReturnType<StageCalls[K]>>;

/** A behavior; rejects if it is not met. */
export type Behavior = (call: Call) => Promise<void>;

/** One server and what the behaviors do with it. */
class Server {
  readonly url: string;
  readonly ca: string | undefined;
  readonly #call: Call;
  readonly #id: number;

  constructor(call: Call, { id, url, ca }: SceneAddress) {
    this.#call = call;
    this.#id = id;
    this.url = url;
    this.ca = ca;
  }

  objects(
    options: Partial<RestListerWatcherOptions> = {},
  ): RestListerWatcher {
    return new RestListerWatcher({ server: this.url, path: PATH, ...options });
  }

  create(name: string, data?: Record<string, string>): Promise<string> {
    return this.#call("create", this.#id, objectNamed(name, data));
  }

  update(name: string, data: Record<string, string>): Promise<string> {
    return this.#call("update", this.#id, objectNamed(name, data));
  }

  /** Calls the stage for this server, without further arguments. */
  do(
    name: "close" | "cut" | "silence" | "compact" | "stall" | "watchesClosed",
  ): Promise<void> {
    return this.#call(name, this.#id);
  }

  state(): Promise<ReturnType<StageCalls["state"]>> {
    return this.#call("state", this.#id);
  }

  fail(failure: Parameters<StageCalls["fail"]>[1]): Promise<void> {
    return this.#call("fail", this.#id, failure);
  }

  reached(
    name: "watchStarted" | "requested",
    count: number,
  ): Promise<void> {
    return this.#call(name, this.#id, count);
  }
}

function objectNamed(
  name: string,
  data: Record<string, string> = {},
): SceneObject {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace: "default" },
    data,
  };
}

/** Runs a behavior with a server of its own. */
function withServer(
  options: SceneOptions,
  act: (server: Server, call: Call) => Promise<void>,
): Behavior {
  return async (call) => {
    const server = new Server(call, await call("open", options));
    try {
      await act(server, call);
    } finally {
      await server.do("close");
    }
  };
}

function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

function same(actual: unknown, expected: unknown): void {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  assert(a === b, `expected ${b}, but got ${a}`);
}

async function rejected(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("expected a rejection");
}

function nameOf(event: WatchEvent): string | undefined {
  return event.type === "ERROR" || event.type === "BOOKMARK"
    ? event.type
    : event.object.metadata?.name;
}

/** Reads the names of a number of events. */
async function namesOf(
  events: AsyncIterable<WatchEvent>,
  count: number,
): Promise<(string | undefined)[]> {
  const names: (string | undefined)[] = [];
  for await (const event of events) {
    names.push(nameOf(event));
    if (names.length === count) break;
  }
  return names;
}

const waitsThroughCuts = withServer({}, async (server) => {
  const waited = listWatchUntil(
    server.objects(),
    (event) => nameOf(event) === "wanted",
    QUICK,
  );
  for (let cuts = 1; cuts <= 3; cuts++) {
    await server.reached("watchStarted", cuts);
    await server.do("cut");
  }
  await server.create("wanted");
  same((await waited).type, "ADDED");
});

const resumesExactly = withServer({}, async (server) => {
  const start = await server.create("start");
  const watcher = new RetryWatcher(start, server.objects(), QUICK);
  const expected = Array.from({ length: 30 }, (_, index) => `o${index}`);
  const read = namesOf(watcher, expected.length);
  for (const [index, name] of expected.entries()) {
    if (index % 5 === 0) {
      await server.reached("watchStarted", 1 + index / 5);
      await server.do("cut");
    }
    await server.create(name);
  }
  same(await read, expected);
});

function informs(watchList: boolean): Behavior {
  return withServer({}, async (server) => {
    await server.create("first");
    const informer = new IndexerInformerWatcher(server.objects(), {
      watchList,
      minBackoffMs: 50,
      maxBackoffMs: 200,
    });
    assert(
      await waitForCacheSync(undefined, informer.controller),
      "the informer did not sync",
    );
    const read = namesOf(informer, 2);
    await server.do("cut");
    await server.create("second");
    same(await read, ["first", "second"]);
    const { requests } = await server.state();
    const lists = requests.filter(({ query }) => !("watch" in query)).length;
    same(lists, watchList ? 0 : 1);
    informer.stop();
    await informer.done;
    same(informer.indexer.size, 2);
  });
}

const abortsBeforeTheRequest = withServer({}, async (server) => {
  const reason = new Error("stop");
  const signal = AbortSignal.abort(reason);
  assert(
    await rejected(server.objects().list({ signal })) === reason,
    "reason",
  );
  same((await server.state()).requests.length, 0);
});

const abortsAHangingRequest = withServer({}, async (server) => {
  await server.fail({ hang: "answer" });
  const reason = new Error("stop");
  const abort = new AbortController();
  const listed = rejected(server.objects().list({ signal: abort.signal }));
  await server.reached("requested", 1);
  abort.abort(reason);
  assert(await listed === reason, "expected the reason of the abort");
});

const endsWatchesAtTheServer = withServer({}, async (server) => {
  const watcher = new RetryWatcher(
    await server.create("start"),
    server.objects(),
    QUICK,
  );
  const read = namesOf(watcher, 2);
  await server.reached("watchStarted", 1);
  watcher.stop();
  await watcher.done;
  same(await read, []);
  await server.do("watchesClosed");
  same((await server.state()).openWatches, 0);
});

const reports401 = withServer({ token: "right" }, async (server) => {
  const error = await rejected(server.objects({ token: "wrong" }).list({}));
  assert(isUnauthorized(error), `expected 401: ${error}`);
  assert(!String(error).includes("wrong"), "the error shows the token");
  await server.objects({ token: "right" }).list({});
});

const reports403 = withServer({}, async (server) => {
  await server.fail({ status: 403 });
  const error = await rejected(listWatchUntil(server.objects(), () => true));
  assert(isForbidden(error), `expected 403: ${error}`);
});

const lists410Again = withServer({}, async (server) => {
  const informer = new IndexerInformerWatcher(server.objects(), {
    watchList: false,
    minBackoffMs: 50,
    maxBackoffMs: 200,
  });
  const read = namesOf(informer, 2);
  await informer.controller.synced;
  await server.reached("watchStarted", 1);
  await server.fail({ status: 410 });
  await server.do("cut");
  await server.create("after");
  // The same request again: it must not be answered from a cache.
  await server.reached("watchStarted", 2);
  await server.create("later");
  same(await read, ["after", "later"]);
  informer.stop();
  await informer.done;
});

const endsSilentRequests = withServer({}, async (server) => {
  await server.fail({ hang: "answer" });
  const objects = server.objects({ requestTimeoutMs: 300 });
  const error = await rejected(objects.list({}));
  assert(error instanceof ConnectionError, `expected a timeout: ${error}`);
});

const leavesSilentWatches = withServer({}, async (server) => {
  const watcher = new RetryWatcher(
    await server.create("start"),
    server.objects(),
    { ...QUICK, idleTimeoutMs: 300 },
  );
  const read = namesOf(watcher, 1);
  await server.reached("watchStarted", 1);
  await server.do("silence");
  await server.create("after");
  same(await read, ["after"]);
});

/** A second watch keeps the connection in use while the first one restarts. */
const leavesStalledTls = withServer({ tls: true }, async (server) => {
  const start = await server.create("start");
  const other = await server.objects().watch({ resourceVersion: start });
  const watcher = new RetryWatcher(
    start,
    server.objects({ requestTimeoutMs: 2_000 }),
    { ...QUICK, watchTimeoutMs: 500, watchGraceMs: 200 },
  );
  const read = namesOf(watcher, 1);
  await server.reached("watchStarted", 2);
  await server.do("stall");
  await server.create("after");
  same(await read, ["after"]);
  await other.cancel();
});

/**
 * Many watches at once of one host.
 *
 * @param count How many.
 * @param options The server.
 * @returns The behavior.
 */
export function watchesMany(count: number, options: SceneOptions): Behavior {
  return withServer(options, async (server) => {
    const start = await server.create("start");
    const watchers = Array.from(
      { length: count },
      () => new RetryWatcher(start, server.objects(), QUICK),
    );
    const read = Promise.all(watchers.map((each) => namesOf(each, 1)));
    await server.reached("watchStarted", count);
    await server.create("for all");
    const names = new Set((await read).flat());
    same([...names], ["for all"]);
  });
}

const readsGzip = withServer({ gzip: true }, async (server) => {
  for (let index = 0; index < 20; index++) {
    await server.create(`o${index}`, { text: "x".repeat(20_000) });
  }
  const { items, metadata } = await server.objects().list({});
  same(items.length, 20);
  const version = metadata?.resourceVersion ?? "";
  const watcher = new RetryWatcher(version, server.objects(), QUICK);
  const read = namesOf(watcher, 1);
  await server.reached("watchStarted", 1);
  await server.create("live");
  same(await read, ["live"]);
});

const readsSingleBytes = withServer({ chunkSize: 1 }, async (server) => {
  const start = await server.create("start");
  const watcher = new RetryWatcher(start, server.objects(), QUICK);
  const read = namesOf(watcher, 2);
  await server.create("grüße".replace(/[^a-z]/g, "x"), { text: "grüße 🎉" });
  await server.update("start", { text: "🎉" });
  same(await read, ["grxxe", "start"]);
});

const sendsTokens = withServer({ token: "right" }, async (server) => {
  const seen: boolean[] = [];
  const objects = server.objects({
    token: ({ refused }) => {
      seen.push(refused);
      return refused ? "right" : "old";
    },
  });
  await objects.list({});
  same(seen, [false, true]);
});

/** All behaviors, by the words of the table. */
export const behaviors: ReadonlyMap<string, Behavior> = new Map([
  ["waits through cut connections", waitsThroughCuts],
  ["resumes without a lost or repeated event", resumesExactly],
  ["informer by WatchList", informs(true)],
  ["informer by LIST", informs(false)],
  ["abort before a request", abortsBeforeTheRequest],
  ["abort while no answer comes", abortsAHangingRequest],
  ["a stopped watch ends at the server", endsWatchesAtTheServer],
  ["401, and no token in the error", reports401],
  ["a refused token is renewed", sendsTokens],
  ["403", reports403],
  ["410: lists again", lists410Again],
  ["a request without an answer", endsSilentRequests],
  ["a silent watch", leavesSilentWatches],
  ["a stalled TLS connection", leavesStalledTls],
  ["200 watches at once", watchesMany(200, {})],
  ["gzip, live events included", readsGzip],
  ["one byte at a time", readsSingleBytes],
]);

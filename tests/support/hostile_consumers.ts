/**
 * Everything that consumes lists and watches, each run against a hostile
 * server until that is healthy, and a little longer.
 *
 * Nothing here is Deno's own, so that the same cases run on Node.
 *
 * @module
 */

import {
  IndexerInformerWatcher,
  isDeleted,
  type ListerWatcher,
  listWatchUntil,
  matches,
  RestListerWatcher,
  RetryWatcher,
  until,
  untilWithoutRetry,
  untilWithSync,
  waitFor,
} from "../../watch/mod.ts";
import {
  type Answer,
  HEALTHY,
  HostileHttpServer,
  HostileListerWatcher,
  type HostileServer,
} from "./hostile_server.ts";

/** More requests than any consumer may need for six answers. */
const MAX_REQUESTS = 100;

/** How many turns of the event loop a consumer has at most. */
const MAX_TURNS = 150;

/** Without delays, so that a case takes no time. */
const RETRY = { minRestartDelayMs: 0, maxRestartDelayMs: 0 } as const;
const INFORMER = { minBackoffMs: 0, maxBackoffMs: 0 } as const;

/** A consumer in front of a server. */
interface Setting {
  readonly source: ListerWatcher;
  readonly server: HostileServer;
  /** Ends whatever still runs once the server is healthy and was asked. */
  readonly signal: AbortSignal;
}

/** What is wrong with how a consumer ended; undefined where nothing is. */
type Consumer = (setting: Setting) => Promise<string | undefined>;

/** A promise that settles, and nothing about how. */
async function settled(promise: Promise<unknown>): Promise<undefined> {
  await promise.catch(() => {});
  return undefined;
}

async function readToEnd(stream: ReadableStream<unknown>): Promise<void> {
  for await (const _ of stream);
}

async function runInformer(
  { source, server, signal }: Setting,
  options: { watchList: boolean; pageSize?: number },
): Promise<string | undefined> {
  const informer = new IndexerInformerWatcher(source, {
    ...INFORMER,
    ...options,
    onWatchError: (error) => void String(error),
  });
  const events = readToEnd(informer.events);
  await untilOver(server, signal, () => informer.controller.hasSynced());
  // A WatchList that a healthy server leaves open is given up after 10 s.
  const mustSync = server.isOver && !options.watchList;
  const hasSynced = informer.controller.hasSynced();
  informer.stop();
  await informer.done;
  await events;
  if (mustSync && !hasSynced) return "it never synced";
  return await informer.controller.synced === hasSynced
    ? undefined
    : "synced does not say what hasSynced() says";
}

async function untilOver(
  server: HostileServer,
  signal: AbortSignal,
  isDone: () => boolean,
): Promise<void> {
  while (!signal.aborted && !(server.isOver && isDone())) await turn();
}

/** Lets the event loop turn once. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

const name = HEALTHY.metadata?.name ?? "";
const isHealthy = matches((object) => object?.metadata?.name === name);

const CONSUMERS: Readonly<Record<string, Consumer>> = {
  "list()": ({ source, signal }) => settled(source.list({ signal })),
  "watch()": ({ source, signal }) =>
    settled(
      source.watch({ signal }).then((events) => readToEnd(events)),
    ),
  "RetryWatcher": async ({ source, server, signal }) => {
    const watcher = new RetryWatcher("1", source, { ...RETRY, signal });
    const events = readToEnd(watcher.events);
    let ended = false;
    void watcher.done.then(() => ended = true);
    await untilOver(server, signal, () => true);
    if (!ended) watcher.stop();
    await watcher.done;
    await events;
    return undefined;
  },
  "until()": ({ source, signal }) =>
    settled(until("1", source, () => false, { ...RETRY, signal })),
  "untilWithoutRetry()": ({ source, signal }) =>
    settled(
      source.watch({ signal }).then((events) =>
        untilWithoutRetry(events, ({ type }) => type === "DELETED", { signal })
      ),
    ),
  "listWatchUntil()": ({ source, signal }) =>
    settled(listWatchUntil(source, () => false, { ...RETRY, signal })),
  "untilWithSync()": ({ source, signal }) =>
    settled(
      untilWithSync(source, undefined, () => false, { ...INFORMER, signal }),
    ),
  "waitFor()": ({ source, signal }) =>
    settled(waitFor(source, isHealthy, { signal })),
  "waitFor(), gone": ({ source, signal }) =>
    settled(waitFor(source, isDeleted(), { signal, name: "a" })),
  "IndexerInformerWatcher by LIST": (setting) =>
    runInformer(setting, { watchList: false }),
  "IndexerInformerWatcher by WatchList": (setting) =>
    runInformer(setting, { watchList: true }),
  "IndexerInformerWatcher in pages": (setting) =>
    runInformer(setting, { watchList: false, pageSize: 1 }),
};

/** What a transport makes of the answers. */
const TRANSPORTS: Readonly<
  Record<string, (answers: readonly Answer[]) => Omit<Setting, "signal">>
> = {
  "over HTTP": (answers) => {
    const server = new HostileHttpServer(answers);
    const source = new RestListerWatcher({
      server: "http://hostile.invalid",
      path: "/api/v1/configmaps",
      fetch: server.fetch,
    });
    return { server, source };
  },
  "directly": (answers) => {
    const server = new HostileListerWatcher(answers);
    return { server, source: server };
  },
};

/**
 * Runs every consumer on the same answers.
 *
 * @param answers What the server answers before it is healthy.
 * @param unhandled Errors that nobody has handled, added to as they come.
 * @returns What went wrong, one line each.
 */
export async function runConsumers(
  answers: readonly Answer[],
  unhandled: unknown[],
): Promise<string[]> {
  const runs = Object.entries(TRANSPORTS).flatMap(([how, open]) =>
    Object.entries(CONSUMERS).map(async ([what, consumer]) => {
      const problem = await runConsumer(consumer, open(answers));
      return problem === undefined ? [] : [`${what} ${how}: ${problem}`];
    })
  );
  const wrong = (await Promise.all(runs)).flat();
  await turn();
  const errors = unhandled.splice(0);
  return [...wrong, ...errors.map((error) => `unhandled: ${describe(error)}`)];
}

async function runConsumer(
  consumer: Consumer,
  { source, server }: Omit<Setting, "signal">,
): Promise<string | undefined> {
  const abort = new AbortController();
  let outcome: { problem: string | undefined } | undefined;
  const run = consumer({ source, server, signal: abort.signal }).then(
    (problem) => outcome = { problem },
    (error: unknown) => outcome = { problem: `rejected: ${describe(error)}` },
  );
  let quiet = 0;
  for (let turns = 0; turns < MAX_TURNS && outcome === undefined; turns++) {
    if (server.requests > MAX_REQUESTS) break;
    // Once the server is healthy, only a few more turns are needed.
    if (server.isOver && ++quiet === 20) abort.abort(new Error("over"));
    await turn();
  }
  abort.abort(new Error("over"));
  for (let turns = 0; turns < 50 && outcome === undefined; turns++) {
    await turn();
  }
  if (outcome === undefined) return `hangs after ${server.requests} requests`;
  await run;
  await turn();
  if (server.requests > MAX_REQUESTS) return `${server.requests} requests`;
  return outcome.problem;
}

function describe(error: unknown): string {
  return error instanceof Error ? error.stack ?? error.message : String(error);
}

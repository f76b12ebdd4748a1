/**
 * How often each consumer asks a server that fails in each way: two simulated
 * minutes of every pair, counted request by request.
 *
 * @module
 */

import { FakeTime } from "@std/testing/time";
import {
  ConnectionError,
  IndexerInformerWatcher,
  type KubernetesList,
  type ListerWatcher,
  type ListOptions,
  listWatchUntil,
  matches,
  RetryWatcher,
  StatusError,
  untilWithSync,
  waitFor,
  type WatchEvent,
} from "../../watch/mod.ts";
import { untyped } from "./scripted_watcher.ts";
import { fixRandom } from "./wait_fakes.ts";

/** How long each pair runs, in milliseconds. */
const RUN_MS = 120_000;

/** Requests in this time at the start, or after it, are a reconnect. */
const WINDOW_MS = 10_000;

/** What a failing server does: answers to lists and to watches. */
interface Failure {
  readonly list: () => Promise<KubernetesList>;
  readonly watch: () => Promise<ReadableStream<WatchEvent>>;
}

const NO_ITEMS: KubernetesList = {
  metadata: { resourceVersion: "10" },
  items: [],
};

function refusal(code: number, reason: string, retryAfterSeconds?: number) {
  return () =>
    Promise.reject(
      new StatusError({
        code,
        reason,
        ...(retryAfterSeconds === undefined
          ? {}
          : { details: { retryAfterSeconds } }),
      }),
    );
}

/** A watch that brings these events, and then ends or errors. */
function stream(
  events: readonly unknown[],
  end: "close" | "error" = "close",
): () => Promise<ReadableStream<WatchEvent>> {
  return () => {
    const left = [...events];
    return Promise.resolve(
      new ReadableStream({
        pull(controller) {
          const event = left.shift();
          if (event !== undefined) {
            controller.enqueue(untyped(event));
          } else if (end === "close") controller.close();
          else controller.error(new TypeError("connection reset"));
        },
      }, { highWaterMark: 0 }),
    );
  };
}

const unreachable = () => Promise.reject(new ConnectionError("unreachable"));
const emptyList = () => Promise.resolve(structuredClone(NO_ITEMS));

function error(code: number, reason: string) {
  return stream([{ type: "ERROR", object: { code, reason } }]);
}

/** The ways to fail, by what a reader would call them. */
export const FAILURES: Readonly<Record<string, Failure>> = {
  "no answer at all": { list: unreachable, watch: unreachable },
  "429 without Retry-After": {
    list: refusal(429, "TooManyRequests"),
    watch: refusal(429, "TooManyRequests"),
  },
  "429, Retry-After: 0": {
    list: refusal(429, "TooManyRequests", 0),
    watch: refusal(429, "TooManyRequests", 0),
  },
  "429, Retry-After: 30": {
    list: refusal(429, "TooManyRequests", 30),
    watch: refusal(429, "TooManyRequests", 30),
  },
  "500 to lists and watches": {
    list: refusal(500, "InternalError"),
    watch: refusal(500, "InternalError"),
  },
  "503 to lists and watches": {
    list: refusal(503, "ServiceUnavailable"),
    watch: refusal(503, "ServiceUnavailable"),
  },
  "410 to lists and watches": {
    list: refusal(410, "Expired"),
    watch: refusal(410, "Expired"),
  },
  "403 to watches": { list: emptyList, watch: refusal(403, "Forbidden") },
  "410 to watches": { list: emptyList, watch: refusal(410, "Expired") },
  "410 in every watch": { list: emptyList, watch: error(410, "Expired") },
  "500 in every watch": { list: emptyList, watch: error(500, "InternalError") },
  "watches that end at once": { list: emptyList, watch: stream([]) },
  "watches that break at once": { list: emptyList, watch: stream([], "error") },
  "watches that bring one event and end": {
    list: emptyList,
    watch: stream([{
      type: "MODIFIED",
      object: { metadata: { name: "a", resourceVersion: "11" } },
    }]),
  },
  "watches of what is not an event": {
    list: emptyList,
    watch: stream([{ type: "ADDED", object: null }]),
  },
  "pages that never end": {
    list: () =>
      Promise.resolve({
        metadata: { resourceVersion: "10", continue: "again" },
        items: [],
      }),
    watch: stream([]),
  },
  "lists that are not lists": {
    list: () => Promise.resolve(untyped({ items: [null] })),
    watch: stream([]),
  },
};

/** A server that counts what it is asked, and when. */
class CountingServer implements ListerWatcher {
  readonly times: number[] = [];
  readonly #failure: Failure;

  constructor(failure: Failure) {
    this.#failure = failure;
  }

  list(_options: ListOptions): Promise<KubernetesList> {
    this.times.push(Date.now());
    return this.#failure.list();
  }

  watch(): Promise<ReadableStream<WatchEvent>> {
    this.times.push(Date.now());
    return this.#failure.watch();
  }
}

type Consumer = (
  source: ListerWatcher,
  signal: AbortSignal,
) => Promise<unknown>;

async function drain(stream: ReadableStream<unknown>): Promise<void> {
  for await (const _ of stream);
}

async function restarted(
  source: ListerWatcher,
  signal: AbortSignal,
): Promise<void> {
  // As a caller does that starts over whenever a watcher has given up.
  while (!signal.aborted) {
    const watcher = new RetryWatcher("9", source, { signal });
    await drain(watcher.events);
    if (!signal.aborted) return;
  }
}

/** Everything that asks a server more than once. */
export const CONSUMERS: Readonly<Record<string, Consumer>> = {
  "RetryWatcher": restarted,
  "listWatchUntil": (source, signal) =>
    listWatchUntil(source, () => false, { signal }),
  "informer, WatchList": (source, signal) =>
    drain(new IndexerInformerWatcher(source, { signal }).events),
  "informer, LIST": (source, signal) =>
    drain(
      new IndexerInformerWatcher(source, { signal, watchList: false }).events,
    ),
  "untilWithSync": (source, signal) =>
    untilWithSync(source, undefined, () => false, { signal }),
  "waitFor": (source, signal) =>
    waitFor(source, matches(() => false), { signal }),
};

/** How often a consumer asked a failing server. */
export interface RequestRate {
  /** Requests in two minutes. */
  readonly requests: number;
  /** Most requests in any ten seconds, a second. */
  readonly most: number;
}

/**
 * Runs every consumer against a failing server of its own for two simulated
 * minutes.
 *
 * @param failure One of {@linkcode FAILURES}.
 * @returns How often each of {@linkcode CONSUMERS} asked, in order.
 */
export async function requestRates(failure: Failure): Promise<RequestRate[]> {
  using time = new FakeTime();
  using _random = fixRandom(0.5);
  const end = Date.now() + RUN_MS;
  const abort = new AbortController();
  const servers = Object.values(CONSUMERS).map((consumer) => {
    const server = new CountingServer(failure);
    return { server, run: consumer(server, abort.signal).catch(() => {}) };
  });
  await time.tickAsync(0);
  while (Date.now() < end && await time.nextAsync());
  abort.abort();
  await time.tickAsync(0);
  await Promise.all(servers.map(({ run }) => run));
  return servers.map(({ server: { times } }) => {
    const counted = times.filter((at) => at <= end);
    return { requests: counted.length, most: mostIn(counted) };
  });
}

function mostIn(times: readonly number[]): number {
  let most = 0;
  let from = 0;
  for (const [index, at] of times.entries()) {
    while (at - (times[from] ?? at) >= WINDOW_MS) from++;
    most = Math.max(most, index - from + 1);
  }
  return most / (WINDOW_MS / 1000);
}

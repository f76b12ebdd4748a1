// Callbacks that do anything: throw, reject, stop, abort, cancel, end streams,
// send events, add indexes, take and release the lock, each at any moment. The
// source ignores every abort. However it ends, it ends, and leaves nothing.

import { assertEquals } from "@std/assert";
import {
  type ConditionFunc,
  IndexerInformerWatcher,
  type InformerOptions,
  type KubernetesList,
  type KubernetesObject,
  type ListerWatcher,
  listWatchUntil,
  matches,
  RetryWatcher,
  type RetryWatcherOptions,
  untilWithSync,
  waitFor,
  type WatchEvent,
  type WatchObserver,
} from "../../mod.ts";
import { SeededRandom } from "../../testing/_seeded_random.ts";
import { Clock } from "../support/clock.ts";
import { untyped } from "../support/scripted_watcher.ts";
import { captureConsole, isPending, turn } from "../support/wait_fakes.ts";

const TYPES = ["ADDED", "MODIFIED", "DELETED", "BOOKMARK"] as const;

type Events = ReadableStreamDefaultController<WatchEvent>;

/** The source, the callbacks and what they act on. */
class Play implements ListerWatcher {
  readonly abort = new AbortController();
  readonly random: SeededRandom;
  /** The streams that have neither ended nor been cancelled. */
  readonly open = new Set<Events>();
  target: RetryWatcher | IndexerInformerWatcher | undefined;
  #version = 10;
  #left = 40;

  constructor(seed: number) {
    this.random = new SeededRandom(seed);
  }

  oneIn(count: number): boolean {
    return this.random.upTo(count) === 0;
  }

  /** A callback that returns a value, if it does. */
  act<V>(value: V): V {
    if (this.#left-- <= 0) return value;
    const { target } = this;
    switch (this.random.upTo(10)) {
      case 0:
        target?.stop();
        break;
      case 1:
        this.abort.abort();
        break;
      case 2:
        void target?.events.cancel().catch(() => {});
        break;
      case 3:
        throw new Error("thrown by a callback");
      case 4:
        return untyped(Promise.reject(new Error("rejected by a callback")));
      case 5:
        this.#endStreams();
        break;
      case 6:
        this.send();
        break;
      case 7:
        this.#useLock();
        break;
      case 8:
        this.#useStore();
    }
    return value;
  }

  send(): void {
    const event = {
      type: this.random.pick(TYPES),
      object: this.#object(++this.#version),
    };
    for (const events of this.open) events.enqueue(event);
  }

  list(): Promise<KubernetesList> {
    const metadata = { resourceVersion: `${this.#version}` };
    const items = [1, 2].map((version) => this.#object(version));
    return this.act(Promise.resolve({ metadata, items }));
  }

  watch(): Promise<ReadableStream<WatchEvent>> {
    const instead = this.act<ReturnType<Play["watch"]> | undefined>(undefined);
    return instead ?? Promise.resolve(this.#openStream());
  }

  #openStream(): ReadableStream<WatchEvent> {
    let given: Events | undefined;
    return new ReadableStream<WatchEvent>({
      start: (events) => {
        given = events;
        this.open.add(events);
      },
      cancel: () => void (given && this.open.delete(given)),
    });
  }

  /** An observer that acts at each call. */
  get observer(): WatchObserver {
    const act = () => this.act<void>(undefined);
    const started = () => this.act({ ended: act, event: act });
    return {
      onRestart: act,
      onWatchError: act,
      onBuffered: act,
      listStarted: started,
      watchStarted: started,
      waitStarted: started,
    };
  }

  #object(version: number): KubernetesObject {
    const name = `p${this.random.upTo(3)}`;
    return { metadata: { name, uid: name, resourceVersion: `${version}` } };
  }

  #endStreams(): void {
    for (const events of this.open) {
      this.open.delete(events);
      if (this.oneIn(2)) events.close();
      else events.error(new Error("lost"));
    }
  }

  #useLock(): void {
    if (this.target === undefined || this.target.events.locked) return;
    const reader = this.target.events.getReader();
    void reader.read().catch(() => {});
    if (this.oneIn(2)) reader.releaseLock();
  }

  #useStore(): void {
    if (!(this.target instanceof IndexerInformerWatcher)) return;
    const { indexer } = this.target;
    const name = `added-${this.random.next()}`;
    indexer.addIndexers({ [name]: ({ metadata }) => [`${metadata?.name}`] });
    for (const _ of indexer);
  }
}

/** Starts something; returns what settles when it has ended. */
const STARTS: Readonly<Record<string, (play: Play) => Promise<unknown>>> = {
  RetryWatcher: (play) => {
    play.target = new RetryWatcher("10", play, retryOptions(play));
    return play.target.done;
  },
  IndexerInformerWatcher: (play) => {
    play.target = new IndexerInformerWatcher(play, {
      ...informerOptions(play),
      resyncPeriodMs: play.oneIn(2) ? 1 : 0,
    });
    return play.target.done;
  },
  "listWatchUntil()": (play) =>
    listWatchUntil(play, condition(play), retryOptions(play)),
  "untilWithSync()": (play) =>
    untilWithSync(
      play,
      () => play.act(false),
      condition(play),
      informerOptions(play),
    ),
  "waitFor()": (play) =>
    waitFor(play, matches(() => play.act(play.oneIn(6))), {
      signal: play.abort.signal,
      observer: play.observer,
      onProgress: () => play.act(undefined),
    }),
};

function condition(play: Play): ConditionFunc {
  return () => play.act(play.oneIn(6));
}

function retryOptions(play: Play): RetryWatcherOptions {
  return {
    signal: play.abort.signal,
    minRestartDelayMs: 0,
    maxRestartDelayMs: 0,
    onRestart: () => play.act(undefined),
    observer: play.oneIn(2) ? play.observer : undefined,
  };
}

function informerOptions(play: Play): InformerOptions {
  return {
    signal: play.abort.signal,
    watchList: false,
    minBackoffMs: 0,
    maxBackoffMs: 0,
    coalesce: play.oneIn(2),
    transform: play.oneIn(2) ? (object) => play.act(object) : undefined,
    indexers: { name: ({ metadata }) => play.act([`${metadata?.name}`]) },
    onWatchError: () => play.act(undefined),
    observer: play.oneIn(2) ? play.observer : undefined,
  };
}

async function microtasks(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await Promise.resolve();
}

for (const [what, start] of Object.entries(STARTS)) {
  // An error that no one handles fails the test as well.
  Deno.test(`${what} ends and leaves nothing behind, whatever its callbacks do`, async () => {
    using _console = captureConsole();
    for (let seed = 1; seed <= 300; seed++) {
      using time = new Clock();
      const play = new Play(seed);
      const ended = start(play).catch(() => {});
      for (let step = 0; step < 12; step++) {
        play.send();
        if (play.oneIn(3)) await time.pass(1);
        else await microtasks(play.random.upTo(12));
      }
      if (play.oneIn(2)) play.target?.stop();
      play.abort.abort();
      await turn();
      assertEquals(await isPending(ended), false, `seed ${seed}`);
      await turn();
      assertEquals([time.timers, play.open.size], [0, 0], `seed ${seed}`);
    }
  });
}

/**
 * The model of the random tests of informers: a server with scripted changes
 * and failures, a consumer that lags behind, and invariants of what the
 * consumer sees.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { FakeListerWatcher, type WatchListSupport } from "../../testing/mod.ts";
import { ConnectionError } from "../../api/connection_error.ts";
import { IndexerInformerWatcher } from "../../watch/indexer_informer_watcher.ts";
import { StatusError } from "../../api/status_error.ts";
import type {
  ChangeEvent,
  KubernetesList,
  ListerWatcher,
  ListOptions,
  Status,
} from "../../api/types.ts";
import type { Clock } from "./clock.ts";
import { EXPIRED, type Item, item } from "./informer_fakes.ts";
import { isPending, turn } from "./wait_fakes.ts";

/** The options of the informer, and the behavior of its server. */
export interface Settings {
  watchList: boolean;
  support: WatchListSupport;
  expiry: "event" | "answer";
  limitAtZero: boolean;
  pageSize: number | undefined;
  coalesce: boolean;
  idleTimeoutMs: number | undefined;
  /** Whether the transform removes the identity of objects. */
  strips: boolean;
  random: number;
}

/** A failure of a request. */
export type Fault = "lost" | "gone" | "too large" | 400 | 403 | 429 | 500 | 503;

/** A step of a test. */
export type Step =
  | { do: "touch" | "delete" | "recreate" | "replace"; name: string }
  | { do: "bookmark" | "advance" | "compact" | "expire" | "stall" }
  | { do: "silence" | "hang" }
  | { do: "end"; broken: boolean }
  | { do: "tell"; fault: Fault }
  | { do: "fail watches"; fault: Fault; times: number }
  | { do: "fail lists"; fault: Fault; times: number }
  | { do: "close"; afterEvents: number; broken: boolean }
  | { do: "between pages"; name: string; expires: boolean }
  | { do: "support"; support: WatchListSupport }
  | { do: "read"; count: number }
  | { do: "pass"; ms: number };

const RESET = new ConnectionError("The connection was reset");

function statusOf(fault: Fault): Status {
  switch (fault) {
    case "lost":
      return { code: 500 };
    case "gone":
      return EXPIRED;
    case "too large":
      return {
        code: 504,
        reason: "Timeout",
        message: "Too large resource version",
      };
    case 503:
      return { code: 503, details: { retryAfterSeconds: 7 } };
    default:
      return { code: fault };
  }
}

function errorOf(fault: Fault): Error {
  return fault === "lost" ? RESET : new StatusError(statusOf(fault));
}

function versionOf({ metadata }: Item): number {
  return Number(metadata?.resourceVersion ?? metadata?.annotations?.version);
}

function uidOf({ metadata }: Item): string | undefined {
  return metadata?.uid ?? metadata?.annotations?.uid;
}

function identity(object: Item): string {
  return `${object.metadata?.name}@${versionOf(object)} ${uidOf(object)}`;
}

/** Moves the metadata that the tests use elsewhere, and removes the rest. */
function strip({ metadata, ...object }: Item): Item {
  const { name, uid = "", resourceVersion: version = "" } = metadata ?? {};
  return { ...object, metadata: { name, annotations: { uid, version } } };
}

/** A server, an informer, and its consumer. */
export class InformerPlay {
  readonly #time: Clock;
  readonly #fake: FakeListerWatcher<Item>;
  readonly #informer: IndexerInformerWatcher<Item>;
  readonly #settings: Settings;
  /** All objects that have ever existed on the server. */
  readonly #served = new Set<string>();
  /** The state built from the events. */
  readonly #built = new Map<string, Item>();
  /** The last version of each name in an event. */
  readonly #last = new Map<string, number>();
  readonly #betweenPages: (() => void)[] = [];
  /** The current objects on the server. */
  readonly #there = new Map<string, Item>();
  #reader: ReadableStreamDefaultReader<ChangeEvent<Item>>;
  #changes = 0;
  #indexed = 0;
  /** The number of events of objects to index. */
  #puts = 0;
  #reading = 0;
  #uids = 0;

  constructor(time: Clock, settings: Settings) {
    const { support, strips, random: _, ...options } = settings;
    this.#time = time;
    this.#settings = settings;
    this.#fake = new FakeListerWatcher<Item>({
      watchList: support,
      expiry: settings.expiry,
      limitAtZero: settings.limitAtZero,
    });
    for (const name of ["a", "b", "c"]) this.#put(name);
    this.#informer = new IndexerInformerWatcher<Item>(this.#source(), {
      ...options,
      watchTimeoutMs: 200_000,
      indexers: {
        value: ({ value }) => {
          this.#indexed++;
          return [String(value)];
        },
      },
      transform: strips ? strip : undefined,
    });
    this.#reader = this.#informer.events.getReader();
  }

  /** Performs a step, and checks what has been read. */
  async act(step: Step): Promise<void> {
    this.#do(step);
    if (step.do === "pass") await this.#time.pass(step.ms);
    await turn();
  }

  /** Stops all failures, and compares the final state with the server. */
  async finish(): Promise<void> {
    this.#fake.watchList = this.#settings.support;
    await this.#settle();
    // The current watch is alive, so it delivers a last change.
    this.#fake.disconnect();
    await this.#settle();
    this.#put("last");
    await this.#settle();
    assertEquals(this.#fake.openWatches, 1);
    while (this.#reading === 0) {
      this.#read();
      await turn();
    }
    this.#checkEnd();
    this.#informer.stop();
    assertEquals(await isPending(this.#informer.done), false);
    assertEquals(this.#time.timers, 0);
    assertEquals(this.#fake.openWatches, 0);
    this.#checkStarts();
  }

  /** Advances time past all remaining failures. */
  async #settle(): Promise<void> {
    for (let i = 0; i < 40; i++) await this.#time.pass(i % 2 ? 60_000 : 3_000);
  }

  #do(step: Step): void {
    const fake = this.#fake;
    switch (step.do) {
      case "touch":
        return this.#put(step.name);
      case "delete":
        return this.#delete(step.name);
      case "recreate":
        this.#delete(step.name);
        return this.#put(step.name);
      case "replace":
        return this.#put(step.name, `new-${++this.#uids}`);
      case "bookmark":
        return void fake.bookmark();
      case "advance":
        return void fake.advance(3);
      case "compact":
        return fake.compact();
      case "expire":
        return fake.expireContinue();
      case "stall":
        return fake.stall();
      case "silence":
        return fake.silenceNextWatch();
      case "hang":
        return void fake.hangNextWatch({ ignoreAbort: true });
      case "end":
        return fake.disconnect(step.broken ? { error: RESET } : {});
      case "tell":
        return fake.error(statusOf(step.fault));
      case "fail watches":
        return fake.failNextWatch(errorOf(step.fault), step.times);
      case "fail lists":
        return fake.failNextList(errorOf(step.fault), step.times);
      case "close":
        return fake.closeNextWatch({
          afterEvents: step.afterEvents,
          ...(step.broken ? { error: RESET } : {}),
        });
      case "between pages":
        return void this.#betweenPages.push(() => {
          this.#delete(step.name);
          if (step.expires) fake.expireContinue();
        });
      case "support":
        fake.watchList = step.support;
        return;
      case "read":
        for (let i = 0; i < step.count; i++) this.#read();
    }
  }

  /** The fake, with changes between two pages of a list. */
  #source(): ListerWatcher<Item> {
    return {
      list: (options: ListOptions): Promise<KubernetesList<Item>> => {
        if (options.continue !== undefined) this.#betweenPages.shift()?.();
        return this.#fake.list(options);
      },
      watch: (options) => this.#fake.watch(options),
    };
  }

  #put(name: string, uid?: string): void {
    const there = this.#there.has(name);
    const object = item(name, {
      value: ++this.#changes % 3,
      ...(uid === undefined ? {} : { metadata: { uid } }),
    });
    const now = there ? this.#fake.modify(object) : this.#fake.add(object);
    this.#there.set(name, now);
    this.#served.add(identity(now));
  }

  #delete(name: string): void {
    if (!this.#there.delete(name)) return;
    this.#served.add(identity(this.#fake.delete(name)));
  }

  #read(): void {
    this.#reading++;
    void this.#reader.read().then(({ done, value }) => {
      this.#reading--;
      if (!done) this.#seen(value);
    });
  }

  /**
   * Asserts that an event is consistent with the previous ones and the server.
   */
  #seen({ type, object }: ChangeEvent<Item>): void {
    const name = object.metadata?.name ?? "";
    const before = this.#built.get(name);
    const version = versionOf(object);
    const last = this.#last.get(name) ?? 0;
    assert(this.#served.has(identity(object)), `${identity(object)}: invented`);
    assertEquals(before === undefined, type === "ADDED", identity(object));
    if (before) assertEquals(uidOf(object), uidOf(before));
    // Only a deletion found by a list has the last known state of an object.
    assert(type === "DELETED" ? version >= last : version > last, "went back");
    this.#last.set(name, version);
    if (type === "DELETED") this.#built.delete(name);
    else this.#built.set(name, object);
    if (type !== "DELETED") this.#puts++;
  }

  #checkEnd(): void {
    const { indexer, controller } = this.#informer;
    const items = [...this.#there.values()];
    const there = items.map(identity).sort();
    assertEquals([...indexer].map(identity).sort(), there, "store and server");
    assertEquals(
      [...this.#built.values()].map(identity).sort(),
      there,
      "events and server",
    );
    assertEquals(controller.hasSynced(), true);
    for (const value of [0, 1, 2]) {
      assertEquals(
        indexer.byIndex("value", String(value)).map(identity).sort(),
        items.filter((item) => item.value === value).map(identity).sort(),
      );
    }
    if (!this.#settings.coalesce) assertEquals(this.#indexed, this.#puts);
  }

  #checkStarts(): void {
    const starts = this.#fake.watchCalls.map(({ at }) => at);
    for (const [index, at] of starts.entries()) {
      const before = starts[index - 1] ?? -Infinity;
      assert(at - before >= 800, "two watches started too close");
    }
  }
}

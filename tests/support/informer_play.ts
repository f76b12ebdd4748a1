/**
 * The model of the random tests of informers: a server with scripted changes
 * and failures, a consumer that lags behind, and invariants of what the
 * consumer sees.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { FakeListerWatcher, type WatchListSupport } from "../../testing/mod.ts";
import { UndecodableEventError } from "../../api/_undecodable_event_error.ts";
import { ConnectionError } from "../../api/connection_error.ts";
import { IndexerInformerWatcher } from "../../watch/indexer_informer_watcher.ts";
import { StatusError } from "../../api/status_error.ts";
import type {
  ChangeEvent,
  KubernetesList,
  ListerWatcher,
  ListOptions,
  Status,
  WatchEvent,
  WatchOptions,
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
  /** Whether a DELETED has the version that the object had before. */
  oldDeletes: boolean;
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
  | { do: "restore"; undo: number }
  | { do: "poison"; name: string }
  | { do: "lag"; name: string }
  | { do: "empty bookmark" }
  | { do: "read"; count: number }
  | { do: "pass"; ms: number };

const RESET = new ConnectionError("The connection was reset");
const UNDECODABLE = new UndecodableEventError("Cannot decode watch event");

/** By how much versions advance before a server is restored. */
const AHEAD = 10_000;

/** A change of the server: a restored one repeats those of its backup. */
type Operation =
  | { op: "put"; object: Item }
  | { op: "delete"; name: string }
  | { op: "advance"; by: number }
  | { op: "compact" };

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
  #fake: FakeListerWatcher<Item>;
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
  /** All changes of the server, oldest first. */
  readonly #history: Operation[] = [];
  /** The `continue` tokens that the server has returned. */
  readonly #tokens = new Set<unknown>();
  /** The times of all requests but for later pages, and of watches. */
  readonly #requests: number[] = [];
  readonly #starts: number[] = [];
  /** The version of each object, by its uid. */
  readonly #versions = new Map<unknown, string>();
  #reader: ReadableStreamDefaultReader<ChangeEvent<Item>>;
  /** The failed assertions about events. */
  readonly #wrong: unknown[] = [];
  #wasRestored = false;
  /** The version of an event that cannot be decoded; 0 for none. */
  #poison = 0;
  /** The list of a replica that lags: its version has expired for watches. */
  #lagging: KubernetesList<Item> | undefined;
  #changes = 0;
  #indexed = 0;
  /** The number of events of objects to index. */
  #puts = 0;
  #reading = 0;
  #uids = 0;

  constructor(time: Clock, settings: Settings) {
    const {
      support: _support,
      oldDeletes: _old,
      strips,
      random: _,
      ...options
    } = settings;
    this.#time = time;
    this.#settings = settings;
    this.#fake = this.#newFake();
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
    if (step.do === "restore") await this.#restore(step.undo);
    await turn();
    for (const error of this.#wrong) throw error;
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
    this.#checkRequests();
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
        return this.#perform({ op: "advance", by: 3 });
      case "compact":
        return this.#perform({ op: "compact" });
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
      case "poison":
        fake.stall();
        this.#put(step.name);
        this.#poison = Number(fake.resourceVersion);
        return fake.disconnect({ error: UNDECODABLE });
      case "lag":
        return this.#lag(step.name);
      case "empty bookmark":
        return fake.send({ type: "BOOKMARK", object: { metadata: {} } });
      case "read":
        for (let i = 0; i < step.count; i++) this.#read();
    }
  }

  #newFake(): FakeListerWatcher<Item> {
    const { support, expiry, limitAtZero } = this.#settings;
    return new FakeListerWatcher<Item>({
      watchList: support,
      expiry,
      limitAtZero,
    });
  }

  /** The fake, with the failures that it cannot be scripted to have. */
  #source(): ListerWatcher<Item> {
    return {
      list: async (options) => {
        if (options.continue === undefined) this.#requests.push(Date.now());
        else this.#betweenPages.shift()?.();
        const list = this.#listOfReplica(options) ??
          await this.#fake.list(options);
        this.#tokens.add(list.metadata?.continue);
        return list;
      },
      watch: async (options) => {
        this.#requests.push(Date.now());
        this.#starts.push(Date.now());
        const events = await this.#fake.watch(options);
        return this.#events(events, this.#isPoisoned(options));
      },
    };
  }

  #listOfReplica(
    { continue: token, limit, resourceVersion = "" }: ListOptions,
  ): KubernetesList<Item> | undefined {
    if (token !== undefined && !this.#tokens.has(token)) {
      throw new StatusError(EXPIRED);
    }
    const { metadata } = this.#lagging ?? {};
    const isBehind = metadata === undefined ||
      Number(resourceVersion) > Number(metadata.resourceVersion);
    if (token !== undefined || resourceVersion === "" || isBehind) return;
    return limit === undefined || limit > 1 ? this.#lagging : undefined;
  }

  #isPoisoned(
    { sendInitialEvents, resourceVersion = "" }: WatchOptions,
  ): boolean {
    return !sendInitialEvents && Number(resourceVersion) > 0 &&
      Number(resourceVersion) < this.#poison;
  }

  /** The events of a watch, as this server sends them. */
  #events(
    from: ReadableStream<WatchEvent<Item>>,
    isPoisoned: boolean,
  ): ReadableStream<WatchEvent<Item>> {
    const reader = from.getReader();
    return new ReadableStream<WatchEvent<Item>>({
      pull: async (controller) => {
        if (isPoisoned) {
          await reader.cancel();
          return controller.error(UNDECODABLE);
        }
        const { done, value } = await reader.read();
        if (done) return controller.close();
        controller.enqueue(
          this.#settings.oldDeletes ? this.#aged(value) : value,
        );
      },
      cancel: (reason) => reader.cancel(reason),
    }, { highWaterMark: 0 });
  }

  /** A deletion with the version that the object had before. */
  #aged(event: WatchEvent<Item>): WatchEvent<Item> {
    if (event.type !== "DELETED") return event;
    const { metadata } = event.object;
    const resourceVersion = this.#versions.get(metadata?.uid);
    return {
      type: "DELETED",
      object: { ...event.object, metadata: { ...metadata, resourceVersion } },
    };
  }

  /**
   * Lets a replica lag behind for good, at the current state. That version
   * expires for watches.
   */
  #lag(name: string): void {
    this.#lagging = {
      metadata: { resourceVersion: this.#fake.resourceVersion },
      items: [...this.#there.values()].map((object) => structuredClone(object)),
    };
    this.#fake.stall();
    this.#put(name);
    this.#perform({ op: "advance", by: 1 });
    this.#perform({ op: "compact" });
    this.#fake.disconnect();
  }

  /**
   * Restores the server from a backup. Does nothing if the new server could
   * reach the version of the informer before it is asked: that goes unnoticed.
   */
  async #restore(undo: number): Promise<void> {
    const kept = this.#history.slice(0, this.#history.length - undo);
    const undone = this.#history.slice(kept.length);
    const [lost] = undone;
    this.#perform({ op: "advance", by: AHEAD });
    this.#fake.bookmark();
    await turn();
    const version = Number(this.#informer.controller.lastSyncResourceVersion());
    const before = this.#fake;
    const restored = this.#newFake();
    for (const operation of kept) apply(restored, operation);
    const ahead = version - Number(restored.resourceVersion);
    if (ahead > 0 && ahead < AHEAD / 2) return;
    // A deletion that came with an older version has not moved the informer: it
    // is at the version of the backup, and nothing tells that this was taken back.
    const isHidden = ahead === 0 && this.#settings.oldDeletes &&
      undone.some(({ op }) => op === "delete");
    if (isHidden) return;
    this.#fake = restored;
    this.#history.splice(0, this.#history.length, ...kept);
    this.#there.clear();
    const { items } = await restored.list({});
    for (const object of items) {
      const { name = "", uid, resourceVersion = "" } = object.metadata ?? {};
      this.#there.set(name, object);
      this.#versions.set(uid, resourceVersion);
    }
    this.#tokens.clear();
    this.#wasRestored = true;
    this.#poison = 0;
    this.#lagging = undefined;
    // The first change that was lost is made differently, at the same version.
    if (lost?.op === "put") {
      const { name = "", uid } = lost.object.metadata ?? {};
      this.#put(name, uid);
    }
    before.disconnect({ error: RESET });
  }

  #perform(operation: Operation): void {
    this.#history.push(operation);
    apply(this.#fake, operation);
  }

  #put(name: string, uid?: string): void {
    const own = uid ?? this.#there.get(name)?.metadata?.uid ??
      `uid-${++this.#uids}`;
    const object = item(name, {
      value: ++this.#changes % 3,
      metadata: { uid: own },
    });
    this.#perform({ op: "put", object });
    const { resourceVersion } = this.#fake;
    const now = {
      ...object,
      metadata: { ...object.metadata, resourceVersion },
    };
    this.#there.set(name, now);
    this.#versions.set(own, resourceVersion);
    this.#served.add(identity(now));
  }

  #delete(name: string): void {
    const last = this.#there.get(name);
    if (!this.#there.delete(name) || last === undefined) return;
    this.#perform({ op: "delete", name });
    const { resourceVersion } = this.#fake;
    const metadata = { ...last.metadata, resourceVersion };
    this.#served.add(identity({ ...last, metadata }));
  }

  #read(): void {
    this.#reading++;
    this.#reader.read().then(({ done, value }) => {
      this.#reading--;
      if (!done) this.#seen(value);
    }).catch((error: unknown) => this.#wrong.push(error));
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
    const isNewer = type === "DELETED" ? version >= last : version > last;
    // A deletion that leaves the version where it was may come again.
    const mayGoBack = this.#wasRestored || this.#settings.oldDeletes;
    assert(isNewer || mayGoBack, "went back");
    this.#last.set(name, version);
    if (type === "DELETED") this.#built.delete(name);
    else this.#built.set(name, object);
    if (type !== "DELETED") this.#puts++;
  }

  #checkEnd(): void {
    for (const error of this.#wrong) throw error;
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

  #checkRequests(): void {
    for (const [index, at] of this.#starts.entries()) {
      const before = this.#starts[index - 1] ?? -Infinity;
      assert(at - before >= 800, "two watches started too close");
    }
    for (const [index, at] of this.#requests.entries()) {
      const later = this.#requests[index + 60] ?? Infinity;
      assert(later - at > 20_000, "more than 60 requests in 20 s");
    }
  }
}

function apply(fake: FakeListerWatcher<Item>, operation: Operation): void {
  switch (operation.op) {
    case "put": {
      const { object } = operation;
      try {
        fake.modify(object);
      } catch {
        fake.add(object);
      }
      return;
    }
    case "delete":
      return void fake.delete(operation.name);
    case "advance":
      return void fake.advance(operation.by);
    case "compact":
      return fake.compact();
  }
}

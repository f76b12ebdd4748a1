/**
 * A consumer of an informer. Its events are a legal history of each object, and
 * its store is that of the server once all has been well for a while.
 *
 * @module
 */

import {
  type ChangeEvent,
  IndexerInformerWatcher,
  RestListerWatcher,
} from "../../mod.ts";
import type { StoredObject } from "../../testing/mod.ts";
import {
  type CountedSignal,
  countedSignal,
} from "../support/counted_signal.ts";
import type { Client, Stage } from "./_stage.ts";
import { identity, stepOf } from "./_timeline.ts";

/** How the informer is set up. */
interface Settings {
  readonly watchList: boolean;
  readonly pageSize: number | undefined;
  readonly watchTimeoutMs: number;
  readonly idleTimeoutMs: number | undefined;
  readonly resyncPeriodMs: number;
  readonly coalesce: boolean;
}

/** The consumer. */
export class InformerClient implements Client {
  readonly name: string;
  readonly kind = "informer";
  readonly #stage: Stage;
  readonly #settings: Settings;
  /** Without an index, an object is parsed when it is looked at. */
  readonly #isIndexed: boolean;
  /** Only with few events waiting can a slow consumer keep up. */
  readonly #pauseMs: number;
  readonly #source: RestListerWatcher<StoredObject>;
  #signal = countedSignal();
  #informer: IndexerInformerWatcher<StoredObject>;
  #isOver: Promise<void> = Promise.resolve();
  /** What the events say that there is. */
  readonly #built = new Map<string, StoredObject>();
  /** The last version of each name. */
  readonly #last = new Map<string, number>();
  #wasRestored = false;

  constructor(stage: Stage, name: string) {
    const { random, network } = stage;
    this.name = name;
    this.#stage = stage;
    this.#settings = {
      watchList: random.chance(0.5),
      pageSize: random.pick([undefined, undefined, 2, 3]),
      watchTimeoutMs: 1_000 * (45 + random.upTo(75)),
      idleTimeoutMs: random.pick([undefined, undefined, 75_000]),
      resyncPeriodMs: random.chance(0.2) ? 400_000 : 0,
      coalesce: random.chance(0.4),
    };
    this.#isIndexed = random.chance(0.5);
    const isSlow = this.#settings.coalesce && random.chance(0.5);
    this.#pauseMs = isSlow ? 3_000 : 0;
    this.#source = new RestListerWatcher<StoredObject>({
      ...network.connect(name, random.chance(0.5)),
      dropManagedFields: random.chance(0.5),
    });
    stage.world.listeners.add(this);
    this.#informer = this.#start();
  }

  restored(version: number): void {
    const { trace } = this.#stage;
    const position = Number(
      this.#informer.controller.lastSyncResourceVersion(),
    );
    this.#wasRestored = true;
    // The server will soon have been there again: it cannot know.
    if (position <= version || position >= version + 100_000) return;
    trace.note(this.name, `starts over, being at ${position}`);
    const before = this.#informer;
    const wasOver = this.#isOver;
    before.stop();
    this.#informer = this.#start();
    this.#isOver = Promise.all([wasOver, this.#isOver]).then(() => {});
  }

  check(): void {
    const { trace, world } = this.#stage;
    const there = [...world.current.values()].map(identity).sort();
    const stored = [...this.#informer.indexer].map(identity).sort();
    const built = [...this.#built.values()].map(identity).sort();
    if (!this.#informer.controller.hasSynced()) {
      trace.violated(this.name, "has not synced");
    }
    if (stored.join() !== there.join()) {
      trace.violated(this.name, `holds ${stored} instead of ${there}`);
    }
    if (built.join() !== there.join()) {
      trace.violated(this.name, `has delivered ${built} instead of ${there}`);
    }
    for (const object of this.#isIndexed ? world.current.values() : []) {
      const found = this.#informer.indexer.byIndex("step", `${stepOf(object)}`);
      if (!found.map(identity).includes(identity(object))) {
        trace.violated(this.name, `has not indexed ${identity(object)}`);
      }
    }
  }

  async stop(): Promise<void> {
    this.#informer.stop();
    await this.#isOver;
  }

  #start(): IndexerInformerWatcher<StoredObject> {
    const { trace } = this.#stage;
    this.#signal = countedSignal();
    this.#built.clear();
    this.#last.clear();
    this.#wasRestored = false;
    const informer = new IndexerInformerWatcher(this.#source, {
      ...this.#settings,
      signal: this.#signal.signal,
      indexers: this.#isIndexed
        ? { step: (object) => [`${stepOf(object)}`] }
        : {},
      onWatchError: (error) => trace.note(this.name, `reports ${error}`),
    });
    this.#isOver = this.#read(informer, this.#signal);
    return informer;
  }

  async #read(
    informer: IndexerInformerWatcher<StoredObject>,
    { listeners }: CountedSignal,
  ): Promise<void> {
    for await (const event of informer) {
      if (informer !== this.#informer) break;
      this.#seen(event);
      if (this.#pauseMs > 0) await this.#stage.sleep(this.#pauseMs);
    }
    await informer.done;
    if (listeners.size === 0) return;
    this.#stage.trace.violated(this.name, "left a listener on its signal");
  }

  #seen({ type, object }: ChangeEvent<StoredObject>): void {
    const { trace, world } = this.#stage;
    const wrong = (what: string) =>
      trace.violated(this.name, `${type} ${identity(object)}: ${what}`);
    trace.note(this.name, `delivers ${type} ${identity(object)}`);
    const { name = "", uid, resourceVersion } = object.metadata ?? {};
    const before = this.#built.get(name);
    if (!world.hasServed(object)) wrong("invented");
    if ((before === undefined) !== (type === "ADDED")) {
      wrong(before ? "was there already" : "was not there");
    }
    if (before !== undefined && uid !== before.metadata?.uid) {
      wrong("is another object");
    }
    const version = Number(resourceVersion);
    const last = this.#last.get(name) ?? 0;
    const mayRepeat = type === "DELETED" ||
      (this.#settings.resyncPeriodMs > 0 && type === "MODIFIED");
    const isNewer = mayRepeat ? version >= last : version > last;
    if (!isNewer && !this.#wasRestored) wrong(`is not newer than ${last}`);
    this.#last.set(name, version);
    if (type === "DELETED") this.#built.delete(name);
    else this.#built.set(name, object);
  }
}

/**
 * A consumer of a `RetryWatcher`, which starts a new one where one has ended.
 * Each change is delivered once and in order, or the watcher ends by an ERROR
 * that has a reason.
 *
 * @module
 */

import { RestListerWatcher, RetryWatcher } from "../../mod.ts";
import type { Status, WatchEvent } from "../../mod.ts";
import type { StoredObject } from "../../testing/mod.ts";
import { countedSignal } from "../support/counted_signal.ts";
import type { Client, Stage } from "./_stage.ts";
import { identity, stepOf, type Timeline } from "./_timeline.ts";

/** How long it takes until a new watcher is started. */
const STARTS_OVER_MS = 5_000;

/** How the watcher is set up, and how slowly its events are read. */
interface Settings {
  readonly watchTimeoutMs: number;
  readonly idleTimeoutMs: number | undefined;
  readonly pauseMs: number;
  readonly allNamespaces: boolean;
}

/** The consumer. */
export class RetryClient implements Client {
  readonly name: string;
  readonly kind = "RetryWatcher";
  readonly #stage: Stage;
  readonly #settings: Settings;
  readonly #source: RestListerWatcher<StoredObject>;
  #signal = countedSignal();
  #watcher: RetryWatcher<StoredObject> | undefined;
  #startedAt = 0;
  /** The version of the last event, or where the watcher began. */
  #last = 0;
  /** What may be the server's: two after a restoration that it did not see. */
  #timelines: Timeline[] = [];
  #faultsBefore = 0;
  #isStopped = false;
  #isOver: Promise<void> = Promise.resolve();

  constructor(stage: Stage, name: string) {
    const { random, network } = stage;
    this.name = name;
    this.#stage = stage;
    this.#settings = {
      watchTimeoutMs: 1_000 * (45 + random.upTo(75)),
      idleTimeoutMs: random.pick([undefined, undefined, 75_000]),
      pauseMs: random.pick([0, 0, 0, 20_000]),
      allNamespaces: random.chance(0.5),
    };
    this.#source = new RestListerWatcher(
      network.connect(name, this.#settings.allNamespaces),
    );
    stage.world.listeners.add(this);
    this.#start();
  }

  restored(version: number, timeline: Timeline): void {
    if (this.#watcher === undefined) return;
    const position = Number(this.#watcher.resourceVersion);
    // The server will soon have been there again: it cannot know.
    if (position > version && position < version + 100_000) {
      this.#stage.trace.note(this.name, `starts over, being at ${position}`);
      this.#watcher.stop();
    } else this.#timelines.push(timeline);
  }

  check(): void {
    const { trace, world } = this.#stage;
    if (this.#watcher === undefined) {
      return trace.violated(this.name, "has ended while all was well");
    }
    if (this.#settings.pauseMs > 0) return;
    if (!this.#timelines.includes(world.timeline)) {
      return trace.violated(
        this.name,
        `has not noticed that the server was restored; it is at ${this.#watcher.resourceVersion}`,
      );
    }
    const missed = world.timeline.after(this.#last);
    if (missed === undefined) return;
    trace.violated(
      this.name,
      `has not delivered ${missed.type} ${missed.name} at ${missed.version}; it is at ${this.#last}`,
    );
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#watcher?.stop();
    await this.#watcher?.done;
    await this.#isOver;
    this.#checkLeft();
  }

  #start(): void {
    const { world, network, now, trace } = this.#stage;
    this.#last = Number(world.server.resourceVersion);
    this.#timelines = [world.timeline];
    this.#startedAt = now();
    this.#faultsBefore = network.faultsOf(this.name).length;
    this.#signal = countedSignal();
    const { watchTimeoutMs, idleTimeoutMs } = this.#settings;
    trace.note(this.name, `starts from ${this.#last}`);
    this.#watcher = new RetryWatcher(String(this.#last), this.#source, {
      signal: this.#signal.signal,
      watchTimeoutMs,
      idleTimeoutMs,
      onRestart: ({ cause, delayMs }) =>
        trace.note(this.name, `restarts in ${Math.ceil(delayMs)} ms: ${cause}`),
    });
    this.#isOver = this.#read(this.#watcher);
  }

  async #read(watcher: RetryWatcher<StoredObject>): Promise<void> {
    for await (const event of watcher) {
      this.#seen(event);
      if (this.#settings.pauseMs > 0) {
        await this.#stage.sleep(this.#settings.pauseMs);
      }
    }
    await watcher.done;
    this.#checkLeft();
    this.#watcher = undefined;
    await this.#stage.sleep(STARTS_OVER_MS);
    if (!this.#isStopped) this.#start();
  }

  #checkLeft(): void {
    if (this.#signal.listeners.size === 0) return;
    this.#stage.trace.violated(this.name, "left a listener on its signal");
  }

  #seen(event: WatchEvent<StoredObject>): void {
    const { trace, world } = this.#stage;
    if (event.type === "ERROR") return this.#failed(event.object);
    if (event.type === "BOOKMARK") {
      return trace.violated(this.name, "delivered a bookmark");
    }
    const { type, object } = event;
    trace.note(this.name, `delivers ${type} ${identity(object)}`);
    if (!world.hasServed(object)) {
      trace.violated(this.name, `invented ${identity(object)}`);
    }
    const fitting = this.#timelines.filter((timeline) => {
      const next = timeline.after(this.#last);
      return next !== undefined && next.type === type &&
        next.name === object.metadata?.name &&
        next.version === Number(object.metadata?.resourceVersion) &&
        (type === "DELETED" || next.step === stepOf(object));
    });
    if (fitting.length > 0) this.#timelines = fitting;
    else {
      const [timeline] = this.#timelines;
      const next = timeline?.after(this.#last);
      trace.violated(
        this.name,
        `delivered ${type} ${
          identity(object)
        } where ${next?.type} ${next?.name} at ${next?.version} is next`,
      );
    }
    this.#last = Number(object.metadata?.resourceVersion);
  }

  /** Each ERROR must have a reason. */
  #failed({ code, message }: Status): void {
    const { network, trace, world } = this.#stage;
    trace.note(this.name, `ends: ${code} ${message}`);
    const faults = network.faultsOf(this.name).slice(this.#faultsBefore);
    const refusals =
      faults.filter((fault) => fault.type === "status" && fault.code === code)
        .length;
    const pages =
      faults.filter((fault) => fault.type === "html" && fault.code < 300)
        .length;
    const isJustified = code === 410
      ? refusals >= 4 || world.hasExpired(this.#last, this.#startedAt) ||
        faults.some((fault) =>
          fault.type === "errorEvent" && fault.status === 410
        ) || this.#timelines.length > 1 ||
        world.restorations.some((at) => at >= this.#startedAt)
      : code === 500
      ? pages >= 3
      : (code === 401 || code === 403) && refusals > 0;
    if (isJustified) return;
    trace.violated(this.name, `ended without a reason: ${code} ${message}`);
  }
}

/**
 * Invocations of `resumeWatch`, some of which are killed. Together they hand on
 * every change, in order; what an invocation repeats was not saved before.
 *
 * @module
 */

import { type ChangeEvent, RestListerWatcher } from "../../mod.ts";
import {
  type Checkpoint,
  type CheckpointStore,
  CheckpointStoreError,
  MemoryCheckpointStore,
  resumeWatch,
} from "../../serverless/mod.ts";
import type { StoredObject } from "../../testing/mod.ts";
import { countedSignal } from "../support/counted_signal.ts";
import { type Client, isFaulty, type Stage } from "./_stage.ts";
import { identity, stepOf, type Timeline } from "./_timeline.ts";

/** How long one invocation may take. */
const BUDGET_MS = 20_000;

/** What has been handed on in one invocation. */
interface Invocation {
  readonly events: ChangeEvent<StoredObject>[];
  readonly checkpoint: Checkpoint | undefined;
  readonly timelines: Timeline[];
  wasRestored: boolean;
}

/** A store whose process may be killed before it has saved. */
class FragileStore implements CheckpointStore {
  readonly #store = new MemoryCheckpointStore();
  /** How often it still saves before the process is killed. */
  savesLeft = Infinity;

  load(): Promise<Checkpoint | undefined> {
    return this.#store.load();
  }

  save(
    next: Checkpoint,
    previous: Checkpoint | undefined,
  ): Promise<boolean> {
    if (this.savesLeft-- <= 0) return Promise.reject(new Error("killed"));
    return this.#store.save(next, previous);
  }
}

/** Invokes again and again. */
export class ServerlessClient implements Client {
  readonly name: string;
  readonly kind = "resumeWatch";
  readonly #stage: Stage;
  readonly #source: RestListerWatcher<StoredObject>;
  #store = new FragileStore();
  readonly #saveEvery: number;
  /** What the handled events say that there is. */
  readonly #built = new Map<string, StoredObject>();
  #invocation: Invocation | undefined;
  #abort = new AbortController();
  #caughtUpAt = 0;
  #isStopped = false;
  readonly #isOver: Promise<void>;

  constructor(stage: Stage, name: string) {
    const { random, network } = stage;
    this.name = name;
    this.#stage = stage;
    this.#saveEvery = random.pick([1, 1, 5]);
    this.#source = new RestListerWatcher<StoredObject>(
      network.connect(name, random.chance(0.5)),
    );
    stage.world.listeners.add(this);
    this.#isOver = this.#run();
  }

  restored(version: number, timeline: Timeline): void {
    const { trace } = this.#stage;
    if (this.#invocation !== undefined) {
      this.#invocation.wasRestored = true;
      this.#invocation.timelines.push(timeline);
    }
    this.#store.load().then((checkpoint) => {
      const position = Number(checkpoint?.resourceVersion);
      // The server will soon have been there again: it cannot know.
      if (!(position > version && position < version + 100_000)) return;
      trace.note(this.name, `starts over, being at ${position}`);
      this.#store.savesLeft = 0;
      this.#store = new FragileStore();
      this.#built.clear();
    });
  }

  check(): void {
    const { trace, world, now } = this.#stage;
    if (now() - this.#caughtUpAt > 5 * 60_000) {
      trace.violated(this.name, "has not caught up for five minutes");
    }
    // What has changed since the last invocation is handed on by the next.
    const settled = [...world.current.values()].filter((object) =>
      this.#isOld(object)
    );
    for (const object of settled) {
      const built = this.#built.get(object.metadata?.name ?? "");
      if (built !== undefined && identity(built) === identity(object)) continue;
      trace.violated(
        this.name,
        `has handed on ${built && identity(built)} instead of ${
          identity(object)
        }`,
      );
    }
    for (const [name, object] of this.#built) {
      if (world.current.has(name) || !this.#isOld(object)) continue;
      const gone = world.timeline.changes.findLast((each) =>
        each.name === name
      );
      if (gone !== undefined && now() - gone.at < 120_000) continue;
      trace.violated(this.name, `has not handed on that ${name} is gone`);
    }
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#abort.abort();
    await this.#isOver;
  }

  #isOld({ metadata }: StoredObject): boolean {
    const { world, now } = this.#stage;
    const change = world.timeline.changes.findLast(({ version }) =>
      version === Number(metadata?.resourceVersion)
    );
    return change === undefined || now() - change.at > 120_000;
  }

  async #run(): Promise<void> {
    const { random, sleep } = this.#stage;
    while (!this.#isStopped) {
      await this.#invoke();
      await sleep(20_000 + random.upTo(40_000));
    }
  }

  async #invoke(): Promise<void> {
    const { random, trace, world, now } = this.#stage;
    const { controller, signal, listeners } = countedSignal();
    this.#abort = controller;
    const store = this.#store;
    const isKilled = random.chance(0.25) && isFaulty(now());
    store.savesLeft = isKilled ? random.upTo(4) : Infinity;
    const checkpoint = await store.load();
    const invocation: Invocation = this.#invocation = {
      events: [],
      checkpoint,
      timelines: [world.timeline],
      wasRestored: false,
    };
    trace.note(this.name, `invoked at ${checkpoint?.resourceVersion}`);
    try {
      const result = await resumeWatch(
        this.#source,
        store,
        (event) => this.#handle(event, invocation, store),
        { signal, budgetMs: BUDGET_MS, saveEvery: this.#saveEvery },
      );
      trace.note(this.name, JSON.stringify(result));
      if (result.caughtUp) this.#caughtUpAt = now();
      if (!result.relisted) this.#checkOrder(invocation);
    } catch (error) {
      trace.note(this.name, `ends: ${error}`);
      if (!isKilled && store === this.#store) this.#checkError(error);
      else if (!(error instanceof CheckpointStoreError)) {
        this.#checkError(error);
      }
    }
    this.#invocation = undefined;
    if (listeners.size === 0) return;
    trace.violated(this.name, "left a listener on its signal");
  }

  #handle(
    { type, object }: ChangeEvent<StoredObject>,
    { events }: Invocation,
    store: FragileStore,
  ): void {
    const { trace, world } = this.#stage;
    trace.note(this.name, `hands on ${type} ${identity(object)}`);
    if (store !== this.#store) return;
    events.push({ type, object });
    // A deletion that a list shows has only a name and a uid.
    if (type !== "DELETED" && !world.hasServed(object)) {
      trace.violated(this.name, `invented ${identity(object)}`);
    }
    const name = object.metadata?.name ?? "";
    if (type === "DELETED") this.#built.delete(name);
    else this.#built.set(name, object);
  }

  /** From a complete checkpoint on, each change comes in order. */
  #checkOrder({ events, checkpoint, timelines }: Invocation): void {
    if (checkpoint?.index?.complete !== true) return;
    const fits = timelines.some((timeline) => {
      let last = Number(checkpoint.resourceVersion);
      return events.every(({ type, object }) => {
        const next = timeline.after(last);
        last = Number(object.metadata?.resourceVersion);
        return next?.type === type && next.version === last &&
          (type === "DELETED" || next.step === stepOf(object));
      });
    });
    if (fits) return;
    const handed = events.map(({ type, object }) =>
      `${type} ${identity(object)}`
    );
    this.#stage.trace.violated(
      this.name,
      `handed on ${handed.join(", ")} from ${checkpoint.resourceVersion}`,
    );
  }

  /** An invocation ends with an error only because of a fault. */
  #checkError(error: unknown): void {
    const { network, trace } = this.#stage;
    if (network.faultsOf(this.name).length > 0) return;
    trace.violated(this.name, `ended with ${error}`);
  }
}

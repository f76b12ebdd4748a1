// Invocations that are killed anywhere, run two at once, and meet expired
// versions and a restored server. What the handlers build equals the server's
// state, and only a kill or a race repeats an event.

import { assert, assertEquals } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { metaNamespaceKey } from "../../api/meta_namespace_key.ts";
import { compareResourceVersions } from "../../api/resource_version.ts";
import { StatusError } from "../../api/status_error.ts";
import type {
  ChangeEvent,
  KubernetesObject,
  ListerWatcher,
} from "../../api/types.ts";
import {
  CheckpointConflictError,
  CheckpointExpiredError,
  type CheckpointStore,
  MemoryCheckpointStore,
  resumeWatch,
} from "../../serverless/mod.ts";
import { FakeListerWatcher } from "../../testing/mod.ts";
import { SeededRandom } from "../../testing/_seeded_random.ts";

const SEEDS = 500;
const NAMES = ["a", "b", "c", "d", "e", "f", "g"];

/** An object as it was seen. */
interface Seen {
  readonly uid: string;
  readonly version: string;
}

function seenOf({ metadata }: KubernetesObject): Seen {
  const { uid = "", resourceVersion: version = "" } = metadata ?? {};
  return { uid, version };
}

/** What the handlers of all invocations build, and what they were handed. */
class World {
  readonly state = new Map<string, Seen>();
  readonly #gone = new Set<string>();
  readonly #handed = new Map<string, number>();
  repeats = 0;

  /** As a handler does that keys by UID and version. */
  apply({ type, object }: ChangeEvent): void {
    const key = metaNamespaceKey(object);
    const { uid = "", resourceVersion = "" } = object.metadata ?? {};
    const id = `${type === "DELETED"} ${uid} ${
      type === "DELETED" ? "" : resourceVersion
    }`;
    const times = this.#handed.get(id) ?? 0;
    this.#handed.set(id, times + 1);
    if (times > 0) this.repeats++;
    if (type === "DELETED") {
      this.#gone.add(uid);
      if (this.state.get(key)?.uid === uid) this.state.delete(key);
      return;
    }
    if (this.#gone.has(uid)) return;
    const known = this.state.get(key);
    const isOld = known?.uid === uid && known.version !== resourceVersion &&
      !isRestored(resourceVersion, known.version) &&
      compareResourceVersions(resourceVersion, known.version) < 0;
    if (!isOld) this.state.set(key, { uid, version: resourceVersion });
  }

  handed(uid: string, version: string): boolean {
    return this.#handed.has(`false ${uid} ${version}`);
  }
}

/** The first server counts from here, the restored one from below. */
const FIRST_VERSION = 100_000;

function isRestored(version: string, known: string): boolean {
  return Number(version) < FIRST_VERSION && Number(known) >= FIRST_VERSION;
}

/** A process, which may die at any of its steps and then does nothing more. */
class Process {
  #steps: number;

  constructor(steps: number) {
    this.#steps = steps;
  }

  get isDead(): boolean {
    return this.#steps < 0;
  }

  /** Never returns once the process is dead. */
  async step(): Promise<void> {
    if (--this.#steps < 0) await new Promise(() => {});
  }
}

/** One seed. */
class Play {
  readonly #random: SeededRandom;
  readonly #world = new World();
  readonly #store = new MemoryCheckpointStore();
  readonly #time: FakeTime;
  readonly #saveEvery: number;
  readonly #index: boolean;
  readonly #saveAhead: boolean;
  /** What has been written since the first list. */
  readonly #written: Seen[] = [];
  #server: FakeListerWatcher;
  #allowedRepeats = 0;
  /** Whether all versions can still be seen. */
  #isWhole = true;
  #uids = 0;

  constructor(seed: number, time: FakeTime) {
    const random = this.#random = new SeededRandom(seed);
    this.#time = time;
    this.#saveEvery = random.chance(0.5) ? 1 : 1 + random.upTo(5);
    this.#index = random.chance(0.9);
    this.#saveAhead = random.chance(0.7);
    this.#server = new FakeListerWatcher({
      resourceVersion: String(FIRST_VERSION),
      expiry: random.chance(0.5) ? "event" : "answer",
    });
  }

  async run(): Promise<void> {
    const random = this.#random;
    this.#write(random.upTo(6));
    this.#written.length = 0;
    await this.#invoke({ isKilled: false, abortAfter: Infinity });
    const invocations = 3 + random.upTo(8);
    const restoreAt = random.chance(0.3) && this.#index
      ? random.upTo(invocations)
      : -1;
    for (let at = 0; at < invocations; at++) {
      if (at === restoreAt) await this.#restore();
      this.#write(random.upTo(5));
      this.#breakSomething();
      const races = random.chance(0.25);
      const running = [this.#invoke(), ...races ? [this.#invoke()] : []];
      // The loser of a race has handled what it could not save.
      if (races) this.#allowedRepeats += this.#saveEvery;
      await Promise.all(running);
    }
    await this.#catchUp();
    await this.#check();
  }

  /** Changes some objects. */
  #write(changes: number): void {
    for (let i = 0; i < changes; i++) {
      const name = NAMES[this.#random.upTo(NAMES.length)] ?? "a";
      const key = `default/${name}`;
      const object = { metadata: { name, namespace: "default" } };
      try {
        const written = this.#random.chance(0.3)
          ? (this.#server.delete(key), undefined)
          : this.#server.modify(object);
        if (written !== undefined) this.#wrote(written);
      } catch {
        // It does not exist: UIDs of both servers must differ.
        const uid = `uid-${this.#uids++}`;
        this.#wrote(
          this.#server.add({ metadata: { ...object.metadata, uid } }),
        );
      }
    }
  }

  #wrote(object: KubernetesObject): void {
    this.#written.push(seenOf(object));
  }

  #breakSomething(): void {
    const random = this.#random;
    if (random.chance(0.15)) {
      this.#isWhole = false;
      this.#server.compact();
    }
    if (random.chance(0.1)) {
      this.#server.failNextWatch(new StatusError({ code: 500 }));
    }
    if (random.chance(0.1)) {
      this.#server.failNextWatch(new StatusError({ code: 410 }));
    }
    if (random.chance(0.2)) {
      this.#server.closeNextWatch({
        afterEvents: random.upTo(3),
        ...random.chance(0.5) ? { error: new TypeError("reset") } : {},
      });
    }
  }

  /** From a backup without some objects, counting from a lower version on. */
  async #restore(): Promise<void> {
    this.#isWhole = false;
    const { items } = await this.#server.list({});
    this.#server = new FakeListerWatcher({
      resourceVersion: "500",
      objects: items.filter(() => this.#random.chance(0.8)),
    });
  }

  /** Runs an invocation of random length, which may be killed. */
  async #invoke(
    {
      isKilled = this.#random.chance(0.4),
      abortAfter = this.#random.chance(0.2) ? this.#random.upTo(6) : Infinity,
    } = {},
  ): Promise<void> {
    const random = this.#random;
    const process = new Process(isKilled ? random.upTo(15) : Infinity);
    if (isKilled) this.#allowedRepeats += this.#saveEvery;
    const stop = new AbortController();
    const running = resumeWatch(
      this.#source(process),
      this.#storeOf(process),
      this.#handler(process, () => {
        if (--handled < 0) stop.abort();
      }),
      {
        budgetMs: 500 + random.upTo(3_000),
        signal: stop.signal,
        saveEvery: this.#saveEvery,
        index: this.#index,
        saveAhead: this.#saveAhead,
        minRestartDelayMs: 0,
      },
    );
    let handled = abortAfter;
    await this.#end(running, process);
    if (process.isDead) stop.abort();
  }

  #source(process: Process): ListerWatcher {
    return {
      list: async (options) => {
        await process.step();
        return await this.#server.list(options);
      },
      watch: async (options) => {
        await process.step();
        return await this.#server.watch(options);
      },
    };
  }

  #storeOf(process: Process): CheckpointStore {
    return {
      load: async () => {
        await process.step();
        return await this.#store.load();
      },
      save: async (next, previous) => {
        await process.step();
        const isSaved = await this.#store.save(next, previous);
        await process.step();
        return isSaved;
      },
    };
  }

  #handler(process: Process, onHandled: () => void) {
    return async (event: ChangeEvent): Promise<void> => {
      await process.step();
      this.#world.apply(event);
      await process.step();
      if (this.#random.chance(0.2)) this.#write(1);
      onHandled();
    };
  }

  /** Lets time pass until an invocation has ended, or is dead. */
  async #end(running: Promise<unknown>, process: Process): Promise<unknown> {
    let result: unknown;
    let isSettled = false;
    running.then((value) => {
      result = value;
      isSettled = true;
    }, (error: unknown) => {
      isSettled = true;
      if (error instanceof CheckpointConflictError) return;
      // As its user has to do.
      if (error instanceof CheckpointExpiredError && !this.#index) return;
      result = error;
    });
    for (let steps = 0; !isSettled && !process.isDead; steps++) {
      assert(steps < 1_000, "an invocation does not end");
      for (let turns = 0; turns < 200; turns++) await Promise.resolve();
      this.#time.tick(25);
    }
    if (result instanceof Error) throw result;
    return result;
  }

  async #catchUp(): Promise<void> {
    const process = new Process(Infinity);
    for (let invocations = 0;; invocations++) {
      assert(invocations < 20, "does not catch up");
      let caughtUp = false;
      const running = resumeWatch(
        this.#source(process),
        this.#store,
        (event) => this.#world.apply(event),
        { budgetMs: 5_000, minRestartDelayMs: 0, index: this.#index },
      ).then((result) => {
        caughtUp = result.caughtUp;
      });
      await this.#end(running, process);
      if (caughtUp) return;
      // Without an index there is nothing to do about an expired version.
      if (!this.#index && !this.#isWhole) return;
    }
  }

  async #check(): Promise<void> {
    const { repeats, state } = this.#world;
    assert(
      repeats <= this.#allowedRepeats,
      `${repeats} repeats, allowed ${this.#allowedRepeats}`,
    );
    if (!this.#index && !this.#isWhole) return;
    const { items } = await this.#server.list({});
    const expected = items.map((item): [string, Seen] => [
      metaNamespaceKey(item),
      seenOf(item),
    ]);
    if (!this.#saveAhead && !this.#isWhole) {
      // See `saveAhead`.
      const there = new Map(expected);
      for (const key of state.keys()) if (!there.has(key)) state.delete(key);
    }
    assertEquals(new Map([...state].sort()), new Map(expected));
    if (!this.#isWhole) return;
    const skipped = this.#written.filter(({ uid, version }) =>
      !this.#world.handed(uid, version)
    );
    assertEquals(skipped, []);
  }
}

Deno.test(`resumeWatch() skips nothing in ${SEEDS} random histories`, async () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    using time = new FakeTime();
    try {
      await new Play(seed, time).run();
    } catch (cause) {
      throw new Error(`seed ${seed}`, { cause });
    }
  }
});

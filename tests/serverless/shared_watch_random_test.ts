// Replicas that come, stop, die, stand still and lose the network, with clocks
// that run at different rates, while objects change. As long as processes run,
// no two of them have the same object in hand; and no change is skipped.

import { assert, assertEquals } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import type { KubernetesList, KubernetesObject } from "../../api/types.ts";
import {
  type CheckpointStore,
  MemoryCheckpointStore,
  type Shard,
  type SharedWatchHandler,
} from "../../serverless/mod.ts";
import { FakeApiServer } from "../../testing/mod.ts";
import { SeededRandom } from "../../testing/_seeded_random.ts";
import {
  SimulatedProcess,
  type StartedReplica,
  startReplica,
} from "../support/replicas.ts";
import { turn } from "../support/wait_fakes.ts";

/** More can be asked for, to look for rare cases. */
const SEEDS = Number(Deno.env.get("SHARED_WATCH_SEEDS") ?? 20);
const FIRST_SEED = Number(Deno.env.get("SHARED_WATCH_FIRST_SEED") ?? 1);

const STEP_MS = 100;
const PLAY_MS = 120_000;
const SHARDS = 5;
const MOST_REPLICAS = 4;
const PATH = "/api/v1/namespaces/default/configmaps";

/** An object in the hand of a process. */
interface Hand {
  readonly process: SimulatedProcess;
  readonly uid: string;
  readonly shard: number;
  readonly token: number;
}

/** What all handlers do, and what must not happen. */
class World {
  readonly state = new Map<string, string>();
  readonly handled = new Set<string>();
  readonly violations: string[] = [];
  readonly #hands = new Set<Hand>();
  readonly #tokens = new Map<number, number>();
  isOver = false;
  refused = 0;

  handlerOf(process: SimulatedProcess, handleMs: number): SharedWatchHandler {
    return async ({ type, object }, shard) => {
      if (this.isOver) return;
      const { name = "", uid = "", resourceVersion = "" } = object.metadata ??
        {};
      const hand: Hand = {
        process,
        uid,
        shard: shard.index,
        token: shard.leaseTransitions,
      };
      this.#take(hand);
      await process.sleep(handleMs, shard.signal);
      this.#hands.delete(hand);
      if (this.isOver || shard.signal.aborted) throw shard.signal.reason;
      // What accepts the writes refuses those of a process that was overtaken.
      if (hand.token < this.#tokenOf(hand)) {
        this.refused++;
        throw new Error("overtaken");
      }
      if (type === "DELETED") this.state.delete(name);
      else this.state.set(name, `${uid} ${resourceVersion}`);
      this.handled.add(`${type === "DELETED"} ${uid} ${resourceVersion}`);
    };
  }

  #take(hand: Hand): void {
    const { shard, token } = hand;
    for (const other of this.#hands) {
      if (other.uid !== hand.uid || other.process === hand.process) continue;
      if (other.process.isRunning) {
        this.violations.push(`${hand.uid} is in two hands`);
      } else if (other.token >= token) {
        this.violations.push(`${hand.uid} cannot be fenced`);
      }
    }
    if (token < this.#tokenOf(hand)) {
      this.violations.push(`shard ${shard} is handed to an old holder`);
    }
    this.#tokens.set(shard, Math.max(token, this.#tokenOf(hand)));
    this.#hands.add(hand);
  }

  #tokenOf({ shard }: Hand): number {
    return this.#tokens.get(shard) ?? 0;
  }
}

/** A store of a process: it does nothing while that stands still. */
class ProcessStore implements CheckpointStore {
  readonly #process: SimulatedProcess;
  readonly #store: CheckpointStore;

  constructor(process: SimulatedProcess, store: CheckpointStore) {
    this.#process = process;
    this.#store = store;
  }

  async load() {
    await this.#process.continued();
    return await this.#store.load();
  }

  async save(...args: Parameters<CheckpointStore["save"]>) {
    await this.#process.continued();
    return await this.#store.save(...args);
  }
}

/** One seed. */
class Play {
  readonly #random: SeededRandom;
  readonly #time: FakeTime;
  readonly #server = new FakeApiServer();
  readonly #world = new World();
  readonly #stores = new Map<number, MemoryCheckpointStore>();
  /** Whether each shard has a checkpoint, or an informer. */
  readonly #resumes: boolean;
  readonly #written: string[] = [];
  readonly #names = new Set<string>();
  readonly #alive = new Set<StartedReplica>();
  readonly #all: StartedReplica[] = [];
  #objects = 0;

  constructor(seed: number, time: FakeTime) {
    this.#random = new SeededRandom(seed);
    this.#time = time;
    this.#resumes = seed % 3 !== 0;
  }

  async run(): Promise<void> {
    try {
      this.#start();
      // What was before the first checkpoint is seen as it is by then.
      for (let steps = 0; steps < 30; steps++) await this.#step();
      for (let passed = 0; passed < PLAY_MS; passed += STEP_MS) {
        this.#change();
        this.#disturb();
        await this.#step();
        assertEquals(this.#world.violations, []);
      }
      await this.#settle();
      await this.#check();
    } finally {
      await this.#end();
    }
  }

  async #step(): Promise<void> {
    await turn();
    this.#time.tick(STEP_MS);
    await turn();
    this.#assertOneHolder();
  }

  #assertOneHolder(): void {
    const running = this.#all.filter(({ process }) => process.isRunning);
    const held = running.flatMap(({ watch }) => watch.shards);
    assertEquals(new Set(held).size, held.length, "a shard has two holders");
  }

  #start(): void {
    const random = this.#random;
    const process = new SimulatedProcess(this.#server, {
      rate: 0.88 + 0.24 * random.next(),
      startsAt: (random.next() - 0.5) * 1e9,
    });
    const checkpoints = ({ index }: Shard) => {
      const store = this.#stores.get(index) ?? new MemoryCheckpointStore();
      this.#stores.set(index, store);
      return new ProcessStore(process, store);
    };
    const handler = this.#world.handlerOf(process, 20 + random.upTo(400));
    const replica = startReplica(handler, {
      process,
      path: PATH,
      shards: SHARDS,
      checkpoints: this.#resumes ? checkpoints : undefined,
      resume: { saveEvery: 1 + random.upTo(3) },
    });
    this.#alive.add(replica);
    this.#all.push(replica);
  }

  #change(): void {
    const random = this.#random;
    if (!random.chance(0.2)) return;
    const names = [...this.#names];
    const name = names[random.upTo(names.length)];
    if (name === undefined || (names.length < 20 && random.chance(0.4))) {
      const created = `map-${this.#objects++}`;
      this.#names.add(created);
      this.#note(this.#server.create(mapOf(created, "0")));
    } else if (random.chance(0.2)) {
      this.#names.delete(name);
      const { uid } = this.#server.get(`${PATH}/${name}`)?.metadata ?? {};
      this.#server.delete(`${PATH}/${name}`);
      this.#written.push(`true ${uid} ${this.#server.resourceVersion}`);
    } else {
      this.#note(this.#server.apply(mapOf(name, String(random.next()))));
    }
  }

  #note({ metadata }: KubernetesObject): void {
    this.#written.push(`false ${metadata?.uid} ${metadata?.resourceVersion}`);
  }

  #disturb(): void {
    const random = this.#random;
    if (!random.chance(0.03)) return;
    const alive = [...this.#alive];
    const replica = alive[random.upTo(alive.length)];
    const action = random.upTo(8);
    if (replica === undefined || action === 0) {
      if (alive.length < MOST_REPLICAS) this.#start();
      return;
    }
    const { process, watch } = replica;
    if (action === 1) {
      process.kill();
      this.#alive.delete(replica);
    } else if (action === 2) {
      if (process.isRunning) {
        watch.stop();
        this.#alive.delete(replica);
      }
    } else if (action === 3) process.stop();
    else if (action === 4) process.disconnect();
    else if (action === 5) {
      this.#server.dropConnections();
    } else {
      process.continue();
      process.reconnect();
    }
  }

  /** All that are alive run, and nothing changes. */
  async #settle(): Promise<void> {
    if (this.#alive.size === 0) this.#start();
    for (const { process } of this.#alive) {
      process.continue();
      process.reconnect();
    }
    for (let passed = 0; passed < 90_000; passed += STEP_MS) await this.#step();
  }

  async #check(): Promise<void> {
    const { violations, state, handled } = this.#world;
    assertEquals(violations, []);
    const response = await this.#server.fetch(`https://fake${PATH}`);
    const { items }: KubernetesList = await response.json();
    const expected = items.map(({ metadata }): [string, string] => [
      metadata?.name ?? "",
      `${metadata?.uid} ${metadata?.resourceVersion}`,
    ]);
    if (this.#resumes) {
      assertEquals(new Map([...state].sort()), new Map(expected.sort()));
      const skipped = this.#written.filter((change) => !handled.has(change));
      assertEquals(skipped, []);
    } else {
      // Nothing is said of what was deleted between two holders.
      for (const [name, seen] of expected) assertEquals(state.get(name), seen);
    }
    const counts = [...this.#alive].map(({ watch }) => watch.shards.length);
    assertEquals(counts.reduce((sum, count) => sum + count, 0), SHARDS);
    assert(Math.max(...counts) - Math.min(...counts) <= 1, `${counts}`);
  }

  async #end(): Promise<void> {
    this.#world.isOver = true;
    let isOver = false;
    const ended = Promise.all(
      this.#all.map(({ process, watch }) => process.bury(watch)),
    ).finally(() => isOver = true);
    while (!isOver) {
      await turn();
      this.#time.tick(STEP_MS);
    }
    await ended;
    await this.#server[Symbol.asyncDispose]();
  }
}

function mapOf(name: string, value: string) {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace: "default" },
    data: { value },
  };
}

Deno.test("sharedWatch() has each object in one hand at a time, and skips none", async () => {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
    using time = new FakeTime();
    try {
      await new Play(seed, time).run();
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error });
    }
  }
});

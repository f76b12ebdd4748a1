/**
 * One simulated hour: a server, clients, changes and faults, all from one seed.
 *
 * There are two times of faults and two of calm. At the end of each calm, all
 * clients must be up to date.
 *
 * @module
 */

import {
  FAULT_TYPES,
  type FaultTarget,
  type FaultType,
  type ScheduledFault,
} from "../../testing/mod.ts";
import { randomFaults } from "../../testing/faults.ts";
import { SeededRandom } from "../../testing/_seeded_random.ts";
import { Clock } from "../support/clock.ts";
import { captureConsole, turn } from "../support/wait_fakes.ts";
import { InformerClient } from "./_informer_client.ts";
import { Network } from "./_network.ts";
import { MOST_REQUESTS, mostIn, type RequestTable } from "./_request_table.ts";
import { RetryClient } from "./_retry_client.ts";
import { ServerlessClient } from "./_serverless_client.ts";
import { CALM_MS, type Client, FAULTY, type Stage } from "./_stage.ts";
import { Trace, type Violation } from "./_trace.ts";
import { WaitClient } from "./_wait_client.ts";
import { World } from "./_world.ts";

/** How long clients may take for what changes in a time of calm. */
const UP_TO_DATE_MS = 90_000;

/** More timers than an hour has, unless something keeps starting them. */
const MOST_STEPS = 200_000;

/** What may be logged, and because of which faults; of any if it is empty. */
const DOCUMENTED_LINES: readonly [string, readonly FaultType[]][] = [
  // An invocation that is killed.
  ["could not save what it had handled before it failed", []],
  [
    "seems to hold events back",
    ["noAnswer", "slow", "stall", "trickle", "laggingReplica"],
  ],
];

/** Those that the world itself takes care of. */
const WORLD_FAULTS: ReadonlySet<FaultType> = new Set([
  "compaction",
  "restoredBackup",
]);

const TARGETS: readonly FaultTarget[] = [
  { verb: "list" },
  { verb: "watch" },
  { verb: "watch" },
  { resource: "configmaps" },
  { namespace: "sim" },
  {},
];

/** What a simulation has shown. */
export interface SimulationResult {
  /** The seed. */
  readonly seed: number;
  /** What was wrong. */
  readonly violations: readonly Violation[];
  /** What happened, one line each. */
  readonly trace: readonly string[];
  /** How many requests there were, changes, and faults that were used. */
  readonly requests: number;
  readonly changes: number;
  readonly faults: number;
}

/**
 * Simulates an hour.
 *
 * @param seed Decides everything.
 * @param table Is given the requests of the clients.
 * @returns What it has shown.
 */
export async function simulate(
  seed: number,
  table?: RequestTable,
): Promise<SimulationResult> {
  using time = new Clock(Date.UTC(2026, 0, 1));
  using logged = captureConsole();
  const { random: realRandom } = Math;
  const random = new SeededRandom(seed);
  const jitter = new SeededRandom(random.fork());
  Math.random = () => jitter.next();
  try {
    const simulation = new Simulation(random, time);
    await simulation.run();
    for (const line of logged.written) simulation.logged(line.join(" "));
    simulation.tabulate(table);
    return simulation.result(seed);
  } finally {
    Math.random = realRandom;
  }
}

class Simulation {
  readonly trace: Trace;
  readonly #time: Clock;
  readonly #random: SeededRandom;
  readonly #world: World;
  readonly #network: Network;
  readonly #clients: readonly Client[];
  readonly #faults: readonly ScheduledFault[];
  readonly #wakers = new Set<() => void>();
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  readonly #start: number;
  #isOver = false;

  constructor(random: SeededRandom, time: Clock) {
    this.#time = time;
    this.#start = time.now;
    this.#random = random;
    const now = () => time.now - this.#start;
    this.trace = new Trace(now);
    this.#world = new World(new SeededRandom(random.fork()), this.trace, now);
    this.#network = new Network(this.#world.server, this.trace, now);
    this.#faults = drawFaults(random.fork());
    this.#schedule();
    const stage = (): Stage => ({
      world: this.#world,
      network: this.#network,
      trace: this.trace,
      random: new SeededRandom(random.fork()),
      now,
      sleep: (ms) => this.#sleep(ms),
    });
    this.#clients = [
      new RetryClient(stage(), "retry-1"),
      new RetryClient(stage(), "retry-2"),
      new InformerClient(stage(), "informer-1"),
      new InformerClient(stage(), "informer-2"),
      new InformerClient(stage(), "informer-3"),
      new WaitClient(stage(), "wait-1"),
      new WaitClient(stage(), "wait-2"),
      new ServerlessClient(stage(), "serverless-1"),
    ];
  }

  async run(): Promise<void> {
    await turn();
    let steps = 0;
    while (!this.#isOver && this.trace.violations.length === 0) {
      if (!this.#time.next()) throw new Error("Nothing is left to happen");
      if (++steps > MOST_STEPS) {
        this.trace.violated("time", `stands still after ${steps} timers`);
      }
      await turn();
    }
    await this.#stop();
  }

  /** Only what is documented is logged, and only with a reason. */
  logged(line: string): void {
    const { used } = this.#world.server.faults;
    const [, reasons] =
      DOCUMENTED_LINES.find(([text]) => line.includes(text)) ?? [];
    if (reasons?.length === 0) return;
    if (used.some(({ fault }) => reasons?.includes(fault.type))) return;
    this.trace.violated("console", line);
  }

  tabulate(table: RequestTable | undefined): void {
    for (const { name, kind } of this.#clients) {
      table?.add(kind, this.#network.sentBy(name), this.#faults);
    }
  }

  result(seed: number): SimulationResult {
    const { server, timeline } = this.#world;
    return {
      seed,
      violations: this.trace.violations,
      trace: this.trace.lines,
      requests: server.requests.length,
      changes: timeline.changes.length,
      faults: server.faults.used.length,
    };
  }

  #schedule(): void {
    const { server } = this.#world;
    server.faults.schedule(
      this.#faults.filter(({ fault }) => !WORLD_FAULTS.has(fault.type)),
    );
    let mayRestore = true;
    for (const { atMs, lastsMs, target, fault } of this.#faults) {
      this.#at(atMs, () => {
        const what = `${JSON.stringify(fault)} for ${lastsMs} ms`;
        this.trace.note("fault", `${what} to ${JSON.stringify(target)}`);
        if (fault.type === "compaction") this.#world.compact();
        // Once in a time of faults, or versions would meet again.
        if (fault.type === "restoredBackup" && mayRestore) {
          mayRestore = false;
          this.#world.restore();
        }
      });
    }
    for (const [, end] of FAULTY) {
      this.#at(end + CALM_MS, () => {
        mayRestore = true;
        this.#check();
      });
    }
    const last = FAULTY.at(-1)?.[1] ?? 0;
    this.#at(last + CALM_MS + 60_000, () => this.#isOver = true);
    this.#change();
  }

  /** Changes come in bursts, with pauses between them. */
  #change(): void {
    const random = this.#random;
    const pause = random.pick([100, 1_000, 20_000, 60_000]);
    this.#at(this.#now() + 1 + random.upTo(pause), () => {
      if (random.chance(0.2)) this.#world.elsewhere();
      else if (!this.#isChecked()) this.#world.change();
      this.#change();
    });
  }

  /** Whether clients will soon have to be up to date. */
  #isChecked(): boolean {
    const now = this.#now();
    return FAULTY.some(([, end]) => {
      const check = end + CALM_MS;
      return now > check - UP_TO_DATE_MS && now <= check;
    });
  }

  #now(): number {
    return this.#time.now - this.#start;
  }

  #at(ms: number, callback: () => void): void {
    const id = setTimeout(() => {
      this.#timers.delete(id);
      callback();
    }, ms - this.#now());
    this.#timers.add(id);
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.#isOver) return resolve();
      const id = setTimeout(() => {
        this.#wakers.delete(wake);
        resolve();
      }, ms);
      const wake = () => {
        clearTimeout(id);
        resolve();
      };
      this.#wakers.add(wake);
    });
  }

  /** Clients must be up to date a moment after the last change. */
  #check(): void {
    for (const client of this.#clients) client.check();
    this.#checkRequests();
  }

  #checkRequests(): void {
    for (const { name, kind } of this.#clients) {
      const times = this.#network.sentBy(name)
        .filter(({ continued }) => !continued).map(({ at }) => at);
      const most = mostIn(times);
      const allowed = MOST_REQUESTS[kind] ?? 0;
      if (most <= allowed) continue;
      this.trace.violated(name, `sent ${most} requests in 20 s`);
    }
  }

  /** Once all is stopped, nothing is left. */
  async #stop(): Promise<void> {
    this.#isOver = true;
    const stopped = Promise.all(this.#clients.map((client) => client.stop()));
    for (const wake of this.#wakers) wake();
    let isStopped = false;
    stopped.then(() => isStopped = true);
    for (let turns = 0; !isStopped && turns < 100; turns++) await turn();
    if (!isStopped) {
      this.trace.violated("stop", "some client has not stopped");
      return;
    }
    const { server } = this.#world;
    for (const request of this.#network.open) {
      this.trace.violated("stop", `left a request open: ${request}`);
    }
    if (server.openWatches > 0) {
      this.trace.violated("stop", `left ${server.openWatches} watches open`);
    }
    await server[Symbol.asyncDispose]();
    for (const id of this.#timers) clearTimeout(id);
    if (this.#time.timers === 0) return;
    this.trace.violated("stop", `left ${this.#time.timers} timers`);
  }
}

function drawFaults(seed: number): readonly ScheduledFault[] {
  const random = new SeededRandom(seed);
  return FAULTY.flatMap(([begin, end]) =>
    randomFaults({
      seed: random.fork(),
      durationMs: end - begin,
      everyMs: random.pick([20_000, 60_000, 180_000]),
      longestMs: 120_000,
      types: random.chance(0.5) ? FAULT_TYPES : someTypes(random),
      targets: TARGETS,
    }).map((each) => ({ ...each, atMs: each.atMs + begin }))
  );
}

/** Many of a few kinds find other bugs than a few of many kinds. */
function someTypes(random: SeededRandom): FaultType[] {
  return Array.from({ length: 3 }, () => random.pick(FAULT_TYPES));
}
